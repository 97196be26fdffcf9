# make demo   watch the whole loop close           make test   everything that must hold (under 10 minutes)
# make bench  speed, measured against a floor      make lint   style, types, layers, sizes
# make setup  only what the others need            make lock   resolve the dependencies again
#
# Every target does its own set-up. Wanted on the machine: Python >= 3.11, git, make, a network for packages.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.PHONY: setup demo test bench lint lock programs

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
UV := $(VENV)/lock/bin/uv
UV_VERSION := 0.13.9
PYTEST_WORKERS ?= 2
PYTEST_ARGUMENTS ?=

export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# An environment whose Python went away (an upgrade, a copied folder) is made again.
ifneq ($(wildcard $(LOCKED)),)
  ifneq ($(shell $(BIN)/python -c 'print("ok")' 2>/dev/null),ok)
    $(shell rm -f $(LOCKED) $(READY))
  endif
endif

setup: $(READY)
	@:

$(LOCKED): requirements.lock bootstrap/venv.sh
	@bootstrap/venv.sh $(VENV)
	@echo "installing the locked dependencies (the first time takes a minute or two) ..." >&2
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock >&2
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . >&2
	@touch $@

# DEMO_SECONDS=60 make demo ends by itself; without it, Ctrl-C ends it.
demo: $(READY)
	@exec $(BIN)/wardwatch demo

# Real servers for the tests. Not permitted to install them: the tests that need them are skipped and say why;
# in CI (the variable CI is set) that would hide something, so it is an error there.
programs:
	@bootstrap/debian.sh /usr/sbin/mosquitto:mosquitto /usr/bin/victoria-metrics:victoria-metrics || test -z "$$CI"

test: programs lint
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist loadgroup $(PYTEST_ARGUMENTS)

bench: $(READY) programs
	@exec $(BIN)/wardwatch bench

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/shape/test_sizes.py tests/shape/test_names.py tests/shape/test_words.py

# `make lock UPGRADE=--upgrade` takes newer versions; without it only what pyproject.toml asks for changes.
# deploy/requirements.lock is the part of it that a running daemon needs, at the same versions.
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 pyproject.toml \
  --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock"
lock: $(UV)
	@$(COMPILE) --all-extras -o requirements.lock $(UPGRADE)
	@$(COMPILE) --extra kafka --constraints requirements.lock -o deploy/requirements.lock

$(UV):
	@bootstrap/venv.sh $(VENV)
	@bootstrap/venv.sh $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet uv==$(UV_VERSION) >&2

#!/usr/bin/env bash
# Makes a virtual environment with the first Python that is new enough and complete, or says what to do.
#   bootstrap/venv.sh DIRECTORY        (PYTHON=/path/to/python chooses one)
# An environment that works is left alone; a broken one (half made, or its Python went away) is made again.
set -euo pipefail

target=$1
say() { printf '%s\n' "$*" >&2; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
complete() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

if [ -x "$target/bin/python" ] && new_enough "$target/bin/python" && "$target/bin/python" -m pip --version >/dev/null 2>&1; then
  exit 0
fi

find_python() {
  chosen="" incomplete=""
  local candidate
  # 3.11 to 3.13 first: every dependency has wheels for them; a newer one is taken when it is the only one.
  for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3 python3.14 python}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    new_enough "$candidate" || continue
    if complete "$candidate"; then chosen=$candidate; return 0; fi
    incomplete=${incomplete:-$candidate}
  done
  return 1
}

if ! find_python && [ -n "$incomplete" ]; then
  # Debian ships Python without the venv module; its package is named after the version.
  package=$("$incomplete" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  "$(dirname "$0")/debian.sh" "/nowhere/$package:$package" || {
    say "$incomplete has no venv module. Cure: install $package (Debian, Ubuntu) or the complete Python of this system."
    exit 1
  }
  find_python || { say "$incomplete still has no venv module after $package was installed."; exit 1; }
fi
if [ -z "$chosen" ]; then
  found=$(python3 --version 2>/dev/null || echo "no python3")
  say "Python 3.11 or newer is needed; found: $found${PYTHON:+ (PYTHON=$PYTHON)}."
  say "Cure: install it (Debian 12: apt-get install python3 python3-venv), or name one: make setup PYTHON=/path/to/python3.12"
  exit 1
fi

say "making $target with $("$chosen" --version) ..."
"$chosen" -m venv --clear "$target"

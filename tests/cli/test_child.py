"""A program that is run for a verb: its exit code and its signals go through."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import processor
from processor.cli.child import python, run_child
from processor.cli.main import app
from tests.cli.calling import District, clean
from tests.mosquitto import Mosquitto
from tests.waiting import eventually_sync

WAITING = """
import signal, sys, threading
told = threading.Event()
signal.signal(signal.{name}, lambda *_: told.set())
print("ready", flush=True)
told.wait(30)
print("told", flush=True)
sys.exit(7)
"""
PARENT = """
import sys
from processor.cli.child import run_child
sys.exit(run_child([sys.executable, "-c", sys.argv[1]], on_line=lambda line: print(line, end="", flush=True)))
"""


@pytest.mark.parametrize("code", [0, 1, 2, 7])
def test_its_exit_code_is_ours(code: int) -> None:
    assert run_child([sys.executable, "-c", f"raise SystemExit({code})"]) == code


def test_its_lines_are_handed_over() -> None:
    lines: list[str] = []
    run_child([sys.executable, "-c", "print('一'); print('2')"], on_line=lines.append)
    assert lines == ["一\n", "2\n"]


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 7)])
def test_what_we_are_told_it_is_told(name: str, code: int) -> None:
    command = [sys.executable, "-c", PARENT, WAITING.format(name=name)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        parent.send_signal(getattr(signal, name))
        assert parent.stdout.readline() == "told\n"
        assert parent.wait(timeout=30) == code


def test_a_module_is_run_with_our_own_interpreter() -> None:
    assert python("bench", "--quick") == [sys.executable, "-m", "bench", "--quick"]


def test_a_benchmark_that_is_not_there_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processor, "__file__", str(tmp_path / "processor" / "__init__.py"))
    result = CliRunner().invoke(app, ["bench", "--lang", "en"])
    assert (result.exit_code, "comes with the source" in result.stderr) == (2, True)


@pytest.mark.mosquitto
def test_the_configured_devices_are_simulated_until_they_are_told_to_stop(
    district: District, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    district.replace("rules/water.yaml", "when: wet", "when: wett")  # the devices are sound, and that is enough
    truth, said = tmp_path / "truth.jsonl", tmp_path / "said.jsonl"
    arguments = ("simulate", "--scenario", "demo", "--speed", "30", "--truth", str(truth), "--json")
    environment = {**clean(os.environ), **district.environment, "WARDWATCH_BROKER__PORT": str(mosquitto.port)}
    command = [sys.executable, "-m", "processor.cli.main", *arguments]
    with said.open("wb") as file, subprocess.Popen(command, env=environment, stdout=file) as simulating:
        try:
            eventually_sync(lambda: b'"devices":26' in said.read_bytes(), "simulated devices", 60)
            simulating.send_signal(signal.SIGINT)
            assert simulating.wait(timeout=30) == 130
        finally:
            simulating.kill()
    assert b'"finished":true' in said.read_bytes()
    assert truth.exists()


@pytest.mark.parametrize("arguments", [("--host", "127.0.0.1", "--port", "1"), ("--scenario", "nothing-like-it")])
def test_a_simulation_that_fails_says_so_and_ends_with_1(district: District, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "processor.cli.main", "simulate", "--devices", "4", *arguments]
    environment = {**clean(os.environ), **district.environment}
    found = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=60)
    assert found.returncode == 1
    assert found.stderr.strip()

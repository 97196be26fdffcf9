"""What a bare machine is told: each script is run with nothing on its path but what the test put there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.tree import ROOT

_TOOLS = ("bash", "env", "dirname", "basename", "mktemp", "rm", "tail", "cat", "touch", "test")


class Machine:
    """A machine that has a shell and whatever programs a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in _TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")

    def program(self, name: str, script: str) -> None:
        file = self.bin / name
        file.write_text(f"#!/usr/bin/env bash\n{script}\n", "utf-8")
        file.chmod(0o755)

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "TMPDIR": str(self.folder), "LOG": str(self.folder / "log")}
        command = ("bash", str(ROOT / "bootstrap" / script), *arguments)
        return subprocess.run(command, cwd=self.folder, env=environment, check=False, capture_output=True, text=True)

    def log(self) -> list[str]:
        file = self.folder / "log"
        return file.read_text("utf-8").splitlines() if file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_what_is_there_is_not_installed_again(machine: Machine) -> None:
    machine.program("mosquitto", "exit 0")
    machine.program("apt-get", 'echo "$@" >> "$LOG"')
    found = machine.run("debian.sh", "/usr/sbin/mosquitto:mosquitto", f"{sys.executable}:anything")
    assert (found.returncode, found.stderr, machine.log()) == (0, "", [])


def test_without_apt_the_missing_packages_are_named(machine: Machine) -> None:
    found = machine.run("debian.sh", "/nowhere/broker-x:broker-x")
    assert found.returncode == 3
    assert "missing: broker-x" in found.stderr


def test_without_permission_the_command_to_type_is_shown(machine: Machine) -> None:
    machine.program("apt-get", 'echo "$@" >> "$LOG"')
    machine.program("id", "echo 1000")
    found = machine.run("debian.sh", "/nowhere/broker-x:broker-x")
    assert found.returncode == 3
    assert "sudo apt-get install broker-x" in found.stderr
    assert machine.log() == []


def test_sudo_that_would_ask_for_a_password_is_not_used(machine: Machine) -> None:
    machine.program("apt-get", 'echo "$@" >> "$LOG"')
    machine.program("id", "echo 1000")
    machine.program("sudo", 'echo "sudo $@" >> "$LOG"; exit 1')
    assert machine.run("debian.sh", "/nowhere/broker-x:broker-x").returncode == 3
    assert machine.log() == ["sudo -n true"]


def test_empty_package_lists_are_fetched_once_and_the_install_is_tried_again(machine: Machine) -> None:
    machine.program("id", "echo 0")
    machine.program(
        "apt-get",
        'echo "$@" >> "$LOG"; case "$*" in *update*) touch "$TMPDIR/lists";; *) test -e "$TMPDIR/lists";; esac',
    )
    found = machine.run("debian.sh", "/nowhere/broker-x:broker-x")
    assert found.returncode == 0, found.stderr
    assert ["update" in line for line in machine.log()] == [False, True, False]


def test_an_install_that_fails_shows_why_and_what_to_type(machine: Machine) -> None:
    machine.program("id", "echo 0")
    machine.program("apt-get", "echo 'E: no space left'; exit 100")
    found = machine.run("debian.sh", "/nowhere/broker-x:broker-x")
    assert found.returncode == 3
    assert "no space left" in found.stderr
    assert "apt-get install broker-x" in found.stderr


def test_a_machine_without_python_is_told_which_one_is_needed(machine: Machine) -> None:
    found = machine.run("venv.sh", "venv")
    assert found.returncode == 1
    assert "Python 3.11 or newer is needed; found: no python3" in found.stderr


def test_a_python_that_is_too_old_is_named(machine: Machine) -> None:
    machine.program("python3", 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    found = machine.run("venv.sh", "venv")
    assert found.returncode == 1
    assert "found: Python 3.9.2" in found.stderr
    assert "make setup PYTHON=" in found.stderr


def test_a_python_without_venv_is_told_the_package(machine: Machine) -> None:
    machine.program(
        "python3",
        'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.12-venv;; *) exit 0;; esac',
    )
    found = machine.run("venv.sh", "venv")
    assert found.returncode == 1
    assert "missing: python3.12-venv" in found.stderr
    assert "Cure: install python3.12-venv" in found.stderr


def test_a_complete_python_is_taken_before_an_incomplete_one(machine: Machine) -> None:
    machine.program("python3.11", 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    machine.program("python3.12", 'echo "$@" >> "$LOG"')
    assert machine.run("venv.sh", "here").returncode == 0
    assert machine.log()[-1] == "-m venv --clear here"


def test_an_environment_that_works_is_left_alone_and_a_broken_one_is_made_again(machine: Machine) -> None:
    machine.program("python3", 'echo "$@" >> "$LOG"')
    (machine.folder / "here" / "bin").mkdir(parents=True)
    inside = machine.folder / "here" / "bin" / "python"
    inside.symlink_to(os.path.realpath(sys.executable))
    broken = machine.folder / "broken" / "bin"
    broken.mkdir(parents=True)
    (broken / "python").symlink_to(machine.folder / "gone")
    assert machine.run("venv.sh", "broken").returncode == 0
    assert machine.log()[-1] == "-m venv --clear broken"
    (machine.folder / "log").unlink()
    machine.program("python3", 'echo "$@" >> "$LOG"')
    inside.unlink()
    inside.symlink_to(machine.bin / "python3")
    assert machine.run("venv.sh", "here").returncode == 0
    assert not [line for line in machine.log() if "--clear" in line]

"""What is measured: the daemon and the floor, each as a process of its own, with the CPU and memory it used."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from bench.district import write_configuration

READY_WITHIN_S = 120.0


class Subject:
    """A process under load."""

    def __init__(self, process: subprocess.Popen[bytes], stored: Callable[[], int]) -> None:
        self.process = process
        self._meter = psutil.Process(process.pid)
        self.stored = stored

    def cpu_s(self) -> float:
        """CPU seconds of the process so far, user and system."""
        times = self._meter.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Resident bytes."""
        return int(self._meter.memory_info().rss)

    def wait_for(self, count: int, within_s: float = 60.0) -> int:
        """Wait until `count` readings are durable; how many are."""
        deadline = time.monotonic() + within_s
        while (found := self.stored()) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As an operator would."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


def start_daemon(folder: Path, port: int, http_port: int, *, devices: int, rules: int) -> Subject:
    """The daemon on a configuration of this size, ready to receive."""
    configuration = folder / "config"
    write_configuration(
        configuration, devices=devices, rules=rules, port=port, http_port=http_port, store=folder / "bench.db"
    )
    return start_daemon_again(folder, http_port)


def start_daemon_again(folder: Path, http_port: int) -> Subject:
    """The daemon on a configuration and a store that are there already."""
    log = (folder / "daemon.log").open("ab")
    command = [sys.executable, "-m", "processor.cli.main", "run", "-c", str(folder / "config")]
    subject = Subject(
        subprocess.Popen(command, stdout=log, stderr=log),
        lambda: int(metrics(http_port).get("readings_stored_total", 0)),
    )
    _wait_ready(subject, http_port, folder)
    return subject


def _wait_ready(subject: Subject, http_port: int, folder: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if subject.process.poll() is not None:
            raise RuntimeError((folder / "daemon.log").read_text(encoding="utf-8")[-4000:])
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/readyz", timeout=5) as answer:  # loopback
                if json.load(answer)["ok"] and metrics(http_port)['broker_connected{connection="ingest"}'] == 1:
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise TimeoutError("the daemon did not become ready")


def metrics(http_port: int) -> dict[str, float]:
    """The daemon's own numbers, without their common prefix."""
    with urllib.request.urlopen(f"http://127.0.0.1:{http_port}/metrics", timeout=30) as answer:  # loopback
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name.removeprefix("wardwatch_"): float(value) for name, value in pairs}


def start_floor(folder: Path, port: int) -> Subject:
    """The floor, ready to receive."""
    database = folder / "floor.db"
    log = (folder / "floor.log").open("ab")
    process = subprocess.Popen([sys.executable, "-m", "bench.floor", str(port), str(database)], stdout=log, stderr=log)
    subject = Subject(process, lambda: _rows(database))
    deadline = time.monotonic() + READY_WITHIN_S
    while _rows(database) < 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)  # its subscription has no readiness to ask for
    return subject


def _rows(database: Path) -> int:
    import sqlite3  # noqa: PLC0415 - only the floor needs it

    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT coalesce(max(rowid), 0) FROM readings").fetchone()[0])
    except sqlite3.OperationalError:
        return -1

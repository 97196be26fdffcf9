"""A real time-series database on a free loopback port, for the length of one test."""

import json
import os
import shutil
import socket
import subprocess
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.waiting import eventually_sync


def require_victoria() -> str:
    """The program, or a skip with its reason; in CI its absence is a failure."""
    program = shutil.which("victoria-metrics")
    if program is not None:
        return program
    if os.environ.get("CI"):
        pytest.fail("victoria-metrics is missing; CI must run this test (apt-get install victoria-metrics)")
    pytest.skip("victoria-metrics is not installed (apt-get install victoria-metrics)")


class Victoria:
    """A VictoriaMetrics of our own on a free loopback port; it can go down and come back with its data."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [
            f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={self._folder}",
            "-memory.allowedPercent=5",
        ]
        with Path(f"{self._folder}.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, *options], stdout=log, stderr=log)
        eventually_sync(self._answers, "VictoriaMetrics to answer")

    def stop(self) -> None:
        """End it; what it took stays on its disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def get(self, path: str, **query: str) -> str:
        with urllib.request.urlopen(f"{self.url}{path}?{urlencode(query)}", timeout=10) as answer:  # noqa: S310 - loopback
            return str(answer.read().decode())

    def samples(self) -> dict[tuple[str, str, int], float]:
        """Every stored sample by (device, series, time)."""
        self.get("/internal/force_flush")
        found = {}
        for line in self.get("/api/v1/export", **{"match[]": '{community!=""}'}).splitlines():
            series = json.loads(line)
            name, device = series["metric"]["__name__"], series["metric"]["device"]
            for at, value in zip(series["timestamps"], series["values"], strict=True):
                found[device, name, at] = value
        return found

    def _answers(self) -> bool:
        with suppress(OSError):
            return self.get("/health") == "OK"
        return False

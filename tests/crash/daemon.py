"""The real daemon as a process of its own, on a configuration and a store that outlive it."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from signal import Signals

from tests.mosquitto import free_port
from tests.waiting import eventually_sync

READY_WITHIN_S = 60.0


class DaemonProcess:
    """`wardwatch run` on `folder/config`. It may be started again after it ended, however it ended."""

    def __init__(self, folder: Path, texts: dict[str, str], broker_port: int) -> None:
        self.folder = folder
        self.store = folder / "wardwatch.db"
        self.http_port = free_port()
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        settings = (
            f"broker: {{host: 127.0.0.1, port: {broker_port}}}\nstore: {{path: {self.store}}}\n"
            f"console: {{port: {self.http_port}}}\nchannels: {{log: {{kind: log}}}}\n"
            "automation: {probation: 0 s}\n"
        )
        self.write({**texts, "config/wardwatch.yaml": settings})

    def write(self, texts: dict[str, str]) -> None:
        """Change operators' files."""
        for name, text in texts.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def start(self) -> None:
        self.starts += 1
        command = [sys.executable, "-m", "processor.cli.main", "run", "-c", str(self.folder / "config")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WARDWATCH_")}
        with (self.folder / "daemon.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def start_and_wait(self) -> None:
        self.start()
        self.wait_ready()

    def wait_ready(self) -> None:
        eventually_sync(self._is_ready, "the daemon", READY_WITHIN_S)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()[-4000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz", timeout=5):
                return self.metrics().get('broker_connected{connection="ingest"}') == 1
        except OSError:
            return False

    def metrics(self) -> dict[str, float]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {name.removeprefix("wardwatch_"): float(value) for name, value in pairs}

    def signal(self, number: Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, how: Signals, within_s: float = 30.0) -> int:
        """Its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        return process.wait(within_s)

    def log(self) -> str:
        path = self.folder / "daemon.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

"""Calls verbs as a person would, and starts a daemon of its own to call them against."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

import httpx
from paho.mqtt import publish
from typer.testing import CliRunner, Result

from processor.cli.main import app
from processor.loading.example import write_example
from tests.mosquitto import Mosquitto, free_port
from tests.waiting import eventually_sync

TOKEN = "a-token-nobody-guesses"
LEAK = "lakeside-b1-leak-pump"
STARTS_WITHIN_S = 60.0


class District:
    """The example configuration in a folder, and the environment under which verbs are called."""

    def __init__(self, folder: Path) -> None:
        write_example(folder)
        self.folder = folder
        self.config = folder / "config"
        self.environment = {
            "WARDWATCH_CONFIG": str(self.config),
            "WARDWATCH_STORE__PATH": str(folder / "wardwatch.db"),
            "WARDWATCH_CONSOLE__PORT": str(free_port()),
            "WARDWATCH_CONSOLE__TOKEN": TOKEN,
            "WARDWATCH_BROKER__PORT": "1",
            "WARDWATCH_AUTOMATION__PROBATION": "0 s",
        }

    def call(self, *arguments: str, **changed: str) -> Result:
        """What a verb prints and how it ends. `changed` are settings: broker__port="1883"."""
        own = {f"WARDWATCH_{name.upper()}": value for name, value in changed.items()}
        return CliRunner().invoke(app, arguments, env={**self.environment, **own})

    def said(self, *arguments: str, **changed: str) -> Any:  # noqa: ANN401 - any JSON
        """The JSON document that a verb prints."""
        result = self.call(*arguments, "--json", **changed)
        return json.loads(result.stdout)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.environment['WARDWATCH_CONSOLE__PORT']}"

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what is set for a wardwatch of the person who runs the tests."""
    return {name: value for name, value in environment.items() if not name.startswith("WARDWATCH_")}


@contextmanager
def daemon_of(district: District) -> Iterator[subprocess.Popen[bytes]]:
    """A running daemon that is ready; it is told to stop at the end, and must then end with 0."""
    log = district.folder / "daemon.log"
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "processor.cli.main", "run"],
            env={**clean(os.environ), **district.environment},
            stdout=file,
            stderr=file,
        ) as process,
    ):
        try:
            eventually_sync(lambda: district.ready() or process.poll() is not None, "a ready daemon", STARTS_WITHIN_S)
            assert process.poll() is None, log.read_text(encoding="utf-8")
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=30)
    assert code == 0, log.read_text(encoding="utf-8")


def publish_leak(broker: Mosquitto, device: str = LEAK, *, wet: bool = True, ahead_ms: int = 0) -> None:
    """Let a leak sensor speak."""
    body = {"ts": int(time() * 1000) + ahead_ms, "wet": int(wet), "battery_pct": 90, "temp": 15.0, "tamper": 0}
    topic = f"v1/{device.partition('-')[0]}/leak/{device}/telemetry"
    publish.single(topic, json.dumps(body), qos=1, hostname=broker.host, port=broker.port, client_id=f"test-{device}")

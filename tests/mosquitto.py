"""A real Mosquitto on a free loopback port with its own configuration and data, for the length of one test."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep

import pytest

_ATTEMPTS = 5
_READY_WITHIN_S = 15.0
_POLL_S = 0.005

# What wardwatch asks of a broker (docs): nothing queued for the daemon may be thrown away. Small Nagle delays would
# only blur the tests.
_DEFAULTS = (
    "allow_anonymous true",
    "max_queued_messages 0",
    "max_inflight_messages 0",
    "set_tcp_nodelay true",
    "persistence true",
    "log_dest stderr",
)


def find_mosquitto() -> str | None:
    """Where the broker's program is; Debian keeps it out of an ordinary user's path."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


def require_mosquitto() -> str:
    """The program, or a skip with its reason; in CI its absence is a failure, so that no run passes by testing less."""
    program = find_mosquitto()
    if program is not None:
        return program
    reason = "mosquitto is not installed (apt install mosquitto): tests against the real broker cannot run"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker. `options` are lines of mosquitto.conf; a later line of the same name replaces a default."""

    def __init__(
        self, program: str, folder: Path, options: Iterable[str] = (), *, listener: Iterable[str] = ()
    ) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.folder = folder
        self._program = program
        self._options = tuple(options)
        self._listener = tuple(listener)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> "Mosquitto":
        """Start and return when it accepts connections. The port is chosen at the first start and kept."""
        if self.port:
            assert self._try_start(), self.log()
            return self
        for _ in range(_ATTEMPTS):  # another process may take the free port first
            self.port = free_port()
            if self._try_start():
                return self
        raise AssertionError(f"mosquitto does not start: {self.log()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it: SIGTERM saves its data, SIGKILL does not."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(timeout=_READY_WITHIN_S)

    def restart(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.stop(how)
        self.start()

    def log(self) -> str:
        path = self.folder / "mosquitto.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _try_start(self) -> bool:
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join(self._lines()) + "\n")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen([self._program, "-c", str(config)], stdout=log, stderr=log)
        if self._accepts():
            return True
        self.stop(signal.SIGKILL)
        return False

    def _lines(self) -> list[str]:
        named = {line.split(" ", 1)[0] for line in self._options}
        lines = [line for line in _DEFAULTS if line.split(" ", 1)[0] not in named]
        if os.geteuid() == 0 and "user" not in named:
            lines.append("user root")  # else it changes to a user who may not read the test's folder
        lines += [f"persistence_location {self.folder}/", *self._options]
        return [*lines, f"listener {self.port} {self.host}", *self._listener]

    def _accepts(self) -> bool:
        deadline = monotonic() + _READY_WITHIN_S
        while monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                return False
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
            except OSError:
                sleep(_POLL_S)
            else:
                # somebody else may answer on this port while ours is about to fail to bind it
                return self._process.poll() is None
        return False

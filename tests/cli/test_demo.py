"""The demonstration as a person starts it: on either broker the loop closes, and Ctrl-C ends it in order."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from processor.cli.exit_codes import ExitCode
from tests.cli.calling import clean
from tests.mosquitto import require_mosquitto
from tests.waiting import eventually_sync

PROMISED = {
    *("received", "stored", "duplicates", "dead_letters", "dropped", "alerts", "lost"),
    *("commands_sent", "commands_verified", "orders_opened", "orders_closed"),
}
# A machine on which nobody has installed Mosquitto, wherever it may be looked for.
WITHOUT_MOSQUITTO = "import shutil; shutil.which = lambda *_, **__: None; from processor.cli.main import main; main()"
CLOSED_WITHIN_S = 90.0
ENDS_WITHIN_S = 60.0


class Demo:
    """A demonstration that runs; `told` is what a person has read so far."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self._folder = folder

    @property
    def told(self) -> str:
        return (self._folder / "told").read_text("utf-8", "replace")

    def wait_for(self, words: str) -> None:
        eventually_sync(lambda: words in self.told or self.process.poll() is not None, words, CLOSED_WITHIN_S)
        assert words in self.told, self.told

    def totals(self, *, within_s: float = ENDS_WITHIN_S) -> dict[str, Any]:
        """Its last line, once it ended well."""
        assert self.process.wait(within_s) == ExitCode.OK, self.told
        totals: dict[str, Any] = json.loads((self._folder / "totals").read_text("utf-8").splitlines()[-1])
        assert totals.keys() >= PROMISED
        assert totals["lost"] == 0
        accounted = sum(totals[name] for name in ("stored", "duplicates", "dead_letters", "dropped"))
        assert totals["received"] == accounted > 0
        return totals

    def left_behind(self) -> list[Path]:
        return list(self._folder.glob("wardwatch-demo-*"))


@contextmanager
def demo(folder: Path, *command: str, **environment: str) -> Iterator[Demo]:
    with (
        (folder / "totals").open("wb") as totals,
        (folder / "told").open("wb") as told,
        subprocess.Popen(
            [sys.executable, *command, "demo"],
            env={**clean(os.environ), "TMPDIR": str(folder), **environment},
            stdout=totals,
            stderr=told,
        ) as process,
    ):
        try:
            yield Demo(process, folder)
        finally:
            process.send_signal(signal.SIGTERM)  # in order, so that it ends its own children too
            process.wait(ENDS_WITHIN_S)


@pytest.mark.mosquitto
def test_it_ends_by_itself_after_demo_seconds_and_counts_what_was(tmp_path: Path) -> None:
    require_mosquitto()
    with demo(tmp_path, "-m", "processor.cli.main", DEMO_SECONDS="15") as running:
        totals = running.totals(within_s=CLOSED_WITHIN_S)
        assert totals["alerts"] >= 1
        assert "broker: Mosquitto" in running.told
        assert running.left_behind() == []


def test_without_mosquitto_the_loop_closes_on_the_broker_from_a_wheel_until_ctrl_c(tmp_path: Path) -> None:
    pytest.importorskip("amqtt", reason="amqtt is not installed (pip install wardwatch[demo])")
    with demo(tmp_path, "-c", WITHOUT_MOSQUITTO) as running:
        running.wait_for("办结 closed")
        running.wait_for("已证实 proved: close")
        running.process.send_signal(signal.SIGINT)
        totals = running.totals()
        assert "broker: amqtt" in running.told
        assert min(totals[name] for name in PROMISED if name.startswith(("alerts", "commands", "orders"))) >= 1
        assert running.left_behind() == []


@pytest.mark.mosquitto
def test_ctrl_c_while_it_starts_is_an_orderly_end_too(tmp_path: Path) -> None:
    require_mosquitto()
    with demo(tmp_path, "-m", "processor.cli.main") as running:
        running.wait_for("broker: Mosquitto")
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(ENDS_WITHIN_S) == ExitCode.OK, running.told
        assert "Traceback" not in running.told
        assert "did not become ready" not in running.told
        assert running.left_behind() == []

"""`python -m bench`: the figures of docs/performance.md, each beside the hand-written floor of the same run.

What was received must have been stored, and what was published must be exactly what was expected, before any speed is
printed. Exit code 1 when it was not.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bench.load import PROBE_DEVICES, Plan, Probe, percentile, send
from bench.subjects import Subject, metrics, start_daemon, start_daemon_again, start_floor
from tests.mosquitto import Mosquitto, find_mosquitto, free_port

MANY_DEVICES: Final = 100_000


@dataclass
class Result:
    """Everything measured; `wrong` says what did not come out as it must."""

    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, figure: str, subject: str, value: float) -> None:
        """Keep one figure of one subject."""
        self.figures.setdefault(figure, {})[subject] = value


@contextmanager
def broker() -> Iterator[tuple[Mosquitto, Path]]:
    """A real Mosquitto and a folder, gone afterwards."""
    program = find_mosquitto()
    if program is None:
        sys.exit("bench needs Mosquitto (apt install mosquitto)")
    with tempfile.TemporaryDirectory(prefix="wardwatch-bench-") as name:
        folder = Path(name)
        (folder / "broker").mkdir()
        started = Mosquitto(program, folder / "broker").start()
        try:
            yield started, folder
        finally:
            started.stop()


class Bench:
    """One run of everything."""

    def __init__(self, seconds: float, devices: int, say: Callable[[str], None]) -> None:
        self._seconds = seconds
        self._devices = devices
        self._say = say
        self.result = Result()

    def run(self) -> Result:
        """Measure all, quiet things first."""
        self._throughput("floor")
        self._throughput("daemon")
        self._rules()
        self._many_devices()
        return self.result

    def _start(
        self, subject: str, folder: Path, port: int, *, devices: int = 0, rules: int = 10
    ) -> tuple[Subject, int]:
        http_port = free_port()
        if subject == "floor":
            return start_floor(folder, port), http_port
        size = (devices or self._devices) + PROBE_DEVICES
        return start_daemon(folder, port, http_port, devices=size, rules=rules), http_port

    def _throughput(self, name: str) -> None:
        with broker() as (mosquitto, folder):
            subject, http_port = self._start(name, folder, mosquitto.port)
            stored = self._load(name, subject, mosquitto.port, stored=0, count=self._devices, rate=None)
            for rate in (5_000, 10_000):
                self._say(f"{name}: {rate} messages/s for {self._seconds:g} s")
                probe = Probe(mosquitto.port, self._devices, 50) if name == "daemon" and rate == 5_000 else None
                if probe:
                    probe.start()
                before = subject.cpu_s()
                began, count = time.monotonic(), int(rate * self._seconds)
                stored = self._load(name, subject, mosquitto.port, stored=stored, count=count, rate=rate)
                self.result.note(f"messages/s taken at {rate}/s offered", name, count / (time.monotonic() - began))
                extra = probe.sent if probe else 0
                cpu = (subject.cpu_s() - before) / (count + extra) * 1e6
                self.result.note(f"CPU ms per 1,000 messages at {rate}/s", name, cpu)
                if probe:
                    self._judge(probe)
                    stored = subject.stored()
            self._say(f"{name}: flat out")
            began, count = time.monotonic(), int(15_000 * self._seconds)
            self._load(name, subject, mosquitto.port, stored=stored, count=count, rate=None)
            self.result.note("messages/s flat out, 0 lost", name, count / (time.monotonic() - began))
            if name == "daemon":
                self._check_sum(http_port)
            subject.stop()

    def _load(self, name: str, subject: Subject, port: int, *, stored: int, count: int, rate: float | None) -> int:
        """Send, wait until all is durable, and say if it is not."""
        report = send(Plan(port, self._devices, count, rate))
        wanted = stored + report.sent
        found = subject.wait_for(wanted, 120)
        if found < wanted:
            self.result.wrong.append(f"{name}: {wanted - found} of {report.sent} messages were not stored")
        return found

    def _judge(self, probe: Probe) -> None:
        probe.finish()
        if probe.heard != probe.expected:
            missing, extra = probe.expected - probe.heard, probe.heard - probe.expected
            self.result.wrong.append(f"alerts: missing {dict(missing)}, not expected {dict(extra)}")
        self.result.note(
            "ms from reading to published alert at 5000/s, p50", "daemon", percentile(probe.latencies_ms, 0.5)
        )
        self.result.note(
            "ms from reading to published alert at 5000/s, p99", "daemon", percentile(probe.latencies_ms, 0.99)
        )

    def _check_sum(self, http_port: int) -> None:
        found = metrics(http_port)
        ended = found["readings_stored_total"] + found["readings_duplicate_total"]
        ended += sum(
            value for key, value in found.items() if key.startswith(("dead_letters_total", "readings_dropped"))
        )
        if found["readings_received_total"] != ended + found["readings_in_flight"]:
            self.result.wrong.append("received is not stored + duplicates + dead letters + dropped")

    def _rules(self) -> None:
        for rules in (10, 1_000):
            with broker() as (mosquitto, folder):
                subject, _ = self._start("daemon", folder, mosquitto.port, rules=rules)
                stored = self._load("daemon", subject, mosquitto.port, stored=0, count=self._devices, rate=None)
                self._say(f"daemon: {rules} rules")
                before, count = subject.cpu_s(), int(5_000 * self._seconds)
                self._load("daemon", subject, mosquitto.port, stored=stored, count=count, rate=5_000)
                cpu = (subject.cpu_s() - before) / count * 1e6
                self.result.note(f"CPU ms per 1,000 messages, {rules} rules spread over the devices", "daemon", cpu)
                subject.stop()

    def _many_devices(self) -> None:
        sizes = {}
        for devices in (1_000, MANY_DEVICES):
            with broker() as (mosquitto, folder):
                self._say(f"daemon: {devices} devices")
                subject, http_port = self._start("daemon", folder, mosquitto.port, devices=devices)
                plan = Plan(mosquitto.port, devices, devices, 10_000)  # idle devices are no burst
                send(plan)
                subject.wait_for(devices, 120)
                sizes[devices] = subject.memory()
                if devices == MANY_DEVICES:
                    send(plan)
                    subject.wait_for(2 * devices, 120)
                    subject.kill()
                    self._restart(folder, http_port)
                else:
                    subject.stop()
        idle = (sizes[MANY_DEVICES] - sizes[1_000]) / (MANY_DEVICES - 1_000)
        self.result.note("bytes per idle device", "daemon", idle)
        self.result.note("MB resident with 1,000 devices", "daemon", sizes[1_000] / 1e6)
        self.result.note(f"MB resident with {MANY_DEVICES:,} devices", "daemon", sizes[MANY_DEVICES] / 1e6)

    def _restart(self, folder: Path, http_port: int) -> None:
        self._say("daemon: restart after kill -9")
        began = time.monotonic()
        subject = start_daemon_again(folder, http_port)
        self.result.note(f"s to restart after kill -9, {MANY_DEVICES:,} devices", "daemon", time.monotonic() - began)
        restored = metrics(http_port)["restore_seconds"]
        self.result.note("s of that to restore the state", "daemon", restored)
        subject.stop()


def show(result: Result, console: Console) -> None:
    """The table, with the ratio to the floor where there is one."""
    table = Table(
        title=f"wardwatch bench · {platform.machine()} · {os.cpu_count()} cores · Python {platform.python_version()}"
    )
    for name in ("figure", "floor", "wardwatch", "ratio"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for figure, found in result.figures.items():
        floor, daemon = found.get("floor"), found.get("daemon")
        ratio = f"{daemon / floor:.2f}" if floor and daemon else ""
        table.add_row(figure, _number(floor), _number(daemon), ratio)
    console.print(table)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="wardwatch bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each stretch of load")
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout instead of the table")
    chosen = parser.parse_args()
    console = Console(stderr=True)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("starting")
        result = Bench(chosen.seconds, chosen.devices, lambda text: progress.update(task, description=text)).run()
    for wrong in result.wrong:
        console.print(f"[bold red]wrong:[/bold red] {wrong}", highlight=False)
    if chosen.json:
        sys.stdout.write(json.dumps(asdict(result)) + "\n")
    elif not result.wrong:
        show(result, Console(width=110))
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

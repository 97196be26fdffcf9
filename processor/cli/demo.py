"""`wardwatch demo`: a real broker, simulated devices and the daemon close a loop before your eyes.

A leak is sensed, a valve is closed, the flow reads zero, a worker's order is opened, accepted and closed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any, Final

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from processor.cli.demo_broker import free_port, start_broker, stop_process
from processor.cli.demo_story import Story
from processor.cli.demo_totals import figures_of, totals_of
from processor.cli.exit_codes import ExitCode
from processor.cli.wire_edges import records_of
from processor.cli.wire_store import ask_store
from processor.loading.example import write_example
from processor.loading.load import content_hash
from processor.loading.sources import read_sources
from processor.model.disposition import DispositionState
from processor.ports.rule_sets import SetCause, SetRequest
from processor.runtime.rule_sets import ALL

READY_WITHIN_S: Final = 60.0
SETTLE_WITHIN_S: Final = 20.0
TOTALS_EVERY_S: Final = 10.0
TOKEN: Final = "demonstration-only-on-loopback"  # noqa: S105  # the daemon of the demo lives for a minute, on loopback
DEVICES: Final = 60
STANDING: Final = ("firing", "recovering")  # an alert that is only pending may never come to anything


class Demo:
    """The processes of one demonstration and what was seen of them."""

    def __init__(self, folder: Path, story: Story) -> None:
        self._folder = folder
        self._story = story
        self._port, self._http = free_port(), free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._stop = threading.Event()
        self._proved: set[str] = set()
        self._api = httpx.Client(
            base_url=f"http://127.0.0.1:{self._http}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=10,
            trust_env=False,
        )

    def run(self, seconds: float | None) -> ExitCode:
        """The whole of it. Without `seconds`, until Ctrl-C."""
        began = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)
        totals = totals_of(Counter(), 0)
        try:
            self._start()
            if not self._stop.is_set():
                self._begin_devices()
                self._watch(began, seconds)
                totals = self._settle()
        finally:
            self._end()
        self._story.totals(totals, time.monotonic() - began)
        sys.stdout.write(json.dumps(totals) + "\n")
        return ExitCode.OK if totals["lost"] == 0 else ExitCode.PROBLEM

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    # ---- starting

    def _start(self) -> None:
        story = self._story
        broker, name = start_broker(self._folder, self._port)
        self._processes.append(broker)
        story.say(f"消息服务器 broker: {name}, 127.0.0.1:{self._port}")
        self._configure()
        self._approve()
        environment = {
            **os.environ,
            "WARDWATCH_BROKER__HOST": "127.0.0.1",
            "WARDWATCH_BROKER__PORT": str(self._port),
            "WARDWATCH_BROKER__PROTOCOL": "5" if name == "Mosquitto" else "3.1.1",
            "WARDWATCH_STORE__PATH": str(self._folder / "demo.db"),
            "WARDWATCH_CONSOLE__PORT": str(self._http),
            "WARDWATCH_CONSOLE__TOKEN": TOKEN,
        }
        command = ["-m", "processor.cli.main", "run", "-c", str(self._folder / "config")]
        daemon = self._spawn("daemon", command, environment)
        self._wait_ready(daemon)

    def _approve(self) -> None:
        """A fresh store would only show for 14 days what the rules' commands do: the demonstration takes the blame."""
        sources, _ = read_sources(self._folder / "config")
        reason = "演示：设备均为模拟 demonstration: every device is simulated"
        request = SetRequest(content_hash(sources), "demo", SetCause.APPROVE, reason, (ALL,))
        ask_store(self._folder / "demo.db", request)
        self._story.say(f"试运行期豁免 probation waived: by demo, {reason}")

    def _begin_devices(self) -> None:
        story = self._story
        story.say(f"守护进程就绪 daemon ready: http://127.0.0.1:{self._http}/metrics")
        self._listen()
        simulators = ["-m", "simulators", "run", "--port", str(self._port), "--devices", str(DEVICES)]
        simulators += ["--scenario", "demo", "--hurried", "--api", f"http://127.0.0.1:{self._http}"]
        simulators += ["--truth", str(self._folder / "truth.jsonl")]
        self._spawn("simulators", simulators, {**os.environ, "SIMULATORS_TOKEN": TOKEN})
        story.say(f"模拟设备 simulated devices: {DEVICES}")

    def _configure(self) -> None:
        """The shipped rules and profiles over a simulated district."""
        write_example(self._folder)
        for name in ("devices.yaml", "overrides.yaml"):
            (self._folder / "config" / name).unlink(missing_ok=True)
        command = [sys.executable, "-m", "simulators", "configure", str(self._folder / "config")]
        command += ["--devices", str(DEVICES)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  # our own words

    def _spawn(self, name: str, arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.log").open("wb") as log:
            # A session of its own: Ctrl-C reaches the demo, which then stops its children in order.
            process = subprocess.Popen(  # noqa: S603  # our own words
                [sys.executable, *arguments], stdout=log, stderr=log, env=environment, start_new_session=True
            )
        self._processes.append(process)
        return process

    def _wait_ready(self, daemon: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and daemon.poll() is None:
            if self._stop.is_set():
                return
            try:
                if self._api.get("/readyz").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        log = (self._folder / "daemon.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the daemon did not become ready:\n{log[-2000:]}")

    # ---- watching

    def _listen(self) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="demo-story")
        client.on_message = self._heard
        client.connect("127.0.0.1", self._port)
        client.subscribe([("wardwatch/alerts/#", 1), ("wardwatch/orders/#", 1), ("v1/+/+/+/command", 1)])
        client.loop_start()
        self._client = client

    def _heard(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        try:
            body = json.loads(message.payload)
        except ValueError:
            return
        if message.topic.endswith("/command"):
            self._story.command(message.topic, str(body.get("cmd")))
        elif message.topic.startswith("wardwatch/orders/"):
            self._story.order(body)
        elif body["state"] in STANDING or body["before"] in STANDING:
            self._story.alert(body)

    def _watch(self, began: float, seconds: float | None) -> None:
        totals_at = began + TOTALS_EVERY_S
        while not self._stop.wait(0.5):
            now = time.monotonic()
            self._tell_proofs()
            # The last seconds belong to the orderly end.
            if seconds is not None and now - began >= seconds - 3:
                return
            if now >= totals_at:
                totals_at = now + TOTALS_EVERY_S
                self._story.totals(self._totals(), now - began)

    def _tell_proofs(self) -> None:
        records = records_of(self._folder / "demo.db")
        try:
            for found in records.dispositions(states=frozenset({DispositionState.VERIFIED})):
                if found.command_id not in self._proved:
                    self._proved.add(found.command_id)
                    self._story.proof(found.device, found.command, found.evidence)
        finally:
            records.close()

    def _figures(self) -> Counter[str]:
        return figures_of(self._api.get("/metrics").text)

    def _totals(self) -> dict[str, Any]:
        return totals_of(self._figures(), self._published())

    def _published(self) -> int:
        """How many messages the broker acknowledged to the simulated devices, as they last said."""
        try:
            lines = (self._folder / "simulators.log").read_bytes().splitlines()
        except FileNotFoundError:
            return 0
        counted = [json.loads(line) for line in lines if line.startswith(b"{")]
        return int(counted[-1].get("acknowledged", 0)) if counted else 0

    # ---- ending

    def _settle(self) -> dict[str, Any]:
        """Stop the devices, let the daemon finish what the broker still has, and count."""
        self._story.say("收尾 finishing: 停止模拟设备 stopping the devices")
        for process in self._processes[2:]:
            stop_process(process)
        deadline = time.monotonic() + SETTLE_WITHIN_S
        totals = self._totals()
        while time.monotonic() < deadline and (totals["lost"] or self._figures()["readings_in_flight"]):
            time.sleep(0.2)
            totals = self._totals()
        self._tell_proofs()
        return totals

    def _end(self) -> None:
        if hasattr(self, "_client"):
            self._client.loop_stop()
        self._api.close()
        for process in reversed(self._processes):
            stop_process(process)


def demo(seconds: float | None) -> ExitCode:
    """Run the demonstration in a folder of its own that goes with it."""
    story = Story()
    with tempfile.TemporaryDirectory(prefix="wardwatch-demo-") as folder:
        try:
            return Demo(Path(folder), story).run(seconds)
        except (RuntimeError, httpx.TransportError) as error:
            story.say(str(error), "bold red")
            return ExitCode.PROBLEM

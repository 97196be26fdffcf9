"""The running simulation: on virtual time against a fleet in memory, and on a real broker."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from simulators.clock import RealClock, VirtualClock
from simulators.message import Event
from simulators.publish import Heard
from simulators.run import Simulation, run
from simulators.scenario import DEMO, ScenarioError
from simulators.settings import Progress, Settings, scenario_named
from simulators.truth import read_truth
from tests.mosquitto import Mosquitto, free_port
from tests.simulators.districts import START, body
from tests.waiting import eventually_sync


class Memory:
    """A broker that acknowledges at once; `answers` makes commands from what is published."""

    def __init__(self, answers: Callable[[Event], Heard | None] = lambda _: None, *, there: bool = True) -> None:
        self.published = self.acknowledged = self.refused = 0
        self.events: list[Event] = []
        self._answers = answers
        self._there = there
        self._heard: list[Heard] = []

    def start(self) -> None: ...

    def ready(self, timeout_s: float) -> bool:  # noqa: ARG002 - at once or never
        return self._there

    def publish(self, event: Event) -> None:
        self.events.append(event)
        self.published += 1
        self.acknowledged += 1
        heard = self._answers(event)
        if heard is not None:
            self._heard.append(heard)

    def heard(self) -> list[Heard]:
        found, self._heard = self._heard, []
        return found

    def settle(self, timeout_s: float) -> bool:  # noqa: ARG002 - always settled
        return True

    def stop(self) -> None: ...


def close_valve(event: Event) -> Heard | None:
    """What a daemon would answer to a wet sensor."""
    if "/leak/" not in event.topic or body(event)["wet"] != 1 or "leak-pump" not in event.device:
        return None
    building = event.device.removesuffix("-leak-pump")
    topic = f"v1/{building.split('-')[0]}/valve/{building}-r1-valve/command"
    return Heard(topic, json.dumps({"cmd": "close", "id": "c-1"}).encode())


def simulated(memory: Memory, **settings: Any) -> Progress:  # noqa: ANN401 - fields of Settings
    simulation = Simulation(
        Settings(**{"scenario": "demo", "duration_s": 60.0, **settings}), fleet=memory, clock=VirtualClock(START)
    )
    simulation.start()
    assert simulation.wait(30)
    return simulation.progress()


def test_the_demo_senses_the_leak_obeys_the_valve_and_reads_zero_within_25_seconds(tmp_path: Path) -> None:
    memory = Memory(close_valve)
    progress = simulated(memory, truth=tmp_path / "truth.jsonl")
    assert progress.finished
    assert progress.failure == ""
    assert progress.published == len(memory.events) > 400
    assert progress.commands_received >= progress.commands_obeyed == 1
    episodes = {episode.type: episode for episode in read_truth(tmp_path / "truth.jsonl")}
    assert set(episodes) == {spec.type for spec in DEMO.faults}
    leak = episodes["leak"]
    assert leak.t_end is not None
    assert leak.t_end - START < 25_000
    flow = leak.asset.removesuffix("-leak-pump") + "-r1-flow"
    after = [body(event)["flow_l_min"] for event in memory.events if event.device == flow and event.at > leak.t_end]
    assert len(after) > 10
    assert set(after) == {0.0}


def test_in_the_demo_the_socket_and_the_feeder_are_beyond_their_limits_for_half_a_minute() -> None:
    memory = Memory(close_valve)
    simulated(memory)
    hot = [
        event.at
        for event in memory.events
        if "/ebike/" in event.topic and max(port["socket_temp"] for port in body(event)["ports"]) >= 65
    ]
    leaking = [
        event.at for event in memory.events if "/electrical/" in event.topic and body(event)["residual_ma"] >= 300
    ]
    assert min(hot) - START < 15_000
    assert max(hot) - min(hot) > 40_000
    assert min(leaking) - START < 10_000
    assert max(leaking) - min(leaking) > 45_000


def test_every_device_of_the_demo_has_reported_before_its_first_fault() -> None:
    memory = Memory()
    simulated(memory, duration_s=4.0)
    plan_speakers = {event.device for event in memory.events}
    assert len(plan_speakers) == 60 - 2 * 10 + 2  # ports speak through their pile


def test_the_same_settings_give_the_same_messages() -> None:
    first, second = Memory(close_valve), Memory(close_valve)
    simulated(first)
    simulated(second)
    assert first.events == second.events


def test_no_broker_is_said_so_with_its_address() -> None:
    progress = simulated(Memory(there=False), port=1999, connect_within_s=0.5)
    assert progress.failure.startswith("no broker at 127.0.0.1:1999 within 0.5 s")
    assert progress.published == 0


def test_a_scenario_that_does_not_fit_ends_the_run_with_its_words() -> None:
    progress = simulated(Memory(), devices=2)
    assert "no device of profile" in progress.failure


def test_alerts_that_are_heard_are_kept_for_the_score(tmp_path: Path) -> None:
    def announce(event: Event) -> Heard | None:
        return Heard("wardwatch/alerts/c01/d1/LK-01", b'{"alert":"a"}') if "/meter/" in event.topic else None

    simulated(Memory(announce), alerts=tmp_path / "alerts.jsonl", duration_s=6.0)
    assert set((tmp_path / "alerts.jsonl").read_bytes().splitlines()) == {b'{"alert":"a"}'}


def test_a_scenario_comes_from_its_name_or_its_file(tmp_path: Path) -> None:
    assert scenario_named("demo") is DEMO
    file = tmp_path / "night.yaml"
    file.write_text("period_s: 5\nfaults:\n- {type: leak, at_s: 3, where: {room_kind: flat}}\n", encoding="utf-8")
    night = scenario_named(str(file))
    assert (night.name, night.period_s, night.faults[0].where) == ("night", 5, {"room_kind": "flat"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("faults: [{typ: leak}]", "typ"),
        ("faults: {", "while parsing"),
        ("- 1", "Expected `object`"),
        ("period_s: soon", "Expected `float | null`"),
    ],
)
def test_a_bad_scenario_file_is_refused_with_its_name_and_the_reason(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        scenario_named(str(file))
    assert str(file) in str(caught.value)
    assert words in str(caught.value)


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(ScenarioError, match="there are demo, healthy"):
        scenario_named("demmo")


def test_a_real_clock_that_is_stopped_waits_no_longer() -> None:
    clock = RealClock(start=START)
    released = threading.Event()

    def wait() -> None:
        if not clock.wait_until(START + 10**9):
            released.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    clock.stop()
    waiter.join(10)
    assert released.is_set()


def test_a_speed_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="speed must be above 0"):
        RealClock(0.0)


class Watcher:
    """A program beside the broker that sees every message and closes the valve of a wet pump room."""

    def __init__(self, broker: Mosquitto) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe("v1/#", 1) and None
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, topic: str, payload: bytes, *, retain: bool) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def of(self, channel: str) -> list[dict[str, Any]]:
        return [tree for topic, tree in self.events if topic.endswith(channel)]

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/command"):
            return
        tree = json.loads(message.payload)
        self.events.append((message.topic, tree))
        _, community, _, device, _ = message.topic.split("/")
        heard = close_valve(Event(0, device, message.topic, bytes(message.payload)))
        if message.topic.endswith("telemetry") and heard is not None:
            assert f"/{community}/" in heard.topic
            client.publish(heard.topic, heard.payload, qos=1)


@pytest.fixture
def watcher(mosquitto: Mosquitto) -> Iterator[Watcher]:
    found = Watcher(mosquitto)
    yield found
    found.stop()


def test_over_a_real_broker_the_loop_closes_and_every_message_is_acknowledged(
    mosquitto: Mosquitto, watcher: Watcher, tmp_path: Path
) -> None:
    settings = Settings(
        host=mosquitto.host, port=mosquitto.port, scenario="demo", speed=10.0, truth=tmp_path / "truth.jsonl"
    )
    simulation = Simulation(settings)
    simulation.start()
    eventually_sync(lambda: watcher.of("/reply"), "the valve's reply")
    eventually_sync(
        lambda: any(tree.get("position") == "closed" for tree in watcher.of("/telemetry")), "the closed valve"
    )
    progress = simulation.stop()
    assert progress.failure == ""
    assert progress.published == progress.acknowledged > 100
    assert progress.commands_obeyed == 1
    eventually_sync(lambda: len(watcher.of("/telemetry")) + len(watcher.of("/reply")) == progress.published, "the rest")
    assert watcher.of("/reply")[0]["ok"] is True
    assert read_truth(tmp_path / "truth.jsonl")


def test_a_retained_command_is_no_command(mosquitto: Mosquitto, watcher: Watcher) -> None:
    topic = "v1/c01/valve/c01-b1-r1-valve/command"
    watcher.say(topic, b'{"cmd": "close", "id": "old"}', retain=True)
    simulation = Simulation(Settings(host=mosquitto.host, port=mosquitto.port, speed=50.0))
    simulation.start()
    eventually_sync(lambda: simulation.progress().acknowledged > 5, "the first messages")
    watcher.say(topic, b'{"cmd": "close", "id": "new"}', retain=False)
    eventually_sync(lambda: watcher.of("/reply"), "the reply to the fresh one")
    assert simulation.stop().commands_received == 1
    assert [tree["id"] for tree in watcher.of("/reply")] == ["new"]


def test_a_run_against_nobody_ends_by_itself() -> None:
    progress = run(Settings(port=free_port(), connect_within_s=0.2, duration_s=1.0))
    assert progress.finished
    assert "is it running" in progress.failure

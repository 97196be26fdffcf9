"""Rules are edited again and again while a real daemon is under load: no reading is lost, no clock begins anew."""

import itertools
import json
import signal
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from processor.adapters.sqlite.past import SqlitePast
from processor.adapters.sqlite.queries import SqliteRecords
from processor.model.alert import AlertCause, AlertState
from processor.model.reading import Reading
from tests.cli.calling import District, daemon_of
from tests.cli.test_rules import of_town
from tests.mosquitto import Mosquitto
from tests.runtime.town import HIGH, LEAK, SILENT, sources
from tests.waiting import eventually_sync

pytestmark = [pytest.mark.mosquitto, pytest.mark.xdist_group("cli-live-edit")]

DEVICES = [f"w-x{number}" for number in range(12)]
TICK_S = 0.05  # 12 devices: 240 messages a second
HELD = HIGH.replace("for: 2 min, samples: 2", "for: 3 s, samples: 2").replace("for: 1 min", "for: 1 s")
# Edits come more often than this hold is long: were a clock to begin anew with any of them, nothing would ever fire.
EDIT_EVERY_S = 0.4
GOOD = [HELD + LEAK.replace("{when: wet}", f"{{when: wet, for: {seconds} s}}") + SILENT for seconds in (5, 6, 7)]
BAD = [HELD + LEAK.replace("when: wet", "when: wett") + SILENT, HELD + "M-02: [", ""]


class Load:
    """Every device says its current, again and again; `said` counts what the broker acknowledged."""

    def __init__(self, port: int) -> None:
        self.current = 100.0
        self.said = 0
        self._stop = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="load")
        self._client.max_inflight_messages_set(1_000)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._sent: list[mqtt.MQTTMessageInfo] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(TICK_S):
            payload = json.dumps({"ts": int(time.time() * 1000), "current": self.current})
            self._sent += [self._client.publish(f"v1/west/meter/{each}/telemetry", payload, qos=1) for each in DEVICES]

    def end(self) -> int:
        """How many messages the broker took."""
        self._stop.set()
        self._thread.join(20)
        eventually_sync(lambda: all(each.is_published() for each in self._sent), "the broker's acknowledgements")
        self._client.disconnect()
        self._client.loop_stop()
        return len(self._sent)


class Editor:
    """Saves good and bad rules in turn, and has them read by a saved file, a signal and a request in turn."""

    def __init__(self, district: District, process: Any) -> None:  # noqa: ANN401 - a Popen
        self._district = district
        self._process = process
        self._stop = threading.Event()
        self.edits = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        texts = itertools.cycle([GOOD[0], BAD[0], GOOD[1], BAD[1], GOOD[2], BAD[2]])
        while not self._stop.wait(EDIT_EVERY_S):
            self._district.write("rules/town.yaml", next(texts))
            self.edits += 1
            if self.edits % 3 == 0:
                self._process.send_signal(signal.SIGHUP)
            elif self.edits % 3 == 1:
                headers = {"Authorization": f"Bearer {self._district.environment['WARDWATCH_CONSOLE__TOKEN']}"}
                answer = httpx.post(
                    f"{self._district.address}/api/reload", json={"person": "li"}, headers=headers, trust_env=False
                )
                assert answer.status_code in {200, 422}

    def end(self) -> None:
        self._stop.set()
        self._thread.join(20)


def lives(store: Path) -> dict[str, list[list[tuple[AlertState, AlertCause]]]]:
    """By device: the steps of each alert of the rule that nobody edits, in order of time."""
    records = SqliteRecords(store)
    try:
        found = defaultdict(list)
        for each in sorted(records.alerts(rule="M-01", limit=1_000), key=lambda alert: alert.first_at):
            steps = records.transitions(each.transition.alert)
            found[each.transition.subject].append([(step.after, step.cause) for step in steps])
        return dict(found)
    finally:
        records.close()


def readings_in(store: Path) -> int:
    past = SqlitePast(store)
    try:
        inputs = (each for _, block in past.blocks(0) for each in block.inputs)
        return sum(isinstance(each, Reading) and each.device in DEVICES for each in inputs)
    finally:
        past.close()


def one_alarm(load: Load, store: Path, number: int) -> None:
    """The current is high until every device's alert fires, then low until all are over."""

    def all_ended(state: AlertState) -> bool:
        found = lives(store)
        return len(found) == len(DEVICES) and all(
            len(each) == number and each[-1][-1][0] is state for each in found.values()
        )

    load.current = 400.0
    eventually_sync(lambda: all_ended(AlertState.FIRING), f"alarm {number} of every device", 60)
    load.current = 100.0
    eventually_sync(lambda: all_ended(AlertState.OK), f"the end of alarm {number} of every device", 60)


def test_edits_under_load_lose_no_reading_and_no_clock(broker: Mosquitto, tmp_path: Path) -> None:
    district = of_town(tmp_path / "district")
    district.environment["WARDWATCH_BROKER__PORT"] = str(broker.port)
    district.environment["WARDWATCH_BROKER__CLIENT_ID"] = "edited"
    meters = "".join(f"  {each}: {{profile: meter, place: west/b1}}\n" for each in DEVICES)
    district.write("config/devices.yaml", sources()["config/devices.yaml"] + meters)
    district.write("rules/town.yaml", GOOD[-1])
    store = Path(district.environment["WARDWATCH_STORE__PATH"])
    with daemon_of(district) as process:
        load = Load(broker.port)
        one_alarm(load, store, 1)  # without edits
        editor = Editor(district, process)
        try:
            one_alarm(load, store, 2)  # under edits
        finally:
            editor.end()
        one_alarm(load, store, 3)
        said = load.end()
        eventually_sync(lambda: readings_in(store) == said, "every reading in the journal", 60)
        history = district.said("rules", "history", "--limit", "1000")["items"]
    assert editor.edits >= 6
    assert len(history) > 2, "good sets came into force"
    for alarms in lives(store).values():
        undisturbed, edited, after = alarms
        assert edited == undisturbed == after

"""The daemon as its settings join it: a locked broker, a webhook, a time-series database, limits, dead letters."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from time import time
from typing import Any

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt import publish
from paho.mqtt.enums import CallbackAPIVersion

from processor.adapters.channels.webhook import sign
from processor.runtime.announcements import AlertMessage
from tests.adapters.influx.server import Answer, FakeInflux
from tests.adapters.mqtt.authority import Authority
from tests.cli.calling import LEAK, District, daemon_of, publish_leak
from tests.cli.hook import hook
from tests.conftest import MosquittoFactory
from tests.mosquitto import Mosquitto
from tests.runtime.test_announcements import SCHEMA, faults
from tests.victoria import Victoria, require_victoria
from tests.waiting import eventually_sync

pytestmark = pytest.mark.mosquitto

PASSWORD, KEY = "pässword", "a-shared-key"
SENSOR = "v1/lakeside/leak/{}/telemetry"


class Lock:
    """A broker that wants a certificate, a name and a password, and who may open it."""

    def __init__(self, folder: Path, start: MosquittoFactory) -> None:
        program = which("mosquitto_passwd")
        if program is None:
            pytest.skip("mosquitto_passwd is not installed: a broker with passwords cannot be made")
        authority = Authority(folder / "authority")
        broker, broker_key = authority.issue("broker")
        self.certificate, self.key = authority.issue("wardwatch")
        self.ca = authority.ca
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        subprocess.run([program, "-b", str(passwords), "wardwatch", PASSWORD], check=True, capture_output=True)
        self.broker: Mosquitto = start(
            "allow_anonymous false",
            f"password_file {passwords}",
            listener=(f"cafile {self.ca}", f"certfile {broker}", f"keyfile {broker_key}", "require_certificate true"),
        )

    def open(self, client: paho.Client) -> paho.Client:
        client.tls_set(str(self.ca), str(self.certificate), str(self.key))
        client.username_pw_set("wardwatch", PASSWORD)
        client.connect(self.broker.host, self.broker.port)
        return client


@contextmanager
def listening(lock: Lock, topics: str) -> Iterator[tuple[paho.Client, list[paho.MQTTMessage]]]:
    """A client and what it has received since it subscribed."""
    heard: list[paho.MQTTMessage] = []
    granted: list[object] = []
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="beside")
    client.on_message = lambda _client, _data, message: heard.append(message)
    client.on_subscribe = lambda *_: granted.append(True)
    lock.open(client).loop_start()
    client.subscribe(topics, qos=2)
    eventually_sync(lambda: granted, "the subscription")
    yield client, heard
    client.disconnect()
    client.loop_stop()


def test_a_leak_over_tls_with_certificate_and_password_reaches_the_alert_topic_and_a_signed_webhook(
    district: District, mosquitto_factory: MosquittoFactory, tmp_path: Path
) -> None:
    lock = Lock(tmp_path, mosquitto_factory)
    with hook() as (address, posted), listening(lock, "wardwatch/alerts/#") as (device, heard):
        for name, text in {"password": PASSWORD, "desk_url": address, "desk_key": KEY}.items():
            district.write(f"config/{name}", text + "\n")
        district.write(
            "config/wardwatch.yaml",
            f"""\
broker:
  port: {lock.broker.port}
  protocol: 3.1.1
  username: wardwatch
  password_file: password
  tls: {{ca: {lock.ca}, certificate: {lock.certificate}, key: {lock.key}}}
channels: {{console: {{kind: webhook, url_file: desk_url, secret_file: desk_key}}}}
rules: ../rules
""",
        )
        district.environment["WARDWATCH_BROKER__PORT"] = str(lock.broker.port)
        with daemon_of(district):
            device.publish(SENSOR.format(LEAK), said(), qos=1)
            eventually_sync(lambda: heard and posted, "the alert and the reminder")
    firing = next(message for message in heard if json.loads(message.payload)["state"] == "firing")
    assert (firing.topic, firing.qos, firing.retain) == (f"wardwatch/alerts/lakeside/{LEAK}/LK-01", 1, False)
    assert faults(json.loads(firing.payload), SCHEMA) == []
    alert = msgspec.json.decode(firing.payload, type=AlertMessage)
    assert (alert.level, alert.reading_at is not None and alert.reading_at <= alert.decided_at) == ("L2", True)
    assert alert.decided_at <= alert.published_at
    headers, body = posted[0]
    assert headers["X-Wardwatch-Signature"] == sign(KEY, headers["X-Wardwatch-Timestamp"], body)
    told = json.loads(body)
    assert (told["rule"], told["subject"], told["alert"]) == ("LK-01", LEAK, alert.alert)
    assert headers["Idempotency-Key"]


def said(**changed: object) -> str:
    """What a leak sensor says."""
    values = {"ts": int(time() * 1000), "wet": 1, "battery_pct": 90, "temp": 15.0, "tamper": 0}
    return json.dumps({**values, **changed})


def tell(broker: Mosquitto, device: str, payload: str) -> None:
    publish.single(SENSOR.format(device), payload, qos=1, hostname=broker.host, port=broker.port, client_id="sensor")


def dead(district: District) -> dict[str, Any]:
    """Dead letters by the reason they are listed with."""
    return {letter["reason"]: letter for letter in district.said("deadletters")["items"]}


def test_limits_act_and_what_is_refused_is_listed_and_becomes_readings_once_the_profile_is_mended(
    district: District, mosquitto: Mosquitto
) -> None:
    district.environment["WARDWATCH_BROKER__PORT"] = str(mosquitto.port)
    with daemon_of(district):
        tell(mosquitto, LEAK, said(note="x" * 256 * 1024))
        tell(mosquitto, LEAK, said(note=json.loads("[" * 40 + "]" * 40)))
        tell(mosquitto, LEAK, "not json")
        tell(mosquitto, LEAK, said(wet="maybe?"))
        tell(mosquitto, LEAK, said(battery_pct=[]))
        tell(mosquitto, LEAK, said(battery_pct=120))
        tell(mosquitto, "lakeside-nowhere", said())
        eventually_sync(lambda: len(dead(district)) >= 6, "every dead letter")
        found = dead(district)
        assert found.keys() >= {"too_large", "too_deep", "undecodable", "wrong_type", "out_of_range", "unknown_device"}
        assert all(letter["topic"].startswith("v1/lakeside/leak/") for letter in found.values())
        assert district.said("deadletters", "retry", "--reason", "out_of_range")["stored"] == 0
        district.replace("config/profiles/leak_sensor.yaml", "range: [0, 100]", "range: [0, 150]")
        assert district.said("reload", "--by", "li")["ok"] is True
        done = district.said("deadletters", "retry", "--reason", "out_of_range")
        assert done == {"retried": 1, "stored": 1, "still_dead": 0}
        assert "out_of_range" not in dead(district)
        mended = [item for item in district.said("readings", LEAK)["items"] if "retried" in item["flags"]]
        assert [item["values"]["battery"] for item in mended] == [120]


def test_readings_reach_a_time_series_database_that_was_down_at_the_start_and_again(
    district: District, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    database = Victoria(require_victoria(), tmp_path / "victoria")
    own = {"BROKER__PORT": str(mosquitto.port), "INFLUX__URL": database.url, "INFLUX__TOKEN": "t"}
    district.environment |= {f"WARDWATCH_{name}": value for name, value in own.items()}
    try:
        with daemon_of(district):
            publish_leak(mosquitto, wet=False)
            eventually_sync(lambda: district.said("readings", LEAK)["items"], "the reading, with the database down")
            database.start()
            eventually_sync(lambda: wet(database) == [0.0], "the point", 60)
            database.stop()
            publish_leak(mosquitto)
            eventually_sync(lambda: len(district.said("readings", LEAK)["items"]) == 2, "the second reading")
            database.start()
            eventually_sync(lambda: wet(database) == [0.0, 1.0], "both points", 60)
    finally:
        database.stop()


def test_a_line_that_the_database_refuses_becomes_a_dead_letter_and_the_others_arrive(
    district: District, mosquitto: Mosquitto
) -> None:
    odd = "sunrise-b1-leak-electric"
    with FakeInflux() as database:
        database.answer = lambda request: Answer(400, "odd line") if odd in "".join(request.lines) else Answer()
        own = {"BROKER__PORT": str(mosquitto.port), "INFLUX__URL": database.url, "INFLUX__TOKEN": "t"}
        district.environment |= {f"WARDWATCH_{name}": value for name, value in own.items()}
        with daemon_of(district):
            for device in (LEAK, odd):
                publish_leak(mosquitto, device, wet=False)
            eventually_sync(lambda: dead(district) and database.points, "the letter and the line")
            letter = dead(district)["sink_refused"]
            assert (letter["device"], "odd line" in letter["detail"]) == (odd, True)
            (line,) = database.points
            assert LEAK in line


def wet(database: Victoria) -> list[float]:
    found = sorted((at, value) for (_, name, at), value in database.samples().items() if name == "leak_sensor_wet")
    return [value for _, value in found]

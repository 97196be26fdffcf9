"""`wardwatch doctor` names what is wrong: each trouble made on purpose, on real servers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from paho.mqtt import publish

from processor.cli.doctor_daemon import _figures, look_at_database
from processor.cli.findings import Finding, Standing
from processor.cli.listening import Listener
from processor.cli.wire_doctor import decoder_for
from processor.loading.load import load
from processor.loading.settings import load_settings
from processor.loading.sources import read_sources
from processor.model.time import DAY, HOUR, SECOND
from processor.ports.broker import Message
from tests.cli.calling import District, publish_leak
from tests.conftest import MosquittoFactory
from tests.mosquitto import Mosquitto, free_port
from tests.waiting import eventually_sync

NOW = 1_700_000_000_000


def wrongs(district: District, *arguments: str, **changed: str) -> dict[str, str]:
    """What is wrong, by the check, in English."""
    found = district.said("doctor", "--listen", "0.2s", *arguments, **changed)["findings"]
    return {each["check"]: each["what"]["en"] for each in found if each["standing"] == "wrong"}


def test_a_broker_that_is_not_there(district: District) -> None:
    assert "nothing listens at this address" in wrongs(district, broker__port=str(free_port()))["broker"]


def test_a_host_that_nobody_knows(district: District) -> None:
    assert "host name is unknown" in wrongs(district, broker__host="no-such-host.invalid")["broker"]


def test_a_wrong_configuration_does_not_stop_the_other_checks(district: District) -> None:
    district.replace("rules/water.yaml", "when: wet", "when: wett")
    found = wrongs(district)
    assert {"configuration", "broker"} <= found.keys()
    assert "wett" in found["configuration"]


def test_settings_that_cannot_be_read_are_the_finding(district: District) -> None:
    district.write("config/wardwatch.yaml", "brokr: {}\n")
    assert "brokr" in wrongs(district)["settings"]


def test_a_store_that_is_none_and_a_folder_that_is_not_there(district: District) -> None:
    (district.folder / "wardwatch.db").write_bytes(b"not a database" * 100)
    found = wrongs(district)
    assert "cannot be used" in found["store"]
    assert "No daemon answers" in found["daemon"]  # a store means that there should be one
    assert "is not there" in wrongs(district, store__path="/nowhere/at/all.db")["store"]


def test_it_speaks_chinese_to_people_and_ends_with_1(district: District) -> None:
    result = district.call("doctor", "--lang", "zh")
    assert result.exit_code == 1
    assert "✗ MQTT 服务器: 127.0.0.1:1: 没有程序在该地址端口监听" in result.stdout


@pytest.mark.mosquitto
def test_nothing_is_wrong_before_the_first_start(district: District, mosquitto: Mosquitto) -> None:
    result = district.call("doctor", "--listen", "0.1s", "--lang", "en", broker__port=str(mosquitto.port))
    assert result.exit_code == 0, result.output
    assert "Nothing is wrong." in result.stdout
    assert "leak_sensor" in result.stdout  # silent, which a tenth of a second does not make wrong


@pytest.mark.mosquitto
def test_a_broker_that_does_not_let_us_in(district: District, mosquitto_factory: MosquittoFactory) -> None:
    broker = mosquitto_factory("allow_anonymous false")
    assert "authorise" in wrongs(district, broker__port=str(broker.port))["broker"]


@pytest.mark.mosquitto
def test_the_visit_leaves_no_session_behind(district: District, mosquitto: Mosquitto) -> None:
    for protocol in ("5", "3.1.1"):
        assert wrongs(district, broker__port=str(mosquitto.port), broker__protocol=protocol) == {}
    assert mosquitto.log().count("wardwatch-doctor-") >= 2
    assert " c0" not in mosquitto.log()  # a session that is kept


@pytest.mark.mosquitto
def test_what_is_heard_silent_or_unreadable(district: District, mosquitto: Mosquitto) -> None:
    told: list[dict[str, Any]] = []
    port = str(mosquitto.port)

    def listen() -> None:
        told.extend(district.said("doctor", "--listen", "3s", broker__port=port)["findings"])

    listening = Thread(target=listen)
    listening.start()
    eventually_sync(lambda: "wardwatch-doctor-" in mosquitto.log(), "the visit")
    while listening.is_alive():
        publish_leak(mosquitto)
        publish.single("v1/sunrise/leak/stranger/telemetry", '{"wet": 1}', hostname="127.0.0.1", port=mosquitto.port)
        listening.join(0.2)
    words = {(each["check"], each["standing"]): each["what"]["en"] for each in told}
    assert "messages came" in words["topics", "ok"]
    assert "unknown_device" in words["messages", "wrong"]
    assert "within a minute" in words["clocks", "ok"]
    silent = [each["what"]["en"] for each in told if each["check"] == "topics" and each["standing"] == "note"]
    assert any("water_valve" in each for each in silent)
    assert not any("leak_sensor" in each for each in silent)


def listener_of(district: District) -> Listener:
    settings, _ = load_settings(district.config / "wardwatch.yaml", {})
    loaded = load(read_sources(district.config)[0])
    assert settings is not None
    assert loaded.district is not None
    return Listener(loaded.district, decoder_for(settings, loaded.district))


@pytest.mark.parametrize(
    ("ahead", "wrong"), [(0, False), (59 * SECOND, False), (61 * SECOND, True), (-HOUR, True), (2 * DAY, True)]
)
def test_a_clock_that_is_off_by_more_than_a_minute_is_named(district: District, ahead: int, *, wrong: bool) -> None:
    listener = listener_of(district)
    payload = json.dumps({"ts": NOW + ahead, "wet": 0}).encode()
    topic = "v1/lakeside/leak/lakeside-b1-leak-pump/telemetry"
    listener.take(Message(topic, payload, False, False, None, NOW))
    assert list(listener.wrong_clocks) == (["lakeside-b1-leak-pump"] if wrong else [])
    assert listener.clocks == 1


def test_what_the_broker_had_kept_says_nothing_about_who_speaks_now(district: District) -> None:
    listener = listener_of(district)
    topic = "v1/lakeside/leak/lakeside-b1-leak-pump/telemetry"
    listener.take(Message(topic, b'{"ts": 1, "wet": 0}', True, False, None, NOW))
    assert (listener.messages, listener.retained, listener.clocks) == (1, 1, 0)
    assert "leak_sensor" in {silent.name for silent in listener.silent()}


@contextmanager
def database(status: int) -> Iterator[str]:
    """A server that answers every write with this status."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def database_finding(district: District, url: str) -> Finding:
    environment = {"WARDWATCH_INFLUX__URL": url, "WARDWATCH_INFLUX__TOKEN": "t"}
    settings, problems = load_settings(district.config / "wardwatch.yaml", environment)
    assert settings is not None, problems
    return look_at_database(settings)[0]


@pytest.mark.parametrize(
    ("status", "standing", "words"),
    [
        (204, Standing.OK, "takes our readings"),
        (400, Standing.OK, "takes our readings"),  # refused only for having no lines
        (401, Standing.WRONG, "does not know the token"),
        (403, Standing.WRONG, "may not write"),
        (404, Standing.WRONG, "organisation or the bucket"),
        (503, Standing.WRONG, "HTTP 503"),
    ],
)
def test_what_the_database_says(district: District, status: int, standing: Standing, words: str) -> None:
    with database(status) as url:
        found = database_finding(district, url)
    assert (found.standing, words in found.what.en) == (standing, True)


def test_a_database_that_is_down(district: District) -> None:
    assert "does not answer" in database_finding(district, f"http://127.0.0.1:{free_port()}").what.en


def test_doctor_says_that_rules_only_watch_and_how_a_person_lets_them_act() -> None:
    (found,) = [each for each in _figures("wardwatch_rules_on_probation 2\n") if each.what.en.startswith("2 rules")]
    assert "wardwatch shadow approve" in found.what.en
    assert "wardwatch shadow approve" in found.what.zh
    assert not [each for each in _figures("wardwatch_rules_on_probation 0\n") if "probation" in each.what.en]

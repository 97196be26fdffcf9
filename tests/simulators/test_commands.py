"""Devices obey what docs/simulator-topics.md says: once per id, never late, never more than they may."""

import json
from typing import Any

import pytest

from simulators.district import District
from simulators.message import Event
from simulators.scenario import FaultSpec
from tests.simulators.districts import START, bodies, body, district, live

PILE = "c01-b1-pile1"


def order(place: District, family: str, device: str, **fields: Any) -> list[Event]:  # noqa: ANN401 - any JSON
    payload = json.dumps({"id": "c-1", **fields}).encode()
    return place.command(f"v1/c01/{family}/{device}/command", payload)


def reply(events: list[Event]) -> dict[str, Any]:
    (found,) = [event for event in events if event.topic.endswith("/reply")]
    return body(found)


def ready() -> District:
    place = district()
    live(place, 120)
    return place


@pytest.mark.parametrize(
    ("family", "device", "fields", "effect"),
    [
        ("dispenser", "c01-b1-disp", {"cmd": "heater_off"}, {"heater": False}),
        ("dispenser", "c01-b1-disp", {"cmd": "inlet_close"}, {"inlet": "closed"}),
        ("dispenser", "c01-b1-disp", {"cmd": "lock_dispensing"}, {"locked": True}),
        ("ev", "c01-b1-ev1", {"cmd": "stop"}, {"current": 0.0}),
        ("ev", "c01-b1-ev1", {"cmd": "stop_and_lock"}, {"locked": True, "status": "Unavailable"}),
        ("ev", "c01-b1-ev1", {"cmd": "derate", "percent": 50}, {"limit_a": 16}),
        ("electrical", "c01-b1-el-shed", {"cmd": "open"}, {"brk": 0}),
        ("valve", "c01-b1-r1-valve", {"cmd": "close"}, {"position": "moving"}),
    ],
)
def test_a_device_that_obeyed_says_so_and_shows_it_at_once(
    family: str, device: str, fields: dict[str, Any], effect: dict[str, Any]
) -> None:
    place = ready()
    events = order(place, family, device, **fields)
    assert reply(events) == {"id": "c-1", "ok": True, "ts": place.now}
    shown = bodies(events, device)[-1]
    assert {name: shown[name] for name in effect} == effect
    assert place.obeyed() == 1
    assert [(action.device, action.command) for action in place.actions] == [(device, fields["cmd"])]


@pytest.mark.parametrize("port", [3, "3"])
def test_a_port_stops_and_stays_locked_until_a_person_unlocks_it(port: int | str) -> None:
    place = district(FaultSpec("hot_socket", at_s=60, asset=f"{PILE}-p3"))
    live(place, 120)
    events = order(place, "ebike", PILE, cmd="stop_and_lock", port=port)
    assert reply(events) == {"id": "c-1", "port": 3, "ok": True, "ts": place.now}
    third = bodies(events, PILE)[-1]["ports"][2]
    assert (third["current_ma"], third["locked"], third["state"], third["end_reason"]) == (0, True, 3, 12)
    refused = order(place, "ebike", PILE, id="c-2", cmd="start_port", port=port)
    assert reply(refused)["error"] == "locked"
    order(place, "ebike", PILE, id="c-3", cmd="unlock_port", port=port)
    started = order(place, "ebike", PILE, id="c-4", cmd="start_port", port=port)
    assert bodies(started, PILE)[-1]["ports"][2]["state"] == 2
    assert place.actions[0].device == f"{PILE}-p3"


def test_stop_all_stops_and_locks_every_port() -> None:
    place = ready()
    events = order(place, "ebike", PILE, cmd="stop_all", port=3)
    ports = bodies(events, PILE)[-1]["ports"]
    assert all(port["locked"] and port["current_ma"] == 0 for port in ports)
    assert place.actions[0].device == PILE


def test_a_command_id_is_obeyed_once_and_answered_each_time() -> None:
    place = ready()
    order(place, "valve", "c01-b1-r1-valve", cmd="close")
    live(place, 60)
    order(place, "valve", "c01-b1-r1-valve", id="c-2", cmd="open")
    live(place, 60)
    again = order(place, "valve", "c01-b1-r1-valve", cmd="close")
    assert reply(again)["ok"] is True
    assert bodies(live(place, 60), "c01-b1-r1-valve", "telemetry") == []
    assert place.obeyed() == 2
    assert place.site.branches["c01/b1/r1"].open_fraction == 1.0


@pytest.mark.parametrize(
    ("fields", "ok"),
    [
        ({"expires_at": START + 119_000}, False),
        ({"expires_at": START + 121_000}, True),
        ({"ttl_s": 0}, False),
        ({"ttl_s": 30}, True),
    ],
)
def test_an_expired_command_is_not_obeyed(fields: dict[str, Any], ok: bool) -> None:
    place = ready()
    answer = reply(order(place, "valve", "c01-b1-r1-valve", cmd="close", **fields))
    assert answer["ok"] is ok
    assert answer.get("error") == (None if ok else "expired")
    assert place.obeyed() == int(ok)


@pytest.mark.parametrize(
    ("family", "device", "fields", "error"),
    [
        ("valve", "c01-b1-r1-valve", {"cmd": "explode"}, "unknown_command"),
        ("ebike", PILE, {"cmd": "stop_port", "port": 99}, "bad_port"),
        ("ebike", PILE, {"cmd": "stop_port", "port": "x"}, "bad_port"),
        ("ebike", PILE, {"cmd": "stop_port"}, "bad_port"),
        ("electrical", "c01-b1-el-main", {"cmd": "open"}, "not_allowed"),
        ("leak", "c01-b1-leak-pump", {"cmd": "close"}, "unknown_command"),
        ("flow", "c01-b1-r1-flow", {"cmd": "close"}, "unknown_command"),
        ("meter", "c01-b1-meter", {"cmd": "open"}, "unknown_command"),
        ("ev", "c01-b1-ev1", {"cmd": "open"}, "unknown_command"),
        ("dispenser", "c01-b1-disp", {"cmd": "open"}, "unknown_command"),
    ],
)
def test_what_a_device_cannot_do_is_declined_by_name(
    family: str, device: str, fields: dict[str, Any], error: str
) -> None:
    place = ready()
    assert reply(order(place, family, device, **fields))["error"] == error
    assert place.obeyed() == 0
    assert place.actions == []


@pytest.mark.parametrize(
    "payload", [b"", b"close", b"[]", b'{"id": 7, "cmd": "close"}', b'{"cmd": "close"}', b"\xff\xfe"]
)
def test_what_is_no_command_is_not_answered(payload: bytes) -> None:
    place = ready()
    assert place.command("v1/c01/valve/c01-b1-r1-valve/command", payload) == []
    assert place.command("v1/c01/valve/nobody/command", b'{"id": "c-1", "cmd": "close"}') == []


def test_a_silent_device_hears_nothing() -> None:
    place = district(FaultSpec("offline", at_s=10, asset="c01-b1-disp"))
    live(place, 120)
    assert order(place, "dispenser", "c01-b1-disp", cmd="heater_off") == []
    assert place.obeyed() == 0

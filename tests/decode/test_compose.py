"""A command's topic and payload."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.decode.compose import NotComposable, compose, uncomposable
from processor.model.device import Device
from processor.model.profile import CommandSpec, Listen, Profile
from tests.decode.making import number, profile, shipped

TOPIC = "v1/{community}/x/{device}/command"
PLAIN = profile(number("v"))
PILE = profile(number("v"), listen=[Listen(template="e/{device}", split="ports", element_device="{device}-p{port}")])
DEVICE = Device("d1", "thing", "sunrise", building="sunrise/b3", gateway="g1", wire="W-9", tags={"slot": "4"})
PORT = Device("port-3", "thing", "sunrise", wire="e-1-p3")


def spec(payload: str, topic: str = TOPIC) -> CommandSpec:
    return CommandSpec(name="stop", topic=topic, payload=payload, makes_safer=True)


@pytest.mark.parametrize(
    ("device", "used", "command", "topic", "payload"),
    [
        (
            DEVICE,
            PLAIN,
            spec('{"cmd": "stop", "id": "{command_id}"}'),
            "v1/sunrise/x/W-9/command",
            '{"cmd":"stop","id":"c1"}',
        ),
        (DEVICE, PLAIN, spec('{"d": "{id}/{device}", "g": ["{gateway}"]}', "a/b"), "a/b", '{"d":"d1/W-9","g":["g1"]}'),
        (DEVICE, PLAIN, spec('{"slot": "{slot}", "n": "{slot:number}"}', "a"), "a", '{"slot":"4","n":4}'),
        (DEVICE, PLAIN, spec('{"until": "{expires_at:number}"}', "a"), "a", '{"until":1760000030000}'),
        (DEVICE, PLAIN, spec('{"{slot}": true, "x": null, "y": 1.5}', "a"), "a", '{"{slot}":true,"x":null,"y":1.5}'),
        (DEVICE, PLAIN, spec("OFF", "cmnd/{device}/POWER"), "cmnd/W-9/POWER", "OFF"),
        (DEVICE, PLAIN, spec("{slot};OFF", "a"), "a", "4;OFF"),
        (DEVICE, PLAIN, spec("0", "a"), "a", "0"),
        (
            PORT,
            PILE,
            spec('{"port": "{port:number}", "of": "{device}"}', "e/{device}/c"),
            "e/e-1/c",
            '{"port":3,"of":"e-1"}',
        ),
    ],
)
def test_a_command_is_composed(device: Device, used: Profile, command: CommandSpec, topic: str, payload: str) -> None:
    assert compose(command, device, used, "c1", expires_at=1_760_000_030_000) == (topic, payload)
    assert uncomposable(command, device, used) == ""


@pytest.mark.parametrize(
    ("command", "device", "words"),
    [
        (spec("{}", "a/{riser_name}"), DEVICE, "no {riser_name}"),
        (spec('{"x": "{nothing}"}'), DEVICE, "no {nothing}"),
        (spec('{"x": "{slot:number}"}', "a"), Device("d", "thing", "s", tags={"slot": "four"}), "is no number"),
        (spec("{}"), Device("a/b", "thing", "sunrise"), "level of a topic"),
        (spec("{}"), Device("a", "thing", "sunrise", wire="+"), "level of a topic"),
        (spec("{}"), Device("a", "thing", "sunrise", wire="x#"), "level of a topic"),
        (spec("{}"), Device("a", "thing", "sunrise", wire="x\x00"), "level of a topic"),
        (spec("{}"), Device("a", "thing", ""), "no {community}"),
    ],
)
def test_what_cannot_be_composed_says_why(command: CommandSpec, device: Device, words: str) -> None:
    with pytest.raises(NotComposable, match="stop"):
        compose(command, device, PLAIN, "c1")
    assert words in uncomposable(command, device, PLAIN)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_fills_a_placeholder_cannot_break_out_of_its_text(tag: str, command_id: str) -> None:
    device = Device("d1", "thing", "sunrise", tags={"t": tag})
    _, payload = compose(spec('{"a": "<{t}>", "id": "{command_id}"}'), device, PLAIN, command_id)
    assert json.loads(payload) == {"a": f"<{tag}>", "id": command_id}


def test_every_shipped_command_can_be_composed() -> None:
    district = shipped()
    for used in district.profiles.values():
        wire = "w1-p1" if used.name == "ebike_charging_port" else "w1"
        for command in used.commands.values():
            topic, payload = compose(command, Device("d1", used.name, "sunrise", wire=wire), used, "c-1")
            assert "{" not in topic
            assert "w1" in topic.split("/")
            assert payload in ("ON", "OFF") or "c-1" in payload

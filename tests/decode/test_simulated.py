"""The documented payloads of the simulated devices are what their profiles read."""

import json
import re

import pytest

from processor.decode.compose import compose
from processor.decode.decoder import Decoder
from processor.model.device import Device
from processor.model.inputs import CommandReply
from processor.model.profile import Profile
from processor.model.reading import Reading
from tests.decode.making import NOW, ROOT, shipped

DOCUMENT = (ROOT / "docs/simulator-topics.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^## (\w+)\n(?:(?!## ).*\n)*?```json\n([^`]*)```", re.MULTILINE)
EXAMPLES = {name: json.loads(body) for name, body in EXAMPLE.findall(DOCUMENT)}
PROFILES = shipped().profiles


def decoder_of(name: str) -> tuple[Decoder, str]:
    telemetry = PROFILES[name].listen[0]
    ids = ("d1-p1", "d1-p2") if telemetry.split else ("d1",)
    district = shipped(*(Device(each, name, "sunrise") for each in ids))
    return Decoder(district), telemetry.template.format(community="sunrise", device="d1")


def test_every_simulated_profile_has_an_example() -> None:
    assert set(EXAMPLES) == {name for name, each in PROFILES.items() if each.listen[0].template.startswith("v1/")}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_documented_payload_fills_every_point(name: str) -> None:
    used, topic = decoder_of(name)
    outcomes = used.decode(topic, json.dumps(EXAMPLES[name]).encode(), NOW + 500, 0)
    for outcome in outcomes:
        assert isinstance(outcome, Reading), outcome
        assert (outcome.at, outcome.flags) == (NOW, 0)
        assert set(outcome.values) == set(PROFILES[name].points)
        assert outcome.values["clock_offset"] == 0  # no payload carries it


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_documented_answer_is_read(name: str) -> None:
    if not PROFILES[name].commands:
        assert not any(listen.reply for listen in PROFILES[name].listen)
        return
    used, topic = decoder_of(name)
    reply = topic.replace("telemetry", "reply")
    device = "d1-p1" if PROFILES[name].listen[0].split else "d1"
    yes = used.decode(reply, b'{"id": "c-1f2e", "port": 1, "ok": true, "ts": 1760000000000}', NOW, 0)
    no = used.decode(reply, b'{"id": "c-1f2e", "port": 1, "ok": false, "error": "jammed"}', NOW, 0)
    assert list(yes) == [CommandReply("sunrise", device, "c-1f2e", True, NOW)]
    assert list(no) == [CommandReply("sunrise", device, "c-1f2e", False, NOW)]


def commands() -> list[tuple[str, str]]:
    return [(name, command) for name in sorted(EXAMPLES) for command in PROFILES[name].commands]


@pytest.mark.parametrize(("name", "command"), commands())
def test_a_command_is_what_the_document_says(name: str, command: str) -> None:
    used: Profile = PROFILES[name]
    split = bool(used.listen[0].split)
    device = Device("d1-p3" if split else "d1", name, "sunrise")
    topic, payload = compose(used.commands[command], device, used, "c-1")
    family = used.tags["family"]
    assert topic == f"v1/sunrise/{family}/d1/command"
    said = json.loads(payload)
    assert said.pop("id") == "c-1"
    assert (said.pop("port") == 3) if split else True
    assert f'"cmd": "{said["cmd"]}"' in DOCUMENT or f"`{said['cmd']}`" in DOCUMENT


def test_what_makes_safer_is_what_the_document_says() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `\w+` \| [^|]+ \| ([^|]*) \| ([^|]*) \|$", DOCUMENT, re.MULTILINE)
    said = {
        name: (set(re.findall(r"`(\w+)`", safer)), set(re.findall(r"`(\w+)`", other))) for name, safer, other in rows
    }
    for name in EXAMPLES:
        known = PROFILES[name].commands.values()
        safer = {each.name for each in known if each.makes_safer}
        assert said[name] == (safer, {each.name for each in known} - safer), name
        assert all(each.effect is not None for each in known if each.makes_safer)

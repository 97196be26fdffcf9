"""Ten thousand hostile messages to every shipped profile: always an outcome, never an error, never a surprise."""

import json
from collections import Counter
from random import Random
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.decode.decoder import Decoder
from processor.model.device import Device
from processor.model.inputs import CommandReply
from processor.model.reading import Reading, Rejection, RejectionReason
from tests.decode.making import NOW, shipped
from tests.decode.test_ecosystems import (
    CHIRPSTACK,
    HISTORY_OBJECT,
    LEAK_OBJECT,
    SHELLY,
    SHELLY_ANSWER,
    TASMOTA_AIR,
    TASMOTA_ENERGY,
    ZIGBEE,
)
from tests.decode.test_simulated import EXAMPLES

MESSAGES: Final = 10_000
SEED: Final = 20_251_009
DISTRICT: Final = shipped()
WIRES: Final = {"ebike_charging_port": ("d1-p1", "d1-p2")}
DEVICES: Final = [
    Device(f"{name}-{wire}", name, "sunrise", wire=wire)
    for name in DISTRICT.profiles
    for wire in WIRES.get(name, ("d1",))
]
DECODER: Final = Decoder(msgspec.structs.replace(DISTRICT, devices={device.id: device for device in DEVICES}))
TOPICS: Final = sorted(
    listen.template.replace("{community}", "sunrise").replace("{device}", "d1").replace("{application}", "a1")
    for profile in DISTRICT.profiles.values()
    for listen in profile.listen
)
SOUND: Final = [
    *(json.dumps(example).encode() for example in EXAMPLES.values()),
    *(
        CHIRPSTACK % LEAK_OBJECT,
        CHIRPSTACK % HISTORY_OBJECT,
        SHELLY,
        SHELLY_ANSWER,
        TASMOTA_AIR,
        TASMOTA_ENERGY,
        ZIGBEE,
    ),
    b'{"samples": [{"ts": 1759990000000, "wet": 0}, {"ts": 1759990300000, "wet": 1}]}',
    b'{"id": "c1", "port": 1, "ok": true}',
]
WORDS: Final = (
    b"NaN", b"-Infinity", b"1e400", b"-1e-400", b"1" + b"0" * 400, b"9" * 5000, b"9007199254740993", b"-0.0", b"1E5",
    b"true", b"null", b'""', b'"12.5"', b'"\\ud800"', b'"\\u0000"', b'"\xff\xfe"', b'"' + b"x" * 5000 + b'"', b"{}",
    b"[]", b"[[[[[[]]]]]]", b"[" * 60 + b"]" * 60, b'{"a":' * 40 + b"1" + b"}" * 40, b'{"ports": [{}]}', b"0x10",
    b"01", b"+1", b".5",
    b"'a'", b"undefined", b'"2025-13-40T99:99:99Z"', b'"\xe6\xbc\x8f\xe6\xb0\xb4"', b"1,2", b'"a":1,"a":2',
)  # fmt: skip


def hostile(rng: Random) -> bytes:
    """One hostile payload: a sound one damaged once or several times, or none at all."""
    payload = bytearray(rng.choice(SOUND))
    for _ in range(rng.randint(1, 4)):
        payload = bytearray(DAMAGES[rng.randrange(len(DAMAGES))](rng, bytes(payload)))
    return bytes(payload)


def flip(rng: Random, payload: bytes) -> bytes:
    at = rng.randrange(max(len(payload), 1))
    return payload[:at] + rng.randbytes(rng.randint(1, 3)) + payload[at + 1 :]


def cut(rng: Random, payload: bytes) -> bytes:
    return payload[: rng.randrange(len(payload) + 1)]


def replace_value(rng: Random, payload: bytes) -> bytes:
    """What follows some colon becomes something else."""
    colons = [i for i, byte in enumerate(payload) if byte == ord(":")]
    if not colons:
        return rng.choice(WORDS)
    at = rng.choice(colons) + 1
    end = next((i for i in range(at, len(payload)) if payload[i] in b",}]"), len(payload))
    return payload[:at] + rng.choice(WORDS) + payload[end:]


def insert(rng: Random, payload: bytes) -> bytes:
    at = rng.randrange(len(payload) + 1)
    return payload[:at] + rng.choice(WORDS) + payload[at:]


def repeat(rng: Random, payload: bytes) -> bytes:
    payload = payload[:5_000]
    at, end = sorted(rng.randrange(len(payload) + 1) for _ in range(2))
    return payload[:end] + payload[at:end] * rng.randint(1, 50) + payload[end:]


def noise(rng: Random, _: bytes) -> bytes:
    return rng.randbytes(rng.randint(0, 200))


def bracket(rng: Random, payload: bytes) -> bytes:
    return b"[" * rng.randint(1, 50) + payload + b"]" * rng.randint(0, 50)


def inflate(rng: Random, payload: bytes) -> bytes:
    return payload + rng.choice((b" ", b"[", b'"', b"1", b'{"a":')) * rng.choice((100, 1_000, 10_000, 270_000))


DAMAGES = (flip, cut, replace_value, replace_value, replace_value, insert, repeat, noise, bracket, flip, cut, inflate)


def check(topic: str, payload: bytes, flags: int = 0) -> Counter[str]:
    """Decode and say how it ended; everything that must hold of any outcome holds."""
    outcomes = DECODER.decode(topic, payload, NOW, flags)
    assert outcomes
    ends: Counter[str] = Counter()
    for outcome in outcomes:
        ends[type(outcome).__name__] += 1
        if isinstance(outcome, Reading):
            check_reading(outcome)
        elif isinstance(outcome, Rejection):
            ends[outcome.reason.value] += 1
            assert outcome.reason is not RejectionReason.INTERNAL, (topic, payload[:300], outcome.detail)
            assert outcome.size == len(payload)
            assert 0 < len(outcome.detail) <= 500
            outcome.detail.encode()
        else:
            assert isinstance(outcome, CommandReply)
            assert 0 < len(outcome.command_id) <= 256
    assert sum(ends[name] for name in ("Reading", "Rejection", "CommandReply")) == len(outcomes)
    return ends


def check_reading(reading: Reading) -> None:
    device = DECODER_DEVICES[reading.device]
    points = DISTRICT.profiles[device.profile].points
    for name, value in reading.values.items():
        point = points[name]
        if isinstance(value, float):
            assert point.low is None or point.low <= value
            assert point.high is None or value <= point.high
            assert abs(value) < 1e308
        else:
            assert isinstance(value, (bool, str))
            assert point.kind.value in ("boolean", "enum", "text")
    assert abs(reading.at - NOW) <= 400 * 86_400_000
    msgspec.msgpack.encode(reading)  # the journal can hold it


DECODER_DEVICES = {device.id: device for device in DEVICES}


@pytest.mark.parametrize("share", range(10))
def test_ten_thousand_hostile_messages_all_have_an_outcome(share: int) -> None:
    rng = Random(SEED + share)  # noqa: S311 - a repeatable corpus, not a secret
    ends: Counter[str] = Counter()
    for _ in range(MESSAGES // 10):
        ends += check(rng.choice(TOPICS), hostile(rng), rng.choice((0, 1, 2, 256)))
    assert {"Reading", "undecodable", "wrong_type", "too_deep", "too_large"} <= set(
        ends
    )  # the corpus reaches all of it


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_takes_every_sound_payload_and_every_word(topic: str) -> None:
    for payload in [*SOUND, *WORDS]:
        check(topic, payload)


NAMES = st.sampled_from(
    [
        "ts",
        "wet",
        "temp",
        "ports",
        "port",
        "samples",
        "id",
        "ok",
        "ENERGY",
        "Power",
        "object",
        "history",
        "Time",
        "src",
        "u_dv",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | NAMES, inner, max_size=6),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TOPICS), JSON)
def test_any_json_has_an_outcome(topic: str, payload: Any) -> None:  # noqa: ANN401 - any JSON at all
    check(topic, json.dumps(payload).encode())


@settings(max_examples=300, deadline=None)
@given(st.text(), st.binary(max_size=100), st.integers(0, 511))
def test_any_topic_and_any_bytes_have_an_outcome(topic: str, payload: bytes, flags: int) -> None:
    check(topic, payload, flags)

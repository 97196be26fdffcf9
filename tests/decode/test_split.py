"""Arrays of devices, of samples and of points; payloads that are one value; answers to commands."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.decode.layout import JsonLayout
from processor.decode.limits import DecodeLimits
from processor.model.device import Device
from processor.model.inputs import CommandReply
from processor.model.profile import Listen, PayloadFormat, Point, TimeField, TimeFormat
from processor.model.reading import Flag, Reading, Rejection
from tests.decode.making import (
    NOW,
    TS,
    boolean,
    decode,
    decoder,
    enum,
    number,
    only_rejection,
    profile,
    reasons,
    text,
    values,
)

PILE = "v1/{community}/ebike/{device}/telemetry"
PORTS = profile(
    number("power", path="p", high=100.0),
    boolean("smoke", path="$.smoke"),
    listen=[Listen(template=PILE, split="ports", element_device="{device}-p{port}")],
    time=TimeField("$.ts", TimeFormat.EPOCH_MS),
)
PILE_DEVICES = [Device(f"e1-p{port}", "thing", "sunrise") for port in (1, 2, 3)]
TOPIC = "v1/sunrise/ebike/e1/telemetry"


def devices(outcomes: object) -> list[str | None]:
    assert isinstance(outcomes, (list, tuple))
    return [outcome.device for outcome in outcomes]


def test_every_element_is_a_reading_of_its_own_device() -> None:
    payload = b'{"ts": %d, "smoke": false, "ports": [{"port": 1, "p": 5}, {"port": "2", "p": 6}, {"port": 3.0}]}' % NOW
    outcomes = decode(decoder(PORTS, devices=PILE_DEVICES), payload, topic=TOPIC)
    assert devices(outcomes) == ["e1-p1", "e1-p2", "e1-p3"]
    assert values(outcomes) == [{"power": 5.0, "smoke": False}, {"power": 6.0, "smoke": False}, {"smoke": False}]
    assert {outcome.at for outcome in outcomes if isinstance(outcome, Reading)} == {NOW}
    marks = [outcome.fingerprint for outcome in outcomes if isinstance(outcome, Reading)]
    assert len(set(marks)) == 3  # equal elements are told apart
    assert marks[0] == crc32((0).to_bytes(4, "big"), crc32(payload))


def test_one_bad_element_leaves_the_others() -> None:
    payload = {
        "smoke": "?",
        "ports": [{"port": 1, "p": 5}, 7, {"port": 9, "p": 1}, {"p": 1}, {"port": True}, {"port": 2, "p": 101}],
    }
    outcomes = decode(decoder(PORTS, devices=PILE_DEVICES), payload, topic=TOPIC)
    assert values(outcomes) == [{"power": 5.0}]
    assert reasons(outcomes) == [
        "wrong_type",  # smoke, beside the good power of port 1
        "wrong_type",  # 7 names no device
        "unknown_device",
        "missing_field",
        "wrong_type",
        "out_of_range",
    ]
    letters = [outcome for outcome in outcomes if isinstance(outcome, Rejection)]
    assert [bool(letter.payload) for letter in letters] == [True, False, False, False, False, False]
    assert {letter.size for letter in letters} == {len(letters[0].payload)}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({}, "missing_field"),
        ({"ports": None}, "missing_field"),
        ({"ports": []}, "missing_field"),
        ({"ports": {}}, "wrong_type"),
        ({"ports": 5}, "wrong_type"),
        ([], "wrong_type"),
        ({"ports": [{}] * 11}, "too_many_parts"),
    ],
)
def test_without_a_usable_array_the_message_is_refused(payload: object, reason: str) -> None:
    used = decoder(PORTS, devices=PILE_DEVICES, limits=DecodeLimits(parts=10))
    assert only_rejection(decode(used, payload, topic=TOPIC)).reason.value == reason


def test_stored_samples_of_one_device_keep_their_own_times() -> None:
    used = profile(number("v"), listen=[Listen(template="h/{device}", split="samples", history=True)])
    payload = {"samples": [{"ts": NOW - 1000, "v": 1}, {"ts": NOW - 5_000_000, "v": 2}, {"v": 3}]}
    outcomes = decode(used, payload, topic="h/d1")
    assert [(o.at, o.flags) for o in outcomes if isinstance(o, Reading)] == [
        (NOW - 1000, int(Flag.HISTORY)),
        (NOW - 5_000_000, int(Flag.HISTORY)),
    ]
    assert reasons(outcomes) == ["bad_time"]


def test_an_empty_array_of_a_known_device_is_its_heartbeat() -> None:
    used = profile(number("v"), listen=[Listen(template="h/{device}", split="samples")])
    assert values(decode(used, {"samples": []}, topic="h/d1")) == [{}]


def test_the_payload_itself_may_be_the_array() -> None:
    used = decoder(
        profile(number("v"), listen=[Listen(template="all", split="$", element_device="{dev.id}")]),
        devices=[Device("a", "thing", "s"), Device("b", "thing", "s")],
    )
    payload = [{"dev": {"id": "a"}, "v": 1}, {"dev": {"id": "b"}, "v": 2}, {"dev": 5}]
    outcomes = decode(used, payload, topic="all")
    assert (devices(outcomes), reasons(outcomes)) == (["a", "b", None], ["wrong_type"])


def test_an_array_that_is_the_payload_has_the_same_limit() -> None:
    used = decoder(
        profile(number("v"), listen=[Listen(template="all", split="$", element_device="{dev}")]),
        limits=DecodeLimits(parts=2),
    )
    assert reasons(decode(used, [{"dev": "d1"}] * 3, topic="all")) == ["too_many_parts"]


SCALAR = st.none() | st.booleans() | st.integers(-5, 200) | st.floats(-9, 200) | st.text(max_size=3)
ELEMENT = st.dictionaries(st.sampled_from(["port", "p", "l", "ts"]), SCALAR | st.lists(SCALAR, max_size=2))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "ports": st.lists(ELEMENT | SCALAR, max_size=4) | SCALAR,
            "smoke": SCALAR,
            "ts": SCALAR,
            "o": ELEMENT,
        },
    )
)
def test_both_ways_through_a_split_payload_agree(payload: dict[str, object]) -> None:
    used = profile(
        number("power", path="p", high=100.0),
        number("in_list", path="l[0]", high=100.0),
        boolean("smoke", path="$.smoke"),
        number("shared", path="$.o.l[0]"),
        text("word", path="$.o.port", default="none"),
        listen=[Listen(template=PILE, split="ports", element_device="{device}-p{port}")],
    )
    quick, exact = decoder(used, devices=PILE_DEVICES), decoder(used, devices=PILE_DEVICES)
    for listening in exact._listenings[5]:
        assert isinstance(listening._layout, JsonLayout)
        assert listening._layout._fast_split is not None
        listening._layout._fast_split = None
    assert repr(list(decode(quick, payload, topic=TOPIC))) == repr(list(decode(exact, payload, topic=TOPIC)))


@pytest.mark.parametrize("path", ["$.ports", "$.ports[0].p", "$.ports.p"])
def test_a_path_that_leads_into_the_array_is_followed_all_the_same(path: str) -> None:
    used = profile(
        number("power", path="p"),
        number("first", path=path),
        listen=[Listen(template=PILE, split="ports", element_device="{device}-p{port}")],
    )
    outcomes = decode(decoder(used, devices=PILE_DEVICES), {"ports": [{"port": 1, "p": 5}]}, topic=TOPIC)
    assert values(outcomes)[0]["power"] == 5.0
    assert reasons(outcomes) in ([], ["wrong_type"])


def test_an_array_of_points_is_read_by_their_names() -> None:
    used = profile(number("power", path="data[name=power].value"), number("first", path="data[0].value"))
    payload = {"data": [{"name": "voltage", "value": 226}, {"name": "power", "value": 7}]}
    assert values(decode(used, payload)) == [{"power": 7.0, "first": 226.0}]


def test_listens_that_share_a_topic_each_say_what_they_know() -> None:
    used = profile(
        number("v", listen=0),
        number("old", path="v", listen=1),
        listen=[Listen(template="u/{device}"), Listen(template="u/{device}", split="history", history=True)],
    )
    now = decode(used, {"ts": NOW, "v": 1}, topic="u/d1")
    assert (values(now), reasons(now)) == ([{"v": 1.0}], [])
    late = decode(used, {"ts": NOW, "v": 1, "history": [{"ts": NOW - 9, "v": 2}]}, topic="u/d1")
    assert (values(late), reasons(late)) == ([{"v": 1.0}, {"old": 2.0}], [])


SCALARS = [
    (number("v"), b"21.5", {"v": 21.5}),
    (number("v", scale=0.1), b" 215\n", {"v": 21.5}),
    (boolean("v"), b"on", {"v": True}),
    (boolean("v"), b"OFF", {"v": False}),
    (boolean("v"), b"false", {"v": False}),
    (boolean("v", members={"open": "true", "shut": "false"}), b"open", {"v": True}),
    (enum("v", {"1": "closed", "0": "open"}), b"1", {"v": "closed"}),
    (text("v"), "插座".encode(), {"v": "插座"}),
]


@pytest.mark.parametrize(("point", "payload", "found"), SCALARS)
def test_a_payload_may_be_one_value(point: Point, payload: bytes, found: dict[str, object]) -> None:
    used = profile(point, listen=[Listen(template="s/{device}", format=PayloadFormat.SCALAR)])
    assert values(decode(used, payload, topic="s/d1")) == [found]


@pytest.mark.parametrize(
    ("point", "payload", "reason"),
    [
        (number("v"), b"warm", "wrong_type"),
        (number("v", high=1.0), b"2", "out_of_range"),
        (number("v"), b"nan", "wrong_type"),
        (number("v"), b"", "undecodable"),
        (number("v"), b"  ", "undecodable"),
        (number("v"), b"\xff", "undecodable"),
        (number("v"), b"1" * 300_000, "too_large"),
        (boolean("v"), b"maybe", "wrong_type"),
        (boolean("v", members={"open": "true"}), b"on", "wrong_type"),
        (enum("v", {"1": "a"}), b"2", "out_of_range"),
    ],
)
def test_one_value_that_is_not_fit_is_named(point: Point, payload: bytes, reason: str) -> None:
    used = profile(point, listen=[Listen(template="s/{device}", format=PayloadFormat.SCALAR)])
    assert only_rejection(decode(used, payload, topic="s/d1")).reason.value == reason


def test_a_scalar_topic_carries_only_the_points_that_say_so() -> None:
    used = profile(
        number("a", listen=1),
        number("b"),
        listen=[Listen(template="j/{device}"), Listen(template="s/{device}", format=PayloadFormat.SCALAR)],
    )
    assert values(decode(used, b"5", topic="s/d1")) == [{"a": 5.0}]
    assert values(decode(used, b'{"a": 5, "b": 6}', topic="j/d1")) == [{"b": 6.0}]


REPLY = Listen(template="r/{community}/{device}", reply=True, reply_id="cmd.id", reply_ok="cmd.ok")


@pytest.mark.parametrize(
    ("listen", "payload", "accepted"),
    [
        (REPLY, {"cmd": {"id": "c1", "ok": True}}, True),
        (REPLY, {"cmd": {"id": "c1", "ok": 1}}, True),
        (REPLY, {"cmd": {"id": "c1", "ok": "success"}}, True),
        (REPLY, {"cmd": {"id": "c1", "ok": False}}, False),
        (REPLY, {"cmd": {"id": "c1", "ok": 0}}, False),
        (REPLY, {"cmd": {"id": "c1"}}, False),  # no word of success is none
        (REPLY, {"cmd": {"id": "c1", "ok": [1]}}, False),
        (
            Listen(template="r/{community}/{device}", reply=True, reply_ok="c", reply_accepted=("0",)),
            {"id": "c1", "c": 0},
            True,
        ),
        (
            Listen(template="r/{community}/{device}", reply=True),
            {"id": "c1", "error": "x"},
            True,
        ),  # any answer is a yes
    ],
)
def test_an_answer_to_a_command(listen: Listen, payload: object, accepted: bool) -> None:
    used = profile(number("v"), listen=[listen])
    assert list(decode(used, payload, topic="r/sunrise/d1")) == [CommandReply("sunrise", "d1", "c1", accepted, NOW)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({}, "missing_field"),
        ({"cmd": {"id": ["c1"]}}, "wrong_type"),
        ({"cmd": {"id": "x" * 300}}, "wrong_type"),
        ({"cmd": 5}, "wrong_type"),
        (b"no", "undecodable"),
        ([], "wrong_type"),
    ],
)
def test_an_answer_that_names_no_command_is_refused(payload: object, reason: str) -> None:
    assert reasons(decode(profile(number("v"), listen=[REPLY]), payload, topic="r/sunrise/d1")) == [reason]


def test_an_answer_may_name_the_element_it_is_of() -> None:
    listen = Listen(template="r/{device}", reply=True, element_device="{device}-p{port}")
    used = decoder(profile(number("v"), listen=[listen], time=TS), devices=PILE_DEVICES)
    assert list(decode(used, {"id": "c1", "port": 2}, topic="r/e1")) == [
        CommandReply("sunrise", "e1-p2", "c1", True, NOW)
    ]
    assert reasons(decode(used, {"id": "c1"}, topic="r/e1")) == ["missing_field"]

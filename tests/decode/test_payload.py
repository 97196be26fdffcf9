"""Which payloads may be looked into at all."""

import gc
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.decode.limits import DecodeLimits
from processor.decode.payload import depth
from processor.model.profile import TimeField, TimeFormat
from processor.model.reading import Flag, Reading, Rejection
from tests.decode.making import (
    NOW,
    TOPIC,
    decode,
    decoder,
    number,
    only_reading,
    only_rejection,
    profile,
    reasons,
    text,
    values,
)

THING = profile(number("v"), text("w"))


def nested(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * levels + closing * levels


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "undecodable"),
        (b" ", "undecodable"),
        (b"{", "undecodable"),
        (b'{"v": 1', "undecodable"),
        (b'{"v": 1} x', "undecodable"),
        (b'{"v": 01}', "undecodable"),
        (b'{"v": NaN}', "undecodable"),
        (b'{"v": Infinity}', "undecodable"),
        (b'{"other": -Infinity}', "undecodable"),
        (b"{'v': 1}", "undecodable"),
        (b'{"v": 1}\x00', "undecodable"),
        (b'{"w": "a\nb"}', "undecodable"),
        (b'{"w": "\xff"}', "undecodable"),
        (b'{"other": "\xff"}', "undecodable"),
        (b'{"w": "\xed\xa0\x80"}', "undecodable"),  # a surrogate in UTF-8
        ('{"v": 1}'.encode("utf-16"), "undecodable"),
        (b"null", "wrong_type"),
        (b"5", "wrong_type"),
        (b"[]", "wrong_type"),
        (b'"{}"', "wrong_type"),
        (b'{"v": ' + nested(40) + b"}", "too_deep"),
        (b'{"other": ' + nested(40) + b"}", "too_deep"),
        (nested(131_072), "too_deep"),
        (nested(100_000, b'{"a":', b"}"), "too_large"),
        (b"[" * 262_144, "too_deep"),
        (b'{"v":' + b" " * 262_144 + b"1}", "too_large"),
    ],
)
def test_what_may_not_be_looked_into_is_named(payload: bytes, reason: str) -> None:
    assert only_rejection(decode(THING, payload)).reason.value == reason


@pytest.mark.parametrize(
    "payload",
    [
        b'\xef\xbb\xbf{"v": 1}',  # a byte order mark
        b'{"v": 1, "other": "\\ud800"}',  # an odd escape where nobody looks
        b'{"v": 1, "other": 1e999}',  # and a number nobody asks for
        b'{"v": 1, "other": 1' + b"0" * 5000 + b"}",
        b'{"v": 1, "other": ' + nested(31) + b"}",
        b'{"v": 1, "other": "' + b"[{" * 100 + b'"}',  # brackets in a text are no depth
        b'{"v": 1, "other": [' + b",".join([b"[]"] * 100) + b"]}",
        '{"v": 1, "名": "值"}'.encode(),
    ],
)
def test_what_nobody_asks_for_does_no_harm(payload: bytes) -> None:
    assert values(decode(THING, payload)) == [{"v": 1.0}]


def test_the_limits_include_their_last_value() -> None:
    limits = DecodeLimits(payload_bytes=20, kept_bytes=4, depth=3)
    used = decoder(THING, limits=limits)
    assert values(decode(used, b'{"v":1,"a":[[]]}')) == [{"v": 1.0}]
    assert reasons(decode(used, b'{"v":1,"a":[[[]]]}')) == ["too_deep"]
    assert values(decode(used, b'{"v":1}' + b" " * 13)) == [{"v": 1.0}]
    letter = only_rejection(decode(used, b'{"v":1}' + b" " * 14))
    assert (letter.reason.value, letter.payload, letter.size) == ("too_large", b'{"v"', 21)


def test_a_dead_letter_keeps_the_whole_payload_for_a_retry() -> None:
    payload = b'{"v": "' + b"x" * 100_000 + b'"}'
    letter = only_rejection(decode(THING, payload))
    assert (letter.payload, letter.size, letter.arrived, letter.device) == (payload, len(payload), NOW, "d1")
    assert len(letter.detail) <= 500


def test_the_whole_of_a_mended_message_is_another_reading_than_the_part_taken_before() -> None:
    payload = {"ts": NOW, "good": 1, "bad": 120}
    narrow = profile(number("good"), number("bad", high=100.0))
    part, again = (decode(narrow, payload, flags=flags)[0] for flags in (0, int(Flag.REDELIVERED)))
    mended = only_reading(decode(profile(number("good"), number("bad", high=150.0)), payload, flags=int(Flag.RETRIED)))
    assert isinstance(part, Reading)
    assert isinstance(again, Reading)
    assert (part.values, mended.values) == ({"good": 1.0}, {"good": 1.0, "bad": 120.0})
    assert part.fingerprint == again.fingerprint, "the same message again is a duplicate"
    assert part.fingerprint != mended.fingerprint, "or its point would be dropped as a duplicate for ever"


def test_the_words_of_a_dead_letter_are_bounded() -> None:
    many = profile(*(number(f"p{i}") for i in range(200)))
    letter = only_rejection(decode(many, {f"p{i}": "x" * 1000 for i in range(200)}))
    assert len(letter.detail) == 500
    assert letter.detail.endswith("…")


@given(
    st.recursive(
        st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    )
)
def test_depth_is_counted_as_json_counts_it(tree: object) -> None:
    def deep(part: object) -> int:
        if isinstance(part, dict):
            return 1 + max(map(deep, part.values()), default=0)
        return 1 + max(map(deep, part), default=0) if isinstance(part, list) else 0

    assert depth(json.dumps(tree).encode()) == deep(tree)


def test_an_unclosed_text_is_looked_at_once() -> None:
    assert depth(b'"' + b'\\"' * 130_000) == 0  # quadratic time would outlast the test's limit


def test_what_nobody_foresaw_is_a_dead_letter_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    used = decoder(THING)
    monkeypatch.setattr(used, "_resolve", lambda _: 1 // 0)
    letter = only_rejection(decode(used, {"v": 1}))
    assert (letter.reason.value, letter.detail) == ("internal", "ZeroDivisionError: integer division or modulo by zero")


def test_a_refused_payload_is_not_kept_by_the_decoder() -> None:
    used = decoder(profile(number("v"), time=TimeField("t.s", TimeFormat.EPOCH_MS)))
    gc.disable()
    try:
        for raw in (b'{"v": "x"}', b'{"v"', b'{"v": 1e400}', b"[" * 100, b'{"t": {"s": "x"}}', b'{"t": 5}'):
            before = sys.getrefcount(raw)
            outcomes = used.decode(TOPIC, raw, NOW, 0)
            assert any(isinstance(outcome, Rejection) for outcome in outcomes)
            del outcomes
            assert sys.getrefcount(raw) == before, raw  # neither an exception's frames nor a cycle hold it
    finally:
        gc.enable()

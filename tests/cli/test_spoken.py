"""What people read is in their language, whatever the code; a code that is new cannot be without words."""

from enum import IntFlag

import pytest

from processor.cli.spoken import SPOKEN, Code, evidence_words, spoken
from processor.model.alert import AlertCause, AlertState, Withheld
from processor.model.disposition import DispositionState, Interlock
from processor.model.order import OrderResult, OrderState
from processor.model.reading import Flag, RejectionReason

SHOWN: list[Code] = [
    AlertState,
    AlertCause,
    Withheld,
    DispositionState,
    Interlock,
    OrderState,
    OrderResult,
    RejectionReason,
    Flag,
]


def codes(kind: Code) -> list[str]:
    """What stands for its members in JSON."""
    if issubclass(kind, IntFlag):
        return [str(member.name).lower() for member in kind]
    return [str(member.value) for member in kind]


@pytest.mark.parametrize("kind", {*SHOWN, *SPOKEN})
def test_every_member_has_words_in_both_languages_and_no_two_the_same(kind: Code) -> None:
    words = SPOKEN[kind]
    assert sorted(words) == sorted(codes(kind))
    for language in ("zh", "en"):
        said = [getattr(text, language) for text in words.values()]
        assert all(said)
        assert len(set(said)) == len(said)
    assert all("_" not in text.en for text in words.values()), "a code is no word"
    assert all(not text.zh.isascii() for text in words.values())


def test_a_code_of_a_newer_daemon_is_shown_as_it_is() -> None:
    assert spoken(AlertState, "hovering", "zh") == "hovering"


@pytest.mark.parametrize(("language", "words"), [("zh", "规则已修改"), ("en", "rule was changed")])
def test_a_step_that_no_reading_caused_says_so_in_words(language: str, words: str) -> None:
    assert evidence_words("rule_changed", language) == words


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ("close → e-v1: failed", "close → e-v1: 未见效，须有人到场"),
        ("close → -: no_target", "close → -: 没有可执行的设备"),
    ],
)
def test_what_became_of_a_command_is_said_in_words(evidence: str, words: str) -> None:
    assert evidence_words(evidence, "zh") == words
    assert "_" not in evidence_words(evidence, "en")


def test_evidence_is_chinese_where_its_words_are_ours() -> None:
    evidence = "wet: no value since 3 min; tag(room) == flat (it is pump)"
    assert evidence_words(evidence, "zh") == "wet: 已无数值 3 分钟; tag(room) == flat（现为 pump）"
    assert evidence_words(evidence, "en") == evidence

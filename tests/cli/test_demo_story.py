import pytest

from processor.cli.demo_story import EVIDENCE_SHOWN, Story


def told(capsys: pytest.CaptureFixture[str], evidence: str) -> str:
    name = {"zh": "漏水", "en": "Water leak"}
    Story().alert({"level": "L2", "name": name, "subject": "s1", "state": "firing", "evidence": evidence})
    return capsys.readouterr().err


def test_long_evidence_is_cut_where_the_reader_sees_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "wet true; " * 40).rstrip().endswith("…")
    assert told(capsys, "漏" * 200).count("漏") <= EVIDENCE_SHOWN // 2 + 1


def test_short_evidence_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "wet true").rstrip().endswith("· wet true")

"""`explain` says the first reason that counts, for every kind of reason, in both languages, as the golden pages show.

Set WRITE_GOLDEN=1 to write the pages anew, and read what changed.
"""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processor.cli.explain_text import Page
from processor.replay.explain_reasons import FIRING, Reason
from tests.replay.stories import STORIES

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", STORIES)
def test_the_first_reason_that_counts_is_said_in_both_languages(name: str, tmp_path: Path) -> None:
    told = STORIES[name]
    story = told.story(tmp_path)
    assert story.reason is told.reason, story.sentence.en
    assert story.fires is (told.reason in FIRING)
    assert ("does not fire" in story.sentence.en) is (told.reason not in FIRING)
    assert story.sentence.zh.endswith("。")
    for language in ("en", "zh"):
        page = "\n".join(Page(story, language, ZoneInfo(story.zone)).lines()) + "\n"
        path = GOLDEN / f"{name}.{language}.txt"
        if os.environ.get("WRITE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(page, encoding="utf-8")
        assert page == path.read_text(encoding="utf-8")


def test_there_is_a_story_of_every_reason() -> None:
    missing = set(Reason) - {told.reason for told in STORIES.values()} - {Reason.WATCHES_ALERTS, Reason.NO_GROUP}
    assert not missing


def test_no_golden_page_is_left_of_a_story_that_is_gone() -> None:
    assert {path.name.split(".")[0] for path in GOLDEN.glob("*.txt")} == set(STORIES)


@pytest.mark.parametrize("name", STORIES)
def test_somebody_on_duty_is_told_what_to_do(name: str, tmp_path: Path) -> None:
    story = STORIES[name].story(tmp_path)
    assert story.advice
    assert all(each.zh and each.en and "{" not in each.zh + each.en for each in story.advice)

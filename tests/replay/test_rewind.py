"""An instant that has passed is told as it was then, whatever came later; and where the journal ends is said."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processor.adapters.sqlite.past import SqlitePast
from processor.cli.explain_text import Page
from processor.engine.inspect import inspect
from processor.engine.inspection import Inspection
from processor.model.inputs import KillSwitch, Mute
from processor.replay.explain import Story
from processor.replay.explain_holds import HoldChange
from processor.replay.explain_past import NoStory, Unanswered
from processor.replay.explain_reasons import Reason
from tests.replay.lived import Lived, at
from tests.replay.stories import texts

ASKED = (
    ("e-m1", "M-01"),
    ("e-m1", "M-14"),
    ("e-m1", "M-15"),
    ("e-m1", "M-21"),
    ("e-l1", "M-02"),
    ("w-m1", "M-20"),
    ("west/b1", "M-17"),
)


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    made = Lived(tmp_path, texts())
    yield made
    made.close()


def live(lived: Lived, subject: str, rule: str, when: str) -> Inspection:
    """What the running core itself would say, without any journal."""
    lived.until(when)
    community = {"e": "east", "w": "west"}[subject[0]]
    scope = lived.core.scopes[community]
    return inspect(scope, subject, scope.plan.district.rules[rule], at(when))


def happens(lived: Lived, minute: int) -> None:
    """A lively quarter of an hour: values rise and fall, a leak, a mute, a stop of commands."""
    current = (100.0, 320.0, 360.0, 400.0, 150.0)[minute % 5]
    lived.say("e-m1", f"{minute}m", current=current)
    lived.say("w-m1", f"{minute}m", current=current)
    if minute == 3:
        lived.say("e-v1", "3m", position="open").say("e-l1", "3m", wet=True)
    if minute in {4, 6}:
        lived.say("w-m2", f"{minute}m", current=400.0)
    if minute == 5:
        lived.give("5m", Mute("east", "M-15", "e-m1", at("8m"), "li", "works"))
        lived.give("5m", KillSwitch("east", stopped=True, person="li", reason="a drill"))


def test_a_hold_that_ran_when_a_checkpoint_was_made_keeps_its_beginning(lived: Lived) -> None:
    lived.say("e-m1", "1m", current=320.0).say("e-m1", "2m", current=100.0).say("e-m1", "3m", current=320.0)
    whole = lived.story("e-m1", "M-01", "200s")
    lived.save()
    lived.say("e-m1", "210s", current=320.0)
    told = lived.story("e-m1", "M-01", "215s")
    assert told.checkpoint_at == at("3m")
    assert [step.change for step in whole.holds] == [HoldChange.BEGAN, HoldChange.FALSE, HoldChange.BEGAN]
    assert told.holds == whole.holds[-1:]
    assert whole.checkpoint_at is None
    page = "\n".join(Page(told, "en", ZoneInfo(told.zone)).lines())
    assert "only the beginning of what then still ran is known" in page


@pytest.mark.parametrize("saved", [(), (2,), (2, 9)], ids=["from the first block", "checkpoint before", "and after"])
def test_a_past_instant_is_told_as_it_was_live_then(lived: Lived, saved: tuple[int, ...]) -> None:
    then: dict[tuple[str, str, str], Inspection] = {}
    for minute in range(1, 13):
        happens(lived, minute)
        when = f"{minute * 60 + 20}s"
        for subject, rule in ASKED:
            then[subject, rule, when] = live(lived, subject, rule, when)
        if minute in saved:
            lived.save()
        if minute == 7:  # other rules come: what was told before them is told under the rules of then
            other = texts()
            other["rules/town.yaml"] = other["rules/town.yaml"].replace("limit: 300 mA", "limit: 320 mA")
            lived.until("450s").reload(other)
    for (subject, rule, when), seen in then.items():
        story = lived.story(subject, rule, when)
        assert story.inspection == seen, (subject, rule, when)
        assert all(step.decided_at <= at(when) for step in story.steps)


def test_of_a_journal_that_reaches_back_less_it_is_said_how_far(lived: Lived) -> None:
    for minute in range(1, 6):
        happens(lived, minute)
    lived.close()
    with sqlite3.connect(lived.path) as connection:
        connection.execute("DELETE FROM journal WHERE offset <= 4")
    connection.close()
    story = lived.story("e-m1", "M-01", "5m")
    assert story.since is not None
    assert "reaches back" in story.notes[0].en
    early = lived.asked("e-m1", "M-01", "1s")
    assert isinstance(early, Unanswered)
    assert early.reason is NoStory.BEFORE


def test_more_blocks_than_allowed_are_refused_before_one_is_read(lived: Lived) -> None:
    for minute in range(1, 6):
        happens(lived, minute)
    refused = lived.asked("e-m1", "M-01", "5m", at_most=3)
    assert isinstance(refused, Unanswered)
    assert refused.reason is NoStory.TOO_FAR
    lived.save()
    assert isinstance(lived.asked("e-m1", "M-01", "5m", at_most=3), Story)


def test_a_reader_beside_the_daemon_changes_nothing_in_the_store(lived: Lived) -> None:
    happens(lived, 1)
    before = lived.path.read_bytes(), lived.path.with_name("store.db-wal").read_bytes()
    assert lived.story("e-m1", "M-01", "90s").reason is Reason.HOLD
    assert (lived.path.read_bytes(), lived.path.with_name("store.db-wal").read_bytes()) == before


def test_the_newest_block_at_an_instant_is_found_by_halving(lived: Lived) -> None:
    for minute in range(1, 9):
        happens(lived, minute)
    past = SqlitePast(lived.path)
    heads = [(offset, block.now) for offset, block in past.blocks(0)]
    for offset, now in heads:
        newest = max(each for each, when in heads if when <= now)
        found = past.newest(now)
        assert found is not None
        assert found.offset == newest, offset
    assert past.newest(heads[0][1] - 1) is None
    past.close()

"""The running daemon explains now from its own core, and a past instant from its journal, bounded."""

from pathlib import Path

from processor.adapters.sqlite.past import SqlitePast
from processor.adapters.sqlite.queries import SqliteRecords
from processor.engine.snapshot import snapshot
from processor.loading.load import load
from processor.ports.console import Declined, Refusal
from processor.replay.explain import Story
from processor.replay.explain_reasons import Reason
from processor.runtime.explaining import Explaining
from tests.fakes.clock import FakeClock
from tests.replay.lived import Lived, at
from tests.replay.stories import texts


def explaining(lived: Lived, when: str, *, at_most: int = 100) -> Explaining:
    clock = FakeClock(at(when))
    records = SqliteRecords(lived.path)
    return Explaining(records, lambda: SqlitePast(lived.path), lambda kept: load(kept).district, clock, at_most=at_most)


async def test_now_is_told_from_the_running_core_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    lived = Lived(tmp_path, texts()).say("e-m1", "1m", current=320.0).say("e-m1", "2m", current=330.0)
    before = snapshot(lived.core.scopes["east"])
    story = await explaining(lived, "150s").explain(lived.core, "e-m1", "M-01", None)
    assert isinstance(story, Story)
    assert story.reason is Reason.HOLD
    assert [step.after for step in story.steps] == ["pending"]
    assert story.inspection == lived.story("e-m1", "M-01", "150s").inspection
    assert snapshot(lived.core.scopes["east"]) == before
    unknown = await explaining(lived, "150s").explain(lived.core, "e-m9", "M-01", None)
    assert isinstance(unknown, Story)
    assert unknown.reason is Reason.NO_SUCH_DEVICE
    lived.close()


async def test_a_past_instant_is_told_from_the_journal_as_far_as_the_bound_goes(tmp_path: Path) -> None:
    lived = Lived(tmp_path, texts())
    for minute in range(1, 6):
        lived.say("e-m1", f"{minute}m", current=320.0)
    story = await explaining(lived, "5m").explain(lived.core, "e-m1", "M-01", at("90s"))
    assert isinstance(story, Story)
    assert story.reason is Reason.HOLD
    tight = explaining(lived, "5m", at_most=2)
    far = await tight.explain(lived.core, "e-m1", "M-01", at("4m"))
    assert isinstance(far, Declined)
    assert far.reason is Refusal.TOO_FAR
    before = await tight.explain(lived.core, "e-m1", "M-01", at("0s") - 1)
    assert isinstance(before, Declined)
    assert before.reason is Refusal.NOTHING_KNOWN
    lived.close()

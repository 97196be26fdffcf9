"""The page that answers why: what stands on it whatever the story is."""

from datetime import UTC

import msgspec

from processor.cli.explain_text import Page
from processor.replay.explain import begun
from tests.engine.district import at, device, district, rule, trigger

RUNBOOK = "https://wiki.example.org/leak"


def test_the_link_to_what_is_to_be_done_stands_below_the_answer() -> None:
    linked = msgspec.structs.replace(rule(trigger("wet == true")), runbook=RUNBOOK)
    story = begun(district(linked, devices=(device("l1", "leak"),)), "l1", linked.id, at("1m"))
    assert list(Page(story, "en", UTC).lines())[2] == f"Runbook: {RUNBOOK}"
    assert list(Page(story, "zh", UTC).lines())[2] == f"处置手册：{RUNBOOK}"
    without = msgspec.structs.replace(story, runbook="")
    assert RUNBOOK not in "".join(Page(without, "en", UTC).lines())

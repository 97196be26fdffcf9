"""The history of the sets that came into force, who brought them, and the probation they ran under."""

import asyncio
from pathlib import Path

import pytest

from processor.model.disposition import DispositionState, Interlock
from processor.model.time import DAY, MINUTE
from processor.ports.console import ConditionName
from processor.ports.rule_sets import RuleSet, SetCause, SetRequest, Trial
from tests.runtime.house import House
from tests.runtime.plant import T0
from tests.runtime.town import HIGH, LEAK, SILENT, town
from tests.waiting import eventually

GOOD = {"rules/town.yaml": HIGH.replace("300 mA", "350 mA") + LEAK + SILENT}
BAD = {"rules/town.yaml": HIGH.replace("current >= limit", "nonsense >= limit") + LEAK + SILENT}
PERIOD = 14 * DAY


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def careful(tmp_path: Path) -> House:
    return House(tmp_path, probation_ms=PERIOD)


def entries(house: House) -> list[RuleSet]:
    return list(house.store.rule_sets.history(100))[::-1]


async def commands(house: House) -> list[tuple[DispositionState, Interlock | None]]:
    found = await asyncio.to_thread(house.service._records.dispositions)
    return [(each.state, each.interlock) for each in found]


async def leak(house: House, wet: int = 1) -> None:
    house.say("v1/east/valve/e-v1/telemetry", position="open")
    house.say("v1/east/leak/e-l1/telemetry", wet=wet)
    await house.quiet()


# ---- the history


async def test_a_start_is_in_the_history_and_a_restart_with_the_same_files_adds_nothing(house: House) -> None:
    for _ in range(2):
        async with house.life():
            (first,) = entries(house)
    assert (first.author, first.cause, first.before, first.at) == ("start", SetCause.START, "", T0)
    assert first.rules_hash == first.content_hash == town(house.texts).hash
    assert first.changes.added == ("M-01", "M-02", "M-03")


async def test_a_reload_says_who_why_and_what_it_changed(house: House) -> None:
    async with house.life():
        house.edit(GOOD)
        house.clock.advance(MINUTE)
        await house.reload("li", "the old limit was too low")
        first, second = entries(house)
        assert (second.author, second.reason, second.cause) == ("li", "the old limit was too low", SetCause.RELOAD)
        assert (second.before, second.at) == (first.rules_hash, T0 + MINUTE)
        assert (second.changes.changed, second.changes.added) == (("M-01",), ())
        assert "-  parameters: {limit: 300 mA}\n+  parameters: {limit: 350 mA}\n" in second.changes.diff
        blocks = dict(house.store.journal.blocks(0))
        assert second.offset is not None
        assert blocks[second.offset].rules_hash == second.rules_hash
        assert blocks[second.offset - 1].rules_hash == first.rules_hash


async def test_a_set_that_is_refused_or_the_same_is_not_in_the_history(house: House) -> None:
    async with house.life():
        house.edit(BAD)
        await house.reload("li")
        house.edit({"rules/town.yaml": HIGH + LEAK + SILENT})
        await house.reload("li")
        assert len(entries(house)) == 1


async def test_a_start_with_other_files_is_a_new_entry_with_its_difference(house: House) -> None:
    async with house.life():
        pass
    house.edit(GOOD)
    async with house.life():
        first, second = entries(house)
        assert (second.author, second.before, second.changes.changed) == ("start", first.rules_hash, ("M-01",))


async def test_files_that_were_announced_come_under_the_name_of_who_announced_them(house: House) -> None:
    async with house.life():
        house.daemon.announce(SetRequest(town({**house.texts, **GOOD}).hash, "wang", SetCause.ROLLBACK, "as it was"))
        house.changes.put_nowait("half of the files")  # written while the watcher looks: waits for the rest
        house.edit(GOOD)
        await house.reload("wang")
        await eventually(house.changes.empty, "the watcher")
        found = entries(house)[1:]
        assert [(each.author, each.cause, each.reason) for each in found] == [("wang", SetCause.ROLLBACK, "as it was")]


async def test_what_was_asked_while_no_daemon_ran_is_done_at_the_start(careful: House) -> None:
    async with careful.open():
        request = SetRequest(town(careful.texts).hash, "li", SetCause.APPROVE, "tested for years", ("*",))
        careful.store.rule_sets.ask(request)
    async with careful.life():
        (entry,) = entries(careful)
        assert (entry.author, entry.reason, entry.changes.approved) == ("li", "tested for years", ("M-02",))
        assert careful.store.rule_sets.asked() == []
        await leak(careful)
        assert (DispositionState.SENT, None) in await commands(careful)


# ---- a bad set


async def test_a_bad_set_is_in_the_detail_of_readyz_and_fails_nothing(house: House) -> None:
    async with house.life():
        house.edit(BAD)
        await house.reload("li")
        house.clock.advance(MINUTE)
        await house.reload("li")
        condition = next(each for each in house.service.readiness() if each.name is ConditionName.CONFIGURATION)
        assert condition.ok
        assert "rules/town.yaml:6:" in condition.detail.en
        assert "2026-09-21 14:13:20Z" in condition.detail.en  # the first time, not the last
        assert "nonsense" not in condition.detail.en  # anybody may read it
        figures = house.service.figures()
        assert (figures.configuration_refused, figures.reloads) == (True, {"refused": 2})
        house.edit(GOOD)
        await house.reload("li")
        condition = next(each for each in house.service.readiness() if each.name is ConditionName.CONFIGURATION)
        assert condition.detail.en == "ok"
        assert not house.service.figures().configuration_refused


# ---- probation


async def test_a_new_automatic_answer_only_shows_what_it_would_do(careful: House) -> None:
    async with careful.life():
        await leak(careful)
        assert await commands(careful) == [(DispositionState.REFUSED, Interlock.PROBATION)]
        assert careful.service.figures().on_probation == 1
        assert careful.channel.told, "people are told as usual"


async def test_it_acts_when_its_time_is_over_and_a_restart_does_not_begin_it_again(careful: House) -> None:
    async with careful.life():
        names = careful.service.figures().rules_hash
    careful.clock.advance(PERIOD)
    async with careful.life():
        assert careful.service.figures().rules_hash == names
        assert len(entries(careful)) == 1
        await leak(careful)
        assert (DispositionState.SENT, None) in await commands(careful)


async def test_a_named_person_lets_it_act_at_once_and_the_history_says_so(careful: House) -> None:
    async with careful.life():
        answer = await careful.reload("li", "the same valve for years", approve=("M-02", "M-99"))
        assert answer.changed
        entry = entries(careful)[-1]
        assert (entry.cause, entry.changes.approved, entry.trials) == (
            SetCause.APPROVE,
            ("M-02",),
            {"M-02": Trial(T0, "li")},
        )
        await leak(careful)
        assert (DispositionState.SENT, None) in await commands(careful)
        assert not (await careful.reload("li", "again", approve=("*",))).changed
    async with careful.life():
        assert careful.service.figures().on_probation == 0


async def test_an_edit_of_another_rule_neither_ends_nor_begins_a_probation(careful: House) -> None:
    async with careful.life():
        careful.clock.advance(DAY)
        careful.edit(GOOD)
        await careful.reload("li")
        assert entries(careful)[-1].trials == {"M-02": Trial(T0)}
    careful.clock.advance(DAY)
    async with careful.life():
        assert entries(careful)[-1].trials == {"M-02": Trial(T0)}


async def test_a_restart_with_the_same_files_reads_them_once(careful: House) -> None:
    async with careful.life():
        await leak(careful)
    async with careful.open():
        parts = careful.daemon._parts
        asked: list[object] = []
        parts.load_sources = asked.append  # it would say None, and the start would fail
        running = asyncio.ensure_future(careful.daemon.run())
        await careful.daemon.ready.wait()
        careful.daemon.stop()
        await running
        careful.ingest.cut()
    assert asked == []

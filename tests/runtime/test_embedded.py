"""Receive, decode, decide, commit, acknowledge: in that order, always, whatever the disk says."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from processor.model.alert import AlertState
from processor.model.effect import AlertChanged
from processor.model.inputs import KillSwitch
from processor.model.time import MINUTE, SECOND
from processor.ports.console import ConditionName
from processor.ports.journal import Batch, Checkpoint, JournalBroken, JournalFull
from processor.runtime.intake import BatchLimits
from tests.fakes.journal import MemoryStore
from tests.runtime.plant import T0, Gate, Plant
from tests.runtime.town import DEVICES, HIGH, LEAK, NORTH, SILENT, sources, town
from tests.waiting import eventually


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def gated(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate(plant.store.journal.commit)
    monkeypatch.setattr(plant.store.journal, "commit", gate)
    return gate


def journal_is_ready(plant: Plant) -> bool:
    return all(each.ok for each in plant.health.readiness(0) if each.name is ConditionName.JOURNAL)


def states(store: MemoryStore) -> list[AlertState]:
    return [each.transition.after for _, each in store.journal.effects if isinstance(each, AlertChanged)]


# ---- acknowledge after commit


async def test_nothing_is_acknowledged_while_the_commit_is_under_way(
    thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(executor=thread)
    async with plant.running():
        gate = gated(plant, monkeypatch)
        gate.open.clear()
        plant.meter(100)
        await eventually(lambda: gate.waiting, "the commit")
        plant.meter(101, "w-m1")
        await asyncio.sleep(0.05)  # the longest a wrong acknowledgement could hide
        assert plant.ingest.acknowledged == []
        assert plant.outlet.told == 0
        assert plant.counters.stored == 0
        gate.open.set()
        await eventually(lambda: len(plant.ingest.acknowledged) == 2, "both acknowledgements")
    assert [reading.values for reading in plant.readings()] == [{"current": 100.0}, {"current": 101.0}]


@pytest.mark.parametrize("error", [JournalFull("disk"), JournalBroken("permission")])
async def test_what_the_store_refuses_is_not_acknowledged_but_tried_again_and_readyz_says_so(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant()
    commit, attempts = plant.store.journal.commit, []

    def refuse(batch: Batch) -> int:
        attempts.append(batch)
        raise error

    async with plant.running():
        monkeypatch.setattr(plant.store.journal, "commit", refuse)
        plant.meter(100)
        await eventually(lambda: len(attempts) > 2, "some attempts")
        plant.meter(101, "w-m1")
        plant.say("v1/nowhere/x")
        assert plant.ingest.acknowledged == []
        assert plant.readings() == []
        assert not journal_is_ready(plant)
        assert plant.counters.in_flight == 3
        assert plant.counters.lost() == 0
        monkeypatch.setattr(plant.store.journal, "commit", commit)
        await eventually(lambda: len(plant.ingest.acknowledged) == 3, "every acknowledgement")
        assert journal_is_ready(plant)
    assert len(plant.readings()) == 2
    assert len(plant.store.dead_letters.letters) == 1
    assert all(batch is attempts[0] for batch in attempts), "the same batch, not one decided again"


async def test_people_are_answered_and_delivery_is_told_only_after_the_commit(
    thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(executor=thread)
    async with plant.running():
        gate = gated(plant, monkeypatch)
        gate.open.clear()
        answer = plant.embedded.submit(KillSwitch("east", stopped=True, person="p", reason="r"))
        plant.say("v1/east/leak/e-l1/telemetry", wet=1)
        await eventually(lambda: gate.waiting, "the commit")
        await asyncio.sleep(0.05)  # the longest a wrong answer could hide
        assert not answer.done()
        assert plant.outlet.told == 0
        gate.open.set()
        assert await answer == []
        await plant.quiet()
        assert plant.outlet.told > 0


async def test_a_message_that_came_again_is_acknowledged_and_stored_once() -> None:
    plant = Plant()
    async with plant.running():
        plant.meter(100)
        plant.meter(100)
        await plant.quiet()
        assert len(plant.ingest.acknowledged) == 2
    assert (len(plant.readings()), plant.counters.duplicates) == (1, 1)


# ---- stopping


async def test_a_stop_commits_and_acknowledges_what_was_taken_and_saves_every_scope() -> None:
    plant = Plant()
    async with plant.running():
        for value in range(50):
            plant.meter(value, ts=plant.clock.now() + value)
    assert len(plant.ingest.acknowledged) == 50
    saved = {each.scope: each.offset for each in plant.store.journal.checkpoints()}
    assert saved == dict.fromkeys(("east", "west"), plant.store.journal.last_offset())
    assert plant.restored().blocks == 0


async def test_what_comes_while_stopping_is_left_to_the_broker() -> None:
    plant = Plant()
    async with plant.running():
        plant.meter(100)
        await plant.quiet()
        plant.embedded.close()
        plant.meter(101, "w-m1")
        plant.meter(102, "w-m1", qos=0)
    assert [message.topic for message in plant.ingest.unacknowledged] == ["v1/west/meter/w-m1/telemetry"]
    assert plant.counters.counts().received == 2
    assert plant.counters.dropped == {"stopping": 1}
    assert plant.counters.lost() == 0


async def test_a_stop_ends_even_under_a_load_that_never_ends(thread: ThreadPoolExecutor) -> None:
    plant = Plant(executor=thread)
    async with asyncio.timeout(20):
        async with plant.running():
            acknowledge, count = plant.ingest.acknowledge, 0

            def flood(receipts: list[object]) -> None:
                nonlocal count
                acknowledge(receipts)
                for _ in receipts:
                    count += 1
                    plant.meter(1, ts=T0 + count)

            plant.ingest.acknowledge = flood  # type: ignore[assignment, method-assign]  # a broker that always has more
            plant.meter(1)
            await eventually(lambda: count > 5, "the flood")
    assert plant.counters.in_flight == 0


async def test_a_stop_with_a_full_disk_ends_and_leaves_everything_to_the_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant = Plant()
    saved: list[object] = []
    async with asyncio.timeout(20):
        async with plant.running():
            plant.meter(100)
            await plant.quiet()
            plant.store.journal.full = True
            monkeypatch.setattr(plant.store.journal, "save_checkpoints", saved.append)
            plant.meter(500, ts=T0 + 1)
            asked = plant.embedded.submit(KillSwitch("east", stopped=True, person="p", reason="r"))
            await eventually(lambda: not journal_is_ready(plant), "the full disk")
    plant.store.journal.full = False
    assert saved == []
    assert len(plant.ingest.acknowledged) == 1
    assert len(plant.ingest.unacknowledged) == 1
    assert asked.cancelled()
    # What the core had decided without a commit is nowhere.
    assert [each.offset for each in plant.store.journal.checkpoints()] == [1, 1]
    assert plant.restored().core.scopes["east"].devices["e-m1"].newest_at == T0


async def test_nothing_is_committed_after_a_batch_that_was_given_up(
    thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may have room again a moment later; but what was decided next was decided on a state that is nowhere."""
    plant = Plant(executor=thread)
    commit = plant.store.journal.commit
    refused: list[Batch] = []

    def refuse_the_first(batch: Batch) -> int:
        if batch in refused or not refused:
            refused.append(batch)
            raise JournalFull("no room for this one")
        return commit(batch)

    async with plant.running():
        monkeypatch.setattr(plant.store.journal, "commit", refuse_the_first)
        plant.meter(100)
        await eventually(lambda: refused, "the refusal")
        plant.meter(101, "w-m1")
        await eventually(lambda: not plant.embedded._intake, "the next batch, decided")
    assert plant.readings() == []
    assert len(plant.ingest.unacknowledged) == 2


# ---- time


async def test_the_core_is_woken_at_the_instant_it_asked_for() -> None:
    plant = Plant()
    async with plant.running():
        plant.pass_time(5 * MINUTE - 1)
        await plant.quiet()
        assert states(plant.store) == []
        plant.pass_time(1)
        await eventually(lambda: states(plant.store), "the alert of a silent meter")
    assert set(states(plant.store)) == {AlertState.FIRING}


async def test_a_batch_is_closed_when_it_is_full_and_the_rest_makes_the_next() -> None:
    plant = Plant(limits=BatchLimits(messages=3, window_ms=60_000))
    async with plant.running():
        for value in range(7):
            plant.meter(value, ts=T0 + value)
        await eventually(lambda: len(plant.readings()) == 6, "two full batches")
    sizes = [len(block.inputs) for _, block in plant.store.journal.blocks(1)]
    assert sizes == [3, 3, 1]


# ---- other rules


async def test_other_rules_take_effect_at_once_without_a_message() -> None:
    plant = Plant()
    async with asyncio.timeout(20):
        async with plant.running():
            for _ in range(20):  # at every point of the runtime's turn
                for texts in (sources(rules=HIGH), sources()):
                    other = town(texts)
                    await plant.embedded.reconfigure(other, plant.embedded.decoder)
                    assert plant.core.district.hash == town(texts).hash


async def test_other_rules_that_come_during_a_commit_are_not_overslept(
    thread: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processor.runtime.intake.LONGEST_PAUSE_MS", 3_600_000)
    plant = Plant(executor=thread)
    async with plant.running():
        gate = gated(plant, monkeypatch)
        gate.open.clear()
        plant.meter(100)
        await eventually(lambda: gate.waiting, "the first commit")
        plant.meter(101, "w-m1")
        await eventually(lambda: not plant.embedded._intake, "the next batch, decided")
        change = asyncio.ensure_future(plant.embedded.reconfigure(town(sources(rules=HIGH)), plant.embedded.decoder))
        await asyncio.sleep(0)
        gate.open.set()
        async with asyncio.timeout(20):
            await change


async def test_rules_that_the_core_cannot_take_leave_the_old_ones_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = Plant()
    async with plant.running():

        def fail(*_: object) -> None:
            raise ValueError("not these")

        with monkeypatch.context() as patch:
            patch.setattr(plant.core, "reconfigure", fail)
            with pytest.raises(ValueError, match="not these"):
                await plant.embedded.reconfigure(town(sources(rules=HIGH)), plant.embedded.decoder)
        assert plant.core.district.hash == town().hash
        plant.meter(100)
        await plant.quiet()
    assert len(plant.readings()) == 1
    assert plant.restored().core.district.hash == town().hash


async def test_a_change_of_rules_loses_neither_a_reading_nor_a_running_hold() -> None:
    plant = Plant()
    plant.store.journal.save_configuration(town().hash, sources(), T0, "test")
    async with plant.running():
        plant.meter(400)
        await plant.quiet()
        plant.pass_time(MINUTE)
        plant.meter(400)
        other = sources(rules=HIGH + SILENT + LEAK.replace("L1", "L2"))
        change = asyncio.ensure_future(plant.embedded.reconfigure(town(other), plant.embedded.decoder))
        plant.meter(401, "w-m1")
        await change
        plant.meter(402, "w-m2")
        await plant.quiet()
        assert states(plant.store) == [AlertState.PENDING, *[AlertState.PENDING] * 2]
        plant.pass_time(MINUTE)
        plant.meter(400)
        await plant.quiet()
    assert len(plant.readings()) == 5
    assert states(plant.store)[-1] is AlertState.FIRING
    assert len(plant.ingest.acknowledged) == 5


# ---- checkpoints


async def test_a_start_forgets_the_checkpoints_of_scopes_that_left() -> None:
    store = MemoryStore()
    store.journal.save_checkpoints([Checkpoint("gone", 0, T0, "h", b"")])
    plant = Plant(store=store)
    async with plant.running():
        assert [each.scope for each in store.journal.checkpoints()] == ["east", "west"]
        await plant.embedded.reconfigure(town(sources(devices=DEVICES + NORTH)), plant.embedded.decoder)
        assert [each.scope for each in store.journal.checkpoints()] == ["east", "north", "west"]
        await plant.embedded.reconfigure(town(), plant.embedded.decoder)
        assert [each.scope for each in store.journal.checkpoints()] == ["east", "west"]


async def test_checkpoints_that_could_not_be_saved_at_a_change_of_rules_are_saved_later_and_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant = Plant()
    save, refusals = plant.store.journal.save_checkpoints, []

    def refuse(checkpoints: list[Checkpoint]) -> None:
        refusals.append(checkpoints)
        raise JournalFull("no room")

    async with plant.running():
        monkeypatch.setattr(plant.store.journal, "save_checkpoints", refuse)
        await plant.embedded.reconfigure(town(sources(devices=DEVICES + NORTH)), plant.embedded.decoder)
        plant.step.core.district.devices  # noqa: B018 - the new district is in force
        for _ in range(20):
            plant.pass_time(SECOND)
            plant.meter(100)
            await plant.quiet()
        assert 2 <= len(refusals) <= 5, "not with every batch"
        assert all([each.scope for each in some] == ["east", "north", "west"] for some in refusals)
        monkeypatch.setattr(plant.store.journal, "save_checkpoints", save)
        plant.pass_time(10 * SECOND)
        plant.meter(100)
        await eventually(lambda: len(list(plant.store.journal.checkpoints())) == 3, "the checkpoints")

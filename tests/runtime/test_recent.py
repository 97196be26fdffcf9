"""What the broker sends again is known, however much of it one device said, and whoever took it the first time."""

import pytest

from processor.model.reading import Flag, Reading
from processor.ports.journal import Batch, Block, Counts
from processor.runtime.recent import Recent
from tests.fakes.journal import MemoryStore
from tests.runtime.plant import T0, Plant


def said(number: int, flags: int = 0) -> Reading:
    return Reading("m", T0 + number, T0, {"x": 1.0}, flags, number)


async def test_a_connection_lost_before_the_acknowledgements_doubles_nothing() -> None:
    plant = Plant()
    async with plant.running():
        plant.pass_time(60_000)
        acknowledge = plant.ingest.acknowledge
        plant.ingest.acknowledge = lambda receipts: None  # type: ignore[method-assign]  # noqa: ARG005 - the connection is dying
        for number in range(100):
            plant.meter(1, ts=plant.clock.now() + number)
        await plant.quiet()
        plant.ingest.acknowledge = acknowledge  # type: ignore[method-assign]  # the next connection lives
        plant.ingest.cut()
        plant.ingest.restore()
        await plant.quiet()
        assert len(plant.ingest.acknowledged) == 100
    assert len(plant.readings()) == 100
    assert plant.counters.duplicates == 100
    assert plant.counters.lost() == 0


async def test_a_batch_that_holds_both_the_message_and_its_repetition_takes_it_once() -> None:
    plant = Plant()
    async with plant.running():
        for number in range(100):
            plant.meter(1, ts=plant.clock.now() + number)
        plant.ingest.cut()
        plant.ingest.restore()
        await plant.quiet()
    assert len(plant.readings()) == 100


async def test_a_daemon_killed_between_commit_and_acknowledgement_doubles_nothing() -> None:
    first = Plant()
    async with first.running():
        first.ingest.acknowledge = lambda receipts: None  # type: ignore[method-assign]  # noqa: ARG005 - killed before it could
        for number in range(100):
            first.meter(1, ts=first.clock.now() + number)
        await first.quiet()
    del first.ingest.acknowledge
    first.ingest.cut()
    restored = first.restored()
    second = Plant(store=first.store, ingest=first.ingest, clock=first.clock, core=restored.core)
    second.step._recent.fill(first.store.journal)
    async with second.running(restored.last_now):
        await second.quiet()
        assert first.ingest.unacknowledged == []
    assert len(second.readings()) == 100
    assert second.counters.duplicates == 100


@pytest.mark.parametrize(("blocks", "size"), [(1, 5), (200, 1), (7, 60), (130, 3)])
def test_the_journals_end_is_learned_in_order_and_no_more_than_asked_for(blocks: int, size: int) -> None:
    journal = MemoryStore().journal
    every = [said(number) for number in range(blocks * size)]
    for start in range(0, len(every), size):
        journal.commit(Batch(Block(T0, "h", every[start : start + size]), (), (), Counts()))
    recent = Recent(most=100)
    recent.fill(journal)
    assert recent.new_among(every[-100:]) == []
    assert len(recent.new_among(every)) >= len(every) - 100 - 64 * size
    assert recent._size < 100 + size or recent._size == len(every)


def test_what_is_long_past_is_forgotten() -> None:
    recent = Recent(most=10)
    for number in range(1_000):
        recent.add([said(number)])
    assert recent._size == 10
    assert recent.new_among([said(989), said(990)]) == [said(989)]


def test_a_reading_without_a_time_of_its_own_is_left_to_its_device() -> None:
    recent = Recent()
    recent.add([said(1, Flag.NO_DEVICE_TIME)])
    again = [said(1, Flag.NO_DEVICE_TIME)] * 2
    assert recent.new_among(again) == again

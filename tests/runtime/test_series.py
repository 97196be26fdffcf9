"""The way from the journal to a sink: in order, once as far as the sink can tell, and from the disk."""

import threading

import msgspec
import pytest

from processor.model.inputs import WakeUp
from processor.model.reading import Reading, RejectionReason
from processor.ports.broker import Refused, Sent, Unreachable
from processor.runtime.series import CHUNK_BLOCKS, CHUNK_READINGS, IDLE_PAUSE, SeriesFeed, pause_after
from tests.fakes.journal import MemoryStore
from tests.fakes.sink import MemorySink
from tests.ports.batches import T0, batch, reading
from tests.waiting import eventually_sync


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()


def feed(store: MemoryStore, sink: MemorySink) -> SeriesFeed:
    return SeriesFeed(store.journal, store.cursors, sink, store.dead_letters)


def commit(store: MemoryStore, count: int, *, each: int = 1, start: int = 0) -> None:
    for number in range(start, start + count):
        store.journal.commit(batch([reading(f"d{number}-{n}", T0 + number) for n in range(each)]))


def test_every_reading_arrives_and_the_cursor_stands_at_the_end(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 30, each=3)
    series = feed(store, sink)
    assert series.step() == IDLE_PAUSE
    assert len(sink.points) == 90
    assert (store.cursors.position("memory"), series.status.written) == (30, 90)
    assert series.step() == IDLE_PAUSE
    assert sink.writes == [90]


def test_a_write_has_five_thousand_readings_at_most(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 3, each=2_000)
    store.journal.commit(batch([reading(f"big-{n}") for n in range(12_000)]))
    series = feed(store, sink)
    assert [series.step() for _ in range(4)] == [0, 0, IDLE_PAUSE, IDLE_PAUSE]
    assert sink.writes == [4_000, 2_000, 5_000, 5_000, 2_000]
    assert max(sink.writes) <= CHUNK_READINGS
    assert len(sink.points) == 18_000


def test_blocks_without_readings_are_passed_without_a_write(store: MemoryStore, sink: MemorySink) -> None:
    for _ in range(CHUNK_BLOCKS + 1):
        store.journal.commit(batch([WakeUp("sunrise", T0)]))
    series = feed(store, sink)
    assert (series.step(), series.step()) == (0, IDLE_PAUSE)
    assert (sink.writes, store.cursors.position("memory")) == ([], CHUNK_BLOCKS + 1)


def test_the_cursor_does_not_move_while_the_sink_is_away_and_nothing_is_lost(
    store: MemoryStore, sink: MemorySink
) -> None:
    commit(store, 5)
    sink.outcome = Unreachable("connection refused")
    series = feed(store, sink)
    assert [series.step() for _ in range(8)] == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    assert (store.cursors.position("memory"), series.status.failures) == (0, 8)
    assert series.status.problem == "connection refused"
    commit(store, 5, start=5)
    sink.outcome = Sent()
    series.step()
    assert len(sink.points) == 10
    assert (series.status.position, series.status.failures, series.status.problem) == (10, 0, "")


@pytest.mark.parametrize(("failures", "pause"), [(1, 1_000), (2, 2_000), (6, 32_000), (7, 60_000), (10**9, 60_000)])
def test_the_pause_doubles_up_to_a_minute(failures: int, pause: int) -> None:
    assert pause_after(failures) == pause


@pytest.mark.parametrize(("said", "pause"), [(30_000, 30_000), (0, 1_000), (600_000, 600_000)])
def test_the_sinks_own_word_on_when_to_come_again_counts(
    store: MemoryStore, sink: MemorySink, said: int, pause: int
) -> None:
    commit(store, 1)
    sink.outcome = Unreachable("busy", said)
    assert feed(store, sink).step() == pause


def test_a_refused_reading_is_a_dead_letter_and_the_others_are_written(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 10)
    sink.refuses = lambda each: each.device == "d3-0"
    series = feed(store, sink)
    series.step()
    assert (len(sink.points), series.status.written, series.status.refused) == (9, 9, 1)
    [letter] = store.dead_letters.find(reason=RejectionReason.SINK_REFUSED)
    assert (letter.rejection.device, letter.rejection.topic) == ("d3-0", "sink/memory")
    assert letter.rejection.detail == "told to refuse"
    assert msgspec.json.decode(letter.rejection.payload, type=Reading) == reading("d3-0", T0 + 3)
    assert store.cursors.position("memory") == 10


def test_what_is_refused_again_after_a_crash_is_one_dead_letter(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 10)
    sink.refuses = lambda each: each.device in {"d3-0", "d4-0"}
    feed(store, sink).step()
    store.cursors.positions["memory"] = 0  # the cursor's move was lost
    feed(store, sink).step()
    assert len(store.dead_letters.find()) == 2


def test_a_whole_write_that_is_refused_is_kept_reading_by_reading(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 3)
    sink.outcome = Refused("never")
    feed(store, sink).step()
    assert len(store.dead_letters.find()) == 3
    assert store.cursors.position("memory") == 3


def test_blocks_that_retention_took_are_counted_as_lost(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 10)
    series = feed(store, sink)
    series.step()
    commit(store, 10, start=10)
    for offset in range(11, 15):
        del store.journal.rows[offset]
    series.step()
    assert (series.status.lost_blocks, series.status.position) == (4, 20)


def test_a_new_sink_of_an_old_store_begins_with_what_there_is(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 10)
    for offset in range(1, 6):
        del store.journal.rows[offset]
    series = feed(store, sink)
    series.step()
    assert (series.status.lost_blocks, len(sink.points)) == (0, 5)


def test_a_sink_is_known_to_retention_before_its_first_write(store: MemoryStore, sink: MemorySink) -> None:
    feed(store, sink)
    assert store.cursors.positions == {"memory": 0}


def test_a_sink_that_raises_is_tried_again_and_seen(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 1)

    def fail(_: Reading) -> bool:
        raise RuntimeError("a fault of the sink")

    sink.refuses = fail
    series = feed(store, sink)
    assert series.step() == 1_000
    assert series.status.problem == "RuntimeError: a fault of the sink"
    sink.refuses = lambda _: False
    series.step()
    assert len(sink.points) == 1


def test_run_feeds_until_it_is_stopped_even_while_it_waits(store: MemoryStore, sink: MemorySink) -> None:
    commit(store, 3)
    series = feed(store, sink)
    thread = threading.Thread(target=series.run)
    thread.start()
    try:
        eventually_sync(lambda: len(sink.points) == 3, "the first readings")
        sink.outcome = Unreachable("gone", 600_000)
        commit(store, 1, start=3)
        eventually_sync(lambda: series.status.failures == 1, "the failure")
    finally:
        series.stop()
        thread.join(timeout=20)
    assert not thread.is_alive()

"""What leaves the store, what must stay, and that the file gets smaller."""

from pathlib import Path

import pytest

from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.retention import Policy
from processor.adapters.sqlite.store import SqliteStore
from processor.model.alert import AlertState
from processor.model.effect import AlertChanged, OrderChanged
from processor.model.order import OrderState
from processor.model.time import DAY, HOUR
from processor.ports.journal import Checkpoint
from tests.ports.batches import RULES, T0, alert, batch, order, reading


def fill(store: SqliteStore, *, blocks: int = 10, heavy: bool = False, covered: int | None = None) -> None:
    """One block an hour, a checkpoint that covers them all unless told."""
    for number in range(1, blocks + 1):
        width = 400 if heavy else 1
        readings = [
            reading(f"d-{(number * 7_919 + n * 104_729) % 10**9}", T0 + number * HOUR + n) for n in range(width)
        ]
        store.journal.commit(batch(readings, now=T0 + number * HOUR))
    at = blocks if covered is None else covered
    if at:
        store.journal.save_checkpoints([Checkpoint("sunrise", at, T0, RULES, b"")])


def kept(store: SqliteStore) -> list[int]:
    return [offset for offset, _ in store.journal.blocks(0)]


@pytest.mark.parametrize(
    ("now_h", "covered", "taken", "first_kept"),
    [
        (10, 10, 10, 5),  # exactly five hours old stays
        (11, 10, 10, 6),
        (5, 10, 10, 1),
        (6, 10, 10, 1),
        (7, 10, 10, 2),
        (11, 3, 10, 4),  # not past the checkpoint
        (11, 0, 10, 1),  # no checkpoint: every block is needed to know where things stand
        (11, 10, 2, 3),  # not past the sink
        (11, 10, 0, 1),  # a sink that took nothing yet
        (1000, 10, 10, 10),  # the newest block stays, however old it is
    ],
)
def test_by_age_what_is_covered_and_taken_goes(
    path: Path, now_h: int, covered: int, taken: int, first_kept: int
) -> None:
    with SqliteStore(path, policy=Policy(age=5 * HOUR)) as store:
        fill(store, covered=covered)
        store.cursors.advance("influx", taken)
        assert store.journal.retain(T0 + now_h * HOUR) == first_kept - 1
        assert kept(store) == list(range(first_kept, 11))
        assert store.journal.retained.forced == {}
        assert store.journal.last_offset() == 10
        assert store.journal.commit(batch()) == 11
    assert check(path) == []


def test_the_size_forces_past_a_sink_and_says_how_far_but_never_past_a_checkpoint(path: Path) -> None:
    with SqliteStore(path, policy=Policy(age=None, bytes=150_000)) as store:
        fill(store, blocks=100, heavy=True, covered=60)
        store.cursors.advance("influx", 10)
        store.cursors.advance("done", 100)
        gone = store.journal.retain(T0)
        assert gone == 60  # it is still too large, but the rest is needed to come back after a crash
        assert store.journal.retained.forced == {"influx": 50}
        store.journal.save_checkpoints([Checkpoint("sunrise", 100, T0, RULES, b"")])
        assert store.journal.retain(T0) > 10
        assert kept(store)[-1] == 100
    assert check(path) == []


def test_the_file_gets_smaller_and_stays_under_its_size(path: Path) -> None:
    limit = 6_000_000
    with SqliteStore(path, policy=Policy(age=None, bytes=limit)) as store:
        fill(store, blocks=1_500, heavy=True)
        store._writer.pragma("wal_checkpoint(TRUNCATE)")
        assert path.stat().st_size > limit
        store.journal.retain(T0)
        store._writer.pragma("wal_checkpoint(TRUNCATE)")
        free_pages_kept = 1_100 * 4_096
        assert path.stat().st_size < limit + free_pages_kept
        assert len(kept(store)) > 100
    assert check(path) == []


def test_nothing_goes_without_a_policy(path: Path) -> None:
    with SqliteStore(path, policy=Policy(age=None, bytes=None, history=None)) as store:
        fill(store)
        assert store.journal.retain(T0 + 10_000 * DAY) == 0


def test_delivered_effects_go_with_their_block_and_waiting_ones_stay(path: Path) -> None:
    with SqliteStore(path, policy=Policy(age=HOUR)) as store:
        store.journal.commit(batch(effects=[alert(1), alert(2)]))
        fill(store)
        first, second = store.outbox.due(T0, 10)
        store.outbox.delivered([first.sequence], T0)
        store.journal.save_checkpoints([Checkpoint("sunrise", 11, T0, RULES, b"")])
        assert store.journal.retain(T0 + 100 * HOUR) == 10
        assert store.outbox.due(T0, 10) == [second]
        [(count,)] = store._reader.rows("SELECT count(*) FROM outbox")
        assert count == 1
    assert check(path) == []


def test_history_keeps_what_is_open_and_drops_what_ended_long_ago(path: Path) -> None:
    with SqliteStore(path, policy=Policy(history=400 * DAY)) as store:
        effects: list[AlertChanged | OrderChanged] = [
            alert(1, name="open"),
            alert(1, name="over"),
            alert(2, name="over", after=AlertState.OK),
            order(1, name="open-order"),
            order(1, name="closed-order", state=OrderState.CLOSED),
        ]
        store.journal.commit(batch(effects=effects))
        tables = ("alerts", "transitions", "orders", "order_steps")
        store.journal.retain(T0 + 400 * DAY)
        assert [store._reader.one(f"SELECT count(*) FROM {table}") for table in tables] == [(2,), (3,), (2,), (2,)]  # noqa: S608 - a constant
        store.journal.retain(T0 + 401 * DAY)
        assert [store._reader.one(f"SELECT count(*) FROM {table}") for table in tables] == [(1,), (1,), (1,), (1,)]  # noqa: S608 - a constant
    assert check(path) == []

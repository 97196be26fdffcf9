"""The bounds of the dead letters: the oldest go first, counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processor.adapters.sqlite.dead_letters import DeadLetterLimits
from processor.adapters.sqlite.store import SqliteStore
from tests.ports.batches import batch, rejection


@pytest.fixture
def small(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path, dead_letter_limits=DeadLetterLimits(rows=1_000, bytes=1_000_000)) as opened:
        yield opened


def details(store: SqliteStore) -> list[str]:
    return [letter.rejection.detail for letter in store.dead_letters.find(limit=10_000)]


def test_when_there_are_too_many_the_oldest_go(small: SqliteStore) -> None:
    for start in range(0, 3_000, 700):
        small.journal.commit(batch([], rejections=[rejection(str(n)) for n in range(start, start + 700)]))
    assert details(small) == [str(number) for number in range(2_500, 3_500)]
    assert small.dead_letters.evicted() == 2_500


def test_when_they_are_too_large_the_oldest_go(small: SqliteStore) -> None:
    for number in range(40):
        small.journal.commit(batch([], rejections=[rejection(str(number), payload=b"x" * 100_000)]))
    assert details(small) == [str(number) for number in range(31, 40)]
    assert small.dead_letters.evicted() == 31


def test_one_that_is_larger_than_all_may_be_leaves_an_empty_list(small: SqliteStore) -> None:
    small.journal.commit(batch([], rejections=[rejection("huge", payload=b"x" * 2_000_000)]))
    small.journal.commit(batch([], rejections=[rejection("small")]))
    assert details(small) == ["small"]


def test_the_bounds_hold_over_reopening_and_for_sinks(path: Path) -> None:
    limits = DeadLetterLimits(rows=10)
    for run in range(3):
        with SqliteStore(path, dead_letter_limits=limits) as store:
            store.dead_letters.add([(f"{run}/{n}", rejection(f"{run}/{n}")) for n in range(8)])
            assert len(details(store)) == min(10, 8 * (run + 1))
            assert details(store)[-1] == f"{run}/7"

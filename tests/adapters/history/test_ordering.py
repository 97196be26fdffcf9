"""Readings come in the order of time, whatever the file's order, and those of one instant as they came."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.adapters.history import ordering
from processor.adapters.history.ordering import NotInOrder, in_order, merged
from processor.model.reading import Reading


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, so that every way of sorting is taken with few readings."""
    for name, size in {"WINDOW": 8, "RUN": 10, "FRAME": 3}.items():
        monkeypatch.setattr(ordering, name, size)


def readings(*instants: int) -> list[Reading]:
    return [Reading(f"d{number}", at, at, {}, 0, number) for number, at in enumerate(instants)]


def chunks(given: list[Reading], size: int) -> Iterator[list[Reading]]:
    return (given[begin : begin + size] for begin in range(0, len(given), size))


def flat(stream: Iterator[list[Reading]]) -> list[Reading]:
    return [reading for chunk in stream for reading in chunk]


@given(st.lists(st.integers(0, 20), max_size=60), st.integers(1, 7))
def test_any_order_comes_out_sorted_and_stable(instants: list[int], size: int) -> None:
    said = readings(*instants)
    wanted = sorted(said, key=lambda reading: reading.arrived)
    assert flat(in_order(chunks(said, size), on_disk=True)) == wanted
    try:
        assert flat(in_order(chunks(said, size))) == wanted
    except NotInOrder:
        assert said != wanted


def test_disorder_within_the_window_is_mended_while_reading() -> None:
    said = readings(0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 12, 11, 13)
    assert [reading.at for reading in flat(in_order(chunks(said, 4)))] == list(range(14))


def test_what_comes_far_too_late_is_refused_with_its_instant() -> None:
    said = readings(*range(100, 140), 50)
    with pytest.raises(NotInOrder) as found:
        flat(in_order(chunks(said, 4)))
    assert found.value.at == 50


@given(st.lists(st.lists(st.integers(0, 20), max_size=20), min_size=1, max_size=5), st.integers(1, 4))
def test_ordered_streams_are_merged_in_order_the_earlier_stream_first(streams: list[list[int]], size: int) -> None:
    said = [[Reading(f"{number}", at, at, {}) for at in sorted(stream)] for number, stream in enumerate(streams)]
    wanted = sorted((reading for stream in said for reading in stream), key=lambda each: (each.at, int(each.device)))
    assert flat(merged([chunks(stream, size) for stream in said])) == wanted

"""Running tallies say what a count over all members would say, at every instant and after every snapshot."""

import copy
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processor.engine.tally import FreshTally, OthersTally, Tally
from processor.model.evidence import Verdict

DEVICES = ("a", "b", "c", "d", "e")
UNITS = ("one", "one", "two", "two", "three")


@dataclass
class Said:
    """What one device has said: (when, verdict, fresh), oldest first."""

    unit: str
    words: list[tuple[int, Verdict, bool]] = field(default_factory=list)

    def true_until(self, now: int, *, fresh: bool) -> int | None:
        """The last instant at which it was true, as a state that stands from one word to the next."""
        last = None
        for index, (_, verdict, is_fresh) in enumerate(self.words):
            if verdict and (is_fresh or not fresh):
                last = self.words[index + 1][0] if index + 1 < len(self.words) else now
        return last

    def verdict(self) -> Verdict:
        return self.words[-1][1] if self.words else None

    def is_fresh(self) -> bool:
        return bool(self.words) and self.words[-1][2]


def counts(said: Said, within: int, now: int, *, fresh: bool) -> bool:
    if said.verdict() and (said.is_fresh() or not fresh):
        return True
    last = said.true_until(now, fresh=fresh)
    return bool(within) and last is not None and now - last <= within


def scan(members: dict[str, Said], within: int, now: int, *, fresh: bool = False) -> tuple[int, int, int]:
    """(count, unknown, total) by looking at every member."""
    counted = {said.unit for said in members.values() if counts(said, within, now, fresh=fresh)}
    known = {
        name
        for name, said in members.items()
        if said.verdict() is False and (not fresh or (said.is_fresh() and not counts(said, within, now, fresh=False)))
    }
    unknown = {said.unit for name, said in members.items() if name not in known} - counted
    return len(counted), len(unknown), len({said.unit for said in members.values()})


def shown(tally: Tally | OthersTally | FreshTally, now: int) -> tuple[int, int, int]:
    return tally.count(now), tally.unknown(now), tally.total()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(DEVICES),
        st.sampled_from([True, False, None]),
        st.booleans(),
    ),
    max_size=40,
)


@example(
    steps=[(0, "a", True, True), (5, "a", True, False), (7, "b", False, True)], within=10, by_unit=False, restored=99
)
@given(steps=STEPS, within=st.sampled_from([0, 1, 10, 60]), by_unit=st.booleans(), restored=st.integers(0, 40))
def test_a_running_tally_is_what_a_scan_over_all_members_finds(
    *, steps: list[tuple[int, str, Verdict, bool]], within: int, by_unit: bool, restored: int
) -> None:
    units = dict(zip(DEVICES, UNITS if by_unit else DEVICES, strict=True))
    tally = _tally(units, within)
    said = {name: Said(unit) for name, unit in units.items()}
    now = 1_000
    for number, (pause, device, verdict, fresh) in enumerate(steps):
        now += pause
        said[device].words.append((now, verdict, fresh and verdict is not None))
        tally.update(device, verdict, now, fresh=fresh)
        if number == restored:
            again = _tally(units, within)
            again.load(copy.deepcopy(tally.members), now)
            tally = again
        for later in (now, now + within, now + within + 1):
            assert shown(tally, later) == scan(said, within, later)
        assert shown(tally.fresh(), now) == scan(said, within, now, fresh=True)
        expiry = tally.next_expiry(now)
        ends = [until + within + 1 for each in said.values() if (until := _ended(each, within, now)) is not None]
        assert expiry == min(ends, default=None)
        if not by_unit:
            others = {name: each for name, each in said.items() if name != device}
            assert shown(OthersTally(tally, device), now) == scan(others, within, now)
            assert shown(OthersTally(tally, device).fresh(), now) == scan(others, within, now, fresh=True)


def _ended(said: Said, within: int, now: int) -> int | None:
    """When a member that counts though it is no longer true last was true."""
    still = not said.verdict() and counts(said, within, now, fresh=False)
    return said.true_until(now, fresh=False) if still else None


def _tally(units: dict[str, str], within: int) -> Tally:
    tally = Tally(within)
    for device, unit in units.items():
        tally.add(device, unit)
    return tally


def test_others_without_the_one_that_asks_when_it_is_no_member() -> None:
    tally = _tally({"a": "a", "b": "b"}, 0)
    tally.update("a", verdict=True, now=1, fresh=True)
    assert shown(OthersTally(tally, "x"), 1) == (1, 1, 2)
    assert shown(OthersTally(tally, "a"), 1) == (0, 1, 1)


@pytest.mark.parametrize(
    ("verdict", "fresh", "news"),
    [(True, True, False), (True, None, False), (True, False, True), (False, True, True), (None, True, True)],
)
def test_only_what_changes_is_news(*, verdict: Verdict, fresh: bool | None, news: bool) -> None:
    tally = _tally({"a": "a"}, 0)
    tally.update("a", verdict=True, now=1, fresh=True)
    assert tally.update("a", verdict, 2, fresh=fresh) is news


def test_a_look_at_a_later_instant_spoils_no_earlier_one() -> None:
    tally = _tally({"a": "a"}, 10)
    tally.update("a", verdict=True, now=1, fresh=True)
    tally.update("a", verdict=False, now=2, fresh=True)
    assert (tally.count(100), tally.count(12), tally.count(13), tally.count(12)) == (0, 1, 0, 1)


def test_a_member_that_flutters_costs_no_memory() -> None:
    tally = _tally({"a": "a", "b": "b"}, 10**9)
    for now in range(1, 5_000):
        tally.update("a", verdict=bool(now % 2), now=now, fresh=True)
    assert len(tally._ends) <= 16  # the list is the memory in question


def test_who_moved_counts_where_it_is_now_and_who_left_not_at_all() -> None:
    tally = _tally({"a": "one", "b": "two"}, 0)
    tally.update("a", verdict=True, now=1, fresh=True)
    tally.update("b", verdict=True, now=1, fresh=True)
    moved = _tally({"a": "two", "c": "two"}, 0)
    moved.load(copy.deepcopy(tally.members), 2)
    assert shown(moved, 2) == (1, 0, 1)
    assert list(moved.members) == ["a", "c"]

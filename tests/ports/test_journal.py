"""What every journal promises, on the fake and on SQLite."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.model.inputs import (
    AlertReset,
    CommandDelivered,
    CommandReply,
    DeliveryResult,
    Input,
    KillSwitch,
    OrderAction,
    Started,
    WakeUp,
)
from processor.model.order import OrderResult, OrderVerb
from processor.model.reading import Flag, Reading
from processor.ports.journal import Checkpoint, Counts
from processor.ports.rule_sets import KeptSet
from tests.ports.batches import RULES, T0, batch, reading, rejection
from tests.ports.conftest import Store

EVERY_KIND: list[Input] = [
    reading(flow=1.5, on=False, mode="开"),
    WakeUp("sunrise", T0),
    Started("sunrise", T0, None, T0 + 1),
    Started("sunrise", T0, T0 - 5, T0 + 1),
    CommandDelivered("sunrise", "c1", DeliveryResult.SENT),
    CommandReply("sunrise", "valve-1", "c1", accepted=True, arrived=T0),
    OrderAction("sunrise", "a1", "order-1", OrderVerb.DONE, "王师傅", "换了垫圈", OrderResult.TRUE_ALARM),
    AlertReset("sunrise", "LK-01", "wang", "looked at it"),
    KillSwitch("sunrise", stopped=True, person="wang", reason="maintenance"),
]


def test_an_empty_journal_is_at_offset_zero(store: Store) -> None:
    assert store.journal.last_offset() == 0
    assert list(store.journal.blocks(0)) == []
    assert store.journal.totals() == Counts()
    assert list(store.journal.checkpoints()) == []


def test_offsets_count_from_one_without_holes(store: Store) -> None:
    assert [store.journal.commit(batch()) for _ in range(20)] == list(range(1, 21))
    assert store.journal.last_offset() == 20


def test_every_kind_of_input_comes_back_as_it_went_in(store: Store) -> None:
    store.journal.commit(batch(EVERY_KIND, now=T0 + 3))
    [(offset, block)] = store.journal.blocks(0)
    assert (offset, block.now, block.rules_hash) == (1, T0 + 3, RULES)
    assert list(block.inputs) == EVERY_KIND
    assert [type(each) for each in block.inputs] == [type(each) for each in EVERY_KIND]


VALUES = st.floats(allow_nan=False) | st.booleans() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
READINGS = st.builds(
    Reading,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.integers(0, 2**62),
    st.integers(0, 2**62),
    st.dictionaries(st.sampled_from(["a", "b", "漏水"]), VALUES, max_size=3),
    st.sampled_from([0, int(Flag.LATE), int(Flag.RETAINED | Flag.HISTORY)]),
    st.integers(0, 2**32 - 1),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=st.lists(READINGS, max_size=12))
def test_any_readings_come_back_equal_and_of_the_same_types(store: Store, inputs: list[Reading]) -> None:
    offset = store.journal.commit(batch(inputs))
    [(_, block)] = store.journal.blocks(offset - 1, offset)
    assert list(block.inputs) == inputs
    for got, gave in zip(block.inputs, inputs, strict=True):
        assert isinstance(got, Reading)
        assert [type(value) for value in got.values.values()] == [type(value) for value in gave.values.values()]


@pytest.mark.parametrize(
    ("after", "until", "offsets"),
    [
        (0, None, list(range(1, 31))),
        (0, 3, [1, 2, 3]),
        (28, None, [29, 30]),
        (4, 6, [5, 6]),
        (30, None, []),
        (5, 5, []),
        (99, None, []),
    ],
)
def test_blocks_are_those_after_and_up_to(store: Store, after: int, until: int | None, offsets: list[int]) -> None:
    for number in range(30):
        store.journal.commit(batch(now=T0 + number))
    found = list(store.journal.blocks(after, until))
    assert [offset for offset, _ in found] == offsets
    assert [block.now for _, block in found] == [T0 + offset - 1 for offset in offsets]


def test_a_journal_can_be_read_while_it_is_written(store: Store) -> None:
    for _ in range(30):
        store.journal.commit(batch())
    seen = []
    for offset, _ in store.journal.blocks(0, 30):
        seen.append(offset)
        store.journal.commit(batch())
    assert seen == list(range(1, 31))


def test_totals_are_the_sums_of_all_batches(store: Store) -> None:
    store.journal.commit(batch([reading(), reading()], rejections=[rejection()]))
    store.journal.commit(batch([reading()]))
    assert store.journal.totals() == Counts(received=4, stored=3, dead_letters=1)


def test_a_checkpoint_replaces_the_one_of_its_scope(store: Store) -> None:
    journal = store.journal
    first = Checkpoint("sunrise", 1, T0, RULES, b"\x00one")
    other = Checkpoint("moon", 1, T0, RULES, b"")
    journal.save_checkpoints([first, other])
    second = Checkpoint("sunrise", 9, T0 + 9, "rules-2", b"two" * 1000)
    journal.save_checkpoints([second])
    assert sorted(journal.checkpoints(), key=lambda each: each.scope) == [other, second]


def test_the_checkpoint_of_a_scope_that_left_is_forgotten(store: Store) -> None:
    store.journal.save_checkpoints([Checkpoint(scope, 1, T0, RULES, b"") for scope in ("moon", "sunrise", "garden")])
    store.journal.keep_checkpoints(["sunrise", "new"])
    assert [each.scope for each in store.journal.checkpoints()] == ["sunrise"]


def test_hundreds_of_scopes_have_their_checkpoints(store: Store) -> None:
    saved = [Checkpoint(f"scope-{number:03}", number, T0, RULES, b"x" * number) for number in range(100)]
    store.journal.save_checkpoints(saved)
    assert list(store.journal.checkpoints()) == saved


def test_a_configuration_is_kept_under_its_hash(store: Store) -> None:
    journal = store.journal
    assert journal.configuration("rules-1") is None
    journal.save_configuration("rules-1", {"rules/漏水.yaml": "LK-01: {}\n"}, T0, "wang")
    journal.save_configuration("rules-1", {"other": "ignored"}, T0 + 1, "li")
    assert journal.configuration("rules-1") == KeptSet({"rules/漏水.yaml": "LK-01: {}\n"})
    journal.save_configuration("rules-2", {}, T0, "wang", {"LK-01": T0 + 1})
    assert journal.configuration("rules-2") == KeptSet({}, {"LK-01": T0 + 1})

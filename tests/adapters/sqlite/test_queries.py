"""What people ask the store, while the daemon has it open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.adapters.sqlite.blocks import device_filter, filter_word, may_speak_of
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.store import SqliteStore
from processor.model.alert import AlertState
from processor.model.disposition import DispositionState
from processor.model.order import OrderState
from processor.model.reading import Reading
from processor.model.rule import Level
from processor.model.text import Text
from processor.ports.journal import JournalBroken
from tests.ports.batches import T0, alert, batch, disposition, order, reading


@pytest.fixture
def records(store: SqliteStore, path: Path) -> Iterator[SqliteRecords]:
    assert store.journal.last_offset() == 0
    opened = SqliteRecords(path)
    yield opened
    opened.close()


def test_an_alert_is_its_newest_transition_with_its_first_and_last_times(
    store: SqliteStore, records: SqliteRecords
) -> None:
    store.journal.commit(batch(effects=[alert(1, after=AlertState.PENDING), alert(2)]))
    store.journal.commit(batch(effects=[alert(3, after=AlertState.OK), order(1)]))
    [found] = records.alerts()
    assert found.transition == alert(3, after=AlertState.OK).transition
    assert (found.first_at, found.last_at, found.order) == (T0 + 1, T0 + 3, "order-1")
    assert found.rule_name == Text("漏水", "Leak")
    assert records.alert(found.transition.alert) == found
    assert [step.number for step in records.transitions(found.transition.alert)] == [1, 2, 3]
    assert records.alert("nobody") is None


def test_a_transition_that_comes_again_changes_nothing(store: SqliteStore, records: SqliteRecords) -> None:
    store.journal.commit(batch(effects=[alert(1), alert(2, after=AlertState.OK)]))
    before = records.alerts()
    store.journal.commit(batch(effects=[alert(1), alert(2, after=AlertState.FIRING)]))
    assert records.alerts() == before
    assert len(records.transitions("LK-01:leak-1:1")) == 2


def test_an_older_step_never_takes_the_place_of_a_newer_one(store: SqliteStore, records: SqliteRecords) -> None:
    store.journal.commit(batch(effects=[alert(2, after=AlertState.OK), order(2, state=OrderState.ACCEPTED)]))
    store.journal.commit(batch(effects=[alert(1), order(1)]))
    assert [found.transition.number for found in records.alerts()] == [2]
    assert [found.number for found in records.orders()] == [2]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["C", "B", "A"]),
        ({"states": frozenset({AlertState.FIRING})}, ["C", "A"]),
        ({"states": frozenset({AlertState.FIRING, AlertState.OK})}, ["C", "B", "A"]),
        ({"limit": 2}, ["C", "B"]),
        ({"community": "sunrise", "subject": "leak-1", "rule": "LK-01", "level": Level.L1}, ["C", "B", "A"]),
        ({"community": "moon"}, []),
        ({"rule": "' OR 1=1 --"}, []),
        ({"level": Level.L2}, []),
    ],
)
def test_alerts_are_found_by_what_is_asked_newest_first(
    store: SqliteStore, records: SqliteRecords, asked: dict[str, object], names: list[str]
) -> None:
    effects = [alert(1, name="A"), alert(2, name="B", after=AlertState.OK), alert(3, name="C")]
    store.journal.commit(batch(effects=effects))
    assert [found.transition.alert for found in records.alerts(**asked)] == names  # type: ignore[arg-type]  # a table's


def test_an_order_is_its_newest_step(store: SqliteStore, records: SqliteRecords) -> None:
    store.journal.commit(batch(effects=[order(1), order(2, state=OrderState.ACCEPTED), order(3, name="order-2")]))
    assert [(each.id, each.state) for each in records.orders()] == [
        ("order-2", OrderState.OPEN),
        ("order-1", OrderState.ACCEPTED),
    ]
    assert [each.id for each in records.orders(states=frozenset({OrderState.ACCEPTED}))] == ["order-1"]
    assert records.order("order-1") == order(2, state=OrderState.ACCEPTED).order
    assert [each.number for each in records.order_steps("order-1")] == [1, 2]
    assert records.order("order-9") is None


def test_a_disposition_is_its_newest_step(store: SqliteStore, records: SqliteRecords) -> None:
    steps = [DispositionState.SENT, DispositionState.ACKNOWLEDGED, DispositionState.VERIFIED]
    store.journal.commit(batch(effects=[disposition(state) for state in steps]))
    store.journal.commit(batch(effects=[disposition(DispositionState.SENT)]))  # known: changes nothing
    [found] = records.dispositions(device="valve-1")
    assert found.state is DispositionState.VERIFIED
    assert [step.disposition.state for step in records.disposition_steps("command-1")] == steps
    assert records.dispositions(alert="another") == []


def everything(store: SqliteStore) -> list[Reading]:
    return [each for _, block in store.journal.blocks(0) for each in block.inputs if isinstance(each, Reading)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_readings_found_are_exactly_those_in_the_journal(
    store: SqliteStore, records: SqliteRecords, data: st.DataObject
) -> None:
    devices = st.sampled_from(["d1", "d2", "漏水-3"])
    moments = st.integers(T0, T0 + 50)
    readings = data.draw(st.lists(st.builds(reading, devices, moments), max_size=6))
    store.journal.commit(batch(readings))
    device = data.draw(st.sampled_from(["", "d1", "d2", "漏水-3", "nobody"]))
    since, until = data.draw(st.none() | moments), data.draw(st.none() | moments)
    found = records.readings(device=device, since=since, until=until, limit=10_000)
    expected = [
        each
        for each in everything(store)
        if device in {"", each.device} and (since is None or each.at >= since) and (until is None or each.at < until)
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert [each.at for each in found] == sorted((each.at for each in expected), reverse=True)


def test_the_limit_takes_what_came_last(store: SqliteStore, records: SqliteRecords) -> None:
    for number in range(10):
        store.journal.commit(batch([reading("d1", T0 + number), reading("d2", T0 + number)]))
    assert [each.at for each in records.readings(device="d1", limit=3)] == [T0 + 9, T0 + 8, T0 + 7]


def test_blocks_without_the_device_are_not_read(store: SqliteStore, records: SqliteRecords) -> None:
    for number in range(10):
        store.journal.commit(batch([reading(f"d{number}", T0 + number)]))
    with store._writer.transaction() as connection:  # what is not read does no harm
        connection.execute("UPDATE journal SET block = x'00' WHERE offset <> 5")
    assert [each.device for each in records.readings(device="d4")] == ["d4"]
    with pytest.raises(JournalBroken):
        records.readings()


@given(devices=st.sets(st.text(max_size=12), max_size=50))
def test_a_filter_lets_every_device_through_that_is_in_it(devices: set[str]) -> None:
    packed = device_filter(devices)
    assert len(packed) == 2 * len(devices)
    assert all(may_speak_of(filter_word(device), packed) for device in devices)


def test_a_filter_of_a_full_batch_keeps_out_all_but_a_few() -> None:
    packed = device_filter(f"in-{number}" for number in range(2_000))
    wrong = sum(may_speak_of(filter_word(f"out-{number}"), packed) for number in range(2_000))
    assert wrong < 2_000 * 0.06


def test_asking_where_there_is_no_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalBroken, match="there is no store at"):
        SqliteRecords(tmp_path / "nothing.db")
    assert list(tmp_path.iterdir()) == []

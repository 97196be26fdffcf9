"""What every outbox and every cursor promises, on the fake and on SQLite."""

from processor.model.disposition import DispositionState
from processor.model.effect import AlertChanged, OrderChanged, SendCommand
from tests.ports.batches import T0, alert, batch, command, disposition, dropped, order, refusal
from tests.ports.conftest import Store


def test_effects_that_need_delivery_wait_in_order(store: Store) -> None:
    effects: list[AlertChanged | SendCommand | OrderChanged] = [alert(1), command(), order(1)]
    offset = store.journal.commit(batch(effects=effects))
    rows = store.outbox.due(T0, 10)
    assert [row.effect for row in rows] == effects
    assert [row.key for row in rows] == [effect.key for effect in effects]
    assert {(row.scope, row.attempts, row.due_at, row.offset) for row in rows} == {("sunrise", 0, T0, offset)}
    assert store.outbox.waiting() == {"alert_changed": 1, "send_command": 1, "order_changed": 1}


def test_effects_that_are_only_recorded_do_not_wait(store: Store) -> None:
    store.journal.commit(batch(effects=[disposition(DispositionState.SENT), refusal(), dropped()]))
    assert store.outbox.due(T0, 10) == []


def test_an_effect_whose_key_is_known_is_not_queued_again(store: Store) -> None:
    store.journal.commit(batch(effects=[alert(1), alert(1)]))
    store.journal.commit(batch(effects=[alert(1)]))
    [row] = store.outbox.due(T0, 10)
    store.outbox.delivered([row.sequence], T0)
    store.journal.commit(batch(effects=[alert(1)]))
    assert store.outbox.due(T0, 10) == []


def test_nothing_is_due_before_its_time(store: Store) -> None:
    store.journal.commit(batch(effects=[alert(1)]))
    assert store.outbox.due(T0 - 1, 10) == []
    assert len(store.outbox.due(T0, 10)) == 1


def test_due_pages_by_sequence(store: Store) -> None:
    store.journal.commit(batch(effects=[alert(number) for number in range(1, 8)]))
    first = store.outbox.due(T0, 3)
    second = store.outbox.due(T0, 3, after=first[-1].sequence)
    third = store.outbox.due(T0, 3, after=second[-1].sequence)
    assert [row.effect for row in first + second + third] == [alert(number) for number in range(1, 8)]


def test_a_postponed_row_comes_again_at_its_time_with_its_attempts(store: Store) -> None:
    store.journal.commit(batch(effects=[alert(1), alert(2)]))
    first, second = store.outbox.due(T0, 10)
    store.outbox.postpone(first.sequence, T0 + 5_000, "no answer" * 1000)
    assert [row.sequence for row in store.outbox.due(T0 + 4_999, 10)] == [second.sequence]
    again = store.outbox.due(T0 + 5_000, 10)[0]
    assert (again.sequence, again.attempts, again.due_at) == (first.sequence, 1, T0 + 5_000)


def test_a_given_up_row_is_never_due_again(store: Store) -> None:
    store.journal.commit(batch(effects=[alert(1)]))
    [row] = store.outbox.due(T0, 10)
    store.outbox.give_up(row.sequence, T0, "no such number")
    store.outbox.postpone(row.sequence, T0, "too late")
    assert store.outbox.due(T0 + 1, 10) == []
    assert store.outbox.waiting() == {}


def test_settling_what_is_settled_or_unknown_changes_nothing(store: Store) -> None:
    store.journal.commit(batch(effects=[alert(1), alert(2)]))
    first, second = store.outbox.due(T0, 10)
    store.outbox.delivered([first.sequence, 999], T0)
    store.outbox.delivered([], T0)
    store.outbox.give_up(first.sequence, T0, "late")
    assert store.outbox.due(T0, 10) == [second]


def test_a_cursor_starts_at_zero_and_never_moves_back(store: Store) -> None:
    assert store.cursors.position("influx") == 0
    store.cursors.advance("influx", 7)
    store.cursors.advance("influx", 3)
    store.cursors.advance("other", 1)
    assert (store.cursors.position("influx"), store.cursors.position("other")) == (7, 1)


def test_a_sink_that_left_the_configuration_is_forgotten(store: Store) -> None:
    store.cursors.advance("influx", 7)
    store.cursors.advance("other", 1)
    store.cursors.keep_only(["influx", "new"])
    assert [store.cursors.position(sink) for sink in ("influx", "other", "new")] == [7, 0, 0]

"""How far the holds of an alert have come, and the instants at which time alone may move them."""

from collections.abc import Iterable, Sequence

from processor.engine.alerts import AlertRecord, Hold, Terms, TriggerState, fresh
from processor.engine.inspection import AlertSeen, ClearSeen, HoldSeen, NodeSeen, TallySeen, Timer, TimerKind
from processor.engine.orders import Orders
from processor.model.alert import AlertState
from processor.model.time import EpochMs


def hold_seen(
    hold: Hold,
    state: TriggerState | None,
    condition: NodeSeen,
    now: EpochMs,
    *,
    own_clear: NodeSeen | None = None,
    tallies: Sequence[TallySeen] = (),
    is_fresh: bool | None = None,
) -> HoldSeen:
    """One way to a level with its hold; `state` None: nothing of it is running.

    `is_fresh` says whether its evidence may cause a command (None: the state alone tells).
    """
    since = state.since if state else None
    end = state.last_at if state and hold.periodic and state.last_at is not None else now
    held = 0 if since is None else max(0, end - since)
    waiting = since is not None and state is not None and not state.on
    return HoldSeen(
        level=hold.level,
        condition=condition,
        for_ms=hold.for_ms,
        samples_needed=hold.samples,
        samples=state.samples if state else 0,
        periodic=hold.periodic,
        on=bool(state and state.on),
        since=since,
        held_ms=held,
        left_ms=max(0, hold.for_ms - held) if waiting else None,
        due_at=since + hold.for_ms if waiting and since is not None else None,
        pause_ms=hold.gap_ms,
        false_since=state.false_since if state else None,
        fall_ms=hold.fall_ms,
        fresh=bool(state and (fresh(state, hold, now) if is_fresh is None else is_fresh)),
        own_clear=own_clear,
        tallies=tuple(tallies),
    )


def clear_seen(terms: Terms, record: AlertRecord | None, condition: NodeSeen | None, now: EpochMs) -> ClearSeen:
    """The way back and its hold."""
    since = record.clear_since if record and record.state is AlertState.RECOVERING else None
    end = now
    if terms.clear_periodic and record and record.reading_at is not None:
        end = record.reading_at
    for_ms = terms.clear_for_ms if record is None else record.clear_hold(terms)
    left = None if since is None else max(0, for_ms - max(0, end - since))
    due = None if since is None else since + for_ms
    return ClearSeen(condition, for_ms, terms.clear_periodic, since, left, due)


def alert_seen(record: AlertRecord | None, terms: Terms, clear: ClearSeen | None, orders: Orders) -> AlertSeen | None:
    """The alert as it stands, None where the subject is ok."""
    if record is None:
        return None
    order = orders.records.get(record.order) if record.order else None
    recovered = record.state is AlertState.RECOVERING and clear is not None and clear.left_ms == 0
    return AlertSeen(
        id=record.id,
        state=record.state,
        level=record.level,
        steps=record.number,
        opened_at=record.opened_at,
        latched=terms.rule.latched and not terms.rule.shadow and not record.reset and recovered,
        late=record.late,
        withheld="" if record.withheld is None else str(record.withheld),
        withheld_by=record.withheld_by,
        order=record.order,
        order_state=order.order.state if order else None,
        reminders=record.reminders,
    )


def hold_timers(holds: Iterable[HoldSeen], clear: ClearSeen | None) -> list[Timer]:
    """The instants that holds wait for, where time alone can reach them."""
    found = []
    for hold in holds:
        if hold.due_at is not None and not hold.periodic and hold.samples >= hold.samples_needed:
            found.append(Timer(hold.due_at, TimerKind.HOLD, f"L{hold.level}"))
        if hold.false_since is not None and not hold.periodic:
            found.append(Timer(hold.false_since + hold.fall_ms, TimerKind.FALL, f"L{hold.level}"))
    if clear is not None and clear.due_at is not None and not clear.periodic:
        found.append(Timer(clear.due_at, TimerKind.CLEAR))
    return found

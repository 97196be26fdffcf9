"""The life of an alert, as one table. A pair that is absent stays where it is."""

from typing import Final

from processor.model.alert import AlertCause as C
from processor.model.alert import AlertState as S

TRANSITIONS: Final[dict[tuple[S, C], S]] = {
    (S.OK, C.TRUE): S.PENDING,
    (S.OK, C.REACHED): S.FIRING,
    (S.OK, C.UNKNOWN): S.UNKNOWN,
    (S.UNKNOWN, C.TRUE): S.PENDING,
    (S.UNKNOWN, C.REACHED): S.FIRING,
    (S.UNKNOWN, C.FALSE): S.OK,
    (S.PENDING, C.REACHED): S.FIRING,
    (S.PENDING, C.FALSE): S.OK,
    (S.PENDING, C.UNKNOWN): S.UNKNOWN,
    # Unknown is absent here on purpose: silence never resolves an alert (DESIGN.md 5.5).
    (S.FIRING, C.CLEARING): S.RECOVERING,
    (S.FIRING, C.CLEARED): S.OK,
    (S.FIRING, C.LEVEL): S.FIRING,
    (S.FIRING, C.RELEASED): S.FIRING,
    (S.RECOVERING, C.RELAPSED): S.FIRING,
    (S.RECOVERING, C.REACHED): S.FIRING,
    # The proof of recovery was interrupted: it starts again.
    (S.RECOVERING, C.UNKNOWN): S.FIRING,
    (S.RECOVERING, C.CLEARED): S.OK,
    (S.RECOVERING, C.LEVEL): S.RECOVERING,
    (S.PENDING, C.RULE_CHANGED): S.OK,
    (S.FIRING, C.RULE_CHANGED): S.OK,
    (S.RECOVERING, C.RULE_CHANGED): S.OK,
    (S.UNKNOWN, C.RULE_CHANGED): S.OK,
    (S.PENDING, C.SUBJECT_GONE): S.OK,
    (S.FIRING, C.SUBJECT_GONE): S.OK,
    (S.RECOVERING, C.SUBJECT_GONE): S.OK,
    (S.UNKNOWN, C.SUBJECT_GONE): S.OK,
}


def next_state(state: S, cause: C) -> S | None:
    """Where `cause` takes an alert, or None when it stays where it is and no step is recorded."""
    return TRANSITIONS.get((state, cause))

"""The life of a work order, as one table; transfers, suspension, supervision and revisits will be rows of it.

A pair that is absent is refused: people are told why.
"""

from typing import Final

from processor.model.order import OrderState as S
from processor.model.order import OrderVerb as V
from processor.model.rule import Level
from processor.model.time import HOUR, MINUTE, DurationMs

TRANSITIONS: Final[dict[tuple[S, V], S]] = {
    (S.OPEN, V.ACCEPT): S.ACCEPTED,
    (S.ACCEPTED, V.DONE): S.DONE,
    (S.DONE, V.CLOSE): S.CLOSED,
    (S.DONE, V.REOPEN): S.ACCEPTED,
    (S.CLOSED, V.REOPEN): S.OPEN,
}

# How long an order may wait for acceptance before people are told again (DOMAIN.md section 2: accept 接单).
ACCEPT_WITHIN: Final[dict[Level, DurationMs]] = {
    Level.L1: 3 * MINUTE,
    Level.L2: 10 * MINUTE,
    Level.L3: 2 * HOUR,
    Level.L4: 24 * HOUR,
}


def next_state(state: S, verb: V) -> S | None:
    """Where `verb` takes an order, or None when it is not to be done in this state."""
    return TRANSITIONS.get((state, verb))

"""The life of an automatic command, as one table. A pair that is absent stays where it is."""

from typing import Final

from processor.model.disposition import DispositionCause as C
from processor.model.disposition import DispositionState as S

TRANSITIONS: Final[dict[tuple[S, C], S]] = {
    (S.PRECHECK, C.ALLOWED): S.SENT,
    (S.PRECHECK, C.INTERLOCKED): S.REFUSED,
    (S.SENT, C.DEVICE_ACKNOWLEDGED): S.ACKNOWLEDGED,
    # Only a reading proves; an acknowledgement does not. And a device may act without ever acknowledging.
    (S.SENT, C.EFFECT_SEEN): S.VERIFIED,
    (S.ACKNOWLEDGED, C.EFFECT_SEEN): S.VERIFIED,
    (S.SENT, C.DEADLINE_RETRY): S.SENT,
    (S.ACKNOWLEDGED, C.DEADLINE_RETRY): S.SENT,
    (S.SENT, C.DEADLINE_LAST): S.FAILED,
    (S.ACKNOWLEDGED, C.DEADLINE_LAST): S.FAILED,
    (S.SENT, C.DEVICE_DECLINED): S.FAILED,
    (S.SENT, C.DELIVERY_REFUSED): S.FAILED,
}

FINAL: Final = frozenset({S.VERIFIED, S.REFUSED, S.FAILED})


def next_state(state: S, cause: C) -> S | None:
    """Where `cause` takes a disposition, or None when it stays."""
    return TRANSITIONS.get((state, cause))

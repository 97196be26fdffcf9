"""Dead letters: what came, and in a few words why it is not a reading."""

from collections.abc import Sequence

from processor.decode.faults import Fault, Unfit
from processor.decode.limits import DecodeLimits
from processor.model.reading import Rejection, RejectionReason
from processor.model.time import EpochMs


class Envelope:
    """One message on its way to the dead letters, in one or several parts.

    The first part keeps the payload; the others say only their reason, so that a hostile message of a thousand bad
    parts is not stored a thousand times. To decode the first again is to decode them all.
    """

    __slots__ = ("_limits", "_payload", "_size", "_topic", "arrived")

    def __init__(self, topic: str, payload: bytes, arrived: EpochMs, limits: DecodeLimits) -> None:
        self._topic = topic
        self._size = len(payload)
        self._payload = payload if self._size <= limits.payload_bytes else payload[: limits.kept_bytes]
        self.arrived = arrived
        self._limits = limits

    def reject(self, why: Unfit | Fault, device: str | None = None) -> Rejection:
        """The dead letter of a message, or of a part that cannot be used at all."""
        return self._letter(why.reason, why.detail, device)

    def name_faults(self, faults: Sequence[Fault], device: str) -> Rejection:
        """The dead letter that names every bad point of one part; the first one gives the reason."""
        detail = "; ".join(f"{fault.name}: {fault.detail}" for fault in faults)
        return self._letter(faults[0].reason, detail, device)

    def _letter(self, reason: RejectionReason, detail: str, device: str | None) -> Rejection:
        most = self._limits.detail_chars
        kept, self._payload = self._payload, b""
        return Rejection(
            reason=reason,
            topic=self._topic[: self._limits.topic_chars],
            payload=kept,
            size=self._size,
            arrived=self.arrived,
            detail=detail if len(detail) <= most else detail[: most - 1] + "…",
            device=device,
        )

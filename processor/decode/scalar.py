"""Payloads that are one bare value: text, a number, true/false/on/off."""

from collections.abc import Sequence

from processor.decode import payload as payloads
from processor.decode.faults import Fault, Unfit
from processor.decode.layout import Part
from processor.decode.limits import DecodeLimits
from processor.decode.points import reader
from processor.decode.units import conversion
from processor.model.profile import Point
from processor.model.reading import RejectionReason, Value


class ScalarLayout:
    """The whole payload is the value of every point that listens to the topic (usually one)."""

    def __init__(self, points: Sequence[Point], limits: DecodeLimits) -> None:
        self._limits = limits
        self._readers = [(point.name, reader(point, conversion(point), limits, text_numbers=True)) for point in points]

    def whole(self, payload: bytes) -> Part:
        """The values of a payload; Unfit where it is empty or no text."""
        text = payloads.checked(payload, self._limits).decode().strip()
        if not text:
            raise Unfit(RejectionReason.UNDECODABLE, "the payload is empty")
        values: dict[str, Value] = {}
        faults: list[Fault] = []
        for name, read in self._readers:
            try:
                values[name] = read.exact(text)
            except Unfit as why:
                faults.append(why.fault(name))
        return Part(None, (), values, faults)

    def parts(self, payload: bytes) -> Sequence[Part]:
        """The one part there is."""
        return (self.whole(payload),)

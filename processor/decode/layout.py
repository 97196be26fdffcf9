"""One listen's payloads become parts: raw time, raw device fields and good values, with what is wrong beside them.

Two ways lead to the same values. The fast one (`processor.decode.fastway`) either finds everything good or gives up;
then the exact one reads the whole payload and decides point by point.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from processor.decode import payload as payloads
from processor.decode.fastway import GIVE_UP, NO_WAY, Absent, no_array, parts_reader, whole_reader
from processor.decode.faults import Fault, Unfit, wrong_type
from processor.decode.limits import DecodeLimits
from processor.decode.paths import Path, fetch
from processor.decode.points import Convert, Reader
from processor.decode.shape import Raws, Wanted
from processor.model.profile import Point
from processor.model.reading import RejectionReason, Value


class Part(msgspec.Struct, frozen=True, gc=False):
    """What one device (or one element of a split array) said. `keys` are the raw fields that name the device.

    A struct because it is made for every message, and a struct is made in a third of a named tuple's time.
    """

    time: Any
    keys: Raws
    values: dict[str, Value]
    faults: Sequence[Fault] = ()


class PointPlan(NamedTuple):
    """A point, where it stands and how it is read."""

    point: Point
    path: Path
    reader: Reader


class Layout(Protocol):
    """How the payloads of one listen are taken apart. Both raise Unfit where the message as a whole is no good."""

    def whole(self, payload: bytes) -> Part:
        """The one part of a payload that is not split."""

    def parts(self, payload: bytes) -> Sequence[Part]:
        """The parts of a payload; none only where a split array is empty."""


class JsonLayout:
    """The layout of JSON payloads."""

    def __init__(
        self,
        limits: DecodeLimits,
        *,
        split: Path | None = None,
        time: Path | None = None,
        keys: Sequence[Path] = (),
        points: Sequence[PointPlan] = (),
    ) -> None:
        self._limits = limits
        self._plain = _fits(limits)
        self._split = split
        self._has_time = time is not None
        self._first_point = int(self._has_time) + len(keys)
        self._wanted = [Wanted(path) for path in ([time] if time else []) + list(keys)]
        self._wanted += [Wanted(each.path, each.reader.fast_type) for each in points]
        self._points = points
        self._required = frozenset(each.point.name for each in points if each.point.required)
        self._defaults = {each.point.name: each.point.default for each in points if each.point.default is not None}
        whole = whole_reader(self._wanted) if split is None else None
        parts = None if split is None else parts_reader(split.steps, self._wanted, limits.parts)
        self._fast_whole = whole.read if whole else None
        self._fast_split = parts.read if parts else None
        self._fast_points = _fast_points(points, (whole or parts or NO_WAY).proved[self._first_point :])

    def stands(self, point: str) -> None:
        """A point that no payload carries is zero beside whatever is said, until the time says otherwise."""
        self._defaults[point] = 0.0

    def whole(self, payload: bytes) -> Part:
        if not self._plain(payload):
            payload = payloads.checked(payload, self._limits)
        if self._fast_whole is not None:
            try:
                return self._fast_part(self._fast_whole(payload))
            except GIVE_UP:
                pass  # the exact way finds out what it was
        root = payloads.tree(payload)
        if not isinstance(root, dict) and not any(_begins_in_array(each.path) for each in self._wanted):
            raise wrong_type(root, "an object: the payload must be a JSON object")
        return self._exact_part(root, root)

    def parts(self, payload: bytes) -> Sequence[Part]:
        if self._split is None:
            return (self.whole(payload),)
        if not self._plain(payload):
            payload = payloads.checked(payload, self._limits)
        if self._fast_split is not None:
            try:
                return [self._fast_part(raws) for raws in self._fast_split(payload)]
            except Absent:
                raise
            except GIVE_UP:
                pass
        root = payloads.tree(payload)
        return [self._exact_part(root, each) for each in _elements(root, self._split, self._limits.parts)]

    def _fast_part(self, raws: Raws) -> Part:
        values: dict[str, Value] = {}
        first = self._first_point
        for (name, convert), raw in zip(self._fast_points, raws[first:] if first else raws, strict=True):
            if raw is not None:
                values[name] = raw if convert is None else convert(raw)
        if self._required and not self._required <= values.keys():
            raise _missing()  # the exact way says which
        if self._defaults and values:
            values = self._defaults | values
        if self._has_time:
            return Part(raws[0], raws[1:first], values)
        return Part(None, raws[:first], values)

    def _exact_part(self, root: object, element: object) -> Part:
        heads = [_or_fault(root, element, each.path) for each in self._wanted[: self._first_point]]
        values: dict[str, Value] = {}
        faults: list[Fault] = []
        for each in self._points:
            try:
                raw = fetch(root if each.path.root else element, each.path.steps)
                if raw is not None:
                    values[each.point.name] = each.reader.exact(raw)
            except Unfit as why:
                faults.append(why.fault(each.point.name))
        bad = {fault.name for fault in faults}
        absent = sorted(self._required - values.keys() - bad)
        if absent:  # without what it must carry, the message is no reading of this profile
            faults += [_missing().fault(name) for name in absent]
            values = {}
        if values:  # nothing named at all is a heartbeat, to which no default belongs
            values = {name: value for name, value in self._defaults.items() if name not in bad} | values
        return (
            Part(heads[0], tuple(heads[1:]), values, faults)
            if self._has_time
            else Part(None, tuple(heads), values, faults)
        )


def _missing() -> Unfit:
    return Unfit(RejectionReason.MISSING_FIELD, "required, but not there")


def _elements(root: object, split: Path, most: int) -> list[object]:
    elements = fetch(root, split.steps)
    if elements is None:
        raise no_array()
    if not isinstance(elements, list):
        raise wrong_type(elements, "the array of the parts")
    if len(elements) > most:
        raise Unfit(RejectionReason.TOO_MANY_PARTS, f"{len(elements)} parts; at most {most} are taken")
    return elements


def _fast_points(points: Sequence[PointPlan], proved: Sequence[bool]) -> list[tuple[str, Convert | None]]:
    """What the JSON decoder has not proved goes through the exact conversion, on the fast way too."""
    return [
        (each.point.name, each.reader.fast if sure else each.reader.exact)
        for each, sure in zip(points, proved, strict=False)  # nothing is proved, and nothing asked, without a fast way
    ]


def _fits(limits: DecodeLimits) -> Callable[[bytes], bool]:
    """A quick look that settles it for nearly every payload: short, ASCII, and too few brackets to be deep."""
    longest, deepest = limits.payload_bytes, limits.depth

    def plain(payload: bytes) -> bool:
        return len(payload) <= longest and payload.isascii() and payload.count(b"{") + payload.count(b"[") <= deepest

    return plain


def _begins_in_array(path: Path) -> bool:
    return not path.steps or not isinstance(path.steps[0], str)


def _or_fault(root: object, element: object, path: Path) -> object:
    """The raw time or device field, or the fault that stands in its way: whoever uses it will not find it fit."""
    try:
        return fetch(root if path.root else element, path.steps)
    except Unfit as why:
        return why.fault()

"""One topic template of one profile, prepared: how its payloads are laid out and whose they are."""

from collections.abc import Mapping

from processor.decode.layout import JsonLayout, Layout, PointPlan
from processor.decode.limits import DecodeLimits
from processor.decode.paths import Path, parse_path
from processor.decode.points import Convert, reader
from processor.decode.registry import COMMUNITY, Naming, Registry
from processor.decode.routes import BoundRoute, FindDevice, PartsRoute, ReplyRoute, Route
from processor.decode.scalar import ScalarLayout
from processor.decode.shape import Raws
from processor.decode.stamp import CLOCK_PATH, Stamp
from processor.decode.topics import parse_template
from processor.decode.units import conversion
from processor.model.device import Device
from processor.model.profile import Listen, PayloadFormat, Point, Profile


class Listening:
    """A listen entry. `owned`: its topics are those of known devices and no others."""

    def __init__(self, profile: Profile, index: int, registry: Registry, limits: DecodeLimits) -> None:
        listen = profile.listen[index]
        self.template = parse_template(listen.template)
        self._listen = listen
        self._limits = limits
        self._registry = registry
        self._naming = Naming(listen, self.template.captures)
        self.owned = not self._naming.keys and "+" not in listen.template.split("/")
        time = listen.time or profile.time
        points = [point for point in profile.points.values() if point.listen in (None, index)]
        clock = next((point for point in points if point.path == CLOCK_PATH and time and not listen.history), None)
        self._stamp = Stamp(time, listen, None if clock is None else _clock(clock, limits))
        said = [point for point in points if point.path != CLOCK_PATH]
        self._layout = _layout(listen, parse_path(time.path) if time else None, self._keys(), said, limits)
        if clock is not None and isinstance(self._layout, JsonLayout):
            self._layout.stands(clock.name)

    def route(self, captures: Mapping[str, str]) -> Route:
        """Where a topic with these captures leads; Unfit where the device it names is not known."""
        find = self._finder(captures)
        owner = None if self._naming.keys else find(()).id
        if self._listen.reply:
            accepted = frozenset(self._listen.reply_accepted) if self._listen.reply_ok else None
            return ReplyRoute(self._layout, find, accepted, self._limits)
        if owner is not None and not self._listen.split:
            return BoundRoute(self._layout, self._stamp, owner, self._limits)
        return PartsRoute(self._layout, self._stamp, find, self._limits, owner)

    def _finder(self, captures: Mapping[str, str]) -> FindDevice:
        wire, community, registry = self._naming.name(captures), captures.get(COMMUNITY), self._registry
        if not self._naming.keys:
            device = registry.find(wire(()), community)
            return lambda _: device

        def find(raws: Raws) -> Device:
            return registry.find(wire(raws), community)

        return find

    def _keys(self) -> tuple[Path, ...]:
        if not self._listen.reply:
            return self._naming.keys
        named = [self._listen.reply_id, *([self._listen.reply_ok] if self._listen.reply_ok else [])]
        return (*self._naming.keys, *(parse_path(path) for path in named))


def _clock(point: Point, limits: DecodeLimits) -> tuple[str, Convert]:
    return point.name, reader(point, conversion(point), limits).exact


def _layout(
    listen: Listen, time: Path | None, keys: tuple[Path, ...], points: list[Point], limits: DecodeLimits
) -> Layout:
    if listen.format is PayloadFormat.SCALAR:
        return ScalarLayout([point for point in points if point.listen is not None] or points, limits)
    if listen.reply:
        return JsonLayout(limits, keys=keys)
    plans = [PointPlan(point, parse_path(point.path), reader(point, conversion(point), limits)) for point in points]
    split = parse_path(listen.split) if listen.split else None
    return JsonLayout(limits, split=split, time=time, keys=keys, points=plans)

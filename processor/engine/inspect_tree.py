"""An expression as a tree of nodes, each with its verdict or value at one instant."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from processor.engine.blueprint import parsed
from processor.engine.device_state import DeviceState
from processor.engine.inspection import Freshness, LimitSeen, NodeSeen, PointSeen, WindowSeen
from processor.engine.tally import OthersTally, Tally
from processor.language import plan
from processor.language.canonical import window_key
from processor.language.compile import Compiler
from processor.language.compiled import PeerRegistry, WindowRegistry
from processor.language.explain import explained
from processor.language.fold import folded
from processor.language.nodes import Node
from processor.language.plan import ConditionPlan, NumberPlan, Plan
from processor.language.resolve import resolve
from processor.language.resolver import NUMBERS
from processor.language.thresholds import goes_with_device
from processor.language.vocabulary import PointSlot
from processor.model.rule import Parameter
from processor.model.time import EpochMs


class Tree:
    """Looks into the expressions of one device. The device is a twin: windows let go of old samples when read."""

    def __init__(
        self,
        device: DeviceState,
        rule: str,
        parameters: Mapping[str, Parameter],
        tags: Mapping[str, str],
        now: EpochMs,
    ) -> None:
        self.device = device
        self._parameters = parameters
        self._tags = tags
        self._now = now
        registry = WindowRegistry()
        for spec in device.blueprint.windows:
            registry.require(spec)
        peers = PeerRegistry()
        peers.rule, peers.specs = rule, list(device.blueprint.peers)
        self._compiler = Compiler(device.blueprint.vocabulary, registry, peers)
        self._windows = {spec.key: index for index, spec in enumerate(device.blueprint.windows)}

    def plan(self, text: str, zone: str) -> ConditionPlan | None:
        """What the expression says about this device; None where it says nothing about it."""
        return self.plan_of(parsed(text), zone)

    def plan_of(self, node: Node, zone: str) -> ConditionPlan | None:
        """The same for a condition within an expression."""
        vocabulary = self.device.blueprint.vocabulary
        found, _ = resolve(
            node, vocabulary, self._parameters, self._tags, zone=zone, peers=True, rule=self._compiler.rule
        )
        return None if found is None else folded(found)

    def measure(self, found: NumberPlan) -> Callable[[EpochMs], float | None]:
        """Says what a number of the device is at an instant."""
        number, device = self._compiler.number(found), self.device
        return lambda now: number(device, now)

    def node(self, found: Plan) -> NodeSeen:
        """The plan with all that is below it."""
        if isinstance(found, plan.PointValue):
            return NodeSeen(found.point.name, is_condition=False)
        return self._number(found) if isinstance(found, NUMBERS) else self._condition(found)

    def _condition(self, found: ConditionPlan) -> NodeSeen:
        evidence = explained(found, self._compiler.condition, self._compiler.number)(self.device, self._now)
        parts = tuple(self.node(part) for part in plan.parts_of(found) if not isinstance(part, plan.Constant))
        return NodeSeen(evidence.text, is_condition=True, verdict=evidence.verdict, parts=parts)

    def _number(self, found: NumberPlan) -> NodeSeen:
        if isinstance(found, plan.Converted):
            return self._number(found.operand)
        value = self._compiler.number(found)(self.device, self._now)
        window = self.window(self._windows.get(window_key(found))) if isinstance(found, plan.Windowed) else None
        parts = tuple(self.node(part) for part in plan.parts_of(found) if not isinstance(part, plan.Constant))
        text = found.point.name if isinstance(found, plan.PointNumber) else found.said
        return NodeSeen(text, is_condition=False, value=value, unit=found.unit.text, window=window, parts=parts)

    def peers(self, found: ConditionPlan) -> Iterator[tuple[str, Tally | OthersTally]]:
        """The group tests in it, as written, with their tallies; none where the device has no such place."""
        for part in plan.within(found):
            view = self.device.peers[self._compiler.peer(part.test)] if isinstance(part, plan.Peers) else None
            if isinstance(part, plan.Peers) and view is not None:
                yield part.test.said, view

    def window(self, index: int | None) -> WindowSeen | None:
        """The running window of that index."""
        if index is None:
            return None
        spec = self.device.blueprint.windows[index]
        samples, first_at, last_at = self.device.windows[index].extent()
        return WindowSeen(spec.key, spec.length_ms, samples, first_at, last_at)

    def points(self, plans: Iterable[ConditionPlan]) -> tuple[PointSeen, ...]:
        """Every point that these look at, by name."""
        found = {point.name: point for each in plans for part in plan.within(each) for point in plan.own_points(part)}
        return tuple(self.point(found[name]) for name in sorted(found))

    def limits(self, plans: Iterable[ConditionPlan]) -> tuple[LimitSeen, ...]:
        """Every number that a point itself is held against."""
        found = [part for each in plans for part in plan.within(each) if isinstance(part, plan.Against)]
        seen = [LimitSeen(part.point.name, part.operator, part.bound, part.said_bound) for part in found]
        return tuple(dict.fromkeys(seen))

    def point(self, slot: PointSlot) -> PointSeen:
        """One point as it is now."""
        device, now = self.device, self._now
        value = device.values[slot.slot]
        arrived = device.arrivals[slot.slot]
        heard = device.last_arrival if goes_with_device(slot) else arrived
        limit = slot.stale_after_ms
        known = value is not None
        return PointSeen(
            device=device.device.id,
            name=slot.name,
            value=None if _is_nan(value) else value,
            unit=slot.unit,
            freshness=_freshness(value, silent_ms=now - heard, limit_ms=limit),
            at=device.ats[slot.slot] if known else None,
            arrived=arrived if known else None,
            age_ms=now - arrived if known else None,
            silent_ms=now - heard,
            stale_after_ms=limit,
            stale_at=None if limit is None or not known else heard + limit + 1,
            with_device=goes_with_device(slot),
            periodic=slot.periodic,
        )


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124 - the test for NaN


def _freshness(value: object, *, silent_ms: int, limit_ms: int | None) -> Freshness:
    if value is None:
        return Freshness.WAITING
    if _is_nan(value):
        return Freshness.NOT_A_NUMBER
    return Freshness.STALE if limit_ms is not None and silent_ms > limit_ms else Freshness.FRESH


def twin_of(device: DeviceState) -> DeviceState:
    """The same state in other hands: whatever is done to it, the device is as it was."""
    twin = DeviceState(device.device, device.blueprint)
    twin.values, twin.arrivals = list(device.values), list(device.arrivals)
    twin.newest_at, twin.last_arrival = device.newest_at, device.last_arrival
    twin.apart = None if device.apart is None else list(device.apart)
    twin.heard, twin.doubt, twin.doubt_at = device.heard, device.doubt, device.doubt_at
    twin.checked, twin.peers = device.checked, device.peers
    for mine, theirs in zip(twin.windows, device.windows, strict=True):
        mine.load(theirs.dump())
    return twin

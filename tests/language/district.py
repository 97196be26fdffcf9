"""One profile with every kind of point, a rule's parameters, and views of a device, for all tests of the language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from processor.language.compile import compile_condition
from processor.language.compiled import CompiledCondition, TallyView, WindowRegistry, WindowView
from processor.language.faults import ExpressionFault
from processor.language.nodes import Node
from processor.language.parse import parse
from processor.language.vocabulary import Vocabulary
from processor.model.profile import Point, PointKind, Profile
from processor.model.reading import Value
from processor.model.rule import Parameter
from processor.model.time import HOUR, MINUTE, SECOND, EpochMs

NOW: EpochMs = 1_750_000_000_000
POINTS = {
    "residual_current": Point("residual_current", PointKind.NUMBER, unit="mA", every_ms=60 * SECOND),
    "supply_current": Point("supply_current", PointKind.NUMBER, unit="A", every_ms=60 * SECOND),
    "cable_temperature": Point("cable_temperature", PointKind.NUMBER, unit="degC", every_ms=60 * SECOND),
    "power": Point("power", PointKind.NUMBER, unit="W", on_change=True),
    "flow": Point("flow", PointKind.NUMBER, unit="L/min", every_ms=MINUTE, stale_after_ms=5 * MINUTE),
    "level": Point("level", PointKind.NUMBER, unit="m", on_change=True, stale_after_ms=HOUR),
    "starts": Point("starts", PointKind.NUMBER, on_change=True),
    "leak": Point(
        "leak", PointKind.ENUM, members={"0": "dry", "1": "wet", "2": "湿"}, on_change=True, stale_after_ms=HOUR
    ),
    "breaker": Point("breaker", PointKind.ENUM, members={"0": "open", "1": "closed"}, on_change=True),
    "switch": Point("switch", PointKind.ENUM, members={"a": "open", "b": "closed"}, on_change=True),
    "end_reason": Point("end_reason", PointKind.TEXT, on_change=True),
    "leak_alarm": Point("leak_alarm", PointKind.BOOLEAN, on_change=True),
    "producing": Point("producing", PointKind.BOOLEAN, every_ms=MINUTE),
}
VOCABULARY = Vocabulary.of(Profile("everything", (), POINTS))
PARAMETERS = {
    "alarm": Parameter("alarm", 300.0, "mA"),
    "danger": Parameter("danger", 0.5, "A"),
    "silent_after": Parameter("silent_after", 15.0, "min"),
    "sensors": Parameter("sensors", 3.0),
    "share_lost": Parameter("share_lost", 60.0, "%"),
    "enabled": Parameter("enabled", value=True),
    "wanted": Parameter("wanted", "closed"),
}
ATTRIBUTES = {"room": "electric", "role": "feeder"}
ZONE = "Asia/Shanghai"


@dataclass
class FixedWindow:
    """A running window that says what it was told to say."""

    answer: float | None

    def value(self, _now: EpochMs) -> float | None:
        return self.answer


@dataclass
class View:
    """A device whose state a test writes down."""

    values: list[Value | None]
    arrivals: list[EpochMs]
    last_arrival: EpochMs
    windows: Sequence[WindowView] = field(default_factory=tuple)
    peers: Sequence[TallyView | None] = ()


def view(
    values: Mapping[str, Value | None] | None = None,
    *,
    silent: Mapping[str, int] | None = None,
    device_silent: int = 0,
    windows: Sequence[float | None] = (),
) -> View:
    """A device with these values; `silent` says for how many ms before NOW a point has been so."""
    known = values or {}
    return View(
        values=[known.get(point.name) for point in VOCABULARY.points],
        arrivals=[NOW - (silent or {}).get(point.name, 0) for point in VOCABULARY.points],
        last_arrival=NOW - device_silent,
        windows=tuple(FixedWindow(answer) for answer in windows),
    )


def parsed(text: str) -> Node:
    """The tree of a text that must parse."""
    node = parse(text)
    assert not isinstance(node, ExpressionFault), node
    return node


def compiled(text: str, registry: WindowRegistry | None = None, **changes: Parameter) -> CompiledCondition:
    """The condition on this profile; `changes` replace parameters."""
    windows = WindowRegistry() if registry is None else registry
    return compile_condition(parsed(text), VOCABULARY, PARAMETERS | changes, ATTRIBUTES, ZONE, windows)

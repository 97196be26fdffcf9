"""Words that only rules' tests have: offsets such as "1 h 30 min", instants, values of points; and faults in them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from processor.loading import meant, scalars
from processor.loading.fields import Fields
from processor.loading.nodes import Node, Scalar
from processor.loading.report import nearest
from processor.loading.typed import read_text
from processor.model.district import District
from processor.model.problem import Problem
from processor.model.profile import Point, PointKind
from processor.model.reading import Value
from processor.model.text import Text
from processor.model.time import DurationMs, EpochMs
from processor.replay.notation import NotationFault, Sample, read_series

# A Monday morning: no night, no weekend, no change of clocks unless a test asks for them.
USUAL_START: Final = "2026-03-02 09:00"

_QUANTITIES: Final = re.compile(r"\s*(\d+(?:\.\d+)?\s*[a-z]+)")
_TRUTHS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Pack:
    """The profiles and rules under test; `in_force` are those that this test takes out of rest or shadow."""

    district: District
    in_force: tuple[str, ...] = ()

    def point(self, profile: str, name: str) -> Point | None:
        """The profile's point of that name."""
        found = self.district.profiles.get(profile)
        return found.points.get(name) if found else None


def refuse(fields: Fields, node: Node | None, said: Text, *, offset: int = 0, suggestion: str = "") -> None:
    """Note a fault of a test at the character `offset` of `node`."""
    document = fields.report.document
    place = document.place_inside(node, offset) if isinstance(node, Scalar) else document.place(node)
    owner, line = fields.owner, document.line_text(place.line)
    what = Text(zh=f"{owner.zh}：{said.zh}", en=f"{owner.en}: {said.en}") if owner.en else said
    fields.report.problems.append(Problem(place, "rule_test", what, suggestion, line_text=line))


def read_offset(fields: Fields, key: str, node: Node) -> DurationMs | None:
    """A time from the test's start: "0", "90 s", "1 h 30 min"."""
    text = read_text(fields, key, node)
    if text is None:
        return None
    total, at = 0, 0
    if scalars.duration(text) is not None:
        return scalars.duration(text)
    while at < len(text):
        found = _QUANTITIES.match(text, at)
        span = scalars.duration(found.group(1)) if found else None
        if found is None or span is None:
            fields.add("want_duration", node, meant.time(text), key=key, text=text)
            return None
        total, at = total + span, found.end()
    return total


def read_start(fields: Fields, zone: str) -> EpochMs:
    """The instant a test begins at, by `start` in the wall clock of `zone` (or of the file's own `zone`)."""
    zone = fields.zone("zone", zone)
    text, node = fields.text("start", USUAL_START), fields.take("start")
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        example = "2026-03-02 22:00"
        refuse(
            fields, node, Text(zh=f"“{text}”不是时刻，例：{example}", en=f'"{text}" is no instant, such as {example}')
        )
        return 0
    return round(moment.timestamp() * 1_000)


def read_samples(fields: Fields, name: str, node: Node, point: Point) -> list[Sample]:
    """The series of one point; empty, with its fault noted, when it cannot be read."""
    text = read_text(fields, name, node)
    if text is None:
        return []
    found = read_series(text, _words(point))
    if isinstance(found, NotationFault):
        refuse(fields, node, Text(zh=f"“{name}”：{found.zh}", en=f'"{name}": {found.en}'), offset=found.offset)
        return []
    if point.kind is PointKind.BOOLEAN:
        return [Sample(_TRUTHS.get(str(sample.value)), sample.mark) for sample in found]
    return found


def _words(point: Point) -> frozenset[str] | None:
    match point.kind:
        case PointKind.NUMBER:
            return None
        case PointKind.BOOLEAN:
            return frozenset(_TRUTHS)
        case PointKind.ENUM:
            return frozenset(point.members.values())
        case PointKind.TEXT:
            return frozenset()


def read_value(fields: Fields, name: str, node: Node, point: Point) -> Value | None:
    """One value of a point."""
    samples = read_samples(fields, name, node, point)
    if not samples:
        return None
    if len(samples) > 1 or samples[0].mark or samples[0].value is None:
        refuse(fields, node, Text(zh=f"“{name}”只能是一个值", en=f'"{name}" must be one value'))
        return None
    return samples[0].value


def known_rule(fields: Fields, pack: Pack, name: str, node: Node | None) -> str:
    """The rule's id; noted when there is no such rule, or when it is off and the test does not put it in force."""
    rules = pack.district.rules
    if name and name not in rules:
        fields.add("no_such", node, nearest(name, rules), kind="rule", kind_zh="规则", name=name)
    elif name and not rules[name].enabled and name not in pack.in_force:
        said = Text(
            zh=f"规则“{name}”已停用；要测试它，加 in_force: {name}",
            en=f'rule "{name}" is not enabled; to test it all the same, add in_force: {name}',
        )
        refuse(fields, node, said)
    return name

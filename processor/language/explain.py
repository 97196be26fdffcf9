"""Why a condition is what it is, in words: built when somebody asks (a transition, `explain`), never per message."""
# ruff: noqa: PLR0124  # `value == value` is the one test for NaN that costs no call

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from processor.language import plan
from processor.language.arithmetic import Numeric
from processor.language.compiled import DeviceView, Evaluate
from processor.language.peers import AmongPeers
from processor.language.plan import ConditionPlan, NumberPlan, own_points, within
from processor.language.schedule import zone_named
from processor.language.thresholds import goes_with_device, stale_limit
from processor.language.units import MILLISECOND, Unit
from processor.language.vocabulary import PointSlot
from processor.model.evidence import Evidence, Verdict
from processor.model.time import DAY, HOUR, MINUTE, SECOND, DurationMs, EpochMs

Explain: TypeAlias = Callable[[DeviceView, EpochMs], Evidence]
Say: TypeAlias = Callable[[DeviceView, EpochMs], str]
Words: TypeAlias = Callable[[DeviceView, EpochMs, Verdict], str]


def explained(
    found: ConditionPlan, condition: Callable[[ConditionPlan], Evaluate], number: Callable[[NumberPlan], Numeric]
) -> Explain:
    """The evidence of a plan; `condition` and `number` compile its parts."""
    match found:
        case plan.AllOf() | plan.AnyOf():
            return _joined(found, tuple(explained(part, condition, number) for part in found.parts), condition(found))
        case plan.Negated(operand=plan.PointTrue() as tested):  # `wet == false`: the value says it all
            return _single(condition(found), _words(tested, number))
        case plan.Negated():
            return _negated(explained(found.operand, condition, number))
        case plan.Peers():
            among = condition(found)
            return _single(among, among.words if isinstance(among, AmongPeers) else _words(found, number))
        case _:
            return _single(condition(found), _words(found, number))


def _joined(found: plan.AllOf | plan.AnyOf, parts: tuple[Explain, ...], evaluate: Evaluate) -> Explain:
    word = " and " if isinstance(found, plan.AllOf) else " or "

    def explain(view: DeviceView, now: EpochMs) -> Evidence:
        below = tuple(part(view, now) for part in parts)
        texts = (f"({part.text})" if part.parts else part.text for part in below)
        return Evidence(word.join(texts), evaluate(view, now), below)

    return explain


def _negated(operand: Explain) -> Explain:
    def explain(view: DeviceView, now: EpochMs) -> Evidence:
        below = operand(view, now)
        return Evidence(f"not ({below.text})", None if below.verdict is None else not below.verdict, (below,))

    return explain


def _single(evaluate: Evaluate, words: Words) -> Explain:
    def explain(view: DeviceView, now: EpochMs) -> Evidence:
        verdict = evaluate(view, now)
        return Evidence(words(view, now, verdict), verdict)

    return explain


def _words(found: ConditionPlan, number: Callable[[NumberPlan], Numeric]) -> Words:
    match found:
        case plan.Settled():
            return lambda _view, _now, _verdict: found.said
        case plan.Silent():
            return _silence_words(found)
        case plan.TimeOfDay():
            return _time_words(found)
        case plan.PointTrue():
            return _value_words(found, lambda view, _now: f"{found.point.name} {shown(view, found.point)}")
        case _:
            return _value_words(found, _comparison(found, number))


def _value_words(found: ConditionPlan, say: Say) -> Words:
    """The values that were compared; where the verdict is unknown, first of all why."""
    looked_at = [point for part in within(found) for point in own_points(part)]

    def words(view: DeviceView, now: EpochMs, verdict: Verdict) -> str:
        said = say(view, now)
        if verdict is not None:
            return said
        reasons = [reason for point in looked_at if (reason := unknown(view, now, point))]
        return f"{reasons[0]} ({said})" if reasons else f"not enough to tell ({said})"

    return words


def _comparison(found: ConditionPlan, number: Callable[[NumberPlan], Numeric]) -> Say:  # noqa: PLR0911  # a table
    match found:
        case plan.Against(point=point):
            return lambda view, _now: f"{point.name} {shown(view, point)} {found.operator} {found.said_bound}"
        case plan.Equals(point=point):
            sign = "!=" if found.negated else "=="
            return lambda view, _now: f"{point.name} {shown(view, point)} {sign} {found.value}"
        case plan.SamePoints(left=left, right=right):
            sign = "!=" if found.negated else "=="
            return lambda view, _now: f"{left.name} {shown(view, left)} {sign} {right.name} {shown(view, right)}"
        case plan.OneOf(point=point):
            return lambda view, _now: f"{point.name} {shown(view, point)} in ({', '.join(found.values)})"
        case plan.OneOfNumbers():
            subject = _number_words(found.subject, found.subject.unit, number)
            return lambda view, now: f"{subject(view, now)} {found.said}"
        case plan.Compared():
            wanted = found.right.written if isinstance(found.right, plan.Constant) else found.left.unit
            one, other = (_number_words(side, wanted, number) for side in (found.left, found.right))
            return lambda view, now: f"{one(view, now)} {found.operator} {other(view, now)}"
        case plan.Stood(window=window):
            return lambda view, _now: f"{window.said}: {_standing(view, window)}".removesuffix(": ")
        case _:
            return lambda _view, _now: "two conditions agree"


def _standing(view: DeviceView, window: plan.Windowed) -> str:
    points = dict.fromkeys(point for part in within(window.operand) for point in own_points(part))
    return ", ".join(f"{point.name} {shown(view, point)}" for point in points)


def _number_words(found: NumberPlan, wanted: Unit, number: Callable[[NumberPlan], Numeric]) -> Say:
    match found:
        case plan.Constant():
            return lambda _view, _now: found.said
        case plan.PointNumber():
            return lambda view, _now: f"{found.point.name} {shown(view, found.point)}"
        case plan.Converted():
            return _number_words(found.operand, found.operand.unit, number)
        case plan.Windowed() | plan.Calculated():
            return _worked_out(found, wanted, number(found))


def _worked_out(found: plan.Windowed | plan.Calculated, wanted: Unit, value_of: Numeric) -> Say:
    scale = float(found.unit.scale / wanted.scale)
    offset = float((found.unit.offset - wanted.offset) / wanted.scale)

    def say(view: DeviceView, now: EpochMs) -> str:
        value = value_of(view, now)
        if value is None:
            return f"{found.said} unknown"
        if wanted == MILLISECOND:
            return f"{found.said} {lasting(int(value))}"
        return f"{found.said} {value * scale + offset:g} {wanted.text}".rstrip()

    return say


def shown(view: DeviceView, point: PointSlot) -> str:
    """A point's newest value in words, fresh or not."""
    value = view.values[point.slot]
    if value is None:
        return "?"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:g} {point.unit}".rstrip()


def unknown(view: DeviceView, now: EpochMs, point: PointSlot) -> str:
    """Why a point is unknown, or "" when it is not."""
    value, name = view.values[point.slot], point.name
    silent = now - (view.last_arrival if goes_with_device(point) else view.arrivals[point.slot])
    if value is None:
        return f"{name}: no value yet, waiting since {lasting(now - view.arrivals[point.slot])}"
    if silent > stale_limit(point):
        who = "device silent" if goes_with_device(point) else "no value"
        return f"{name}: {who} since {lasting(silent)}"
    return "" if value == value else f"{name}: not a number"


def lasting(length_ms: DurationMs) -> str:
    """A length of time in the largest unit that it fills."""
    for size, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if length_ms >= size:
            return f"{length_ms / size:.3g} {name}"
    return f"{length_ms} ms"


def _silence_words(found: plan.Silent) -> Words:
    def words(view: DeviceView, now: EpochMs, _verdict: Verdict) -> str:
        newest = view.last_arrival if found.point is None else view.arrivals[found.point.slot]
        return f"{found.said}: nothing for {lasting(now - newest)}"

    return words


def _time_words(found: plan.TimeOfDay) -> Words:
    return lambda _view, now, _verdict: clock_words(found.said, found.schedule.zone, now)


def clock_words(said: str, zone: str, now: EpochMs) -> str:
    """A time-of-day test with the local time it looked at."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now)).astimezone(zone_named(zone))
    return f"{said} (it is {local:%H:%M})"

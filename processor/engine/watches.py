"""The limits of chatter and flood as numbers: a rule's own, else those of the rule that watches for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processor.engine.holds import hold_ms
from processor.engine.plan import ScopePlan
from processor.model.rule import Parameter, Rate, Rule, Watch
from processor.model.time import SECOND, DurationMs, EpochMs

# A rule with limits of its own in a district where no rule watches for chatter still holds its alert on for longer.
HOLD_FACTOR = 4  # DOMAIN.md 2, XR-08: off-delay x 4


@dataclass(frozen=True, slots=True)
class ChatterTerms:
    """When an alert chatters, for how long that is remembered, and how long its clearing must then hold."""

    rates: tuple[Rate, ...]
    memory_ms: DurationMs
    hold_factor: int
    least_hold_ms: DurationMs

    def reached(self, beginnings: Sequence[EpochMs], now: EpochMs) -> bool:
        """Whether it began as often as any of the rates says."""
        return any(sum(1 for at in beginnings if now - at <= rate.within_ms) >= rate.times for rate in self.rates)


@dataclass(frozen=True, slots=True)
class FloodTerms:
    """So many devices (or places) within so long are a flood."""

    devices: int
    within_ms: DurationMs


def chatter_terms(rule: Rule, plan: ScopePlan) -> ChatterTerms | None:
    """The chatter limits of this rule in this community, or None when it has none."""
    watch = plan.watches.get(Watch.CHATTER)
    if rule.watches or not rule.chatter_limited or (watch is None and not rule.chatter):
        return None
    parameters = plan.parameters(watch) if watch else {}
    common = (
        Rate(_times(parameters, "fast"), hold_ms(parameters, "fast_within", 0)),
        Rate(_times(parameters, "slow"), hold_ms(parameters, "slow_within", 0)),
    )
    rates = rule.chatter or common
    return ChatterTerms(
        rates=rates,
        memory_ms=max(rate.within_ms for rate in rates),
        hold_factor=_times(parameters, "hold_factor") if watch else HOLD_FACTOR,
        least_hold_ms=max(SECOND, min(rate.within_ms for rate in rates)),
    )


def flood_terms(rule: Rule, plan: ScopePlan) -> FloodTerms | None:
    """The flood limit of this rule in this community, or None when it has none."""
    watch = plan.watches.get(Watch.FLOOD)
    if rule.watches or not rule.limited or (watch is None and rule.limit is None):
        return None
    if rule.limit is not None:
        return FloodTerms(rule.limit.times, rule.limit.within_ms)
    parameters = plan.parameters(watch) if watch else {}
    return FloodTerms(_times(parameters, "devices"), hold_ms(parameters, "within", 0))


def _times(parameters: Mapping[str, Parameter], name: str) -> int:
    value = parameters[name].value if name in parameters else 1
    return max(1, int(value)) if isinstance(value, int | float) else 1

"""What rules in shadow would have done beside what was done: one account each, and every difference."""

from collections.abc import Iterator
from typing import NamedTuple

from processor.model.alert import Withheld
from processor.model.disposition import Interlock
from processor.model.district import District
from processor.model.effect import AlertChanged, DispositionChanged, Effect, OrderChanged, RemindPeople
from processor.model.time import DurationMs, EpochMs
from processor.ports.history import Answered, Decided, Past
from processor.replay.backtest import Asked, recorded
from processor.replay.backtest_compare import compared
from processor.replay.backtest_result import Account, Result, Source

IN_FORCE = "in force"
IN_SHADOW = "in shadow"


class Side(NamedTuple):
    """One run: its record and its rules. `shadow`: alerts of rules marked `shadow: true` count too."""

    past: Past
    district: District
    shadow: bool = False


class CommandCounts(NamedTuple):
    """Commands of one rule: those the daemon sent, and those the shadow would have sent."""

    rule: str
    sent: int
    would_send: int


def shadow_difference(
    live: Side, shadow: Side, since: EpochMs, until: EpochMs, *, rule: str = "", tolerance_ms: DurationMs = 1_000
) -> Result:
    """The shadow's account, compared with what was done, over [since, until)."""
    asked = Asked(since=since, until=until, tolerance_ms=tolerance_ms)
    before, after = (
        recorded(_Told(side.past, shadow=side.shadow, rule=rule), side.district, since, until, asked)
        for side in (live, shadow)
    )
    source = Source((IN_SHADOW,), since, until, 0, 0, 0, 0)
    comparison = compared(before, after, tolerance_ms, since)
    return Result(source, after, before, comparison, zone=shadow.district.zone)


def commands(result: Result) -> list[CommandCounts]:
    """By rule, where there was any."""
    sent = _sent(result.compared_with)
    would = {figures.rule: figures.commands_sent + _held(figures.commands_refused) for figures in result.account.rules}
    rules = sorted({rule for rule, count in [*sent.items(), *would.items()] if count})
    return [CommandCounts(rule, sent.get(rule, 0), would.get(rule, 0)) for rule in rules]


def _sent(account: Account | None) -> dict[str, int]:
    return {figures.rule: figures.commands_sent for figures in account.rules} if account is not None else {}


def _held(refused: dict[str, int]) -> int:
    """The commands of rules marked as shadow are refused, for that alone: nothing else would have stopped them."""
    return refused.get(Interlock.SHADOW, 0)


class _Told:
    """A record without the alerts that were told to nobody because their rule is in shadow; of one rule, or of all."""

    def __init__(self, past: Past, *, shadow: bool, rule: str) -> None:
        self._past = past
        self._shadow = shadow
        self._rule = rule

    def decided(self, since: EpochMs, until: EpochMs) -> Iterator[Decided]:
        """What was decided, but for what does not count."""
        for found in self._past.decided(since, until):
            if self._counts(found.effect):
                yield found

    def answered(self) -> Answered:
        """As it is."""
        return self._past.answered()

    def _counts(self, effect: Effect) -> bool:
        if self._rule and rule_of(effect) != self._rule:
            return False
        if self._shadow:
            return True
        if isinstance(effect, AlertChanged):
            return effect.transition.withheld is not Withheld.SHADOW
        return not (isinstance(effect, DispositionChanged) and effect.disposition.interlock is Interlock.SHADOW)


def rule_of(effect: Effect) -> str:
    """The rule that an effect is about; "" where none."""
    match effect:
        case AlertChanged(transition=step):
            return step.rule
        case DispositionChanged(disposition=done):
            return done.rule
        case OrderChanged(order=order):
            return order.rule
        case RemindPeople():
            return effect.rule
        case _:
            return ""

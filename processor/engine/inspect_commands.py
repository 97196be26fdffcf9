"""What would forbid each automatic command of a rule if it were decided now; nothing is decided."""

from collections.abc import Iterable, Sequence

from processor.engine.alerts import AlertRecord
from processor.engine.dispositions import is_composable
from processor.engine.inspect_tree import twin_of
from processor.engine.inspection import CommandSeen, HoldSeen, Timer, TimerKind
from processor.engine.interlocks import Budgets, budget_interlock, evidence_interlock, target_interlock
from processor.engine.plan import ScopePlan
from processor.engine.scope import Scope
from processor.model.disposition import Interlock
from processor.model.rule import Answer, CommandAnswer, Level, Rule
from processor.model.time import EpochMs


def commands_seen(
    scope: Scope,
    rule: Rule,
    origins: Sequence[str],
    record: AlertRecord | None,
    *,
    holds: Sequence[HoldSeen],
    doubt: Interlock | None,
    withheld: Sequence[Interlock],
    now: EpochMs,
) -> tuple[CommandSeen, ...]:
    """Every command of every level's answer, for each device it means."""
    found = []
    for level in sorted({trigger.level for trigger in rule.triggers}):
        fresh = any(hold.level == level and hold.on and hold.fresh for hold in holds)
        evidence = evidence_interlock(fresh=fresh, doubt=doubt)
        for wanted, target in _wanted(scope.plan, rule.answer_at(level), origins):
            found.append(
                CommandSeen(
                    level=level,
                    device=target,
                    command=wanted.command,
                    interlocks=tuple(
                        interlock
                        for interlock in (
                            evidence,
                            _target(scope, wanted, target),
                            _budget(scope.commands.budgets, rule, target, record, level=level, now=now),
                            *_state(scope, wanted, target, now),
                            *withheld,
                        )
                        if interlock is not None
                    ),
                    running=_running(scope, record, target, wanted.command),
                )
            )
    return tuple(found)


def _wanted(plan: ScopePlan, answer: Answer, origins: Sequence[str]) -> Iterable[tuple[CommandAnswer, str]]:
    for wanted in answer.commands:
        targets = [target for origin in origins for target in plan.targets(plan.devices[origin], wanted.target)]
        for target in dict.fromkeys(targets or [""]):
            yield wanted, target


def _target(scope: Scope, wanted: CommandAnswer, target: str) -> Interlock | None:
    device = scope.devices.get(target)
    return target_interlock(device, device.blueprint.profile.commands.get(wanted.command) if device else None)


def _state(scope: Scope, wanted: CommandAnswer, target: str, now: EpochMs) -> list[Interlock]:
    """What the target's own state forbids."""
    held, found = scope.devices.get(target), []
    device = twin_of(held) if held else None
    spec = device.blueprint.profile.commands.get(wanted.command) if device else None
    if device is None or spec is None:
        return []
    if not device.heard:
        found.append(Interlock.TARGET_SILENT)
    if wanted.precheck:
        verdict = scope.plan.condition(wanted.precheck, target).evaluate(device, now)
        if verdict is not True:
            found.append(Interlock.PRECHECK_UNKNOWN if verdict is None else Interlock.PRECHECK_FALSE)
    if spec.effect and scope.plan.condition(spec.effect, target).evaluate(device, now):
        found.append(Interlock.ALREADY_IN_EFFECT)
    if not is_composable(device, spec):
        found.append(Interlock.NO_TARGET)
    return found


def _budget(
    budgets: Budgets, rule: Rule, target: str, record: AlertRecord | None, *, level: Level, now: EpochMs
) -> Interlock | None:
    alert = record.id if record else ""
    return budget_interlock(budgets, device=target, rule=rule.id, alert=alert, level=level, now=now)


def _running(scope: Scope, record: AlertRecord | None, target: str, command: str) -> str:
    for key, running in scope.commands.running.items():
        said = running.disposition
        if record is not None and (said.alert, said.device, said.command) == (record.id, target, command):
            return key
    return ""


def command_timers(scope: Scope, record: AlertRecord | None) -> list[Timer]:
    """When the proofs of commands under way, and the acceptance of the order, are due."""
    if record is None:
        return []
    return [
        Timer(running.disposition.deadline, TimerKind.COMMAND, key)
        for key, running in scope.commands.running.items()
        if running.disposition.alert == record.id and running.disposition.deadline is not None
    ]

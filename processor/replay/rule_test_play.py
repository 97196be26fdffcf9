"""Plays one test: its devices under the pack's rules, its readings, answers and people, on virtual time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from processor.model.alert import AlertState
from processor.model.district import District
from processor.model.effect import AlertChanged, OrderChanged, SendCommand
from processor.model.inputs import (
    AlertReset,
    CommandDelivered,
    CommandReply,
    DeliveryResult,
    Input,
    KillSwitch,
    OrderAction,
)
from processor.model.order import OrderVerb
from processor.model.place import Place, PlaceKind
from processor.model.reading import Flag, Reading
from processor.model.time import MINUTE, SECOND, DurationMs, EpochMs
from processor.replay.driver import Recorded, Replay, Timed
from processor.replay.notation import Mark
from processor.replay.rule_test import Act, Action, Reply, ReplyKind, RuleTest, Series
from processor.replay.timeline import Timeline

AHEAD_MS: Final[DurationMs] = 10 * MINUTE
AGAIN_MS: Final[DurationMs] = SECOND
NO_REPLY: Final = Reply(ReplyKind.NONE)
FLAGS: Final[dict[Mark | None, int]] = {
    None: 0,
    Mark.RETAINED: Flag.RETAINED,
    Mark.REDELIVERED: Flag.REDELIVERED,
    Mark.DUPLICATE: 0,
    Mark.LATE: Flag.LATE,
    Mark.HISTORY: Flag.HISTORY,
    Mark.CLOCK_OFF: Flag.CLOCK_OFF,
    Mark.NO_TIME: Flag.NO_DEVICE_TIME,
    Mark.FUTURE: 0,
}


@dataclass(frozen=True, slots=True)
class Played:
    """What happened, and which actions found nothing to act on."""

    timeline: Timeline
    failures: tuple[tuple[Action, str], ...]


def play(test: RuleTest, district: District) -> Played:
    """The test under the rules of `district`; of its devices and places only the test's own are there."""
    stage = _Stage(test, staged(test, district))
    for at, given in sorted(stage.events(), key=lambda event: event[0]):
        stage.give(at, given)
    stage.timeline.add(stage.replay.run((), test.start + test.until_ms))
    return Played(stage.timeline, tuple(stage.failures))


def staged(test: RuleTest, district: District) -> District:
    """The pack with the test's devices and parameters, and with its rules in force."""
    rules = dict(district.rules)
    for name in test.in_force:
        rules[name] = msgspec.structs.replace(rules[name], enabled=True, shadow=False)
    for setting in test.settings:
        rule = rules[setting.rule]
        parameter = rule.parameters[setting.parameter]
        changed = msgspec.structs.replace(parameter, value=setting.value, unit=setting.unit or parameter.unit)
        rules[rule.id] = msgspec.structs.replace(rule, parameters={**rule.parameters, parameter.name: changed})
    places = {}
    for device in test.devices.values():
        for kind, path in (
            (PlaceKind.COMMUNITY, device.community),
            (PlaceKind.BUILDING, device.building),
            (PlaceKind.RISER, device.riser),
        ):
            if path:
                places[path] = Place(path, kind)
    return msgspec.structs.replace(
        district, rules=rules, devices=dict(test.devices), places=places, people={}, overrides=()
    )


class _Stage:
    """One test being played."""

    def __init__(self, test: RuleTest, district: District) -> None:
        self.test = test
        self.timeline = Timeline(test.start)
        self.failures: list[tuple[Action, str]] = []
        self.replay = Replay(district, respond=self._respond)
        self._prints = 0
        self._scope = next(iter(self.replay.core.scopes))
        self.timeline.add(self.replay.begin(test.start))

    def events(self) -> Iterator[tuple[EpochMs, Reading | Action]]:
        """Every reading and action, in the order of the file."""
        for series in self.test.series:
            yield from self._readings(series)
        for action in self.test.actions:
            yield self.test.start + action.at_ms, action

    def give(self, at: EpochMs, given: Reading | Action) -> None:
        """One event, after everything before its instant."""
        if isinstance(given, Reading):
            self.timeline.add(self.replay.give(at, given))
            return
        self.timeline.add(self.replay.run((), at - 1))
        made = self._input(given)
        if isinstance(made, str):
            self.failures.append((given, made))
        else:
            self.timeline.add(self.replay.give(at, made))

    def _readings(self, series: Series) -> Iterator[tuple[EpochMs, Reading]]:
        steps = max((len(samples) for samples in series.points.values()), default=1)
        for step in range(steps):
            now = [(name, samples[step]) for name, samples in series.points.items() if step < len(samples)]
            values = {name: sample.value for name, sample in now if sample.value is not None}
            if not values and series.points:
                continue
            mark = next((sample.mark for _, sample in now if sample.mark is not None), None)
            at = self.test.start + series.start_ms + step * series.every_ms
            for device in series.devices:
                yield from self._arrivals(device, at, {**series.steady, **values}, mark, series.delay_ms)

    def _arrivals(
        self, device: str, at: EpochMs, values: dict[str, float | bool | str], mark: Mark | None, delay_ms: DurationMs
    ) -> Iterator[tuple[EpochMs, Reading]]:
        """How a sample of this mark arrives; each message has a content of its own."""
        self._prints += 1
        arrived = at + (delay_ms if mark in {Mark.LATE, Mark.HISTORY} else 0)
        taken = at + AHEAD_MS if mark is Mark.FUTURE else at
        reading = Reading(device, taken, arrived, values, FLAGS[mark], self._prints)
        yield arrived, reading
        if mark is Mark.DUPLICATE:
            again = arrived + AGAIN_MS
            yield again, msgspec.structs.replace(reading, arrived=again, flags=Flag.REDELIVERED)

    # ---- what the world answers -----------------------------------------------------------------------------------

    def _respond(self, recorded: Recorded) -> list[Timed]:
        sent = recorded.effect
        if not isinstance(sent, SendCommand):
            return []
        reply = self.test.replies.get(sent.device, NO_REPLY)
        if reply.kind is ReplyKind.UNDELIVERED:
            return [(sent.expires_at, CommandDelivered(recorded.scope, sent.key, DeliveryResult.EXPIRED))]
        inputs: list[Timed] = [(recorded.at, CommandDelivered(recorded.scope, sent.key, DeliveryResult.SENT))]
        at = recorded.at + reply.after_ms
        if reply.kind is not ReplyKind.NONE:
            accepted = reply.kind is ReplyKind.ACCEPTED
            inputs.append((at, CommandReply(recorded.scope, sent.device, sent.key, accepted, at)))
        if reply.report:
            self._prints += 1
            inputs.append((at, Reading(sent.device, at, at, dict(reply.report), 0, self._prints)))
        return inputs

    # ---- people ---------------------------------------------------------------------------------------------------

    def _input(self, action: Action) -> Input | str:
        """The action as the core takes it, or what it found nothing of."""
        if action.act in {Act.STOP_COMMANDS, Act.ALLOW_COMMANDS}:
            stopped = action.act is Act.STOP_COMMANDS
            return KillSwitch(self._scope, stopped, action.by, action.note or "test")
        if action.act is Act.RESET:
            alert = self._newest_alert(action.rule)
            found = alert and AlertReset(self._scope, alert, action.by, action.note or "test")
            return found or f"no alert of {action.rule} stands, so none can be reset"
        order = self._newest_order(action.rule)
        if not order:
            return f"no order of {action.rule} was opened, so nobody can {action.act} it"
        self._prints += 1
        name = f"action-{self._prints}"
        return OrderAction(self._scope, name, order, OrderVerb(action.act), action.by, action.note, action.result)

    def _newest_alert(self, rule: str) -> str:
        steps = [
            effect.transition
            for _, effect in self.timeline.entries
            if isinstance(effect, AlertChanged) and effect.transition.rule == rule
        ]
        return steps[-1].alert if steps and steps[-1].after is not AlertState.OK else ""

    def _newest_order(self, rule: str) -> str:
        orders = [
            effect.order.id
            for _, effect in self.timeline.entries
            if isinstance(effect, OrderChanged) and effect.order.rule == rule
        ]
        return orders[-1] if orders else ""

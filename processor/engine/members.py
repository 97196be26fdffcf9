"""The group rules of one scope: which device is a member of which group, and what its readings mean there."""

from collections.abc import Mapping, Sequence

from processor.engine.alerts import Moment
from processor.engine.blueprint import Hook
from processor.engine.device_state import DeviceState
from processor.engine.evidence import is_clean
from processor.engine.groups import GroupState, group_key, group_of
from processor.engine.plan import ScopePlan
from processor.engine.steps import Steps
from processor.engine.wakeups import GROUP, WakeUps
from processor.model.effect import Effect
from processor.model.time import EpochMs


class Members:
    """Fills `groups` with the groups that have a member, and tells them what their members say."""

    def __init__(
        self,
        plan: ScopePlan,
        devices: Mapping[str, DeviceState],
        groups: dict[str, GroupState],
        wakeups: WakeUps,
        steps: Steps,
    ) -> None:
        self._groups = groups
        self._wakeups = wakeups
        self._steps = steps
        for state in devices.values():
            for hook in state.blueprint.hooks:
                place = group_of(state.device, hook.by)
                if not place:
                    continue
                key = group_key(hook.rule, place)
                group = groups.get(key)
                if group is None:
                    group = groups[key] = GroupState.of(key, place, plan.group(hook.rule, place))
                group.add(state.device, [hook.test])

    def tell(self, device: DeviceState, moment: Moment, hooks: Sequence[Hook], effects: list[Effect]) -> None:
        """Take what the device answers now, and look at the groups to which that is new."""
        changed: dict[str, GroupState] = {}
        for hook in hooks:
            group = self._groups.get(group_key(hook.rule, group_of(device.device, hook.by)))
            if group is None:
                continue
            verdict = hook.condition.evaluate(device, moment.now)
            fresh = None if moment.at is None else moment.doubt is None and is_clean(device, hook, moment.now)
            tally = group.tallies[hook.test]
            if tally.update(device.device.id, verdict, moment.now, fresh=fresh):
                changed[group.key] = group
        for group in changed.values():
            if group.windows:
                self.feed(group, moment.now)
            self._steps.group_rule(group, moment, effects)

    def feed(self, group: GroupState, now: EpochMs) -> None:
        """Let the group's windows take what they sample now, and ask to be woken when waiting may change an answer."""
        group.feed(now)
        self.arm(group, now)

    def arm(self, group: GroupState, now: EpochMs) -> None:
        """Ask for the next look that windows need; a group without windows asks only while it has an alert."""
        instant = group.next_expiry(now)
        if instant is not None and not (group.wake_at is not None and now < group.wake_at <= instant):
            group.wake_at = instant
            self._wakeups.add(instant, GROUP, group.key)

"""Why an alert that fires may be told to nobody: mutes, parents, cooldowns, chatter and floods, in one scope.

Suppression stops telling and acting; it never stops evaluation or recovery (DESIGN.md 5.8). Everything here is asked
when an answer is about to be given, and asked again at the instants it names, so that what still fires is answered.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from processor.engine.alerts import AlertRecord
from processor.engine.device_state import DeviceState
from processor.engine.groups import GroupState, group_key, group_of
from processor.engine.plan import ScopePlan
from processor.engine.subjects import Subject
from processor.engine.wakeups import RESTRAINT, WakeUps
from processor.engine.watches import ChatterTerms, FloodTerms, chatter_terms, flood_terms
from processor.model.alert import Withheld
from processor.model.disposition import Interlock
from processor.model.inputs import Mute
from processor.model.rule import Level, Rule
from processor.model.time import EpochMs

# Of one alert no more beginnings than this are remembered; a limit may not ask for more (the loader says so too).
BEGINNINGS: Final = 64
Reason = tuple[Withheld, str]


class Muted(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A mute that stands: until when, said by whom and why ("": a snapshot of before reasons were kept)."""

    until: EpochMs
    person: str
    reason: str = ""


class RestraintState(msgspec.Struct):
    """What a snapshot keeps. Keys of alerts are "rule@subject"; lists are oldest first."""

    mutes: dict[str, Muted] = {}  # "" stands for every rule or subject
    cooldowns: dict[str, tuple[EpochMs, Level]] = {}  # until when, and the gravest level that was answered
    beginnings: dict[str, list[EpochMs]] = {}  # when this alert began to fire
    chattering: dict[str, EpochMs] = {}  # until when, if it does not begin again
    floods: dict[str, list[tuple[EpochMs, str]]] = {}  # by rule: (when, which subject began to fire)
    flooded: set[str] = set()  # rules under a roll-up now


class Restraint:
    """The restraints of one scope."""

    def __init__(
        self, plan: ScopePlan, devices: Mapping[str, DeviceState], groups: Mapping[str, GroupState], wakeups: WakeUps
    ) -> None:
        self._plan = plan
        self._devices = devices
        self._groups = groups
        self._wakeups = wakeups
        self._chatter: dict[str, ChatterTerms | None] = {}
        self._flood: dict[str, FloodTerms | None] = {}
        self.state = RestraintState()
        self.rollup: Callable[[str], str] = lambda _rule: ""
        """The standing roll-up alert that people are told of instead of this rule's, "" for none."""

    # ---- what happened ----------------------------------------------------------------------------------------

    def muted(self, given: Mute, now: EpochMs) -> None:
        """A person silences answers, or ends it."""
        key = group_key(given.rule, given.subject)
        self.state.mutes.pop(key, None)
        if given.until > now:
            self.state.mutes[key] = Muted(given.until, given.person, given.reason)
            self.look_again(given.until)
        else:
            self.look_again(now)

    def began(self, record: AlertRecord, rule: Rule, subject: Subject, now: EpochMs) -> None:
        """An episode began to fire: count it towards chatter and flood."""
        key = group_key(rule.id, record.subject)
        chatter = self._chatter_terms(rule)
        if chatter is not None:
            found = [*self.state.beginnings.get(key, ()), now][-BEGINNINGS:]
            self.state.beginnings[key] = [at for at in found if now - at <= chatter.memory_ms]
            if chatter.reached(self.state.beginnings[key], now):
                self.state.chattering[key] = now + chatter.memory_ms
            elif key in self.state.chattering:
                self.state.chattering[key] = max(self.state.chattering[key], now + chatter.memory_ms)
            if key in self.state.chattering:
                self.look_again(self.state.chattering[key])
        flood = self._flood_terms(rule)
        # What a parent answers for is one matter already, and what is in shadow is told to nobody: neither is a flood.
        if flood is not None and not rule.shadow and not self._parent(rule, subject):
            self._count_flood(rule.id, record.subject, flood, now)

    def _count_flood(self, rule: str, subject: str, flood: FloodTerms, now: EpochMs) -> None:
        recent = [(at, other) for at, other in self.state.floods.get(rule, ()) if now - at <= flood.within_ms]
        # One entry for each subject, its newest: a subject that chatters is one subject.
        self.state.floods[rule] = [*((at, other) for at, other in recent if other != subject), (now, subject)]
        if len(self.state.floods[rule]) >= flood.devices:
            self.state.flooded.add(rule)
        if rule in self.state.flooded:
            self.look_again(now + flood.within_ms + 1)

    def ended(self, record: AlertRecord, rule: Rule, now: EpochMs) -> None:
        """An episode ended: its cooldown begins, and what it withheld is looked at again."""
        if rule.cooldown_ms and record.answered is not None and record.withheld is not Withheld.SHADOW:
            self.state.cooldowns[group_key(rule.id, record.subject)] = (now + rule.cooldown_ms, record.answered)
            self.look_again(now + rule.cooldown_ms)
        if rule.id in self._plan.parents or self.rollup(rule.id):
            self.look_again(now)

    def passed(self, now: EpochMs) -> None:
        """Forget what is over by now."""
        state = self.state
        state.mutes = {key: mute for key, mute in state.mutes.items() if mute.until > now}
        state.cooldowns = {key: cooldown for key, cooldown in state.cooldowns.items() if cooldown[0] > now}
        state.chattering = {key: until for key, until in state.chattering.items() if until > now}
        for key, beginnings in list(state.beginnings.items()):
            rule = self._plan.district.rules.get(key.partition("@")[0])
            terms = self._chatter_terms(rule) if rule else None
            if terms is None or now - beginnings[-1] > terms.memory_ms:
                del state.beginnings[key]
        for rule_id in sorted(state.floods):
            self._ebb(rule_id, now)

    def _ebb(self, rule_id: str, now: EpochMs) -> None:
        rule = self._plan.district.rules.get(rule_id)
        flood = self._flood_terms(rule) if rule else None
        within = flood.within_ms if flood else 0
        recent = [(at, subject) for at, subject in self.state.floods[rule_id] if now - at <= within]
        if recent:
            self.state.floods[rule_id] = recent
        else:
            del self.state.floods[rule_id]
        # It ends well under where it began, or it would begin and end by turns (DOMAIN.md 3.1: over 10, under 5).
        if flood is None or len(recent) * 2 < flood.devices:
            self.state.flooded.discard(rule_id)
        elif rule_id in self.state.flooded:
            self.look_again(recent[0][0] + within + 1)

    # ---- what is asked ----------------------------------------------------------------------------------------

    def withholds(self, record: AlertRecord, rule: Rule, subject: Subject, now: EpochMs) -> Reason | None:
        """Why this alert's answer may not be given now, and by whom or what; None when it may."""
        if rule.shadow:
            return Withheld.SHADOW, ""
        parent = self._parent(rule, subject)
        if parent:
            return Withheld.PARENT, parent
        mute = self.mute_of(rule.id, record.subject, now)
        if mute is not None:
            return Withheld.MUTED, mute.person
        rollup = self.rollup(rule.id)
        # What came under a roll-up stays under it: to tell each when the flood ebbs would be the flood once more.
        if rollup and (rule.id in self.state.flooded or record.withheld_by == rollup):
            return Withheld.LIMIT, rollup
        return self._cooling(record, rule, now)

    def mute_of(self, rule: str, subject: str, now: EpochMs) -> Muted | None:
        """The mute of this rule on this subject; of several the one that ends last."""
        keys = (group_key(rule, subject), group_key("", subject), group_key(rule, ""), group_key("", ""))
        found = [mute for key in keys if (mute := self.state.mutes.get(key)) is not None and mute.until > now]
        return max(found, default=None)

    def _cooling(self, record: AlertRecord, rule: Rule, now: EpochMs) -> Reason | None:
        cooldown = self.state.cooldowns.get(group_key(rule.id, record.subject))
        if cooldown is None or cooldown[0] <= now or record.level < cooldown[1]:
            return None
        return Withheld.COOLDOWN, ""

    def _parent(self, rule: Rule, subject: Subject) -> str:
        """The standing alert of a parent rule on this subject, or on a place that all of it lies in."""
        origins = [self._devices[origin] for origin in subject.origins if origin in self._devices]
        for parent in rule.suppressed_by:
            by = self._plan.parents.get(parent)
            if not origins:
                continue
            if by is None:
                found = (origins[0].alerts or {}).get(parent) if len(origins) == 1 else None
            else:
                places = {group_of(origin.device, by) for origin in origins}
                group = self._groups.get(group_key(parent, places.pop())) if len(places) == 1 else None
                found = group.record if group else None
            if found is not None and found.active() and found.withheld is not Withheld.SHADOW:
                return found.id
        return ""

    def interlock(self, record: AlertRecord, rule: Rule) -> Interlock | None:
        """Why the alert, though it is told, may not command."""
        chatters = group_key(rule.id, record.subject) in self.state.chattering
        return Interlock.CHATTER if chatters else None

    def clear_hold(self, record: AlertRecord, rule: Rule, written_ms: int) -> int | None:
        """How long a chattering alert's clear condition must hold; None when it does not chatter."""
        chatter = self._chatter_terms(rule)
        if chatter is None or group_key(rule.id, record.subject) not in self.state.chattering:
            return None
        return max(written_ms * chatter.hold_factor, chatter.least_hold_ms)

    def look_again(self, at: EpochMs) -> None:
        """Ask to be woken at `at`, to see what may be answered or ended then."""
        self._wakeups.add(at, RESTRAINT, "")

    def _chatter_terms(self, rule: Rule) -> ChatterTerms | None:
        if rule.id not in self._chatter:
            self._chatter[rule.id] = chatter_terms(rule, self._plan)
        return self._chatter[rule.id]

    def _flood_terms(self, rule: Rule) -> FloodTerms | None:
        if rule.id not in self._flood:
            self._flood[rule.id] = flood_terms(rule, self._plan)
        return self._flood[rule.id]

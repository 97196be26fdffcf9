"""Rules that watch other rules' alerts: chatter on one subject, and a flood of one rule in the community."""

from collections.abc import Callable, Iterator

from processor.engine.alerts import AlertRecord, Hold, Moment, Terms
from processor.engine.casework import Case
from processor.engine.groups import group_key
from processor.engine.plan import ScopePlan
from processor.engine.response import Response
from processor.engine.restraint import Restraint
from processor.engine.stepping import Stepping
from processor.engine.subjects import Subject, subject_named
from processor.model.alert import AlertState, Withheld
from processor.model.disposition import Interlock
from processor.model.effect import Effect
from processor.model.rule import Level, Rule, Watch
from processor.model.text import Text


class Watching:
    """The alerts of the watching rules of one scope, by "rule@subject"."""

    def __init__(self, plan: ScopePlan, restraint: Restraint, response: Response, stepping: Stepping) -> None:
        self._plan = plan
        self._restraint = restraint
        self._response = response
        self._stepping = stepping
        self._terms: dict[tuple[str, Level], Terms] = {}
        self.records: dict[str, AlertRecord] = {}
        stepping.on_begin = self.look
        restraint.rollup = self.rollup

    def look(self, moment: Moment, effects: list[Effect]) -> None:
        """See what begins or ends to chatter or to flood at this moment."""
        state = self._restraint.state
        if not (state.chattering or state.flooded or self.records):
            return
        # That time has passed, or that another rule fires, is no reading of the subject.
        now = Moment(moment.now, None, moment.doubt, late=moment.late)
        chatter, flood = self._plan.watches.get(Watch.CHATTER), self._plan.watches.get(Watch.FLOOD)
        if chatter is not None:
            self._look_at_chatter(chatter, now, effects)
        for rule in self._flooded():
            watch = flood or rule
            key = group_key(watch.id, flood_subject(self._plan.scope, rule.id))
            self._step(watch, key, self._raised(watch, rule), self._rolls(rule, key), now, effects)

    def _look_at_chatter(self, watch: Rule, now: Moment, effects: list[Effect]) -> None:
        chattering: dict[str, list[str]] = {}
        for key in self._restraint.state.chattering:
            rule, _, subject = key.partition("@")
            chattering.setdefault(subject, []).append(rule)
        known = [record.subject for record in self.records.values() if record.rule == watch.id]
        for subject in dict.fromkeys([*chattering, *known]):
            key = group_key(watch.id, subject)
            self._step(watch, key, watch.triggers[0].level, ", ".join(chattering.get(subject, ())), now, effects)

    def rollup(self, rule: str) -> str:
        """The roll-up alert that people are told of instead of this rule's alerts, "" for none."""
        subject = flood_subject(self._plan.scope, rule)
        told = [record for record in self.records.values() if record.subject == subject and record.active()]
        return next((record.id for record in told if record.withheld is not Withheld.SHADOW), "")

    def _flooded(self) -> Iterator[Rule]:
        """Rules that are, or still have something, under a roll-up."""
        prefix = flood_subject(self._plan.scope, "")
        known = [record.subject.removeprefix(prefix) for record in self.records.values()]
        for rule in dict.fromkeys([*sorted(self._restraint.state.flooded), *known]):
            found = self._plan.district.rules.get(rule)
            if found is not None:
                yield found

    def _rolls(self, rule: Rule, key: str) -> str:
        """What the roll-up of this rule is about now, "" when it is over."""
        recent = self._restraint.state.floods.get(rule.id, ())
        if rule.id in self._restraint.state.flooded:
            return f"{rule.id} × {len(recent)}"
        record = self.records.get(key)
        under = [
            other
            for other, _ in self._response.standing.values()
            if record is not None and other.withheld is Withheld.LIMIT and other.withheld_by == record.id
        ]
        return f"{rule.id} × {len(under)}" if under else ""

    def _raised(self, watch: Rule, rule: Rule) -> Level:
        """One level above what floods (DOMAIN.md 2, XR-09), and no milder than the watching rule's own."""
        own = watch.triggers[0].level if watch.watches else Level.L4
        gravest = min(trigger.level for trigger in rule.triggers)
        return min(own, Level(max(Level.L1, gravest - 1)))

    def _step(self, watch: Rule, key: str, level: Level, about: str, now: Moment, effects: list[Effect]) -> None:  # noqa: PLR0917 - private, all of one look
        record = self.records.get(key)
        subject = key.partition("@")[2]
        if record is None:
            if not about:
                return
            record = self.records[key] = self._stepping.episode(watch.id, subject, 1, now.now)
        explain: Callable[[], str] = lambda: about or "-"  # noqa: E731 - one word for a value
        case = Case(record, self._terms_of(watch, level), now, self.subject(subject), explain, _never, effects)
        self._stepping.step(case, [bool(about)], None)
        if record.state is AlertState.OK:
            self.records.pop(key, None)

    def _terms_of(self, watch: Rule, level: Level) -> Terms:
        key = (watch.id, level)
        if key not in self._terms:
            hold = Hold(level=level, for_ms=0, samples=1, periodic=False, gap_ms=None, fall_ms=0)
            self._terms[key] = Terms(watch, (hold,), clear_given=False, clear_periodic=False)
        return self._terms[key]

    def subject(self, key: str) -> Subject:
        """What a watching rule's alert is about, as people call it."""
        prefix = flood_subject(self._plan.scope, "")
        if not key.startswith(prefix):
            return subject_named(key, self._plan)
        rule = self._plan.district.rules[key.removeprefix(prefix)]
        return Subject(key, (), "", self._plan.scope, Text(zh=rule.name.pick("zh"), en=rule.name.pick("en")))


def flood_subject(scope: str, rule: str) -> str:
    """What a roll-up alert is about: one rule in one community."""
    return f"{scope}/rule/{rule}"


def _never(_level: Level) -> Interlock | None:
    """What is only concluded from other alerts never commands."""
    return Interlock.EVIDENCE_UNKNOWN

"""One alert's running state, and the decision what has just happened to it. The table is `alert_life`.

Long because a hold, the clearing and their deadlines are one judgement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from processor.model.alert import AlertCause, AlertState, Withheld
from processor.model.disposition import Interlock
from processor.model.evidence import Verdict
from processor.model.rule import Gap, Level, Rule
from processor.model.time import DurationMs, EpochMs


@dataclass(frozen=True, slots=True)
class Hold:
    """How long and on how many readings a trigger must be true, and how long false before its level falls.

    `periodic`: time is the readings' own, and waiting proves nothing. `gap_ms`: the longest pause between two
    readings that leaves a running hold unbroken (None: any).
    """

    level: Level
    for_ms: DurationMs
    samples: int
    periodic: bool
    gap_ms: DurationMs | None
    fall_ms: DurationMs


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a rule decides the life of its alerts, whatever its subject."""

    rule: Rule
    holds: tuple[Hold, ...]
    clear_given: bool
    clear_periodic: bool
    clear_for_ms: DurationMs = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """When, and on what evidence, a rule is looked at. `at` is the reading's time, None when only time has passed.

    `doubt` says why this reading may not cause a command; `late` marks what comes of stored or delayed history;
    `told`: it was a reading of another device, which this one's rule asks about.
    """

    now: EpochMs
    at: EpochMs | None = None
    doubt: Interlock | None = None
    late: bool = False
    told: bool = False


@dataclass(slots=True)
class TriggerState:
    """A trigger's running hold. The `fresh_*` twins count only readings free of doubt: what a command needs."""

    since: EpochMs | None = None
    samples: int = 0
    last_at: EpochMs | None = None
    fresh_since: EpochMs | None = None
    fresh_samples: int = 0
    on: bool = False
    false_since: EpochMs | None = None
    verdict: Verdict = None


@dataclass(slots=True)
class AlertRecord:
    """One episode of one rule on one subject, from leaving ok to coming back. Nothing is kept of an ok subject."""

    id: str
    rule: str
    subject: str
    opened_at: EpochMs
    triggers: list[TriggerState]
    state: AlertState = AlertState.OK
    level: Level = Level.L4
    number: int = 0
    clear_since: EpochMs | None = None
    reading_at: EpochMs | None = None
    reset: bool = False
    wake_at: EpochMs | None = None
    order: str = ""
    answered: Level | None = None  # the gravest level whose answer was given
    owed: Level | None = None  # commands of this level wait for evidence free of doubt
    reminders: int = 0
    late: bool = False
    withheld: Withheld | None = None
    withheld_by: str = ""
    clear_for_ms: DurationMs | None = None  # longer than the rule's own, because it chatters

    def clear_hold(self, terms: Terms) -> DurationMs:
        """How long the clear condition must hold."""
        return terms.clear_for_ms if self.clear_for_ms is None else self.clear_for_ms

    def active(self) -> bool:
        """Whether people count this alert as standing."""
        return self.state in (AlertState.FIRING, AlertState.RECOVERING)


def advance(
    state: TriggerState,
    hold: Hold,
    verdict: Verdict,
    moment: Moment,
    gap: Gap,
    *,
    active: bool,
    proof: bool | None,
) -> None:
    """Carry one trigger's hold to this moment. `active` keeps a reached trigger on until its level falls.

    `proof`: whether the moment shows, free of doubt, that it is true; False where doubt has a part in it, None where
    nothing new was said.
    """
    if verdict is None and gap is not Gap.UNKNOWN:
        verdict = True if gap is Gap.RAISE else state.verdict
    state.verdict = verdict
    at = _clock(hold, moment, state.last_at)
    if verdict is None:
        if not state.on:
            _forget(state)
        state.false_since = None
    elif verdict:
        _hold_on(state, hold, at, moment, proof=proof)
    else:
        _forget(state)
        _fall(state, hold, at, active=active)


def _clock(hold: Hold, moment: Moment, last_at: EpochMs | None) -> EpochMs:
    if not hold.periodic:
        return moment.now
    if moment.at is not None:
        return moment.at
    return last_at if last_at is not None else moment.now


def _hold_on(state: TriggerState, hold: Hold, at: EpochMs, moment: Moment, *, proof: bool | None) -> None:
    paused = hold.gap_ms is not None and state.last_at is not None and at - state.last_at > hold.gap_ms
    if state.since is None or (paused and not state.on):
        _forget(state)
        state.since = at
    state.false_since = None
    state.last_at = at
    if proof is False:
        state.fresh_since = None
        state.fresh_samples = 0
    if moment.at is not None or hold.samples <= 1:
        state.samples += 1
        # Only a reading is evidence: that time has passed makes nothing fresh that was doubtful.
        if proof:
            state.fresh_samples += 1
            if state.fresh_since is None:
                state.fresh_since = at
    if at - state.since >= hold.for_ms and state.samples >= hold.samples:
        state.on = True


def _forget(state: TriggerState) -> None:
    state.since = None
    state.samples = 0
    state.fresh_since = None
    state.fresh_samples = 0


def _fall(state: TriggerState, hold: Hold, at: EpochMs, *, active: bool) -> None:
    state.last_at = at
    if not state.on:
        return
    if state.false_since is None:
        state.false_since = at
    if not active or at - state.false_since >= hold.fall_ms:
        state.on = False
        state.false_since = None


def fresh(state: TriggerState, hold: Hold, now: EpochMs) -> bool:
    """Whether readings free of doubt alone would have reached this trigger: the evidence a command needs."""
    if state.fresh_since is None or not state.verdict:
        return False
    end = state.last_at if hold.periodic and state.last_at is not None else now
    return end - state.fresh_since >= hold.for_ms and state.fresh_samples >= hold.samples


def decide(  # noqa: PLR0917  # what is looked at, by which terms, what was found, when
    record: AlertRecord,
    terms: Terms,
    verdicts: Sequence[Verdict],
    clear: Verdict,
    moment: Moment,
    proofs: Sequence[bool | None] | None = None,
) -> AlertCause | None:
    """Carry every hold to this moment and say what happened to the alert, or None. `clear` counts if it was given.

    `proofs`, by trigger as `advance` takes them; None: the moment's own reading is all the evidence there is.
    """
    active = record.active()
    own = True if moment.at is not None and moment.doubt is None else None
    for index, (state, hold, verdict) in enumerate(zip(record.triggers, terms.holds, verdicts, strict=True)):
        proof = own if proofs is None else proofs[index]
        advance(state, hold, verdict, moment, terms.rule.gap, active=active, proof=proof)
    if moment.at is not None:
        record.reading_at = moment.at
    if active:
        return _while_active(record, terms, clear, moment)
    states = record.triggers
    if any(state.on for state in states):
        return AlertCause.REACHED
    if any(state.verdict for state in states):
        return AlertCause.TRUE
    return AlertCause.UNKNOWN if any(state.verdict is None for state in states) else AlertCause.FALSE


def _while_active(record: AlertRecord, terms: Terms, clear: Verdict, moment: Moment) -> AlertCause | None:
    verdict = clear if terms.clear_given else _nothing_true(record)
    if verdict:
        return _clearing(record, terms, moment)
    record.clear_since = None
    record.reset = False
    if record.state is AlertState.RECOVERING:
        return AlertCause.UNKNOWN if verdict is None else AlertCause.RELAPSED
    return AlertCause.LEVEL if reached_level(record, terms) != record.level else None


def _nothing_true(record: AlertRecord) -> Verdict:
    if any(state.verdict for state in record.triggers):
        return False
    return None if any(state.verdict is None for state in record.triggers) else True


def _clearing(record: AlertRecord, terms: Terms, moment: Moment) -> AlertCause | None:
    at = _clear_clock(record, terms, moment)
    if record.clear_since is None:
        record.clear_since = at
    if at - record.clear_since >= record.clear_hold(terms) and (record.reset or not _latched(terms)):
        return AlertCause.CLEARED
    if record.state is AlertState.FIRING:
        return AlertCause.CLEARING
    return AlertCause.LEVEL if reached_level(record, terms) != record.level else None


def _clear_clock(record: AlertRecord, terms: Terms, moment: Moment) -> EpochMs:
    if terms.clear_periodic and record.reading_at is not None:
        return record.reading_at
    return moment.now


def _latched(terms: Terms) -> bool:
    # Nobody is told of a shadow rule's alert, so nobody could ever reset it.
    return terms.rule.latched and not terms.rule.shadow


def reached_level(record: AlertRecord, terms: Terms) -> Level:
    """The gravest level whose trigger is on; the alert's own when none is."""
    levels = [hold.level for state, hold in zip(record.triggers, terms.holds, strict=True) if state.on]
    return min(levels) if levels else record.level


def next_deadline(record: AlertRecord, terms: Terms) -> EpochMs | None:
    """The next instant at which the passing of time alone may change this alert."""
    instants = []
    for state, hold in zip(record.triggers, terms.holds, strict=True):
        if hold.periodic:
            continue
        # Where samples are missing, only a reading can help.
        if state.since is not None and not state.on and state.samples >= hold.samples:
            instants.append(state.since + hold.for_ms)
        if state.false_since is not None:
            instants.append(state.false_since + hold.fall_ms)
    waits_for_person = _latched(terms) and not record.reset
    if record.clear_since is not None and not terms.clear_periodic and not waits_for_person:
        instants.append(record.clear_since + record.clear_hold(terms))
    return min(instants) if instants else None


def proof_deadline(record: AlertRecord, terms: Terms, now: EpochMs) -> EpochMs | None:
    """When a command that waits for proof may be sent, as what is free of doubt will have held long enough."""
    if record.owed is None:
        return None
    return min(
        (
            state.fresh_since + hold.for_ms
            for state, hold in zip(record.triggers, terms.holds, strict=True)
            if not hold.periodic and state.fresh_since is not None and state.fresh_since + hold.for_ms > now
        ),
        default=None,
    )


def shift(record: AlertRecord, terms: Terms, down_ms: DurationMs) -> None:
    """Our own down time counts as the rule's `gap:` says: under `unknown` the clocks that wait stand still for it."""
    if terms.rule.gap is not Gap.UNKNOWN:
        return
    for state, hold in zip(record.triggers, terms.holds, strict=True):
        if hold.periodic:
            continue
        state.since = None if state.since is None else state.since + down_ms
        state.fresh_since = None if state.fresh_since is None else state.fresh_since + down_ms
        state.false_since = None if state.false_since is None else state.false_since + down_ms
    if record.clear_since is not None and not terms.clear_periodic:
        record.clear_since += down_ms

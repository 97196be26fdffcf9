"""How well the alerts met the truth: episodes hit, missed and late, false alerts, wrong automatic actions.

A score of a simulation shows logic, not accuracy in the field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import msgspec

from processor.model.alert import AlertState
from processor.model.rule import Level
from processor.model.time import DAY, HOUR, MINUTE, DurationMs, EpochMs
from simulators.truth import Action, Episode, Label

COOL_DOWN = 30 * MINUTE  # an alert about what has just ended is not a false one
DEFAULT_BUDGET = 5 * MINUTE
# How long after the first observable moment an alert still counts as a hit (DOMAIN.md section 2: holds and periods).
BUDGETS: Mapping[str, DurationMs] = {
    "offline": 75 * MINUTE,
    "toilet_leak": 4 * DAY,
    "insulation_drift": 60 * DAY,
    "loose_joint": 7 * DAY,
    "membrane_worn": 3 * DAY,
    "drip": 30 * MINUTE,
    "hot_socket": 20 * MINUTE,
    "voltage_shift": 10 * MINUTE,
    "overload": 3 * MINUTE,
    "dry_burn": 10 * MINUTE,
    "heater_stuck": 30 * MINUTE,
    "ev_hot_connector": HOUR,
}
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "leak": ("LK-", "XR-01"),
    "riser_burst": ("LK-", "XR-01"),
    "drip": ("LK-01", "XR-08"),
    "toilet_leak": ("LK-04", "LK-05", "LK-06"),
    "valve_stuck": ("LK-07",),
    "hot_socket": ("EB-01", "EB-02", "EB-08"),
    "overload": ("EB-03", "EB-04", "EB-06"),
    "pile_smoke": ("EB-02",),
    "earth_fault": ("EL-01", "EL-02", "EL-03"),
    "insulation_drift": ("EL-01", "EL-03", "EL-05"),
    "loose_joint": ("EL-06", "EL-07"),
    "voltage_shift": ("EL-08", "EL-09"),
    "ev_ground_failure": ("EV-02",),
    "ev_hot_connector": ("EV-01",),
    "heater_stuck": ("WD-03",),
    "dry_burn": ("WD-02",),
    "dispenser_leak": ("WD-01",),
    "membrane_worn": ("WD-04", "WD-05", "WD-08"),
    "offline": ("XR-04",),
    "building_outage": ("XR-02", "XR-04"),
}


class AlertStep(msgspec.Struct, frozen=True):
    """What the score reads of one message on wardwatch/alerts/# (other fields are not looked at)."""

    alert: str
    number: int
    rule: str
    subject: str
    community: str
    state: AlertState
    decided_at: EpochMs


class Raised(msgspec.Struct, frozen=True):
    """One alert that began to fire."""

    rule: str
    subject: str
    community: str
    at: EpochMs


@dataclass(slots=True)
class TypeScore:
    """How the episodes of one type fared; `delays_ms` counts from the first observable moment."""

    episodes: int = 0
    hits: int = 0
    late: int = 0
    missed: int = 0
    unobservable: int = 0
    undecided: int = 0  # the simulation ended before its budget did
    delays_ms: list[DurationMs] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Share of observable episodes hit in time."""
        observable = self.episodes - self.unobservable - self.undecided
        return self.hits / observable if observable else None

    @property
    def median_delay_ms(self) -> float | None:
        """Half of the hits came sooner."""
        return median(self.delays_ms) if self.delays_ms else None


@dataclass(slots=True)
class Score:
    """The whole comparison. `false_alerts` and `wrong_actions` name each one, so that it can be looked into."""

    types: dict[str, TypeScore] = field(default_factory=dict)
    duplicates: int = 0
    false_alerts: list[Raised] = field(default_factory=list)
    confounded: dict[str, int] = field(default_factory=dict)
    wrong_actions: list[Action] = field(default_factory=list)
    missed_l1: int = 0
    false_per_device_day: float = 0.0


def read_steps(lines: Iterable[bytes]) -> list[AlertStep]:
    """The steps in JSON lines; a step that came twice counts once."""
    decoder = msgspec.json.Decoder(AlertStep)
    steps = {(step.alert, step.number): step for step in (decoder.decode(line) for line in lines if line.strip())}
    return sorted(steps.values(), key=lambda step: (step.decided_at, step.alert, step.number))


def raised(steps: Iterable[AlertStep]) -> list[Raised]:
    """The moments alerts began to fire; firing again while recovering is the same alert."""
    found: list[Raised] = []
    states: dict[str, AlertState] = {}
    for step in steps:
        before = states.get(step.alert, AlertState.OK)
        if step.state is AlertState.FIRING and before not in {AlertState.FIRING, AlertState.RECOVERING}:
            found.append(Raised(step.rule, step.subject, step.community, step.decided_at))
        if step.state is not AlertState.UNKNOWN:  # not being able to tell ends no alert
            states[step.alert] = step.state
    return found


def score(
    episodes: Sequence[Episode],
    alerts: Sequence[Raised],
    actions: Sequence[Action] = (),
    *,
    devices: int = 0,
    length_ms: DurationMs = 0,
    until: EpochMs | None = None,
) -> Score:
    """Compare. `devices` and `length_ms` turn the false alerts into a rate per device and day; `until` is when
    watching ended: an episode whose budget was not over then is not missed.
    """
    result = Score()
    firsts: dict[str, EpochMs] = {}
    for alert in sorted(alerts, key=lambda alert: alert.at):
        _place(alert, episodes, firsts, result)
    for episode in episodes:
        if episode.label is Label.FAULT:
            _judge(episode, firsts.get(episode.cause_id), until, result)
    result.wrong_actions = [action for action in actions if not _right(action, episodes)]
    if devices and length_ms:
        result.false_per_device_day = len(result.false_alerts) / devices / (length_ms / DAY)
    return result


def _place(alert: Raised, episodes: Sequence[Episode], firsts: dict[str, EpochMs], result: Score) -> None:
    about = [episode for episode in episodes if _alive(episode, alert.at) and _touches(alert, episode)]
    right = [episode for episode in about if alert.rule.startswith(FAMILIES.get(episode.type, ()))]
    new = [episode for episode in right if episode.cause_id not in firsts]
    for episode in new:
        firsts[episode.cause_id] = alert.at
    if not right:
        result.false_alerts.append(alert)
        for episode in about:
            if episode.label is Label.NONE:
                result.confounded[episode.type] = result.confounded.get(episode.type, 0) + 1
    elif not new:
        result.duplicates += 1


def _alive(episode: Episode, at: EpochMs) -> bool:
    return episode.t_onset <= at and (episode.t_end is None or at <= episode.t_end + COOL_DOWN)


def _touches(alert: Raised, episode: Episode) -> bool:
    if alert.community != episode.community:
        return False
    below = alert.subject.rstrip("/") + "/"
    return alert.subject in episode.related or any(f"{place}/".startswith(below) for place in episode.places)


def _judge(episode: Episode, first: EpochMs | None, until: EpochMs | None, result: Score) -> None:
    entry = result.types.setdefault(episode.type, TypeScore())
    entry.episodes += 1
    if episode.t_observable is None:
        entry.unobservable += 1
        return
    budget_ends = episode.t_observable + BUDGETS.get(episode.type, DEFAULT_BUDGET)
    if first is not None and first <= budget_ends:
        entry.hits += 1
        entry.delays_ms.append(max(0, first - episode.t_observable))
    elif first is None and until is not None and until < budget_ends:
        entry.undecided += 1
    else:
        entry.late += first is not None
        entry.missed += first is None
        result.missed_l1 += episode.expected_level is Level.L1


def _right(action: Action, episodes: Sequence[Episode]) -> bool:
    return any(
        action.device in episode.action_targets and _alive(episode, action.at)
        for episode in episodes
        if episode.label is Label.FAULT
    )

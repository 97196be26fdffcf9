"""What the HTTP console asks of the running daemon, and the values it gets back. The runtime implements it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from processor.model.alert import AlertState, Withheld
from processor.model.order import Order, OrderRefusal, OrderResult, OrderState, OrderVerb
from processor.model.problem import Problem
from processor.model.reading import Reading, RejectionReason
from processor.model.rule import Level
from processor.model.text import Text
from processor.model.time import EpochMs
from processor.ports.journal import Counts
from processor.ports.mutes import MuteAsked, MuteView
from processor.ports.rule_sets import RuleSet, SetRequest


class ConditionName(StrEnum):
    """What must be true for the daemon to be called alive, or ready."""

    LOOP_TURNS = "loop_turns"  # alive: the event loop went round a short while ago
    RESTORED = "restored"  # ready: state and running clocks are back
    BROKER = "broker"  # ready: every broker connection is up, or has been down for a short while only
    JOURNAL = "journal"  # ready: the store takes commits (not full, not broken)
    COMMITS = "commits"  # ready: no commit has been running for too long
    NOT_STOPPING = "not_stopping"  # ready: no stop was asked for
    SHADOW = "shadow"  # ready, always held, only with shadow.rules: the detail says how the process beside us is
    CONFIGURATION = "configuration"  # ready, always held: the detail says what is wrong with files that were refused


class Condition(msgspec.Struct, frozen=True):
    """One condition, whether it holds, and what an operator should know or do when it does not."""

    name: ConditionName
    ok: bool
    detail: Text


class Distribution(msgspec.Struct, frozen=True):
    """A histogram: `counts[i]` observations were <= `bounds[i]`; the last count is of those above every bound."""

    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = (0,)
    total: float = 0.0


class CompanionFigures(msgspec.Struct, frozen=True):
    """The process that runs other rules in shadow beside the daemon."""

    running: bool = False
    restarts: int = 0
    behind: int = 0  # journal blocks it has not taken yet


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Every number of /metrics at one moment; counters count from the start of the daemon (docs/metrics.md).

    `counts.received` counts at arrival and `in_flight` is measured on its own, so that
    received = in flight + stored + duplicates + dead letters + dropped is a real check (DESIGN.md 5.2).
    """

    counts: Counts = Counts()
    messages: int = 0  # MQTT messages; one may hold several readings
    in_flight: int = 0
    dead_letters: Mapping[str, int] = {}  # by RejectionReason; sums to counts.dead_letters
    dropped: Mapping[str, int] = {}  # by policy; sums to counts.dropped
    transitions: Mapping[str, int] = {}  # by the state arrived at, without those of rules in shadow
    shadow_transitions: Mapping[str, int] = {}  # the same of rules in shadow
    commands: Mapping[str, int] = {}  # by the disposition state arrived at
    orders: Mapping[str, int] = {}  # by the state arrived at
    reminders: Mapping[str, int] = {}  # by outcome: sent, refused, unreachable
    outbox_waiting: Mapping[str, int] = {}  # by effect tag
    outbox_oldest_s: float = 0.0
    commit_s: Distribution = Distribution()
    batch_readings: Distribution = Distribution()
    journal_offset: int = 0
    journal_bytes: int = 0
    disk_free_bytes: int = 0
    broker_connected: Mapping[str, bool] = {}  # by connection: ingest, publish
    last_message_at: EpochMs | None = None
    sink_lag_blocks: Mapping[str, int] = {}  # by sink
    alerts_firing: Mapping[str, int] = {}  # by level: L1..L4
    rules: int = 0
    devices: int = 0
    configuration_problems: int = 0
    configuration_refused: bool = False  # the newest files were refused: the last good rules run on
    reloads: Mapping[str, int] = {}  # by outcome: taken, same, refused
    on_probation: int = 0  # rules whose commands are only shown
    shadow: CompanionFigures = CompanionFigures()
    automation_stopped: int = 0  # communities whose kill switch is on
    wake_lag_s: float = 0.0
    restore_s: float = 0.0
    version: str = ""
    rules_hash: str = ""


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it stands; its steps are Transitions."""

    alert: str
    number: int
    rule: str
    rule_name: Text
    subject: str
    community: str
    state: AlertState
    level: Level
    opened_at: EpochMs
    changed_at: EpochMs
    reading_at: EpochMs | None = None
    evidence: str = ""
    latched: bool = False
    order: str = ""
    withheld: Withheld | None = None  # why it is told to nobody
    withheld_by: str = ""


class DeadLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter. `payload` is the beginning of it as text, with what cannot be shown replaced."""

    sequence: int
    reason: RejectionReason
    topic: str
    payload: str
    size: int
    arrived: EpochMs
    detail: str
    device: str | None = None


class Refusal(StrEnum):
    """Why the daemon did not do what the console asked, beside the refusals of an order's life."""

    NO_SUCH_ALERT = "no_such_alert"
    NOTHING_TO_RESET = "nothing_to_reset"  # not latched, or the condition has not cleared yet
    NO_SUCH_COMMUNITY = "no_such_community"
    NO_SUCH_SUBJECT = "no_such_subject"
    NO_SUCH_RULE = "no_such_rule"
    TOO_FAR = "too_far"  # too much of the journal would have to be read again
    NOTHING_KNOWN = "nothing_known"  # the journal has nothing of that instant, or not the rules of it
    NOT_NOW = "not_now"  # restoring, stopping, or the store takes no commit


class Declined(msgspec.Struct, frozen=True):
    """Not done, and why. `detail` may add what stands in the way (never a person's name)."""

    reason: Refusal | OrderRefusal
    detail: Text = Text()


class OrderTaken(msgspec.Struct, frozen=True):
    """The order after the action. The action is committed; a repeated request id gives the same order again."""

    order: Order


class Committed(msgspec.Struct, frozen=True):
    """Done and committed."""


class Retried(msgspec.Struct, frozen=True):
    """How a retry of dead letters ended."""

    retried: int
    stored: int
    still_dead: int


class Reloaded(msgspec.Struct, frozen=True):
    """How a reload ended. With any error among `problems`, nothing changed and `rules_hash` is the old one."""

    changed: bool
    rules_hash: str
    problems: tuple[Problem, ...] = ()


OrderOutcome: TypeAlias = OrderTaken | Declined
Done: TypeAlias = Committed | Declined


class ConsoleService(Protocol):
    """The running daemon, as its HTTP edge sees it. Every list is newest first and at most `limit` long."""

    def figures(self) -> Figures:
        """Every number at this moment, taken together so that they add up."""

    def liveness(self) -> Sequence[Condition]: ...

    def readiness(self) -> Sequence[Condition]: ...

    async def alerts(
        self,
        *,
        states: frozenset[AlertState],
        community: str,
        subject: str,
        rule: str,
        level: Level | None,
        shadow: bool,
        limit: int,
    ) -> Sequence[AlertView]:
        """Alerts in one of `states` (empty: any state but ok); an empty text or None asks nothing.

        `shadow`: those, too, of rules that only show what they would do.
        """

    async def orders(
        self, *, states: frozenset[OrderState], community: str, subject: str, limit: int
    ) -> Sequence[Order]:
        """Orders in one of `states` (empty: all that are not closed)."""

    async def readings(
        self, *, device: str, since: EpochMs | None, until: EpochMs | None, limit: int
    ) -> Sequence[Reading]:
        """Journalled readings with since <= at < until; an empty device means all."""

    async def explain(self, *, device: str, rule: str, at: EpochMs | None) -> object | Declined:
        """Why the rule did or did not fire on the device or place, now or at `at`: a document for JSON."""

    async def rule_sets(self, *, limit: int) -> Sequence[RuleSet]: ...

    async def dead_letters(self, *, reason: RejectionReason | None, limit: int) -> Sequence[DeadLetterView]: ...

    async def act_on_order(
        self, *, request: str, order: str, verb: OrderVerb, person: str, note: str, result: OrderResult | None
    ) -> OrderOutcome:
        """Take a person's action; `request` makes a repeated one the same action."""

    async def reset_alert(self, *, alert: str, person: str, reason: str) -> Done: ...

    async def retry_dead_letters(self, *, reason: RejectionReason | None, limit: int) -> Retried | Declined: ...

    async def reload(self, request: SetRequest) -> Reloaded | Declined:
        """Read the files again, under this name and for this reason; `content_hash` "" is whatever they say."""

    async def announce(self, request: SetRequest) -> Done:
        """Files of this content are about to be written: they come under this name, whoever has them read."""

    async def mute(self, asked: MuteAsked) -> Done:
        """Silence answers for a while, or end that. Evaluation, recovery and open orders go on."""

    def mutes(self) -> Sequence[MuteView]:
        """Every mute that stands."""

    async def set_automation(self, *, stopped: bool, community: str, person: str, reason: str) -> Done:
        """Stop (or allow again) every automatic command of one community, or of all when it is empty."""

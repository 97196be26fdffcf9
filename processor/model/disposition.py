"""The names of an automatic answer's life. The table is `processor.engine.disposition_life`."""

from enum import StrEnum

import msgspec

from processor.model.time import EpochMs


class DispositionState(StrEnum):
    """Where one automatic command stands."""

    PRECHECK = "precheck"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    VERIFIED = "verified"
    REFUSED = "refused"  # an interlock said no; nothing was sent
    FAILED = "failed"  # sent (twice), no proof of effect: a person must go


class DispositionCause(StrEnum):
    """What can happen to a disposition."""

    ALLOWED = "allowed"
    INTERLOCKED = "interlocked"
    DEVICE_ACKNOWLEDGED = "device_acknowledged"
    DEVICE_DECLINED = "device_declined"
    DELIVERY_REFUSED = "delivery_refused"
    EFFECT_SEEN = "effect_seen"
    DEADLINE_RETRY = "deadline_retry"
    DEADLINE_LAST = "deadline_last"


class Interlock(StrEnum):
    """A reason not to act (DESIGN.md 5.5–5.8, DOMAIN.md 2.1)."""

    EVIDENCE_RETAINED = "evidence_retained"
    EVIDENCE_REDELIVERED = "evidence_redelivered"
    EVIDENCE_LATE = "evidence_late"
    EVIDENCE_OUT_OF_ORDER = "evidence_out_of_order"
    EVIDENCE_FUTURE = "evidence_future"
    EVIDENCE_CLOCK = "evidence_clock"
    EVIDENCE_STALE = "evidence_stale"
    EVIDENCE_UNKNOWN = "evidence_unknown"
    NOT_SAFER = "not_safer"
    CRITICAL = "critical"
    NO_TARGET = "no_target"
    TARGET_SILENT = "target_silent"
    PRECHECK_FALSE = "precheck_false"
    PRECHECK_UNKNOWN = "precheck_unknown"
    ALREADY_IN_EFFECT = "already_in_effect"
    DEVICE_BUDGET = "device_budget"
    RULE_BUDGET = "rule_budget"
    KILL_SWITCH = "kill_switch"
    CHATTER = "chatter"  # the alert goes on and off: no command on its word
    FLOOD = "flood"  # many devices at once: more likely the rule or the network than the devices
    WITHHELD = "withheld"  # muted, under a parent, in cooldown: the transition says which
    PROBATION = "probation"  # a new or changed automatic answer only shows for 14 days what it would do
    SHADOW = "shadow"  # the rule acts never; but for that, this command would have been sent


class Disposition(msgspec.Struct, frozen=True):
    """One automatic command and what became of it. `command_id` is also the key it is delivered under."""

    command_id: str
    alert: str
    rule: str
    device: str
    command: str
    community: str
    state: DispositionState
    attempt: int
    decided_at: EpochMs
    deadline: EpochMs | None = None
    interlock: Interlock | None = None
    evidence: str = ""

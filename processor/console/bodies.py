"""What a request may say: every text bounded, nothing unknown taken, no control characters."""

from typing import Annotated, Final

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from processor.model.order import OrderResult
from processor.model.reading import RejectionReason
from processor.ports.rule_sets import SetCause

_NO_CONTROL: Final = r"^[^\x00-\x1f\x7f]*$"
_LINES: Final = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"  # a note may have lines and tabs

PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=_NO_CONTROL)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_LINES)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=_LINES)]
RuleName = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_NO_CONTROL)]
RequestId = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._:-]*$")]
Community = Annotated[str, StringConstraints(strip_whitespace=True, max_length=128, pattern=_NO_CONTROL)]

Limit = Annotated[int, Query(ge=1, le=1000)]
Name = Annotated[str, Query(max_length=256, pattern=_NO_CONTROL)]
Subject = Annotated[str, Query(min_length=1, max_length=256, pattern=_NO_CONTROL)]
Moment = Annotated[int | None, Query(ge=0, le=253_402_300_799_999)]  # until the year 9999, milliseconds


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderBody(_Body):
    """A person's action on an order. `person` may be missing only so that the refusal can say so."""

    person: Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=_NO_CONTROL)] = ""
    note: Note = ""
    result: OrderResult | None = None
    request_id: RequestId | None = None  # the same id again is the same action


class ResetBody(_Body):
    """A named person clears a latch, with a reason."""

    person: PersonName
    reason: Reason


class RetryBody(_Body):
    """Which dead letters to try again: those with `reason`, or all; at most `limit`."""

    reason: RejectionReason | None = None
    limit: Annotated[int, Field(ge=1, le=100_000)] = 10_000


class ReloadBody(_Body):
    """Who asks for the configuration to be read again, and why."""

    person: PersonName
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=_LINES)] = ""


class AnnounceBody(_Body):
    """Files of this content are about to be written: they come into force under this name, with this reason."""

    content_hash: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    cause: SetCause
    person: PersonName
    reason: Reason


class ApproveBody(_Body):
    """A named person lets the commands of these rules ("*": of all) act before their probation is over."""

    rules: Annotated[list[RuleName], Field(min_length=1, max_length=1000)]
    person: PersonName
    reason: Reason


class MuteBody(_Body):
    """Tell nobody for so many minutes (0 ends it), at most a week: of a rule, a subject, or a whole community."""

    community: Community = ""
    subject: Annotated[str, StringConstraints(max_length=256, pattern=_NO_CONTROL)] = ""
    rule: Annotated[str, StringConstraints(max_length=128, pattern=_NO_CONTROL)] = ""
    minutes: Annotated[int, Field(ge=0, le=10_080)]
    person: PersonName
    reason: Reason


class AutomationBody(_Body):
    """The kill switch: `stopped` stops every automatic command of one community, or of all when it is empty."""

    stopped: bool
    community: Community = ""
    person: PersonName
    reason: Reason

"""What people say and see of mutes."""

import msgspec

from processor.model.time import DurationMs, EpochMs


class MuteAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Tell nobody of this rule ("": of any) on this subject ("": on all of `community`) for so long; 0 ends it."""

    community: str = ""
    subject: str = ""
    rule: str = ""
    for_ms: DurationMs
    person: str
    reason: str


class MuteView(msgspec.Struct, frozen=True, kw_only=True):
    """A mute that stands; an empty rule or subject means every one of the community."""

    community: str
    rule: str
    subject: str
    until: EpochMs
    person: str
    reason: str

"""Mutes as people ask for them: of a rule, of a device or place, or of a community, until an instant."""

from collections.abc import Sequence

from processor.engine.core import Core
from processor.model.inputs import Mute
from processor.model.time import EpochMs
from processor.ports.console import Refusal
from processor.ports.mutes import MuteAsked, MuteView


def mute_input(core: Core, asked: MuteAsked, now: EpochMs) -> Mute | Refusal:
    """The input that mutes (or, with no time, ends a mute); or why there is no such thing to mute."""
    scope = asked.community
    if asked.subject:
        device = core.district.devices.get(asked.subject)
        # A place's key begins with its community: "sunrise/b3/r1".
        scope = device.community if device else asked.subject.partition("/")[0]
        if scope not in core.scopes:
            return Refusal.NO_SUCH_SUBJECT
    elif scope not in core.scopes:
        return Refusal.NO_SUCH_COMMUNITY
    if asked.rule and asked.rule not in core.district.rules:
        return Refusal.NO_SUCH_RULE
    return Mute(scope, asked.rule, asked.subject, now + asked.for_ms, asked.person, asked.reason)


def mutes(core: Core, now: EpochMs) -> Sequence[MuteView]:
    """Every mute that stands, the one that ends last first."""
    found = [
        MuteView(
            community=name,
            rule=key.partition("@")[0],
            subject=key.partition("@")[2],
            until=mute.until,
            person=mute.person,
            reason=mute.reason,
        )
        for name, scope in core.scopes.items()
        for key, mute in scope.restraint.state.mutes.items()
        if mute.until > now
    ]
    return sorted(found, key=lambda mute: (-mute.until, mute.community, mute.rule, mute.subject))

"""One automatic command as the core keeps it, what it is called, and when a person must go instead."""

import hashlib
from typing import Final

import msgspec

from processor.decode.compose import NotComposable, compose
from processor.engine.device_state import DeviceState
from processor.model.disposition import Disposition, DispositionState, Interlock
from processor.model.effect import DispositionChanged
from processor.model.profile import CommandSpec
from processor.model.source import SourceText
from processor.model.time import EpochMs

# A command refused because its alert is told to nobody sends nobody either.
NOBODY_TOLD: Final = (Interlock.SHADOW, Interlock.WITHHELD, Interlock.FLOOD)


class DispositionRecord(msgspec.Struct, array_like=True):
    """A running disposition: what was said of it, and where the proof is expected."""

    disposition: Disposition
    verifier: str
    proof: SourceText | None
    within_ms: int
    sent_at: EpochMs


def is_composable(device: DeviceState, spec: CommandSpec) -> bool:
    """Whether the device has all that the command's topic and payload ask for; a missing tag must not stop the core."""
    try:
        compose(spec, device.device, device.blueprint.profile, "", expires_at=0)
    except NotComposable:
        return False
    return True


def needs_people(disposition: Disposition) -> bool:
    """Whether this end of a command sends a person: it failed, or it was refused and the thing is not so already."""
    return disposition.state is DispositionState.FAILED or (
        disposition.state is DispositionState.REFUSED and disposition.interlock is not Interlock.ALREADY_IN_EFFECT
    )


def changed(disposition: Disposition) -> DispositionChanged:
    """The ledger's line for this step."""
    key = f"{disposition.command_id}/{disposition.state}"
    if disposition.state is DispositionState.REFUSED:
        # The same command may be refused again for another reason, before it is sent at last.
        key += f"/{disposition.interlock}/{disposition.decided_at}"
    return DispositionChanged(key=key, disposition=disposition)


def decided(
    alert: str, rule: str, device: str, command: str, *, scope: str, now: EpochMs, interlock: Interlock | None
) -> Disposition:
    """The first attempt of a command, as it is decided: to be sent, or refused by `interlock`."""
    return Disposition(
        command_id=command_id(alert, device, command, 1),
        alert=alert,
        rule=rule,
        device=device,
        command=command,
        community=scope,
        state=DispositionState.PRECHECK,
        attempt=1,
        decided_at=now,
        interlock=interlock,
    )


def command_id(alert: str, device: str, command: str, attempt: int) -> str:
    """An id that the same decision always has: 16 hexadecimal digits, short enough for any device."""
    text = f"{alert}\n{device}\n{command}\n{attempt}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

"""Visits the broker once, the way the daemon does it: can we come in, may we subscribe, what is being said."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from processor.adapters.mqtt.fault import Fault, FaultKind
from processor.adapters.mqtt.ingest import MqttIngest
from processor.adapters.mqtt.settings import BrokerSettings, Retry
from processor.ports.broker import Message
from processor.ports.clock import Clock

_NEVER_AGAIN_S: Final = 3_600.0
_POLL_S: Final = 0.02


class Visit(msgspec.Struct, frozen=True):
    """How it went: `fault` is why we did not come in; `refused` are the filters we may not subscribe to."""

    fault: Fault | None
    refused: tuple[str, ...] = ()
    listened_s: float = 0.0


async def visit(
    settings: BrokerSettings,
    filters: Sequence[str],
    clock: Clock,
    *,
    listen_s: float,
    on_message: Callable[[Message], None],
    enough: Callable[[], bool],
) -> Visit:
    """Come in under `settings`, listen until `enough` or for `listen_s`, and leave nothing behind at the broker."""
    once = replace(settings, session_expiry_s=0, retry=Retry(_NEVER_AGAIN_S, _NEVER_AGAIN_S, _NEVER_AGAIN_S))
    ingest = MqttIngest(once, filters, clock, clean_start=True)

    def take(message: Message) -> None:
        on_message(message)
        if message.receipt is not None:
            ingest.acknowledge([message.receipt])

    await ingest.start(take)
    try:
        came_in = await _until(lambda: ingest.subscribed or ingest.fault is not None, 2 * settings.answer_within_s)
        if ingest.fault is not None or not came_in:
            return Visit(ingest.fault or Fault(FaultKind.NO_ANSWER))
        began = asyncio.get_running_loop().time()
        await _until(lambda: enough() or ingest.fault is not None, listen_s)
        listened = asyncio.get_running_loop().time() - began
        return Visit(ingest.fault, tuple(ingest.refused_filters), listened)
    finally:
        await ingest.stop()


async def _until(condition: Callable[[], bool], within_s: float) -> bool:
    deadline = asyncio.get_running_loop().time() + within_s
    while not condition():
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_POLL_S)
    return True

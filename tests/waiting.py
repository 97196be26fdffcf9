"""Wait for a condition with a deadline, instead of sleeping for a guessed time."""

import asyncio
from collections.abc import Callable
from time import monotonic, sleep

WITHIN_S = 20.0
_POLL_S = 0.005


async def eventually(condition: Callable[[], object], what: str = "the condition", within_s: float = WITHIN_S) -> None:
    """Return as soon as `condition()` is truthy; fail, naming it, when it never is."""
    deadline = monotonic() + within_s
    while not condition():
        if monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within_s:g} s")
        await asyncio.sleep(_POLL_S)


def eventually_sync(condition: Callable[[], object], what: str = "the condition", within_s: float = WITHIN_S) -> None:
    """The same without an event loop."""
    deadline = monotonic() + within_s
    while not condition():
        if monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within_s:g} s")
        sleep(_POLL_S)

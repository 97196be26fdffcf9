"""The process beside the daemon is kept running and never holds anything up."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from processor.runtime.companion import Companion
from tests.waiting import eventually

SAYS = 'print(\'{"offset": 7, "behind": 3, "problem": "rules/a.yaml:1:2"}\', flush=True)\n'
WAITS = SAYS + "import time; time.sleep(600)\n"


@asynccontextmanager
async def running(script: str) -> AsyncIterator[Companion]:
    companion = Companion([sys.executable, "-c", script], first_pause_s=0.01)
    task = asyncio.ensure_future(companion.run())
    try:
        yield companion
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_says_how_it_is_and_ends_with_the_daemon() -> None:
    async with running(WAITS) as companion:
        await eventually(lambda: companion.running, "the child's first word")
        assert companion.figures().behind == 3
        assert "rules/a.yaml:1:2" in companion.words().en
    assert not companion.running


async def test_one_that_ends_is_started_again_less_and_less_often() -> None:
    async with running(SAYS) as companion:
        await eventually(lambda: companion.starts >= 3, "three starts")
        assert companion._pause_s > 0.01
        assert companion.figures().restarts >= 2


async def test_one_that_cannot_be_started_is_no_more_than_a_word_in_the_log() -> None:
    companion = Companion(["/nowhere/at/all"], first_pause_s=0.01)
    task = asyncio.ensure_future(companion.run())
    await eventually(lambda: companion.starts >= 2, "two tries")
    assert "ended" in companion.words().en
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_nonsense_on_its_output_changes_nothing() -> None:
    async with running('print("nonsense", flush=True)\n' + WAITS) as companion:
        await eventually(lambda: companion.running, "the child's first good word")
        assert companion.said.offset == 7


async def test_one_that_is_killed_is_missed_and_comes_back() -> None:
    script = f"import os\nprint('{{\"offset\": %d}}' % os.getpid(), flush=True)\n{WAITS.removeprefix(SAYS)}"
    async with running(script) as companion:
        await eventually(lambda: companion.running, "the child")
        first = companion.said.offset
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: companion.said.offset not in {0, first}, "another child")

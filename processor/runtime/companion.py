"""A process beside the daemon: started with it, started again when it ends, stopped with it. It never holds it up."""

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from processor.model.text import Text
from processor.ports.console import CompanionFigures

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 300.0
STEADY_S: Final = 60.0
ENDS_WITHIN_S: Final = 15.0
LONGEST_LINE: Final = 64 * 1024


class Said(msgspec.Struct, frozen=True):
    """What it says of itself, as a line of JSON now and then."""

    offset: int = 0
    behind: int = 0
    problem: str = ""


class Companion:
    """Runs `command` until it is cancelled. Its stderr is ours; each line of its stdout is a `Said`."""

    def __init__(self, command: Sequence[str], *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._command = tuple(command)
        self._first_pause_s = first_pause_s
        self._pause_s = first_pause_s
        self.said = Said()
        self.running = False
        self.starts = 0

    def figures(self) -> CompanionFigures:
        """How it is."""
        restarts = max(0, self.starts - 1)
        return CompanionFigures(running=self.running, restarts=restarts, behind=self.said.behind)

    def words(self) -> Text:
        """How it is, for people."""
        if not self.running:
            return Text(
                zh=f"影子进程已退出，{self._pause_s:.0f} 秒内重启；原因见日志。",
                en=f"The shadow has ended and is started again within {self._pause_s:.0f} s; the log says why.",
            )
        behind, problem = self.said.behind, self.said.problem
        return Text(
            zh=f"影子运行中，落后 {behind} 块" + (f"；影子规则有误：{problem}" if problem else ""),
            en=f"running, {behind} blocks behind" + (f"; its rules have an error at {problem}" if problem else ""),
        )

    async def run(self) -> None:
        """Keep it running."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self._live()
            if loop.time() - began >= STEADY_S:
                self._pause_s = self._first_pause_s
            log.warning("shadow_ended", again_in_s=self._pause_s)
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)

    async def _live(self) -> None:
        self.starts += 1
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=DEVNULL, stdout=PIPE, limit=LONGEST_LINE, start_new_session=True
            )
        except OSError as error:
            log.error("shadow_not_started", reason=str(error))  # noqa: TRY400  # a state of the machine, not a stack
            return
        try:
            await self._listen(process)
        finally:
            self.running = False
            await asyncio.shield(_end(process))

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None  # noqa: S101 - asked for above
        while line := await process.stdout.readline():
            with contextlib.suppress(msgspec.MsgspecError):
                self.said = msgspec.json.decode(line, type=Said)
                self.running = True


async def _end(process: Process) -> None:
    """Ask it to end; make it, where it does not."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

"""Runs another program of the project to its end, and passes signals and its exit code through."""

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, Self

from processor.cli.exit_codes import ExitCode

STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
SHELLS_SIGNAL: Final = 128
"""A child that died of signal n is said to have ended with 128 + n, as shells do."""


def run_child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> int:
    """The child's exit code, or 130 when it was stopped by Ctrl-C. `on_line` gets each line of its stdout."""
    output = subprocess.PIPE if on_line else None
    with _Signals() as signals:
        # A session of its own: a terminal's Ctrl-C would reach it beside the one passed on, and two mean "at once".
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            command, env=environment, cwd=folder, stdout=output, text=True, encoding="utf-8", start_new_session=True
        ) as child:
            signals.pass_to(child)
            for line in child.stdout or ():
                if on_line is not None:
                    on_line(line)
            code = child.wait()
        return signals.verdict(code)


class _Signals:
    """Passes what this process is told to the child, from before there is one."""

    def __init__(self) -> None:
        self._asked: list[int] = []
        self._child: subprocess.Popen[str] | None = None
        self._before: dict[int, Any] = {}

    def pass_to(self, child: "subprocess.Popen[str]") -> None:
        """From now on to this child, and what came before it was there."""
        self._child = child
        for number in tuple(self._asked):
            child.send_signal(number)

    def verdict(self, code: int) -> int:
        """The exit code that says how it ended."""
        if signal.SIGINT in self._asked:
            return ExitCode.INTERRUPTED
        if -code in self._asked:
            return ExitCode.OK  # it was told to stop and did
        return code if code >= 0 else SHELLS_SIGNAL - code

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self._asked.append(number)
        if self._child is not None:
            self._child.send_signal(number)

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._take) for number in STOPPING}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *arguments]

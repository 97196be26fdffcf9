"""`wardwatch shadow run`: other rules beside the ones in force, on what the daemon takes, in a process of their own."""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from processor.cli.ending import end, usable_store
from processor.cli.exit_codes import ExitCode
from processor.cli.moments import now, when
from processor.cli.opening import Opened, opened
from processor.cli.options import HERE, Config, Lang
from processor.cli.shadow_rules import RulesOption, ShadowRules, read_rules, shadow_folder, try_rules
from processor.cli.tables import say
from processor.cli.wire_store import open_past, open_shadow, store_path
from processor.loading.load import load
from processor.model.problem import Problem, Severity
from processor.model.text import Text
from processor.model.time import HOUR, MINUTE, SECOND, DurationMs, EpochMs
from processor.replay.shadow import OwnStore, Shadow, ShadowSet

LOOK_EVERY_S: Final = 0.5
TELL_EVERY: Final[DurationMs] = 2 * SECOND
LOOK_AT_RULES_EVERY: Final[DurationMs] = 3 * SECOND
SAVE_EVERY: Final[DurationMs] = MINUTE
RETAIN_EVERY: Final[DurationMs] = HOUR
NICE: Final = 10  # the daemon goes first
NO_FOLDER: Final = Text(
    zh="请用 --rules 指定影子规则目录，或配置 shadow.rules。",
    en="Name the directory of rules to try with --rules, or set shadow.rules in the settings.",
)
NOTHING_YET: Final = Text(
    zh="存储中还没有日志，等待守护进程写入。", en="The store has no journal yet; waiting for a daemon."
)
STARTED: Final = Text(
    zh="影子运行：{folder}，自第 {offset} 块起；Ctrl-C 结束。",
    en="In shadow: {folder}, from block {offset} on; Ctrl-C ends.",
)


class Rules:
    """The directory as it is now, over the files that are in force. A bad set is said and changes nothing."""

    def __init__(self, folder: Path, found: ShadowRules, language: str) -> None:
        self._folder = folder
        self._language = language
        self._found = found
        self.problem = ""

    def changed(self) -> bool:
        """Read it again; whether it says something else."""
        found = try_rules(self._folder)
        if not isinstance(found, ShadowRules):
            self._note(found)
            return False
        if found == self._found:
            return False
        self._found = found
        return True

    def compose(self, live: dict[str, str]) -> ShadowSet | None:
        """The set over these files."""
        sources = self._found.over(live)
        loaded = self._found.loaded(live)
        self._note([each for each in loaded.problems if each.severity is Severity.ERROR])
        return None if loaded.district is None else ShadowSet(loaded.district, sources)

    def _note(self, problems: list[Problem]) -> None:
        self.problem = str(problems[0].place) if problems else ""
        for problem in problems:
            say(problem.render(self._language))


class Loop:
    """Turns a shadow until it is told to stop."""

    def __init__(self, shadow: Shadow, rules: Rules, retain: Callable[[], object], *, child: bool) -> None:
        self._shadow = shadow
        self._rules = rules
        self._retain = retain
        self._child = child
        self._parent = os.getppid()
        self._stop = threading.Event()
        self._due: dict[str, int] = {}
        self._begun = False

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        """End in order."""
        self._stop.set()

    def run(self) -> None:
        """Catch up, then follow."""
        while not self._stop.is_set():
            if self._child and os.getppid() != self._parent:
                return  # the daemon was killed; its next life starts another
            done = self._shadow.advance()
            if self._is_due("rules", LOOK_AT_RULES_EVERY) and self._rules.changed():
                self._shadow.changed()
            # At once after the first block: from then on a kill loses nothing.
            if self._is_due("save", SAVE_EVERY) or (done and not self._begun):
                self._begun = True
                self._shadow.save()
            if self._is_due("retain", RETAIN_EVERY):
                self._retain()
            if self._is_due("tell", TELL_EVERY):
                self._tell()
            if not done:
                self._stop.wait(LOOK_EVERY_S)
        self._shadow.save()
        self._tell()

    def _is_due(self, what: str, every: DurationMs) -> bool:
        now = time.monotonic_ns() // 1_000_000
        if now < self._due.setdefault(what, now + every):
            return False
        self._due[what] = now + every
        return True

    def _tell(self) -> None:
        if self._child:
            offset, now, behind = self._shadow.position
            line = {"offset": offset, "now": now, "behind": behind, "problem": self._rules.problem}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def run(
    *,
    rules: RulesOption = None,
    since: Annotated[str, typer.Option("--from", help='Begin there: "2 h" (ago) or a date. / 自何时起。')] = "",
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
    config: Config = HERE,
    lang: Lang = None,
) -> None:
    """Run other rules beside the ones in force, on live data; they act never. / 影子运行一套规则。"""
    at = opened(config, lang)
    folder = shadow_folder(at, rules)
    if folder is None:
        end(NO_FOLDER.pick(at.language), ExitCode.CONFIGURATION)
    found = Rules(folder, read_rules(folder, at.language), at.language)
    begin = when(since, now(), at.zone, "--from") if since else None
    if child:
        os.nice(NICE)
    with usable_store():
        _run(at, folder, found, begin, child=child)


def _run(at: Opened, folder: Path, rules: Rules, begin: EpochMs | None, *, child: bool) -> None:
    with open_past(store_path(at.settings)) as (past, records), open_shadow(at.settings) as own:
        shadow = Shadow(
            past, records, OwnStore(own.journal, own.outbox), rules.compose, lambda texts: load(texts).district
        )
        loop = Loop(shadow, rules, lambda: own.journal.retain(now()), child=child)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, loop.stop)
        if not shadow.open(begin):
            say(NOTHING_YET.pick(at.language))
        else:
            say(STARTED.pick(at.language).format(folder=folder, offset=shadow.position.offset))
        loop.run()

"""Brings files into force for a named person: checked, announced, written at once, read by the daemon if it runs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import typer

from processor.cli.daemon_client import Away, DaemonClient, Declined
from processor.cli.ending import end
from processor.cli.exit_codes import ExitCode
from processor.cli.lists import settled
from processor.cli.opening import Opened
from processor.cli.tables import say
from processor.cli.wire_store import JournalBroken, JournalFull, ask_store, store_path
from processor.loading.load import content_hash, load
from processor.loading.sources import read_sources, rules_folder
from processor.loading.writing import Replaced, WrongPlace, replace_files
from processor.model.problem import Severity
from processor.model.text import Text
from processor.ports.rule_sets import SetCause, SetRequest

WOULD_BE: Final = Text(
    zh="{folder} 中的规则若生效，会有以下错误：", en="With the rules of {folder} in force, this would be wrong:"
)
BAD: Final = Text(zh="这些文件有错误，未写入任何文件。", en="These files have errors; nothing was written.")
WRITTEN: Final = Text(
    zh="已写入 {written} 个文件，移除 {removed} 个", en="Files written: {written}, taken away: {removed}"
)
KEPT: Final = Text(zh="；被替换的文件保存在 {backup}", en="; what they replaced is kept in {backup}")
IN_FORCE: Final = Text(zh="已生效（{rules_hash:.12}）。", en="In force ({rules_hash:.12}).")
SAME: Final = Text(zh="没有变化（{rules_hash:.12}）。", en="Nothing has changed ({rules_hash:.12}).")
AT_START: Final = Text(
    zh="守护进程未运行：下次启动时以 {person} 之名生效。",
    en="The daemon does not run: it comes into force at its next start, under the name {person}.",
)
UNREADABLE: Final = Text(zh="磁盘上的文件无法全部读取：", en="Not every file on the disk can be read:")


def on_disk(at: Opened) -> dict[str, str]:
    """The operators' files as they are now; the verb ends where one cannot be read."""
    texts, unread = read_sources(at.folder, at.settings.rules_folder(at.folder))
    if unread:
        say(UNREADABLE.pick(at.language))
        for problem in unread:
            say(problem.render(at.language))
        raise typer.Exit(ExitCode.PROBLEM)
    return texts


def folder_of_rules(at: Opened) -> Path:
    """Where the rules are."""
    return rules_folder(at.folder, at.settings.rules_folder(at.folder))


def bring_into_force(
    at: Opened,
    after: Mapping[str, str],
    *,
    cause: SetCause,
    person: str,
    reason: str,
    more: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Write these files in place of those on the disk and have them taken; what happened, for programs.

    `folder`: where they are now, if it is not where they will be.
    """
    found = load(after, at.settings.channels)
    errors = [problem for problem in found.problems if problem.severity is Severity.ERROR]
    if errors:
        if folder is not None:
            say(WOULD_BE.pick(at.language).format(folder=folder))
        for problem in errors:
            say(problem.render(at.language))
        end(BAD.pick(at.language))
    before = on_disk(at)
    request = SetRequest(content_hash(after), person, cause, reason)
    with DaemonClient(at.settings) as daemon:
        body = {"content_hash": request.content_hash, "cause": cause, "person": person, "reason": reason}
        running = announced(at, daemon.post("/api/rules/announce", body), request)
        replaced = _replace(at, before, after, more)
        _say_written(at, replaced)
        answer = daemon.post("/api/reload", {"person": person, "reason": reason}) if running else None
    told = {
        "written": replaced.written,
        "removed": replaced.removed,
        "backup": replaced.backup and str(replaced.backup),
    }
    if answer is None:
        say(AT_START.pick(at.language).format(person=person))
        return {**told, "running": False, "content_hash": request.content_hash}
    return {**told, "running": True, "content_hash": request.content_hash, **settled(at, answer)}


def announced(at: Opened, answer: object, request: SetRequest) -> bool:
    """Whether a daemon runs and knows; where none runs, its store keeps the request for its next start."""
    if isinstance(answer, Declined):
        settled(at, answer)  # ends the verb, with the reason
    if not isinstance(answer, Away):
        return True
    try:
        ask_store(store_path(at.settings), request)
    except (JournalBroken, JournalFull) as error:
        say(answer.why.pick(at.language))
        end(str(error), ExitCode.STORE)
    return False


def tell_in_force(at: Opened, told: Mapping[str, Any]) -> None:
    """Say to people that a set is in force."""
    if told["running"]:
        typer.echo((IN_FORCE if told["changed"] else SAME).pick(at.language).format_map(told))


def _replace(
    at: Opened, before: Mapping[str, str], after: Mapping[str, str], more: Mapping[str, str] | None
) -> Replaced:
    try:
        return replace_files(at.folder, folder_of_rules(at), before, after, at=datetime.now(UTC), more=more)
    except (OSError, WrongPlace) as error:
        end(str(error))


def _say_written(at: Opened, replaced: Replaced) -> None:
    text = WRITTEN.pick(at.language).format(written=len(replaced.written), removed=len(replaced.removed))
    kept = KEPT.pick(at.language).format(backup=replaced.backup) if replaced.backup else ""
    say(f"{text}{kept}")

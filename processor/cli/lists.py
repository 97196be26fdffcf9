"""Lists of alerts, orders, readings and dead letters: from the running daemon, or from its store when it is away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn

import msgspec
import typer

from processor.cli.daemon_client import Answer, Away, DaemonClient, Declined
from processor.cli.exit_codes import ExitCode
from processor.cli.opening import Opened
from processor.cli.tables import say
from processor.cli.wire_store import JournalBroken, JournalFull, store_path
from processor.model.text import Text

TOKEN_CURE: Final = Text(
    zh="守护进程不接受此令牌。请设置 WARDWATCH_CONSOLE__TOKEN 或 console.token_file，须与守护进程所用一致；"
    "若令牌由守护进程自动生成，请在其启动目录下、以有权读取 {path} 的用户运行。",
    en="The daemon does not take this token. Set WARDWATCH_CONSOLE__TOKEN or console.token_file to the one the daemon "
    "has; if the daemon made its own, run this in the folder it was started in, as a user who may read {path}.",
)
FROM_STORE: Final = Text(
    zh="守护进程未运行，以下内容直接读自存储 {path}。", en="The daemon is away; this is read from its store {path}."
)

FromStore = Callable[[int], Sequence[object]]
"""Gives at most so many items of the store, newest first."""


class Listed(msgspec.Struct, frozen=True):
    """A list as programs read it. `source` is "daemon" or "store"."""

    items: list[Any]
    more: bool
    source: str


def look(opened: Opened, path: str, asked: Mapping[str, object], limit: int, from_store: FromStore) -> Listed:
    """What the daemon says at `path`, or else what its store says; the verb ends where neither can answer."""
    with DaemonClient(opened.settings) as daemon:
        answer = daemon.get(path, {**asked, "limit": limit})
    if isinstance(answer, Away):
        return _stored(opened, answer.why, limit, from_store)
    body = settled(opened, answer)
    return Listed(body["items"], body["more"], "daemon")


def _stored(opened: Opened, why: Text, limit: int, from_store: FromStore) -> Listed:
    try:
        found = from_store(limit + 1)
    except (JournalBroken, JournalFull) as error:
        say(why.pick(opened.language))
        say(str(error))
        raise typer.Exit(ExitCode.STORE if _there(opened) else ExitCode.UNREACHABLE) from error
    say(FROM_STORE.pick(opened.language).format(path=opened.settings.store.path))
    items = msgspec.json.decode(msgspec.json.encode(list(found[:limit])))
    return Listed(items, len(found) > limit, "store")


def _there(opened: Opened) -> bool:
    return store_path(opened.settings).exists()


def settled(opened: Opened, answer: Answer) -> Any:  # noqa: ANN401 - what the daemon said, as JSON
    """What the daemon did; the verb ends in plain words where it did not."""
    if isinstance(answer, Declined):
        refuse(opened, answer)
    if isinstance(answer, Away):
        say(answer.why.pick(opened.language))
        raise typer.Exit(ExitCode.UNREACHABLE)
    return answer.body


def refuse(opened: Opened, answer: Declined) -> NoReturn:
    """Say why not, and end."""
    if answer.unauthorised:
        say(TOKEN_CURE.pick(opened.language).format(path=f"{opened.settings.store.path}.token"))
        raise typer.Exit(ExitCode.CONFIGURATION)
    say(answer.why.pick(opened.language))
    raise typer.Exit(ExitCode.PROBLEM)

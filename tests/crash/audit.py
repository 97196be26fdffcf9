"""What must be true of a store and of what the world saw, however often the daemon was killed."""

import sqlite3
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.store import SqliteStore
from processor.model.alert import AlertState, Transition
from processor.model.disposition import DispositionState
from processor.model.reading import Reading
from tests.crash.world import Said, World

ALL = 1_000_000


def require_whole(path: Path, world: World) -> None:
    """Every claim at once; the first that does not hold fails with its numbers."""
    assert [finding.what.en for finding in check(path)] == []
    with SqliteStore(path) as store:
        journalled = [each for _, block in store.journal.blocks(0) for each in block.inputs]
        assert store.outbox.waiting() == {}
        assert store.dead_letters.waiting() == {}
    readings = Counter(
        Said(each.device, each.at, tuple(each.values.items())) for each in journalled if isinstance(each, Reading)
    )
    require_each_once(readings, world.acknowledged)
    records = SqliteRecords(path)
    try:
        steps = [step for record in records.alerts(limit=ALL) for step in records.transitions(record.transition.alert)]
        require_consecutive(steps)
        require_published(steps, world.alerts)
        require_commands(records, world.commands)
    finally:
        records.close()


def require_each_once(readings: Counter[Said], acknowledged: list[Said]) -> None:
    lost = [said for said in acknowledged if said not in readings]
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged messages are lost, first {lost[0]}"
    double = [said for said, times in readings.items() if times > 1]
    assert not double, f"{len(double)} readings are in the journal more than once, first {double[0]}"
    strange = readings.keys() - set(acknowledged)
    assert not strange, f"nobody said {next(iter(strange))}"


def require_consecutive(steps: list[Transition]) -> None:
    by_alert: dict[str, list[Transition]] = defaultdict(list)
    for step in steps:
        by_alert[step.alert].append(step)
    assert by_alert
    for alert, some in by_alert.items():
        assert [step.number for step in some] == list(range(1, len(some) + 1)), alert
        assert all(earlier.after is later.before for earlier, later in pairwise(some)), alert


def require_published(steps: list[Transition], messages: list[dict[str, Any]]) -> None:
    decided = {f"{step.alert}/{step.number}": step for step in steps}
    seen: dict[str, dict[str, Any]] = {}
    for message in messages:
        key = message["key"]
        content = {name: value for name, value in message.items() if name != "published_at"}
        assert seen.setdefault(key, content) == content, f"{key} was published with two contents"
    assert seen.keys() == decided.keys()
    for key, content in seen.items():
        step = decided[key]
        assert (content["alert"], content["number"], content["state"]) == (step.alert, step.number, step.after)


def require_commands(records: SqliteRecords, commands: list[tuple[str, str]]) -> None:
    known = {each.command_id: each for each in records.dispositions(limit=ALL)}
    for valve, command in commands:
        assert known[command].device == valve
        assert known[command].state is not DispositionState.REFUSED
    attempts = Counter((each.alert, each.device, each.attempt) for each in known.values())
    double = [key for key, times in attempts.items() if times > 1]
    assert not double, f"one decision under two ids: {double}"


def firing(path: Path, rule: str) -> set[str]:
    """Subjects on which the rule fires, looked up beside the daemon."""
    records = SqliteRecords(path)
    try:
        found = records.alerts(rule=rule, states=frozenset({AlertState.FIRING}), limit=ALL)
        return {record.transition.subject for record in found}
    finally:
        records.close()


def stored(path: Path) -> int:
    """Readings in the journal, ever; looked up beside the daemon."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        row = connection.execute("SELECT value FROM counts WHERE name = 'stored'").fetchone()
    connection.close()
    return int(row[0]) if row else 0

"""`store check` finds each kind of damage and says nothing of a whole store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.store import SqliteStore
from processor.model.effect import AlertChanged, OrderChanged
from processor.ports.journal import Checkpoint
from tests.ports.batches import RULES, T0, alert, batch, order, reading, rejection


@pytest.fixture
def whole(path: Path) -> Path:
    with SqliteStore(path) as store:
        for number in range(1, 6):
            effects: list[AlertChanged | OrderChanged] = [alert(number), order(number)]
            store.journal.commit(batch([reading(at=T0 + number)], effects=effects, rejections=[rejection()]))
        store.journal.save_checkpoints([Checkpoint("sunrise", 4, T0, RULES, b"state")])
    return path


def test_nothing_is_said_of_a_whole_store(whole: Path) -> None:
    seen: list[tuple[int, int]] = []
    assert check(whole, lambda done, total: seen.append((done, total))) == []
    assert seen == [(5, 5)]


def test_a_store_can_be_checked_while_a_daemon_writes(whole: Path) -> None:
    with SqliteStore(whole) as store:

        def commit_meanwhile(_done: int, _total: int) -> None:
            store.journal.commit(batch())

        assert check(whole, commit_meanwhile) == []
        assert check(whole) == []


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        ("holes", "DELETE FROM journal WHERE offset = 3"),
        ("holes", "DELETE FROM journal WHERE offset = 1"),
        ("holes", "DELETE FROM journal WHERE offset = 5"),
        ("block", "UPDATE journal SET block = x'00' WHERE offset = 2"),
        ("block", "UPDATE journal SET block = substr(block, 1, length(block) - 1) WHERE offset = 2"),
        ("block", "UPDATE journal SET readings = 7 WHERE offset = 2"),
        ("counts", "UPDATE counts SET value = value + 1 WHERE name = 'received'"),
        ("readings", "UPDATE counts SET value = value + 1 WHERE name IN ('received', 'stored')"),
        ("outbox", "UPDATE outbox SET effect = '{}' WHERE sequence = 1"),
        ("outbox", "UPDATE outbox SET key = 'another' WHERE sequence = 1"),
        ("checkpoint", "UPDATE checkpoints SET offset = 6"),
        ("checkpoint", "UPDATE checkpoints SET state = x'00'"),
        ("projection", "UPDATE alerts SET number = 4"),
        ("projection", "DELETE FROM order_steps"),
    ],
)
def test_damage_is_found_and_named_in_both_languages(whole: Path, code: str, damage: str) -> None:
    with closing(sqlite3.connect(whole, isolation_level=None)) as connection:
        assert connection.execute(damage).rowcount > 0
    findings = check(whole)
    assert code in {finding.code for finding in findings}
    assert all(finding.what.zh and finding.what.en for finding in findings)


def test_a_torn_page_is_found(whole: Path) -> None:
    content = bytearray(whole.read_bytes())
    content[8192:12288] = b"\xa5" * 4096
    whole.write_bytes(content)
    assert {finding.code for finding in check(whole)} <= {"damaged", "unreadable"} != set()


def test_what_is_not_there_is_said(path: Path) -> None:
    [finding] = check(path)
    assert finding.code == "unreadable"
    assert "there is no store" in finding.what.en

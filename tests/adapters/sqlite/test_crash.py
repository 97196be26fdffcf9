"""A batch is there, whole, once `commit` returned, however the process ends; before that it is whole or absent."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.adapters.sqlite.check import check
from processor.adapters.sqlite.store import SqliteStore
from tests.adapters.sqlite.committer import numbered
from tests.ports.batches import T0


def require_whole(path: Path, at_least: int) -> int:
    """Every batch up to the last offset is exactly what was committed, and the last one is not before `at_least`."""
    assert check(path) == []
    with SqliteStore(path) as store:
        last = store.journal.last_offset()
        assert last >= at_least
        blocks = list(store.journal.blocks(0))
        assert [offset for offset, _ in blocks] == list(range(1, last + 1))
        for offset, block in blocks:
            expected = numbered(offset).block
            assert (block.now, list(block.inputs)) == (expected.now, list(expected.inputs))
        assert [row.key for row in store.outbox.due(T0 + 10**9, last + 1)] == [f"A{n}/1" for n in range(1, last + 1)]
        details = [letter.rejection.detail for letter in store.dead_letters.find(limit=last + 1)]
        assert details == [str(number) for number in range(1, last + 1) if number % 3 == 0]
        for checkpoint in store.journal.checkpoints():
            assert checkpoint.state == str(checkpoint.offset).encode()
            assert checkpoint.offset <= last
    return last


@pytest.mark.parametrize("kill_after", [1, 2, 9, 40, 111])
def test_every_acknowledged_batch_survives_kill_9_and_none_is_partial(path: Path, kill_after: int) -> None:
    acknowledged = 0
    for _ in range(2):  # the second run goes on from what the first one left
        command = [sys.executable, "-m", "tests.adapters.sqlite.committer", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _ in range(kill_after):
                acknowledged = int(child.stdout.readline())
            child.kill()
            rest = child.stdout.read().split("\n")
        acknowledged = max([acknowledged, *(int(line) for line in rest[:-1] if line)])  # the last line may be cut
        assert require_whole(path, acknowledged) <= acknowledged + 1


def test_a_copy_of_the_files_between_any_two_commits_opens_with_all_committed(path: Path, tmp_path: Path) -> None:
    with SqliteStore(path) as store:
        for number in range(1, 40):
            store.journal.commit(numbered(number))
            copy = tmp_path / f"copy-{number}.db"
            shutil.copyfile(path, copy)
            shutil.copyfile(f"{path}-wal", f"{copy}-wal")
            assert require_whole(copy, number) == number


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400_000))
def test_a_log_cut_anywhere_gives_a_whole_beginning(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("cut")
    path = folder / "store.db"
    with SqliteStore(path) as store:
        for number in range(1, 13):
            store.journal.commit(numbered(number))
        copy = folder / "copy.db"
        shutil.copyfile(path, copy)
        log = Path(f"{path}-wal").read_bytes()
    Path(f"{copy}-wal").write_bytes(log[: min(cut, len(log))])
    SqliteStore(copy).close()  # where the cut took even the tables, the daemon makes them again
    assert require_whole(copy, 0) <= 12

"""The journal of a store, read from a connection of its own while the daemon goes on writing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from processor.adapters.sqlite.blocks import Unpacker, expand
from processor.adapters.sqlite.connection import Reader, Row
from processor.adapters.sqlite.rule_sets import SqliteRuleSetHistory
from processor.model.time import EpochMs
from processor.ports.journal import Block, Checkpoint, JournalBroken
from processor.ports.past import BlockHead
from processor.ports.rule_sets import KeptSet

_HEAD: Final = "SELECT offset, now, rules_hash FROM journal"
_PAGE: Final = """
SELECT offset, now, rules_hash, block FROM journal WHERE offset > ? AND offset <= ? ORDER BY offset LIMIT ?"""
_CHECKPOINT: Final = "SELECT scope, offset, now, rules_hash, state FROM checkpoints WHERE scope = ?"
_BLOCKS_AT_ONCE: Final = 8
_NEWEST: Final = (1 << 63) - 1


class SqlitePast:
    """`processor.ports.past.Past` on a store. Raises JournalBroken where there is none, or not of our version."""

    def __init__(self, path: Path) -> None:
        self._reader = Reader(path)

    def first(self) -> BlockHead | None:
        """The oldest block that is still there."""
        return _head(self._reader.one(f"{_HEAD} ORDER BY offset LIMIT 1"))

    def newest(self, until: EpochMs | None = None) -> BlockHead | None:
        """The newest block handled at or before `until`: times grow with offsets, so it is halved, not searched."""
        last = _head(self._reader.one(f"{_HEAD} ORDER BY offset DESC LIMIT 1"))
        first = self.first()
        if last is None or first is None or until is None or last.now <= until:
            return last
        if first.now > until:
            return None
        low, high = first.offset, last.offset
        while high - low > 1:
            middle = (low + high) // 2
            found = self._reader.one(f"{_HEAD} WHERE offset >= ? ORDER BY offset LIMIT 1", (middle,))
            low, high = (middle, high) if found and found[1] <= until else (low, middle)
        return _head(self._reader.one(f"{_HEAD} WHERE offset = ?", (low,)))

    def blocks(self, after: int, until: int | None = None) -> Iterator[tuple[int, Block]]:
        """(offset, block) for every block with after < offset (<= until), in order."""
        unpacker = Unpacker()
        end = _NEWEST if until is None else until
        while rows := self._reader.rows(_PAGE, (after, end, _BLOCKS_AT_ONCE)):
            for offset, now, rules_hash, block in rows:
                yield offset, Block(now, rules_hash, unpacker.unpack(offset, block))
            after = rows[-1][0]

    def checkpoint(self, scope: str) -> Checkpoint | None:
        """The newest checkpoint of this scope."""
        row = self._reader.one(_CHECKPOINT, (scope,))
        if row is None:
            return None
        name, offset, now, rules_hash, state = row
        return Checkpoint(name, offset, now, rules_hash, _expanded(state, f"checkpoint of {name}"))

    def configuration(self, rules_hash: str) -> KeptSet | None:
        """The operator files kept under `rules_hash`, and the probation they ran under."""
        return SqliteRuleSetHistory(self._reader).kept(rules_hash)

    def close(self) -> None:
        self._reader.close()


def _head(row: Row | None) -> BlockHead | None:
    return None if row is None else BlockHead(*row)


def _expanded(data: bytes, what: str) -> bytes:
    try:
        return expand(data)
    except Exception as error:
        raise JournalBroken(f"the {what} cannot be read ({error}); restore a backup") from error

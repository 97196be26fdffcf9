"""A journal as it is read beside its daemon: to bring a core to an instant that has passed. Nothing is ever written."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from processor.model.time import EpochMs
from processor.ports.journal import Block, Checkpoint
from processor.ports.rule_sets import KeptSet


class BlockHead(msgspec.Struct, frozen=True):
    """What is known of a block without reading it."""

    offset: int
    now: EpochMs
    rules_hash: str


class Past(Protocol):
    """Reads only; blocking. Raises JournalBroken where the store cannot be read. Times grow with offsets."""

    def first(self) -> BlockHead | None:
        """The oldest block that is still there, None for an empty journal."""

    def newest(self, until: EpochMs | None = None) -> BlockHead | None:
        """The newest block that was handled at or before `until`."""

    def blocks(self, after: int, until: int | None = None) -> Iterator[tuple[int, Block]]:
        """(offset, block) for every block with after < offset (<= until), in order."""

    def checkpoint(self, scope: str) -> Checkpoint | None:
        """The newest checkpoint of this scope."""

    def configuration(self, rules_hash: str) -> KeptSet | None:
        """The operator files kept under `rules_hash`, and the probation they ran under."""

    def close(self) -> None: ...

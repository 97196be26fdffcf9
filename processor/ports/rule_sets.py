"""Which set of rules was in force when, who said so and why, and what it changed."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from processor.model.time import EpochMs


class SetCause(StrEnum):
    """How a set of rules came into force."""

    START = "start"
    RELOAD = "reload"
    ROLLBACK = "rollback"  # the files of an earlier set were put back
    PROMOTE = "promote"  # what ran in shadow was put in force
    APPROVE = "approve"  # a named person let commands act before their probation was over


class Trial(msgspec.Struct, frozen=True):
    """Since when the automatic answer of one rule is in the rules as it is; `approved` is who let it act early."""

    since: EpochMs
    approved: str = ""


class SetChanges(msgspec.Struct, frozen=True):
    """What a set changed of the one before it: rules by id, files by name, and the texts as a diff (cut when long)."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    diff: str = ""


class SetRequest(msgspec.Struct, frozen=True):
    """Somebody is about to write files of this content, or approves rules of it: under whose name it comes, and why."""

    content_hash: str
    person: str
    cause: SetCause
    reason: str = ""
    approve: tuple[str, ...] = ()


class RuleSet(msgspec.Struct, frozen=True):
    """One entry of the history. `rules_hash` names files and probation together, `content_hash` the files alone.

    `offset` is the first journal block under it; None for one kept by a wardwatch that did not note it.
    """

    rules_hash: str
    content_hash: str
    at: EpochMs
    author: str
    cause: SetCause
    reason: str = ""
    before: str = ""
    changes: SetChanges = SetChanges()
    trials: dict[str, Trial] = {}
    number: int = 0
    offset: int | None = None


class KeptSet(msgspec.Struct, frozen=True):
    """The files of a set and the probation it ran under: all that is needed to make its district again."""

    sources: dict[str, str]
    probation: Mapping[str, EpochMs] = {}


class RuleSetHistory(Protocol):
    """The sets of a store, to look at. Blocking."""

    def newest(self) -> RuleSet | None:
        """The set in force, or last in force."""

    def history(self, limit: int) -> Sequence[RuleSet]:
        """Newest first."""

    def named(self, prefix: str) -> Sequence[RuleSet]:
        """The newest entry of every set whose hash (of either kind) begins so."""

    def kept(self, rules_hash: str) -> KeptSet | None:
        """The files of one set."""


class RuleSets(RuleSetHistory, Protocol):
    """The same, with what people asked for while no daemon ran."""

    def ask(self, request: SetRequest) -> None:
        """Keep a request until files of its content come into force."""

    def asked(self) -> Sequence[SetRequest]:
        """What was asked and has not come into force, oldest first."""

"""What was once said, to be replayed: the store's journal, or files of readings. Always in the order of core time."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.order import OrderResult
from processor.model.text import Text
from processor.model.time import EpochMs


class Stretch(NamedTuple):
    """Some inputs in order.

    `now` is the core time of all of them: one block of a journal. None: readings of files, each at its own `arrived`,
    which never falls. `done` counts towards `Extent.total`.
    """

    inputs: Sequence[Input]
    now: EpochMs | None
    done: int


class Extent(NamedTuple):
    """What there is: the first and the last instant where they are known, and the size that `Stretch.done` grows to."""

    first: EpochMs | None
    last: EpochMs | None
    total: int


class BadRow(NamedTuple):
    """A row that is no reading: "file:line" and why."""

    place: str
    why: Text


class HistoryUnusable(Exception):  # noqa: N818 - a state of the source, named as the operator sees it
    """The source cannot be read, or (strict) a row of it cannot; the message names the place and the cure."""


class History(Protocol):
    """One source. Blocking; one reader at a time. Raises HistoryUnusable (a journal: JournalBroken)."""

    name: str

    def extent(self) -> Extent:
        """What there is, cheaply: a file may not know its instants before it was read."""

    def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
        """Everything with since <= core time < until. May be asked again: then it begins anew."""

    @property
    def bad_rows(self) -> tuple[int, Sequence[BadRow]]:
        """How many rows of the last reading were passed over, and the first few of them."""

    def close(self) -> None: ...


class Decided(NamedTuple):
    """One effect as it was recorded: when, in which community."""

    at: EpochMs
    scope: str
    effect: Effect


class Answered(NamedTuple):
    """What the recorded answers are about: the ids of alerts and commands, and by order the alert it was for."""

    alerts: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    orders: Mapping[str, str] = MappingProxyType({})


class Judged(NamedTuple):
    """What the people who took the order of an alert found it to be; `ended` None: it stands."""

    subject: str
    began: EpochMs
    ended: EpochMs | None
    result: OrderResult


class Feedback(Protocol):
    """What people said of alerts."""

    def judged(self, rule: str) -> Sequence[Judged]:
        """The alerts of this rule whose orders have a result, in the order in which they began."""


class Past(Protocol):
    """What a daemon decided while it lived, to be compared with."""

    def decided(self, since: EpochMs, until: EpochMs) -> Iterator[Decided]:
        """Every step of alerts, orders and commands, and every reminder, with since <= at < until, in order of time.

        Before them the earlier steps of every alert that stood at `since`.
        """

    def answered(self) -> Answered:
        """Which alerts, commands and orders there were, whose answers the journal holds."""

"""What the daemon is made of; `cli.wire` puts it together."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from processor.model.district import District
from processor.model.inputs import Input
from processor.model.problem import Problem
from processor.ports.broker import Ingest, Publisher
from processor.ports.clock import Clock
from processor.ports.journal import Journal
from processor.runtime.companion import Companion
from processor.runtime.delivery import Delivery
from processor.runtime.health import Health
from processor.runtime.intake import BatchLimits
from processor.runtime.ledger import Ledger
from processor.runtime.rule_sets import Sets
from processor.runtime.series import SeriesFeed
from processor.runtime.service import Service
from processor.runtime.step import Decode


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the files said when they were last read: a district, or None and the reasons."""

    district: District | None
    problems: tuple[Problem, ...]
    sources: dict[str, str]


@dataclass(slots=True)
class Parts:
    """Everything the daemon is made of. `read_configuration` reads the files again; `load_sources` kept texts.

    `in_flight` is how many messages the broker may send before the first is acknowledged. `keep_sinks` makes the store
    forget the sinks of other names; `changes` yields whenever a file may have changed; `sets` knows what was in force;
    `companion` is the process that runs other rules in shadow.
    """

    clock: Clock
    journal: Journal
    committer: ThreadPoolExecutor
    ingest: Ingest
    publisher: Publisher
    make_delivery: Callable[[Callable[[Input], None]], Delivery]
    make_decoder: Callable[[District], Decode]
    read_configuration: Callable[[], Configuration]
    load_sources: Callable[[dict[str, str]], District | None]
    set_people: Callable[[District], None]
    filters: Callable[[Decode], Sequence[str]]
    feeds: list[SeriesFeed]
    health: Health
    ledger: Ledger
    service: Service
    serve: Callable[[], Awaitable[None]]
    limits: BatchLimits = field(default_factory=BatchLimits)
    in_flight: int = 4_000
    keep_sinks: Callable[[Sequence[str]], None] = lambda _names: None
    changes: Callable[[], AsyncIterator[object]] | None = None
    companion: Companion | None = None
    sets: Sets = field(default_factory=lambda: Sets(None))


def monotonic_ms() -> int:
    """A clock that nobody sets, for how long things take."""
    return time.monotonic_ns() // 1_000_000

"""Brings the core of one community to an instant that has passed: a checkpoint before it, then the journal's blocks."""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import msgspec

from processor.engine.core import Core
from processor.engine.scope import Scope
from processor.engine.snapshot import restore
from processor.model.district import District
from processor.model.inputs import Input, Started
from processor.model.time import EpochMs
from processor.ports.past import BlockHead, Past
from processor.runtime.probation import under

Load = Callable[[dict[str, str]], District | None]
Progress = Callable[[int, int], None]


class Watched(Protocol):
    """Looks on while a community is brought to an instant."""

    def begin(self, scope: Scope) -> None:
        """Called where reading begins at a checkpoint."""

    def watch(self, scope: Scope, given: Input, now: EpochMs) -> None:
        """Called after each input of the community, with the instant it was handled at."""


FIRST_OFFSET: Final = 1


class RulesLost(Exception):  # noqa: N818 - what happened, in the operator's words
    """The journal needs rules that the store does not have."""


class TooFar(Exception):  # noqa: N818 - as above
    """More blocks would have to be read than the caller allows; `args` are how many, and how many are allowed."""


class Rewound(NamedTuple):
    """A community as it was. `since`: what went before is not in the journal any more, so that holds and windows may
    have been further than this tells (None: all of it is there). `newest` is the last block that was taken;
    `checkpoint_at` says when the checkpoint was made that reading began at, if it began at one."""

    scope: Scope
    district: District
    newest: BlockHead
    blocks: int
    since: EpochMs | None
    checkpoint_at: EpochMs | None


def narrowed(district: District, community: str) -> District:
    """The district with the devices of one community only: the others cost time and say nothing."""
    devices = {name: device for name, device in district.devices.items() if device.community == community}
    return msgspec.structs.replace(district, devices=devices)


class Rewinder:
    """Reads a journal beside its daemon. `load` makes a district of kept files; `at_most` bounds the blocks read."""

    def __init__(
        self, past: Past, load: Load, *, progress: Progress = lambda _done, _total: None, at_most: int | None = None
    ) -> None:
        self._past = past
        self._load = load
        self._progress = progress
        self._at_most = at_most
        self._districts: dict[str, District] = {}

    def newest(self, at: EpochMs) -> BlockHead | None:
        """The last block that was handled at or before `at`."""
        return self._past.newest(at)

    def district(self, rules_hash: str) -> District:
        """What was in force under this hash; RulesLost where the store does not have it."""
        found = self._districts.get(rules_hash)
        if found is None:
            kept = self._past.configuration(rules_hash)
            loaded = self._load(kept.sources) if kept is not None else None
            if kept is None or loaded is None:
                raise RulesLost(
                    f"the journal was written under the rules {rules_hash[:12]}, which are not in the store; "
                    "restore a backup that holds them"
                )
            found = self._districts[rules_hash] = under(loaded, kept.probation, rules_hash)
        return found

    def rewind(self, community: str, newest: BlockHead, watch: Watched | None = None) -> Rewound | None:
        """The community after the block `newest`; None where it had no device then."""
        checkpoint = self._past.checkpoint(community)
        if checkpoint is not None and checkpoint.offset > newest.offset:
            checkpoint = None  # there is only the newest, and it knows what came later
        first = self._past.first() or newest
        start = checkpoint.offset if checkpoint else first.offset - 1
        total = newest.offset - start
        if self._at_most is not None and total > self._at_most:
            raise TooFar(total, self._at_most)
        rules_hash = checkpoint.rules_hash if checkpoint else first.rules_hash
        core = Core(narrowed(self.district(rules_hash), community))
        if checkpoint is not None and community in core.scopes:
            restore(core.scopes[community], checkpoint.state)
            if watch is not None:
                watch.begin(core.scopes[community])
        since = None if checkpoint or first.offset == FIRST_OFFSET else first.now
        if since is not None:
            core.turn([Started(name, since, None, since) for name in core.scopes], since)
        self._turn(core, community, (start, newest.offset), watch)
        scope = core.scopes.get(community)
        district = self.district(newest.rules_hash)
        return (
            None
            if scope is None
            else Rewound(scope, district, newest, total, since, checkpoint.now if checkpoint else None)
        )

    def _turn(self, core: Core, community: str, span: tuple[int, int], watch: Watched | None) -> None:
        start, end = span
        for offset, block in self._past.blocks(start, end):
            if block.rules_hash != core.district.hash:
                core.reconfigure(narrowed(self.district(block.rules_hash), community), block.now)
            for given in block.inputs:
                scope = core.scope_of(given)
                if scope is not None:
                    scope.handle(given, block.now)
                    if watch is not None:
                        watch.watch(scope, given, block.now)
            self._progress(offset - start, end - start)

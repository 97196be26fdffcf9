"""What a rule set would have done with what was once said: one pass over a history, one or two rule sets at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast
from zoneinfo import ZoneInfo

import msgspec

from processor.engine.core import Core
from processor.engine.scope import Scope
from processor.model.district import District
from processor.model.effect import Effect
from processor.model.inputs import Input
from processor.model.reading import Reading
from processor.model.time import HOUR, DurationMs, EpochMs
from processor.ports.history import Answered, History, Past, Stretch
from processor.replay.backtest_account import account
from processor.replay.backtest_compare import compared
from processor.replay.backtest_load import Workload
from processor.replay.backtest_result import Account, Result, Source
from processor.replay.backtest_sift import Sieve, batches, starts
from processor.replay.backtest_tally import Tally
from processor.replay.backtest_turn import Turning, first_of
from processor.replay.backtest_world import Assume, World

LEAST_WARM_UP_MS: Final[DurationMs] = HOUR
RECORDED: Final = "recorded"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted. `since` and `until` None: all there is. `warm_up_ms` None: as long as the rules look back."""

    since: EpochMs | None = None
    until: EpochMs | None = None
    warm_up_ms: DurationMs | None = None
    assume: Assume = Assume.WORKS
    only: Collection[str] = ()
    communities: Collection[str] = ()
    tolerance_ms: DurationMs = 1_000


Progress = Callable[[int, int], None]


class Run:
    """One rule set on its way through the history."""

    def __init__(self, name: str, district: District, asked: Asked, answered: Answered) -> None:
        self.name = name
        self.district = district
        self._world = World(district.rules, asked.assume, answered)
        self.tally = tally_of(district, asked)
        core = Core(within(district, asked.communities))
        self.turning = Turning(core, self._take, self._world.admit)
        self._sieve = Sieve(core)
        self.look_back_ms = look_back(core)

    def turn(self, batch: Sequence[Stretch]) -> None:
        """The next stretches."""
        turning = self.turning
        # Only what has begun can be calm: a start is handled before the rest is looked at.
        if starts(batch[0]):
            self._sieve.pass_by(batch[0])
            self._turn_one(batch[0], batch[0].inputs)
            batch = batch[1:]
        elif turning.now is None:
            turning.begin(first_of(batch[0]))
        for stretch, sifted in zip(batch, self._sieve.sift(batch) if batch else (), strict=True):
            self._turn_one(stretch, sifted.inputs)
            turning.readings_taken += sifted.taken
            if sifted.taken and stretch.now is None and sifted.reached is not None:
                # Time passed with what was taken, as if it had been handled here.
                turning.pass_to(sifted.reached - 1)
                turning.now = max(turning.now or 0, sifted.reached)

    def _turn_one(self, stretch: Stretch, inputs: Sequence[Input]) -> None:
        if stretch.now is None:
            self.turning.readings(cast("Sequence[Reading]", inputs))  # files hold nothing else
        else:
            self.turning.block(inputs, stretch.now)

    def finish(self, since: EpochMs, until: EpochMs) -> Account:
        """Let the time up to `until` pass; the account."""
        self.turning.pass_to(until - 1)
        return account(self.name, self.district, self.tally, since, until)

    def _take(self, at: EpochMs, scope: Scope, effects: Sequence[Effect]) -> Iterable[Input]:
        self.tally.take(at, effects)
        return self._world.answers(scope, effects)


class Backtest:
    """A rule set, and perhaps another to compare with, over one history. `run` once.

    `past` is what a daemon decided then: without it every answer of the world is assumed.
    """

    def __init__(
        self, history: History, rules: Sequence[tuple[str, District]], asked: Asked, past: Past | None = None
    ) -> None:
        self._history = history
        self._asked = asked
        self._past = past
        answered = past.answered() if past is not None else Answered()
        self.runs = [Run(name, district, asked, answered) for name, district in rules]

    def run(
        self,
        *,
        against_record: bool = False,
        progress: Progress = lambda _done, _total: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Result:
        """The result. `stopped` is asked between stretches: true ends the run with what was counted so far."""
        asked, total = self._asked, self._history.extent().total
        warm_up = self._warm_up()
        complete = True
        first: EpochMs | None = None
        begin = None if asked.since is None else asked.since - warm_up
        for batch in batches(self._history.stretches(begin, asked.until)):
            if stopped():
                complete = False
                break
            if first is None:
                first = first_of(batch[0])
            for run in self.runs:
                run.turn(batch)
            progress(batch[-1].done, total)
        last = self.runs[0].turning.now
        since = asked.since if asked.since is not None else first or 0
        until = asked.until if asked.until is not None and complete else max(since, last or since) + 1
        accounts = [run.finish(since, until) for run in self.runs]
        if against_record and self._past is not None:
            accounts[1:] = [recorded(self._past, self.runs[0].district, since, until, asked)]
        before = accounts[1] if len(accounts) > 1 else None
        return Result(
            source=self._source(since, until, warm_up, complete=complete),
            account=accounts[0],
            compared_with=before,
            comparison=compared(before, accounts[0], asked.tolerance_ms, since) if before else None,
            zone=self.runs[0].district.zone,
        )

    def _warm_up(self) -> DurationMs:
        if self._asked.since is None:
            return 0
        needed = max(run.look_back_ms for run in self.runs)
        return needed if self._asked.warm_up_ms is None else self._asked.warm_up_ms

    def _source(self, since: EpochMs, until: EpochMs, warm_up: DurationMs, *, complete: bool) -> Source:
        bad, examples = self._history.bad_rows
        turning = self.runs[0].turning
        return Source(
            names=(self._history.name,),
            since=since,
            until=until,
            warm_up_ms=warm_up,
            readings=turning.readings_taken,
            unknown_devices=0 if self._asked.communities else turning.unknown,
            bad_rows=bad,
            bad_row_examples=tuple(f"{row.place}: {row.why.en}" for row in examples),
            complete=complete,
        )


def recorded(past: Past, district: District, since: EpochMs, until: EpochMs, asked: Asked) -> Account:
    """The account of what was decided then, counted as a run is; what stood before `since` is known by its name."""
    tally = tally_of(district, asked)
    wanted = frozenset(asked.communities)
    for at, scope, effect in past.decided(since, until):
        if not wanted or scope in wanted:
            tally.take(at, (effect,))
    return account(RECORDED, district, tally, since, until)


def tally_of(district: District, asked: Asked) -> Tally:
    """A tally that begins where counting begins."""
    workload = Workload(district.people, ZoneInfo(district.zone))
    return Tally(asked.since or 0, workload, asked.only)


def within(district: District, communities: Collection[str]) -> District:
    """The district with the devices of these communities only; of all, where none is named."""
    if not communities:
        return district
    devices = {name: device for name, device in district.devices.items() if device.community in communities}
    return msgspec.structs.replace(district, devices=devices)


def look_back(core: Core) -> DurationMs:
    """How long before an instant something may have happened that decides about it."""
    longest = LEAST_WARM_UP_MS
    devices = [state for scope in core.scopes.values() for state in scope.devices.values()]
    blueprints = {id(state.blueprint): state.blueprint for state in devices}
    for blueprint in blueprints.values():
        windows = max((spec.length_ms for spec in blueprint.windows), default=0)
        silences = max((silence.after_ms for silence in blueprint.silences), default=0)
        holds = [
            max(trigger.hold.for_ms, trigger.hold.fall_ms) for bound in blueprint.rules for trigger in bound.triggers
        ]
        longest = max(longest, windows + silences + max(holds, default=0))
    return longest

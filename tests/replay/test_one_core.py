"""One input, five ways through one core: embedded, restored half-way, replayed, backtested, in shadow. One outcome."""

from collections.abc import Iterator
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.snapshot import restore, snapshot
from processor.model.district import District
from processor.model.effect import AlertChanged, DispositionChanged, Effect, OrderChanged, RemindPeople, SendCommand
from processor.model.order import Order
from processor.model.reading import Reading
from processor.model.rule import Rule
from processor.ports.journal import Batch, Block, Checkpoint
from processor.ports.past import BlockHead
from processor.ports.records import AlertRecord, DispositionStep, Records
from processor.ports.rule_sets import KeptSet
from processor.replay.backtest import Asked, Backtest
from processor.replay.driver import Replay
from processor.replay.shadow import OwnStore, Shadow, ShadowSet
from tests.engine.district import district
from tests.engine.test_skim import DEVICES, histories, rule_sets
from tests.fakes.journal import MemoryStore
from tests.replay.recording import T0, Recording

DECIDED = (AlertChanged, DispositionChanged, OrderChanged, RemindPeople, SendCommand)
Outcome = list[tuple[int, Effect]]


def recorded(whole: District, readings: list[Reading]) -> Recording:
    """As the daemon takes it: one batch for each arrival, wake-ups at their instants."""
    recording = Recording(whole, lag_ms=0)
    for reading in readings:
        recording.pass_to(reading.arrived)
        recording.do(reading.arrived, reading)
    return recording


def restored(whole: District, recording: Recording, cut: int) -> Outcome:
    """The same blocks through a core that is put away and taken up again at `cut`."""
    core, made = Core(whole), []
    for number, (now, inputs) in enumerate(recording.blocks):
        if number == cut % len(recording.blocks):
            again = Core(whole)
            for name, scope in core.scopes.items():
                restore(again.scopes[name], snapshot(scope))
            core = again
        made += [(now, effect) for _, effect in core.turn(inputs, now).effects]
    return made


def replayed(whole: District, readings: list[Reading], until: int) -> Outcome:
    """On virtual time, woken exactly when the core asks."""
    replay = Replay(whole)
    found = replay.begin(T0) + replay.run(((reading.arrived, reading) for reading in readings), until)
    return [(each.at, each.effect) for each in found]


def backtested(recording: Recording) -> Outcome:
    """Through the backtest, with its look ahead."""
    history = recording.history()
    test = Backtest(history, [("same", recording.district)], Asked(), history)
    (run,) = test.runs
    made: Outcome = []
    take = run.tally.take

    def keep(at: int, effects: list[Effect]) -> None:
        made.extend((at, effect) for effect in effects)
        take(at, effects)

    run.tally.take = keep  # type: ignore[method-assign,assignment]  # what the core decides, before it is counted
    test.run()
    return made


class Journalled:
    """`processor.ports.past.Past` of a recording under one set of rules."""

    def __init__(self, recording: Recording) -> None:
        self._blocks = [
            (number, Block(now, recording.district.hash, inputs))
            for number, (now, inputs) in enumerate(recording.blocks, 1)
        ]

    def first(self) -> BlockHead | None:
        return head(*self._blocks[0])

    def newest(self, until: int | None = None) -> BlockHead | None:
        found = [pair for pair in self._blocks if until is None or pair[1].now <= until]
        return head(*found[-1]) if found else None

    def blocks(self, after: int, until: int | None = None) -> Iterator[tuple[int, Block]]:
        return (pair for pair in self._blocks if after < pair[0] and (until is None or pair[0] <= until))

    def checkpoint(self, scope: str) -> Checkpoint | None:
        del scope
        return None

    def configuration(self, rules_hash: str) -> KeptSet | None:
        del rules_hash
        return KeptSet({}, {})

    def close(self) -> None: ...


def head(number: int, block: Block) -> BlockHead:
    """What is known of a block without reading it."""
    return BlockHead(number, block.now, block.rules_hash)


class Known:
    """Of `processor.ports.records.Records` what a shadow asks: which alerts, orders and commands the daemon had."""

    def __init__(self, recording: Recording) -> None:
        self._decided = recording.decided

    def disposition_steps(self, command: str) -> list[DispositionStep]:
        steps = [(each.at, each.effect) for each in self._decided if isinstance(each.effect, DispositionChanged)]
        return [DispositionStep(at, step.disposition) for at, step in steps if step.disposition.command_id == command]

    def orders(self, *, alert: str, limit: int) -> list[Order]:
        orders = [each.effect.order for each in self._decided if isinstance(each.effect, OrderChanged)]
        return [order for order in orders if order.alert == alert][:limit]

    def alert(self, alert: str) -> AlertRecord | None:
        steps = [each.effect for each in self._decided if isinstance(each.effect, AlertChanged)]
        found = [step for step in steps if step.transition.alert == alert]
        if not found:
            return None
        first, last = found[0].transition, found[-1].transition
        return AlertRecord(last, found[-1].rule_name, first.decided_at, last.decided_at)


def shadowed(recording: Recording) -> Outcome:
    """Beside the daemon, from its journal, under the same rules."""
    own = MemoryStore()
    made: Outcome = []
    commit = own.journal.commit

    def keep(batch: Batch) -> int:
        made.extend((batch.block.now, effect) for _, effect in batch.effects)
        return commit(batch)

    own.journal.commit = keep  # type: ignore[method-assign]  # to see what it would have done
    alike = ShadowSet(recording.district, {})
    shadow = Shadow(
        Journalled(recording),
        cast("Records", Known(recording)),
        OwnStore(own.journal, own.outbox),
        lambda _live: alike,
        lambda _kept: None,
    )
    assert shadow.open(T0)
    while shadow.advance():
        pass
    return made


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rule_sets(), histories(), st.integers(0, 1_000))
def test_whichever_way_one_input_goes_the_same_is_decided(rules: list[Rule], readings: list[Reading], cut: int) -> None:
    whole = district(*rules, devices=DEVICES)
    recording = recorded(whole, readings)
    embedded = [pair for pair in recording.effects() if isinstance(pair[1], DECIDED)]
    assert restored(whole, recording, cut) == embedded
    assert backtested(recording) == embedded
    assert replayed(whole, readings, recording.now) == embedded
    assert shadowed(recording) == embedded

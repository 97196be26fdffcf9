"""One input, four ways through the same core: embedded, restored half-way, replayed, backtested. One outcome.

The shadow of a daemon is the backtest's way with a store of its own: tests/replay/test_shadow.py.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.snapshot import restore, snapshot
from processor.model.district import District
from processor.model.effect import AlertChanged, DispositionChanged, Effect, OrderChanged, RemindPeople, SendCommand
from processor.model.reading import Reading
from processor.model.rule import Rule
from processor.replay.backtest import Asked, Backtest
from processor.replay.driver import Replay
from tests.engine.district import district
from tests.engine.test_skim import DEVICES, histories, rule_sets
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


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rule_sets(), histories(), st.integers(0, 1_000))
def test_whichever_way_one_input_goes_the_same_is_decided(rules: list[Rule], readings: list[Reading], cut: int) -> None:
    whole = district(*rules, devices=DEVICES)
    recording = recorded(whole, readings)
    embedded = [pair for pair in recording.effects() if isinstance(pair[1], DECIDED)]
    assert restored(whole, recording, cut) == embedded
    assert backtested(recording) == embedded
    assert replayed(whole, readings, recording.now) == embedded

"""After any stop at any moment the core is as it was, byte for byte, and goes on as if nothing had happened."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.core import Core
from processor.engine.scope import Scope
from processor.engine.snapshot import snapshot
from processor.model.disposition import DispositionState, Interlock
from processor.model.effect import DispositionChanged, Effect
from processor.model.inputs import Input, KillSwitch, OrderAction
from processor.model.order import OrderResult, OrderVerb
from processor.model.reading import Flag, Reading
from processor.model.time import SECOND
from processor.ports.journal import Batch, Block, Checkpoint, Counts
from processor.replay.driver import Replay
from processor.runtime.checkpoints import Checkpoints
from processor.runtime.probation import under
from processor.runtime.restore import ConfigurationLost, Restorer
from tests.fakes.journal import MemoryStore
from tests.runtime.plant import T0, Plant
from tests.runtime.town import DEVICES, HIGH, LEAK, NORTH, SILENT, sources, town

RULES = HIGH + LEAK + SILENT
SETS = (
    sources(),
    sources(rules=RULES.replace("limit: 300 mA", "limit: 350 mA")),
    sources(rules=RULES.replace("for: 2 min", "for: 1 min"), devices=DEVICES + NORTH),
    sources(
        rules=HIGH + SILENT,
        devices=DEVICES.replace("  e-l1: {profile: leak, place: east/b1, links: {valve: e-v1}}\n", ""),
    ),
    sources(devices="\n".join(DEVICES.splitlines()[:-2]) + "\n"),  # the west has left
    sources(),  # the leak's command on probation, which ends soon
    sources(),  # and later
)
PROBATION: tuple[dict[str, int], ...] = ({}, {}, {}, {}, {}, {"M-02": T0 + 200_000}, {"M-02": T0 + 2_000_000})
PLAIN = tuple(town(texts) for texts in SETS)
TOWNS = tuple(under(each, probation) for each, probation in zip(PLAIN, PROBATION, strict=True))


def load(texts: dict[str, str]) -> Any:  # noqa: ANN401 - a district, or None as the port has it
    return next((PLAIN[number] for number, each in enumerate(SETS) if each == texts), None)


class Life:
    """A core that journals as the runtime does: handle, commit, then perhaps save what the checkpoints ask for."""

    def __init__(self) -> None:
        self.journal = MemoryStore().journal
        for texts, district in zip(SETS, TOWNS, strict=True):
            self.journal.save_configuration(district.hash, texts, T0, "test", district.probation)
        self.core = Core(TOWNS[0])
        self.checkpoints = Checkpoints(self.core, between=5)
        self.now = T0
        self.effects: list[tuple[str, Effect]] = []
        self.commit(self.core.turn(self.core.start(T0, None), T0), save=True)

    def commit(self, turned: Any, *, save: bool = False) -> None:  # noqa: ANN401 - Turned
        self.effects += turned.effects
        batch = Batch(Block(self.now, self.core.district.hash, turned.kept), turned.effects, (), Counts())
        offset = self.journal.last_offset() + 1
        saves = self.checkpoints.due(batch, offset) if not save else self.checkpoints.everything(offset, self.now)
        self.journal.commit(batch)
        self.save(saves)

    def save(self, saves: list[Checkpoint]) -> None:
        if saves:
            owed = self.checkpoints.owed
            self.journal.save_checkpoints(saves)
            self.checkpoints.saved()
            if owed:
                self.journal.keep_checkpoints([each.scope for each in saves])

    def turn(self, inputs: list[Input], now: int) -> None:
        self.now = now
        turned = self.core.turn(inputs, now)
        woken = self.core.turn(self.core.wakes(now), now)
        turned.kept.extend(woken.kept)
        turned.effects.extend(woken.effects)
        self.commit(turned)

    def reload(self, number: int, *, crash: bool) -> None:
        """Other rules. With `crash` their checkpoints are not saved: the process died right after the commit."""
        district = TOWNS[number]
        if district.hash == self.core.district.hash:
            return
        effects = self.core.reconfigure(district, self.now)
        self.effects += effects
        saves = self.checkpoints.everything(self.journal.last_offset() + 1, self.now)
        self.journal.commit(Batch(Block(self.now, district.hash, ()), effects, (), Counts()))
        if not crash:
            self.save(saves)

    def reborn(self, today: int = 0) -> Core:
        return Restorer(self.journal, TOWNS[today], load).run().core


Move = tuple[str, Any]
DEVICE_NAMES = ("e-m1", "e-l1", "e-v1", "w-m1", "w-m2", "n-m1")


@st.composite
def readings(draw: st.DrawFn, now: int, number: int) -> Input:
    device = draw(st.sampled_from(DEVICE_NAMES))
    late = draw(st.sampled_from([0, 0, 0, 5_000, 70_000]))
    flags = draw(st.sampled_from([0, 0, 0, 0, Flag.RETAINED, Flag.REDELIVERED, Flag.LATE]))
    values: dict[str, Any] = {"current": draw(st.sampled_from([100.0, 320.0, 360.0, 500.0]))}
    if device == "e-l1":
        values = {"wet": draw(st.booleans())}
    elif device == "e-v1":
        values = {"position": draw(st.sampled_from(["open", "closed"]))}
    if draw(st.integers(0, 12)) == 0:
        return OrderAction(
            "east", f"a{number}", "east-000001", draw(st.sampled_from(OrderVerb)), "p", "n", OrderResult.FAULT
        )
    return Reading(device, now - late, now, values, flags, number % 11)


@st.composite
def moves(draw: st.DrawFn) -> list[Move]:
    now, number = T0, 0
    made: list[Move] = []
    for _ in range(draw(st.integers(3, 25))):
        now += draw(st.sampled_from([0, 20, 1_000, 31_000, 61_000, 130_000, 400_000]))
        kind = draw(st.integers(0, 9))
        if kind == 0:
            made.append(("reload", (draw(st.integers(0, len(SETS) - 1)), draw(st.booleans()))))
        elif kind == 1:
            made.append(("save", None))
        else:
            batch = []
            for _ in range(draw(st.integers(0, 6))):
                number += 1
                batch.append(draw(readings(now, number)))
            made.append(("turn", (batch, now)))
    return made


def play(life: Life, move: Move) -> None:
    kind, what = move
    if kind == "turn":
        life.turn(*what)
    elif kind == "reload":
        life.reload(what[0], crash=what[1])
    else:
        life.save(life.checkpoints.everything(life.journal.last_offset(), life.now))


def require_same(core: Core, other: Core) -> None:
    assert core.district.hash == other.district.hash
    assert list(core.scopes) == list(other.scopes)
    for name, scope in core.scopes.items():
        assert snapshot(scope) == snapshot(other.scopes[name]), name


@given(moves(), st.integers(0, 25))
@settings(deadline=None, max_examples=150)
def test_what_a_journal_gives_back_is_what_was_and_goes_on_the_same(played: list[Move], crash: int) -> None:
    life = Life()
    for move in played[:crash]:
        play(life, move)
    reborn = life.reborn()
    require_same(life.core, reborn)
    for kind, what in played[crash:]:
        if kind == "turn":
            inputs, now = what
            assert reborn.turn(inputs, now) == life.core.turn(inputs, now)
            assert reborn.turn(reborn.wakes(now), now) == life.core.turn(life.core.wakes(now), now)
    require_same(life.core, reborn)


@given(moves())
@settings(deadline=None, max_examples=40)
def test_a_crash_after_every_batch_changes_no_effect(played: list[Move]) -> None:
    steady, crashing = Life(), Life()
    for move in played:
        play(steady, move)
        crashing.core = crashing.reborn(today=3)
        crashing.checkpoints._core = crashing.core
        play(crashing, move)
    assert crashing.effects == steady.effects


@given(moves())
@settings(deadline=None, max_examples=60)
def test_replaying_the_journal_on_virtual_time_gives_the_effects_of_the_live_run(played: list[Move]) -> None:
    life = Life()
    for kind, what in played:
        if kind == "turn":
            life.turn(*what)
    replayed: list[tuple[str, Effect]] = []
    core = Core(TOWNS[0])
    driver = Replay(TOWNS[0], core=core)
    for _, block in life.journal.blocks(0):
        for given_input in block.inputs:
            replayed += [(made.scope, made.effect) for made in driver._give(block.now, given_input)]
    assert replayed == life.effects
    require_same(life.core, core)


def test_an_empty_journal_gives_a_new_core() -> None:
    restored = Restorer(MemoryStore().journal, TOWNS[0], load).run()
    assert (restored.blocks, restored.last_now) == (0, None)
    require_same(restored.core, Core(TOWNS[0]))


def test_rules_that_are_nowhere_to_be_found_stop_the_start_with_the_cure() -> None:
    life = Life()
    life.reload(1, crash=False)
    life.journal._configurations.clear()
    with pytest.raises(ConfigurationLost, match="backup"):
        life.reborn()


def test_a_scope_whose_state_is_newer_than_a_change_of_rules_is_put_in_after_it() -> None:
    """Were it put in first, the alerts of rules that the older set did not have would be lost."""
    life = Life()
    life.reload(3, crash=False)  # a set without the leak rule
    life.reload(0, crash=True)
    life.turn([Reading("e-l1", T0 + 1, T0 + 1, {"wet": True}, 0, 1)], T0 + 1)
    assert "e-l1" in life.core.scopes["east"].devices
    east = next(
        each for each in Checkpoints(life.core).everything(life.journal.last_offset(), T0) if each.scope == "east"
    )
    life.journal.save_checkpoints([east])
    require_same(life.core, life.reborn())


def test_what_a_checkpoint_covers_is_not_handled_again() -> None:
    """A reading would be recognised; a kill switch that was turned back meanwhile would not."""
    life = Life()
    for number in range(3):
        life.turn([KillSwitch(scope, True, "p", "r") for scope in ("east", "west")], T0 + number)
    life.turn([KillSwitch("east", stopped=False, person="p", reason="r")], T0 + 10)
    offset = life.journal.last_offset()
    east = next(each for each in life.checkpoints.everything(offset, T0) if each.scope == "east")
    life.journal.save_checkpoints([east])
    handled: list[Input] = []

    class Counting(Scope):
        def handle(self, given: Input, now: int) -> Sequence[Effect]:
            handled.append(given)
            return super().handle(given, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("processor.engine.core.Scope", Counting)
        reborn = life.reborn()
    require_same(life.core, reborn)
    assert {each.scope for each in handled if isinstance(each, KillSwitch)} == {"west"}


async def test_a_second_life_on_the_same_store_and_broker_goes_on_where_the_first_ended() -> None:
    first = Plant()
    first.store.journal.save_configuration(first.district.hash, sources(), T0, "test")
    async with first.running():
        first.meter(400)
        await first.quiet()
        first.pass_time(60 * SECOND)
        first.meter(400)
        await first.quiet()
    first.ingest.cut()
    restored = first.restored()
    require_same(restored.core, first.core)
    second = Plant(store=first.store, ingest=first.ingest, clock=first.clock, core=restored.core)
    second.clock.advance(3 * SECOND)
    async with second.running(restored.last_now):
        second.pass_time(60 * SECOND)
        second.meter(400)
        await second.quiet()
    after = [each.transition.after for _, each in second.store.journal.effects if hasattr(each, "transition")]
    assert [str(each) for each in after][-1] == "firing"
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_probation_that_ends_while_the_daemon_is_down_ends_all_the_same() -> None:
    """What is replayed decides as it did: refused before the end, sent after it."""

    def leak(at: int, *, wet: bool) -> list[Input]:
        return [
            Reading("e-v1", at, at, {"position": "open"}, 0, at % 97),
            Reading("e-l1", at, at, {"wet": wet}, 0, at % 97),
        ]

    life = Life()
    life.reload(5, crash=True)
    for at, wet in ((1_000, True), (60_000, False), (900_000, True)):
        life.turn(leak(T0 + at, wet=wet), T0 + at)
    told = [each.disposition for _, each in life.effects if isinstance(each, DispositionChanged)]
    assert [(each.state, each.interlock) for each in told] == [
        (DispositionState.REFUSED, Interlock.PROBATION),
        (DispositionState.SENT, None),
    ]
    require_same(life.core, life.reborn(5))
    assert life.reborn(5).district.probation == {"M-02": T0 + 200_000}

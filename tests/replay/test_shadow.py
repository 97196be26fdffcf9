"""A shadow of a daemon: the same under the same rules, however it is killed; what differs under others."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.adapters.sqlite.history import SqliteHistory
from processor.adapters.sqlite.past import SqlitePast
from processor.adapters.sqlite.queries import SqliteRecords
from processor.adapters.sqlite.store import SqliteStore
from processor.model.alert import AlertState, Transition
from processor.model.disposition import DispositionState
from processor.model.effect import AlertChanged, DispositionChanged, Effect
from processor.model.inputs import OrderAction
from processor.model.order import OrderResult, OrderState, OrderVerb
from processor.model.reading import Value
from processor.model.time import DAY
from processor.replay.shadow import OwnStore, Shadow, ShadowSet
from tests.replay.lived import Lived, district_of
from tests.runtime.plant import T0
from tests.runtime.town import HIGH, LEAK, SILENT, sources

OTHER = HIGH.replace("300 mA", "350 mA") + LEAK + SILENT


@pytest.fixture
def lived(tmp_path: Path) -> Iterator[Lived]:
    town = Lived(tmp_path)
    yield town
    town.store.close()


@contextmanager
def shadow_of(lived: Lived, rules: Callable[[], str | None] = lambda: None) -> Iterator[Shadow]:
    """One life of a shadow; `rules` None: those in force."""

    def compose(live: dict[str, str]) -> ShadowSet:
        wanted = rules()
        texts = live if wanted is None else {**live, "rules/town.yaml": wanted}
        return ShadowSet(district_of(texts), texts)

    own = SqliteStore(lived.path.with_name("shadow.db"))
    past, records = SqlitePast(lived.path), SqliteRecords(lived.path)
    try:
        shadow = Shadow(past, records, OwnStore(own.journal, own.outbox), compose, district_of)
        assert shadow.open(T0)
        yield shadow
    finally:
        for each in (past, records, own):
            each.close()


def effects_of(path: Path) -> list[Effect]:
    history = SqliteHistory(path)
    try:
        found = [each.effect for each in history.decided(T0 - 1, T0 + 2 * DAY)]
        return sorted(found, key=lambda effect: getattr(effect, "key", ""))  # communities of one instant in any order
    finally:
        history.close()


def steps(path: Path) -> list[Transition]:
    return [each.transition for each in effects_of(path) if isinstance(each, AlertChanged)]


def both(lived: Lived) -> tuple[list[Transition], list[Transition]]:
    return steps(lived.path), steps(lived.path.with_name("shadow.db"))


def catch_up(shadow: Shadow, blocks: int = 1_000) -> None:
    while shadow.advance(blocks):
        pass


def leak_and_current(lived: Lived) -> None:
    lived.say("e-v1", "1s", position="open").say("e-l1", "2s", wet=True).say("e-v1", "20s", position="closed")
    for minute in range(1, 9):
        lived.say("e-m1", f"{minute}m", current=320.0)
    lived.say("e-l1", "9m", wet=False).until("40m")


def test_under_the_same_rules_it_decides_the_same_commands_and_orders_too(lived: Lived) -> None:
    leak_and_current(lived)
    with shadow_of(lived) as shadow:
        catch_up(shadow)
        assert shadow.position.behind == 0
    assert effects_of(lived.path) == effects_of(lived.path.with_name("shadow.db"))
    assert any(isinstance(each, DispositionChanged) for each in effects_of(lived.path))


def test_other_rules_show_what_they_would_have_done_and_nothing_is_left_to_deliver(lived: Lived) -> None:
    leak_and_current(lived)
    with shadow_of(lived, lambda: OTHER) as shadow:
        catch_up(shadow)
    live, other = both(lived)
    assert {step.rule for step in live} == {"M-01", "M-02", "M-03"}
    assert {step.rule for step in other} == {"M-02", "M-03"}
    with SqliteStore(lived.path.with_name("shadow.db")) as own:
        assert own.outbox.waiting() == {}


def test_a_command_only_the_shadow_would_have_sent_is_assumed_to_have_worked(lived: Lived) -> None:
    lived.reload({**sources(), "rules/town.yaml": HIGH + SILENT})
    lived.say("e-v1", "1s", position="open").say("e-l1", "2s", wet=True).until("1h")
    with shadow_of(lived, lambda: HIGH + LEAK + SILENT) as shadow:
        catch_up(shadow)
    made = [
        each.disposition
        for each in effects_of(lived.path.with_name("shadow.db"))
        if isinstance(each, DispositionChanged)
    ]
    assert [each.state for each in made] == [DispositionState.SENT]


def test_it_goes_on_where_it_was_killed_and_keeps_everything_once(lived: Lived) -> None:
    leak_and_current(lived)
    for blocks in (3, 4, 5, 1_000):
        with shadow_of(lived) as shadow:
            shadow.advance(blocks)
            shadow.save()
            shadow.advance(2)  # done again after the kill
    with shadow_of(lived) as shadow:
        catch_up(shadow)
    live, other = both(lived)
    assert live == other


def test_rules_that_change_under_it_are_taken_and_a_bad_set_is_not(lived: Lived) -> None:
    rules: list[str | None] = [None]
    with shadow_of(lived, lambda: rules[0]) as shadow:
        lived.say("e-m1", "1m", current=320.0)
        catch_up(shadow)
        assert not shadow.changed()
        rules[0] = OTHER
        assert shadow.changed()
        for minute in range(2, 9):
            lived.say("e-m1", f"{minute}m", current=320.0)
        catch_up(shadow)
    live, other = both(lived)
    assert AlertState.FIRING in {step.after for step in live if step.rule == "M-01"}
    assert AlertState.FIRING not in {step.after for step in other if step.rule == "M-01"}


def test_what_a_person_did_to_the_order_is_done_to_the_shadows_order_of_the_same_alert(lived: Lived) -> None:
    lived.say("e-v1", "1s", position="open").say("e-l1", "2s", wet=True)
    records = SqliteRecords(lived.path)
    (order,) = records.orders()
    records.close()
    lived.give("1m", OrderAction("east", "act-1", order.id, OrderVerb.ACCEPT, "li"))
    lived.give("2m", OrderAction("east", "act-2", order.id, OrderVerb.DONE, "li", "", OrderResult.TRUE_ALARM))
    with shadow_of(lived) as shadow:
        catch_up(shadow)
    records = SqliteRecords(lived.path.with_name("shadow.db"))
    assert [each.state for each in records.orders()] == [OrderState.DONE]
    records.close()


@st.composite
def days(draw: st.DrawFn) -> list[tuple[int, str, float]]:
    gaps = st.integers(1, 400)
    said = draw(
        st.lists(st.tuples(gaps, st.sampled_from(["e-m1", "w-m1", "e-l1", "e-v1"]), st.floats(0, 500)), max_size=25)
    )
    at, found = 0, []
    for gap, device, value in said:
        at += gap
        found.append((at, device, value))
    return found


@settings(max_examples=8, deadline=None)
@given(days(), st.lists(st.integers(1, 12), max_size=6), st.integers(0, 25))
def test_for_any_day_and_any_kills_the_shadow_of_the_same_rules_is_the_same(
    day: list[tuple[int, str, float]], kills: list[int], reload_at: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lived = Lived(Path(folder))
        for number, (second, device, value) in enumerate(day):
            if number == reload_at:
                lived.until(f"{second}s").reload({**sources(), "rules/town.yaml": OTHER})
            said: dict[str, dict[str, Value]] = {
                "m": {"current": value},
                "l": {"wet": value > 250},
                "v": {"position": "open" if value > 250 else "closed"},
            }
            lived.say(device, f"{second}s", 0, **said[device[2]])
        lived.until(f"{(day[-1][0] if day else 0) + 2000}s")
        for blocks in kills:
            with shadow_of(lived) as shadow:
                shadow.advance(blocks)
                if blocks % 2:
                    shadow.save()
        with shadow_of(lived) as shadow:
            catch_up(shadow)
        live, other = both(lived)
        lived.store.close()
    assert live == other

"""What is counted, and how: by rule, by day, by worker; what chatters, what floods, what differs."""

from zoneinfo import ZoneInfo

import pytest

from processor.model.alert import AlertCause, AlertState, Transition
from processor.model.disposition import Disposition, DispositionState, Interlock
from processor.model.effect import AlertChanged, DispositionChanged, Effect, OrderChanged, RemindPeople
from processor.model.order import Order, OrderState
from processor.model.person import Person
from processor.model.rule import Level
from processor.model.text import Text
from processor.model.time import DAY, MINUTE, SECOND
from processor.replay.backtest_account import account, at_share
from processor.replay.backtest_compare import compared
from processor.replay.backtest_load import Workload
from processor.replay.backtest_result import Account, RuleFigures
from processor.replay.backtest_tally import Tally
from tests.replay.recording import T0
from tests.runtime.town import sources, town

OK, PENDING, FIRING, UNKNOWN = AlertState.OK, AlertState.PENDING, AlertState.FIRING, AlertState.UNKNOWN
DISTRICT = town({**sources(), "config/people.yaml": "people: {li: {name: Li, roles: [grid_worker], covers: ['*']}}\n"})
PEOPLE = {
    "li": Person("li", "Li", ("grid_worker",), ("east",)),
    "wang": Person("wang", "Wang", ("grid_worker",), ("east",)),
    "zhao": Person("zhao", "Zhao", ("grid_worker",), ("west",)),
}


def step(
    after: AlertState, *, level: Level = Level.L2, alert: str = "R-1/e1/1", subject: str = "e1", rule: str = "R-1"
) -> Effect:
    cause = AlertCause.TRUE
    moved = Transition(alert, 1, rule, subject, "east", OK, after, cause, level, T0, None, T0, "said", "hash")
    return AlertChanged(f"{alert}/1", moved, Text("规则", "Rule"))


def order(number: str, *, step_number: int = 1) -> Effect:
    state = OrderState.OPEN
    opened = Order(number, step_number, "x", "R-1/e1/1", "R-1", "e1", "east", Level.L2, state, T0, T0)
    return OrderChanged(f"{number}/{step_number}", opened)


def reminder(order_id: str, *, scope: str = "east") -> Effect:
    text = Text("一", "one")
    return RemindPeople("k", scope, ("grid_worker",), Level.L2, "R-1/e1/1", "R-1", "e1", order_id, "", text, text, T0)


def command(state: DispositionState, interlock: Interlock | None = None) -> Effect:
    done = Disposition("c", "R-1/e1/1", "R-1", "v1", "close", "east", state, 1, T0, None, interlock)
    return DispositionChanged("c/1", done)


def counted(
    *happened: tuple[int, Effect], since: int = T0, until: int = T0 + DAY, only: tuple[str, ...] = ()
) -> Account:
    tally = Tally(since, Workload(PEOPLE, ZoneInfo("Asia/Shanghai")), only)
    for at, effect in happened:
        tally.take(T0 + at, (effect,))
    return account("tried", DISTRICT, tally, since, until)


def figures(found: Account) -> RuleFigures:
    return next(rule for rule in found.rules if rule.rule == "R-1")


def test_an_alert_is_counted_once_at_its_gravest_level_with_its_duration() -> None:
    found = counted(
        (0, step(PENDING)),
        (MINUTE, step(FIRING, level=Level.L3)),
        (2 * MINUTE, step(FIRING, level=Level.L1)),
        (3 * MINUTE, step(FIRING, level=Level.L2)),
        (11 * MINUTE, step(OK)),
    )
    rule = figures(found)
    assert (rule.alerts, rule.levels, rule.devices, rule.transitions) == (1, {"L1": 1}, 1, 5)
    assert (rule.median_ms, rule.standing, rule.unfired) == (10 * MINUTE, 0, 0)
    (alarm,) = found.alarms
    assert (alarm.opened, alarm.began, alarm.ended) == (T0, T0 + MINUTE, T0 + 11 * MINUTE)
    assert alarm.levels == (Level.L3, Level.L1, Level.L2)


def test_what_only_began_and_what_still_stands_are_told_apart() -> None:
    found = counted(
        (0, step(PENDING, alert="R-1/e1/1")),
        (1, step(OK, alert="R-1/e1/1")),
        (2, step(FIRING, alert="R-1/e2/1", subject="e2")),
    )
    rule = figures(found)
    assert (rule.alerts, rule.unfired, rule.standing) == (1, 1, 1)
    assert found.alarms[0].ended is None


def test_what_happened_before_counting_began_is_known_but_not_counted() -> None:
    found = counted((-MINUTE, step(FIRING)), (-1, order("o1")), (MINUTE, step(OK)))
    rule = figures(found)
    assert (rule.alerts, rule.standing_before, rule.orders, rule.transitions) == (0, 1, 0, 1)
    assert found.alarms[0].began_before
    assert counted((-MINUTE, step(FIRING)), (-1, step(OK))).alarms == ()


def test_time_that_could_not_be_told_is_added_up() -> None:
    found = counted(
        (0, step(UNKNOWN)), (5 * MINUTE, step(PENDING)), (9 * MINUTE, step(UNKNOWN)), until=T0 + 10 * MINUTE
    )
    assert figures(found).unknown_ms == 6 * MINUTE


def test_commands_are_told_by_how_they_ended() -> None:
    refused = command(DispositionState.REFUSED, Interlock.CRITICAL)
    found = counted(
        (0, command(DispositionState.SENT)), (1, command(DispositionState.FAILED)), (2, refused), (3, refused)
    )
    rule = figures(found)
    assert (rule.commands_sent, rule.commands_failed, rule.commands_refused) == (1, 1, {"critical": 2})


def test_an_order_is_shared_by_those_on_duty_for_it_and_told_again_is_no_other_order() -> None:
    told = [(0, order("o1")), (1, reminder("o1")), (2, reminder("o1")), (3, order("o1", step_number=2))]
    load = counted(*told, (4, order("o2"))).load
    assert {each.person: (each.orders, each.messages) for each in load.workers} == {"li": (0.5, 2), "wang": (0.5, 2)}
    assert (load.unassigned_orders, load.roles, load.workers_counted) == (1, {"grid_worker": 2}, 3)
    (day,) = load.days
    assert (day.orders, day.reminders) == (2, 2)


def test_a_worker_day_above_five_orders_is_counted() -> None:
    orders = [(number, effect) for number in range(11) for effect in (order(f"o{number}"), reminder(f"o{number}"))]
    load = counted(*orders, until=T0 + 2 * DAY).load
    assert load.over_limit == 2
    assert load.per_worker_day == pytest.approx(11 / 3 / 2)


@pytest.mark.parametrize(
    ("gaps", "chatters"),
    [
        ((0, 30, 60), True),  # three times in a minute, its last instant included
        ((0, 30, 61), False),
        ((0, 700, 1400, 2100, 2800, 3600), True),  # six times in an hour
        ((0, 700, 1400, 2100, 2800, 3601), False),
    ],
)
def test_an_alert_that_begins_again_and_again_chatters(*, gaps: tuple[int, ...], chatters: bool) -> None:
    steps = []
    for number, gap in enumerate(gaps):
        at, name = gap * SECOND, f"R-1/e1/{number}"
        steps += [(at, step(FIRING, alert=name)), (at + 1, step(OK, alert=name))]
    assert figures(counted(*steps)).chattering == int(chatters)


@pytest.mark.parametrize(("alerts", "floods"), [(10, 0), (11, 1)])
def test_more_than_ten_alerts_of_a_community_in_ten_minutes_are_a_flood(alerts: int, floods: int) -> None:
    steps = [(n * 50 * SECOND, step(FIRING, alert=f"R-1/d{n}/1", subject=f"d{n}")) for n in range(alerts)]
    assert len(counted(*steps).floods) == floods


def test_only_the_subjects_that_were_asked_for_count() -> None:
    found = counted((0, step(FIRING)), (1, step(FIRING, alert="R-1/e2/1", subject="e2")), only=("e2",))
    assert [alarm.subject for alarm in found.alarms] == ["e2"]


@pytest.mark.parametrize(
    ("durations", "share", "found"),
    [([], 0.5, None), ([7], 0.95, 7), ([1, 2, 3, 4], 0.5, 2), (list(range(1, 101)), 0.95, 95)],
)
def test_shares_are_of_the_nearest_rank(durations: list[int], share: float, found: int | None) -> None:
    assert at_share(durations, share) == found


def test_differences_are_told_by_kind() -> None:
    def life(name: str, begin: int, end: int, level: Level = Level.L2) -> list[tuple[int, Effect]]:
        alert = f"R-1/{name}/{begin}"
        return [
            (begin * MINUTE, step(FIRING, alert=alert, subject=name, level=level)),
            (end * MINUTE, step(OK, alert=alert, subject=name, level=level)),
        ]

    before = counted(*life("same", 0, 5), *life("moved", 1, 5), *life("graver", 2, 5), *life("gone", 3, 5))
    after = counted(*life("same", 0, 5), *life("moved", 2, 5), *life("graver", 2, 5, Level.L1), *life("new", 3, 5))
    found = compared(before, after, SECOND, T0)
    kinds = {pair.episode.subject: str(pair.change) for pair in found.differences}
    assert kinds == {"moved": "moved", "graver": "level", "gone": "removed", "new": "added"}
    (rule,) = found.rules
    assert (rule.before, rule.after, rule.same) == (4, 4, 1)
    assert compared(before, after, 2 * MINUTE, T0).rules[0].moved == 0

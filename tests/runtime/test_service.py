"""What the console may ask and do, on a daemon with a real store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from processor.model.alert import AlertState, Withheld
from processor.model.disposition import DispositionState, Interlock
from processor.model.order import OrderRefusal, OrderResult, OrderState, OrderVerb
from processor.model.reading import RejectionReason
from processor.model.rule import Level
from processor.model.time import MINUTE
from processor.ports.console import Committed, Declined, OrderTaken, Refusal, Reloaded, Retried
from processor.ports.mutes import MuteAsked
from processor.ports.rule_sets import SetCause, SetRequest
from processor.runtime.service import Service
from tests.runtime.house import House
from tests.runtime.test_daemon import GOOD
from tests.runtime.town import HIGH, LEAK, SILENT
from tests.waiting import eventually

LATCHED = LEAK.replace("  answer:", "  latched: true\n  clear: {when: not wet}\n  answer:")

ACTIONS: dict[str, Callable[[Service], Awaitable[object]]] = {
    "order": lambda service: act(service, "east-000001", OrderVerb.ACCEPT),
    "reset": lambda service: service.reset_alert(alert="a", person="li", reason="r"),
    "retry": lambda service: service.retry_dead_letters(reason=None, limit=10),
    "reload": lambda service: service.reload(SetRequest("", "li", SetCause.RELOAD)),
    "mute": lambda service: service.mute(MuteAsked(community="east", for_ms=MINUTE, person="li", reason="r")),
    "automation": lambda service: service.set_automation(stopped=True, community="", person="li", reason="r"),
}


def act(
    service: Service, order: str, verb: OrderVerb, *, request: str = "r1", result: OrderResult | None = None
) -> Awaitable[object]:
    return service.act_on_order(request=request, order=order, verb=verb, person="li", note="", result=result)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A leak has been answered with an order, and something undecodable came."""
    found = House(tmp_path)
    found.edit({"rules/town.yaml": HIGH + LATCHED + SILENT})
    async with found.life():
        found.say("v1/east/leak/e-l1/telemetry", wet=1)
        found.say("v1/east/meter/e-m1/telemetry", current="x")
        found.say("v1/west/meter/w-m1/telemetry", current=7)
        await found.quiet()
        yield found


async def alerts(service: Service, **asked: object) -> list[str]:
    given: dict[str, object] = {"states": frozenset(), "community": "", "subject": "", "rule": "", "level": None}
    found = await service.alerts(**{**given, "shadow": False, "limit": 10, **asked})  # type: ignore[arg-type]  # a table of arguments
    return [view.alert for view in found]


# ---- looking


async def test_alerts_are_found_by_what_is_asked_and_say_what_people_need(house: House) -> None:
    service = house.service
    (view,) = await service.alerts(
        states=frozenset(), community="", subject="", rule="", level=None, shadow=False, limit=10
    )
    assert (view.rule, view.subject, view.state, view.level) == ("M-02", "e-l1", AlertState.FIRING, Level.L1)
    assert view.latched
    assert view.order == "east-000001"
    assert view.rule_name.en == "Leak"
    assert await alerts(service, states=frozenset({AlertState.OK})) == []
    assert await alerts(service, community="west") == []
    assert await alerts(service, subject="e-l1", rule="M-02", level=Level.L1) == [view.alert]
    assert await alerts(service, limit=0) == []


async def test_orders_readings_and_dead_letters_are_found(house: House) -> None:
    service = house.service
    (order,) = await service.orders(states=frozenset(), community="east", subject="", limit=10)
    assert (order.id, order.state) == ("east-000001", OrderState.OPEN)
    assert await service.orders(states=frozenset({OrderState.CLOSED}), community="", subject="", limit=10) == []
    found = await service.readings(device="w-m1", since=None, until=None, limit=10)
    assert [reading.values for reading in found] == [{"current": 7.0}]
    (letter,) = await service.dead_letters(reason=RejectionReason.WRONG_TYPE, limit=10)
    assert '"current": "x"' in letter.payload
    assert await service.dead_letters(reason=RejectionReason.TOO_DEEP, limit=10) == []


async def test_figures_add_up_and_name_the_rules(house: House) -> None:
    found = house.service.figures()
    counts = found.counts
    assert (counts.received, counts.stored, counts.dead_letters, found.in_flight) == (3, 2, 1, 0)
    assert found.dead_letters == {"wrong_type": 1}
    assert found.alerts_firing == {"L1": 1}
    assert (found.rules, found.devices) == (3, 5)
    assert found.orders == {"open": 1}
    await eventually(lambda: house.service.figures().reminders["sent"] + house.service.figures().reminders["refused"])


# ---- acting


async def test_an_order_is_moved_on_and_a_repeated_request_is_the_same_action(house: House) -> None:
    service = house.service
    first = await act(service, "east-000001", OrderVerb.ACCEPT)
    again = await act(service, "east-000001", OrderVerb.ACCEPT)
    assert isinstance(first, OrderTaken)
    assert first == again
    assert (first.order.state, first.order.number) == (OrderState.ACCEPTED, 2)
    assert [step.number for step in service._records.order_steps("east-000001")] == [1, 2]
    other = await act(service, "east-000001", OrderVerb.ACCEPT, request="r2")
    assert other == Declined(OrderRefusal.NOT_IN_THIS_STATE)


async def test_a_repeated_request_is_known_after_a_restart(tmp_path: Path) -> None:
    house = House(tmp_path)
    async with house.life():
        house.say("v1/east/leak/e-l1/telemetry", wet=1)
        await house.quiet()
        first = await act(house.service, "east-000001", OrderVerb.ACCEPT)
    async with house.life():
        assert await act(house.service, "east-000001", OrderVerb.ACCEPT) == first


async def test_a_refusal_is_the_same_when_it_is_asked_again(house: House) -> None:
    for _ in range(2):
        assert await act(house.service, "east-000001", OrderVerb.CLOSE) == Declined(OrderRefusal.NOT_IN_THIS_STATE)
        assert await act(house.service, "nobody-000009", OrderVerb.ACCEPT) == Declined(OrderRefusal.NO_SUCH_ORDER)
        assert await act(house.service, "east-000009", OrderVerb.ACCEPT) == Declined(OrderRefusal.NO_SUCH_ORDER)


async def test_a_latched_alert_is_reset_once_it_may_be(house: House) -> None:
    service = house.service
    (alert,) = await alerts(service)

    def reset(name: str) -> Awaitable[object]:
        return service.reset_alert(alert=name, person="li", reason="dry")

    assert await reset("no/such/1") == Declined(Refusal.NO_SUCH_ALERT)
    assert await reset(alert) == Declined(Refusal.NOTHING_TO_RESET)
    house.pass_time(MINUTE)
    house.say("v1/east/leak/e-l1/telemetry", wet=0)
    await house.quiet()
    assert await reset(alert) == Committed()
    assert await alerts(service) == []


async def test_automation_is_stopped_for_one_community_or_for_all(house: House) -> None:
    service = house.service

    def stop(community: str, *, stopped: bool = True) -> Awaitable[object]:
        return service.set_automation(stopped=stopped, community=community, person="li", reason="r")

    assert await stop("nowhere") == Declined(Refusal.NO_SUCH_COMMUNITY)
    assert await stop("east") == Committed()
    assert service.figures().automation_stopped == 1
    assert await stop("") == Committed()
    assert service.figures().automation_stopped == 2
    assert await stop("", stopped=False) == Committed()
    assert service.figures().automation_stopped == 0


async def test_a_mute_holds_answers_back_where_it_was_said_and_nowhere_else(house: House) -> None:
    service = house.service

    def mute(*, community: str = "", subject: str = "", rule: str = "", for_ms: int = 10 * MINUTE) -> Awaitable[object]:
        asked = MuteAsked(
            community=community, subject=subject, rule=rule, for_ms=for_ms, person="li", reason="works on it"
        )
        return service.mute(asked)

    assert await mute(subject="no-such") == Declined(Refusal.NO_SUCH_SUBJECT)
    assert await mute() == Declined(Refusal.NO_SUCH_COMMUNITY)
    assert await mute(community="east", rule="NO-1") == Declined(Refusal.NO_SUCH_RULE)
    assert await mute(subject="w-m1", rule="M-01") == Committed()
    assert [(view.community, view.rule, view.subject) for view in service.mutes()] == [("west", "M-01", "w-m1")]
    assert [(view.person, view.reason, view.until) for view in service.mutes()] == [
        ("li", "works on it", house.clock.now() + 10 * MINUTE)
    ]
    for _ in range(3):
        house.say("v1/west/meter/w-m1/telemetry", current=700)
        house.say("v1/east/meter/e-m1/telemetry", current=700)
        await house.quiet()
        house.pass_time(MINUTE)
    found = await service.alerts(
        states=frozenset(), community="", subject="", rule="M-01", level=None, shadow=False, limit=10
    )
    assert {view.subject: view.withheld for view in found} == {"w-m1": Withheld.MUTED, "e-m1": None}
    assert await mute(subject="w-m1", rule="M-01", for_ms=0) == Committed()
    assert service.mutes() == []


async def test_dead_letters_are_tried_again(house: House) -> None:
    assert await house.service.retry_dead_letters(reason=None, limit=10) == Retried(1, 0, 1)
    meter = house.texts["config/profiles/meter.yaml"]
    house.edit({"config/profiles/meter.yaml": meter.replace("path: current,", "path: current, default: 5,")})
    answer = await house.service.reload(SetRequest("", "li", SetCause.RELOAD))
    assert isinstance(answer, Reloaded)
    assert await house.service.retry_dead_letters(reason=RejectionReason.TOO_DEEP, limit=10) == Retried(0, 0, 0)


async def test_a_reload_reaches_the_daemon(house: House) -> None:
    house.edit({"rules/town.yaml": GOOD["rules/town.yaml"]})
    answer = await house.service.reload(SetRequest("", "li", SetCause.RELOAD))
    assert isinstance(answer, Reloaded)
    assert answer.changed


# ---- declining


@pytest.mark.parametrize("action", ACTIONS)
async def test_before_the_state_is_back_actions_are_declined(tmp_path: Path, action: str) -> None:
    async with House(tmp_path).open() as house:
        assert await ACTIONS[action](house.service) == Declined(Refusal.NOT_NOW)
        assert house.service.figures().rules == 0


@pytest.mark.parametrize("action", ACTIONS)
async def test_while_the_store_takes_no_commit_actions_are_declined(house: House, action: str) -> None:
    house.health.journal_full()
    assert await ACTIONS[action](house.service) == Declined(Refusal.NOT_NOW)
    house.health.journal_takes()


async def test_while_stopping_actions_are_declined(tmp_path: Path) -> None:
    house = House(tmp_path)
    async with house.life():
        pass
    assert await act(house.service, "east-000001", OrderVerb.ACCEPT) == Declined(Refusal.NOT_NOW)


async def test_many_actions_at_once_are_each_answered(house: House) -> None:
    asked = [
        house.service.set_automation(stopped=number % 2 == 0, community="east", person="li", reason="r")
        for number in range(50)
    ]
    assert set(await asyncio.gather(*asked)) == {Committed()}


# ---- rules in shadow


async def test_a_rule_in_shadow_is_recorded_and_counted_apart_told_to_nobody_and_listed_when_asked(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.edit(
        {"rules/town.yaml": HIGH + LEAK.replace("  applies_to", "  shadow: true\n  note: tried\n  applies_to", 1)}
    )
    async with house.life():
        house.say("v1/east/valve/e-v1/telemetry", position="open")
        house.say("v1/east/leak/e-l1/telemetry", wet=1)
        await house.quiet()
        assert house.publisher.published == []
        assert house.channel.told == []
        everything = {"states": frozenset[AlertState](), "community": "", "subject": "", "rule": "", "level": None}
        assert await house.service.alerts(**everything, shadow=False, limit=10) == []  # type: ignore[arg-type]  # a table
        (shown,) = await house.service.alerts(**everything, shadow=True, limit=10)  # type: ignore[arg-type]  # as above
        assert (shown.rule, shown.state, shown.withheld) == ("M-02", AlertState.FIRING, Withheld.SHADOW)
        figures = house.service.figures()
        assert figures.transitions.get("firing", 0) == 0
        assert figures.shadow_transitions["firing"] == 1
        assert sum(figures.alerts_firing.values()) == 0
        refused = await asyncio.to_thread(house.service._records.dispositions)
        assert [(each.state, each.interlock) for each in refused] == [(DispositionState.REFUSED, Interlock.SHADOW)]

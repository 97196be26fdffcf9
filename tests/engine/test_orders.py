"""Work orders: opened with alerts, moved by people, never closed over a firing alert without a word why."""

from processor.model.effect import OrderActionRefused, OrderChanged, RemindPeople
from processor.model.inputs import OrderAction
from processor.model.order import OrderResult, OrderVerb
from processor.model.rule import Answer, Level
from tests.engine.district import SCOPE, Play, at, rule, trigger

ORDER = Answer(remind=("grid_worker",), order="inspection")
ID = f"{SCOPE}-000001"


def opened(*, latched: bool = False, level: Level = Level.L2) -> Play:
    play = Play.of(rule(trigger("leak == wet", level=level), profile="leak", latched=latched, answer=ORDER))
    play.say("l1", "0s", leak="wet")
    return play


def act(
    play: Play, verb: OrderVerb, when: str, *, person: str = "p1", note: str = "", result: OrderResult | None = None
) -> list[str]:
    play.until(at(when))
    request = f"{verb}-{when}"
    made = play.give(OrderAction(SCOPE, request, ID, verb, person, note, result), at(when))
    return [
        effect.order.state if isinstance(effect, OrderChanged) else effect.reason
        for effect in made
        if isinstance(effect, OrderChanged | OrderActionRefused)
    ]


def reminders(play: Play) -> list[RemindPeople]:
    return [effect for _, effect in play.effects if isinstance(effect, RemindPeople)]


def test_an_order_goes_from_open_to_closed_by_people() -> None:
    play = opened()
    assert act(play, OrderVerb.ACCEPT, "1m") == ["accepted"]
    assert act(play, OrderVerb.DONE, "20m") == ["done"]
    play.say("l1", "21m", leak="dry")
    assert act(play, OrderVerb.CLOSE, "30m", result=OrderResult.TRUE_ALARM) == ["closed"]


def test_the_same_request_twice_is_one_step() -> None:
    play = opened()
    action = OrderAction(SCOPE, "r1", ID, OrderVerb.ACCEPT, "p1")
    assert len(play.give(action, at("1m"))) == 1
    assert play.give(action, at("2m")) == []


def test_a_refusal_says_why() -> None:
    play = opened()
    assert act(play, OrderVerb.CLOSE, "1m", result=OrderResult.TEST) == ["not_in_this_state"]
    assert act(play, OrderVerb.ACCEPT, "2m", person=" ") == ["person_missing"]
    act(play, OrderVerb.ACCEPT, "3m")
    act(play, OrderVerb.DONE, "4m")
    assert act(play, OrderVerb.CLOSE, "5m") == ["result_missing"]
    assert act(play, OrderVerb.CLOSE, "6m", result=OrderResult.TRUE_ALARM) == ["alert_still_firing"]
    assert act(play, OrderVerb.CLOSE, "7m", result=OrderResult.FAULT, note="sensor broken, replaced") == ["closed"]


def test_a_result_said_when_done_need_not_be_said_again_until_the_order_is_reopened() -> None:
    play = opened()
    act(play, OrderVerb.ACCEPT, "1m")
    act(play, OrderVerb.DONE, "2m", result=OrderResult.TRUE_ALARM)
    assert act(play, OrderVerb.REOPEN, "3m", note="wet again") == ["accepted"]
    act(play, OrderVerb.DONE, "4m")
    play.say("l1", "5m", leak="dry")
    assert act(play, OrderVerb.CLOSE, "6m") == ["result_missing"]
    act(play, OrderVerb.REOPEN, "7m", note="forgot something")
    act(play, OrderVerb.DONE, "8m", result=OrderResult.FAULT)
    assert act(play, OrderVerb.CLOSE, "9m") == ["closed"]


def test_an_unknown_order_is_refused() -> None:
    made = opened().give(OrderAction(SCOPE, "r", "sunrise-999999", OrderVerb.ACCEPT, "p1"), at("1m"))
    assert [effect.reason for effect in made if isinstance(effect, OrderActionRefused)] == ["no_such_order"]


def test_an_alert_that_clears_never_closes_its_order() -> None:
    play = opened()
    play.say("l1", "1m", leak="dry")
    assert play.state() == "ok"
    assert act(play, OrderVerb.ACCEPT, "2m") == ["accepted"]


def test_closing_the_order_is_the_person_a_latched_alert_waits_for() -> None:
    play = opened(latched=True)
    act(play, OrderVerb.ACCEPT, "1m")
    play.say("l1", "5m", leak="dry")
    act(play, OrderVerb.DONE, "10m")
    assert play.state() == "recovering"
    act(play, OrderVerb.CLOSE, "20m", result=OrderResult.TRUE_ALARM)
    assert play.state() == "ok"


def test_people_are_told_again_until_somebody_accepts() -> None:
    play = opened(level=Level.L1)
    assert len(reminders(play)) == 1
    play.pass_to("6m")
    assert len(reminders(play)) == 3
    act(play, OrderVerb.ACCEPT, "7m")
    play.pass_to("60m")
    assert len(reminders(play)) == 3
    assert len({reminder.key for reminder in reminders(play)}) == 3


def test_a_graver_alert_takes_its_order_along() -> None:
    levels = (trigger("current >= 300 mA", level=Level.L2), trigger("current >= 500 mA", level=Level.L1))
    play = Play.of(rule(*levels, answer=ORDER))
    play.say("m1", "0s", current=310.0)
    play.say("m1", "1m", current=510.0)
    orders = [effect.order for _, effect in play.effects if isinstance(effect, OrderChanged)]
    assert [(order.id, order.number, order.level) for order in orders] == [(ID, 1, Level.L2), (ID, 2, Level.L1)]


def test_a_reminder_names_the_place_and_the_evidence_in_both_languages() -> None:
    told = reminders(opened())[0]
    assert told.title.zh == "【橙】规则 l1"
    assert told.title.en == "[L2 orange] rule: l1"
    assert f"{SCOPE}/b1/r1" in told.body.zh
    assert "wet" in told.body.en
    assert told.grid == "g1"


def test_an_order_nobody_accepted_is_told_again_though_its_alert_is_over() -> None:
    play = opened(level=Level.L1)
    play.say("l1", "1m", leak="dry")
    assert play.state() == "ok"
    play.pass_to("6m")
    told = reminders(play)
    assert len(told) == 3
    assert len({reminder.key for reminder in told}) == 3
    assert {(reminder.order, reminder.grid, reminder.level) for reminder in told[1:]} == {(ID, "g1", Level.L1)}
    assert [reminder.title for reminder in told[1:]] == [told[0].title] * 2


def test_who_is_told_again_reads_why_in_their_own_language() -> None:
    play = opened(level=Level.L1)
    play.pass_to("6m")
    again = reminders(play)[-1]
    assert f"依据：工单 {ID} 至今无人接单" in again.body.zh
    assert f"Evidence: nobody has accepted order {ID} yet" in again.body.en

"""What people read of an alert is the rule's own text with the values of that moment."""

import msgspec
import pytest

from processor.model.district import District
from processor.model.effect import RemindPeople
from processor.model.profile import Listen, Point, PointKind, Profile
from processor.model.reading import Value
from processor.model.rule import Answer, Override, OverrideLayer, Parameter, Rule
from processor.model.text import Text
from tests.engine.district import LEAK, Play, at, device, district, number, rule, state, trigger

MINDFUL = Profile(
    name="meter",
    listen=(Listen("m/{device}"),),
    points={
        "current": number("current"),
        "heat": number("heat", "degC", 1_000),
        "breaker": state("breaker", "open", "closed"),
        "said": Point(name="said", kind=PointKind.TEXT, path="said", on_change=True),
        "lit": Point(name="lit", kind=PointKind.BOOLEAN, path="lit", on_change=True),
    },
)
ALARM = Parameter("alarm", 300.0, "mA", low=30.0, high=1_000.0)
REMIND = Answer(remind=("grid_worker",))


def speaking(text: str, when: str = "current >= alarm") -> Rule:
    return msgspec.structs.replace(
        rule(trigger(when), answer=REMIND, parameters={"alarm": ALARM}), text=Text(zh=text, en=text)
    )


def spoken(whole: District, **values: Value) -> Text:
    play = Play.started(msgspec.structs.replace(whole, profiles={**whole.profiles, "meter": MINDFUL}))
    play.say("m1", "1m", **values)  # type: ignore[arg-type]  # values of points, none of them named as an option
    (reminder,) = [effect for _, effect in play.effects if isinstance(effect, RemindPeople)]
    return reminder.body


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("{current}/{alarm}", "412 mA/300 mA", "412 mA/300 mA"),
        ("{device} {name} {level}", "m1 一号表 橙", "m1 Meter one L2 orange"),
        ("{place}", "sunrise/b1/r1", "sunrise/b1/r1"),
        ("{evidence}", "current 412 mA >= alarm 300 mA", "current 412 mA >= alarm 300 mA"),
        ("{breaker} {lit}", "closed 是", "closed yes"),
        ("{heat}", "?", "?"),  # never said
        ("{{{alarm}}}", "{300 mA}", "{300 mA}"),
        ("{said}", "［x］(http：//y) z", "［x］(http：//y) z"),
    ],
)
def test_every_placeholder_has_the_value_of_that_moment(text: str, zh: str, en: str) -> None:
    named = msgspec.structs.replace(device("m1", "meter"), name=Text(zh="一号表", en="Meter one"))
    whole = district(speaking(text), devices=(named,))
    told = spoken(whole, current=412.0, breaker="closed", lit=True, said="[x](http://y)\n\u202ez")
    assert (told.zh.splitlines()[0], told.en.splitlines()[0]) == (zh, en)


def test_a_parameter_is_told_as_it_is_in_force_for_the_device() -> None:
    override = Override("R-1", "alarm", OverrideLayer.DEVICE, "m1", 0.4, "A")
    whole = msgspec.structs.replace(district(speaking("{alarm}")), overrides=(override,))
    assert spoken(whole, current=412.0).en.startswith("0.4 A\n")


def test_a_stale_value_is_not_told_as_if_it_were_so_now() -> None:
    whole = district(speaking("{heat}"), devices=(device("m1", "meter"),))
    play = Play.started(msgspec.structs.replace(whole, profiles={**whole.profiles, "meter": MINDFUL}))
    play.say("m1", "1m", heat=20.0, current=10.0)
    play.say("m1", "2m", current=412.0)
    (reminder,) = [effect for _, effect in play.effects if isinstance(effect, RemindPeople)]
    assert reminder.body.en.startswith("?\n")


def test_a_rule_without_a_text_says_where_and_why_only() -> None:
    assert spoken(district(speaking("")), current=412.0).en.splitlines() == [
        "Place: sunrise/b1/r1",
        "Evidence: current 412 mA >= alarm 300 mA",
    ]


def test_a_group_tells_its_parameters_and_its_place() -> None:
    spoke = msgspec.structs.replace(
        rule(
            trigger("count of devices where leak == wet >= few within 10 min by riser"),
            profile=LEAK.name,
            answer=REMIND,
            parameters={"few": Parameter("few", 2.0)},
        ),
        text=Text(zh="{place} 有 {few} 处 {leak}"),
    )
    play = Play.of(spoke)
    play.say("l1", "1m", leak="wet")
    play.say("l2", "2m", leak="wet")
    (reminder,) = [effect for _, effect in play.effects if isinstance(effect, RemindPeople)]
    assert reminder.body.zh.startswith("sunrise/b1/r1 有 2 处 ?\n")
    assert reminder.decided_at == at("2m")


def test_a_reminder_ends_with_the_link_to_what_is_to_be_done() -> None:
    linked = msgspec.structs.replace(speaking("{level}"), runbook="https://wiki.example.org/leak")
    told = spoken(district(linked, devices=(device("m1", "meter"),)), current=412.0)
    assert told.zh.splitlines()[-1] == "处置手册：https://wiki.example.org/leak"
    assert told.en.splitlines()[-1] == "Runbook: https://wiki.example.org/leak"
    assert "Runbook" not in spoken(district(speaking("{level}"), devices=(device("m1", "meter"),)), current=412.0).en

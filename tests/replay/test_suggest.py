"""Proposals rest on what was normal, stay within bounds, and say how many alerts each would have made."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest

from processor.cli.suggest_text import SuggestionPage
from processor.loading.load import load
from processor.model.district import District
from processor.model.order import OrderResult
from processor.model.reading import Flag, Reading, Value
from processor.model.rule import Parameter
from processor.model.time import HOUR, MINUTE, EpochMs
from processor.ports.history import BadRow, Extent, Judged, Stretch
from processor.replay.suggest import Suggester, Wanted
from processor.replay.suggest_choices import Basis, offered, rounded_away
from processor.replay.suggest_judged import Known
from processor.replay.suggest_related import related
from processor.replay.suggest_result import Suggestion, Suggestions
from processor.replay.suggest_thresholds import thresholds_of
from tests.runtime.plant import T0
from tests.runtime.town import HIGH, sources, town

RULES = (
    HIGH.replace("limit: 300 mA", "limit: {default: 300 mA, min: 30 mA, max: 700 mA}")
    + """
M-04:
  name: {zh: 又一条, en: Another}
  applies_to: {profile: meter}
  levels: {L1: {when: current >= 600 mA}}
M-05:
  name: {zh: 低, en: Low}
  applies_to: {profile: meter}
  parameters: {low: 20 mA}
  levels: {L3: {when: "not (avg(current, 5 min) > low)"}}
M-06:
  name: {zh: 多台, en: Several}
  applies_to: {profile: meter}
  parameters: {each: 0.3 A, many: 2}
  levels: {L2: {when: count of devices where current >= each >= many by building}}
M-07:
  name: {zh: 没有参数, en: None}
  applies_to: {profile: meter}
  levels: {L3: {when: current >= 640 mA}}
"""
)


class Told:
    """A history of readings in memory."""

    name = "told"
    bad_rows: tuple[int, Sequence[BadRow]] = (0, ())

    def __init__(self, readings: list[Reading]) -> None:
        self.readings = sorted(readings, key=lambda reading: reading.arrived)

    def extent(self) -> Extent:
        return Extent(None, None, len(self.readings))

    def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
        for number, reading in enumerate(self.readings):
            if (since is None or reading.arrived >= since) and (until is None or reading.arrived < until):
                yield Stretch([reading], None, number + 1)

    def close(self) -> None: ...


def said(device: str, *currents: Value, first: int = 0) -> list[Reading]:
    """One reading a minute."""
    return [
        Reading(device, T0 + minute * MINUTE, T0 + minute * MINUTE, {"current": current}, 0, minute)
        for minute, current in enumerate(currents, first)
    ]


def district() -> District:
    return town(sources(rules=RULES))


def suggested(rule: str, readings: list[Reading], **wanted: Any) -> Suggestions:  # noqa: ANN401 - Wanted's own fields
    whole = district()
    return Suggester(Told(readings), whole, whole.rules[rule], Wanted(**wanted)).run()


def only(found: Suggestions) -> Suggestion:
    (suggestion,) = found.suggestions
    return suggestion


QUIET = [100.0, 110.0, 120.0, 130.0] * 10
LEAKY = [200.0, 210.0, 220.0, 280.0] * 10


def test_the_largest_normal_value_is_doubled_and_rounded_up() -> None:
    found = only(suggested("M-01", said("e-m1", *QUIET)))
    assert found.normal is not None
    assert (found.normal.samples, found.normal.least, found.normal.most) == (40, 100.0, 130.0)
    values = {choice.basis: choice.value for choice in found.choices}
    assert values[Basis.CURRENT] == 300.0
    assert values[Basis.TWICE_LARGEST] == 260.0
    assert values[Basis.SITE_P99] == 200.0


def test_what_was_said_during_an_alert_is_not_normal_but_a_spike_that_came_to_nothing_is() -> None:
    burning = [*QUIET, 400.0, 410.0, 420.0, 430.0, 190.0, 190.0, 190.0, *QUIET]
    found = only(suggested("M-01", said("e-m1", *burning)))
    assert found.normal is not None
    assert found.normal.most == 190.0  # the last one, after the alert had ended
    assert found.left_out > 4
    spike = only(suggested("M-01", said("e-m1", *QUIET, 400.0, *QUIET)))
    assert spike.normal is not None
    assert (spike.normal.most, spike.left_out) == (400.0, 0)


def test_an_alert_of_another_rule_on_the_same_point_is_not_normal_either() -> None:
    assert related(district(), district().rules["M-01"]) == ("M-01", "M-04", "M-05", "M-06", "M-07")
    found = only(suggested("M-01", said("e-m1", *QUIET, 650.0, *QUIET)))
    assert found.normal is not None
    assert found.normal.most == 130.0


def test_what_may_not_cause_a_command_is_not_normal() -> None:
    kept = msgspec.structs.replace(said("e-m1", 280.0, first=20)[0], flags=int(Flag.RETAINED))
    found = only(suggested("M-01", [*said("e-m1", *QUIET[:20]), kept]))
    assert found.normal is not None
    assert (found.normal.most, found.normal.samples) == (130.0, 20)


def test_each_choice_says_how_many_alerts_it_would_have_made() -> None:
    burning = [*QUIET, *[280.0] * 5, *[150.0] * 5, *[290.0] * 5, *QUIET]
    found = only(suggested("M-01", said("e-m1", *burning) + said("w-m1", *QUIET)))
    alerts = {choice.basis: (choice.value, choice.alerts, choice.subjects) for choice in found.choices}
    assert alerts[Basis.CURRENT] == (300.0, 0, 0)
    assert alerts[Basis.TWICE_LARGEST] == (580.0, 0, 0)
    lower = suggested("M-01", said("w-m1", *QUIET) + said("e-m1", *[*QUIET * 50, *[280.0] * 5, *[150.0] * 5]))
    tried = {choice.basis: choice for choice in only(lower).choices}
    assert tried[Basis.SITE_P99].value == 200.0
    assert (tried[Basis.SITE_P99].alerts, tried[Basis.SITE_P99].subjects) == (1, 1)
    assert tried[Basis.BY_DEVICE].devices == {"e-m1": 560.0}
    assert tried[Basis.BY_DEVICE].alerts == 0


def test_no_choice_leaves_the_parameters_bounds() -> None:
    found = only(suggested("M-01", said("e-m1", *[280.0, 290.0, 299.0] * 20, *[360.0, 299.0] * 10)))
    twice = next(choice for choice in found.choices if choice.basis is Basis.TWICE_LARGEST)
    assert (twice.value, twice.bounded) == (700.0, True)


def test_a_low_limit_is_proposed_below_what_is_normal_whichever_way_it_is_written() -> None:
    found = only(suggested("M-05", said("e-m1", *QUIET)))
    assert not found.is_high
    assert found.measured == "avg(current, 5 min)"
    twice = next(choice for choice in found.choices if choice.basis is Basis.TWICE_LARGEST)
    assert twice.value == 50.0


def test_a_limit_inside_a_group_test_is_measured_on_its_members_in_its_own_unit() -> None:
    found = suggested("M-06", said("w-m1", *QUIET) + said("w-m2", *QUIET))
    (suggestion,) = found.suggestions
    assert suggestion.parameter == "each"
    assert suggestion.normal is not None
    assert suggestion.unit == "A"
    assert suggestion.normal.most == pytest.approx(0.13)


def test_while_a_group_fires_its_members_are_not_normal() -> None:
    found = suggested("M-06", said("w-m1", *QUIET, 400.0, 410.0) + said("w-m2", *QUIET, 400.0, 410.0))
    (suggestion,) = found.suggestions
    assert suggestion.normal is not None
    assert suggestion.normal.most == pytest.approx(0.13)
    assert suggestion.left_out == 4


def test_only_what_is_asked_for_is_counted() -> None:
    readings = said("e-m1", *QUIET) + said("w-m1", *LEAKY)
    found = only(suggested("M-01", readings, communities=("west",)))
    assert [each.device for each in found.devices] == ["w-m1"]
    found = only(suggested("M-01", readings, since=T0 + 20 * MINUTE, only=("e-m1",), communities=("east",)))
    assert found.normal is not None
    assert found.normal.samples == 20


def test_a_rule_that_is_off_is_tried_as_if_it_were_on() -> None:
    whole = district()
    off = msgspec.structs.replace(whole.rules["M-01"], enabled=False)
    whole = msgspec.structs.replace(whole, rules={**whole.rules, "M-01": off})
    found = Suggester(Told(said("e-m1", *QUIET, *[400.0] * 6)), whole, off, Wanted()).run()
    assert only(found).choices[0].alerts == 1


class Said:
    """People's words on the alerts of a rule."""

    def __init__(self, *judged: Judged) -> None:
        self._judged = judged

    def judged(self, rule: str) -> Sequence[Judged]:
        return self._judged if rule == "M-01" else ()


def found_to_be(result: OrderResult, device: str, minute: int) -> Judged:
    return Judged(device, T0 + minute * MINUTE, T0 + (minute + 6) * MINUTE, result)


BURNT = [*QUIET, *[400.0] * 5, *QUIET, *[310.0] * 5, *QUIET]
"""An alert of 400 mA at minute 40, one of 310 mA at minute 85."""


def test_each_choice_says_how_many_of_the_known_false_and_true_alarms_it_keeps() -> None:
    whole = district()
    feedback = Said(
        found_to_be(OrderResult.TRUE_ALARM, "e-m1", 40),
        found_to_be(OrderResult.FALSE_ALARM, "e-m1", 85),
        found_to_be(OrderResult.FALSE_ALARM, "w-m1", 40),  # no choice has any on that device
        found_to_be(OrderResult.TEST, "e-m1", 85),
        found_to_be(OrderResult.FALSE_ALARM, "e-m1", -100),  # before what is looked at
    )
    readings = said("e-m1", *BURNT) + said("w-m1", *[170.0] * 130)
    result = Suggester(Told(readings), whole, whole.rules["M-01"], Wanted(), feedback).run()
    assert result.judged == Known(2, 1)
    kept = {choice.basis: (choice.value, choice.kept) for choice in only(result).choices}
    assert kept[Basis.CURRENT] == (300.0, Known(1, 1))
    assert kept[Basis.TWICE_LARGEST] == (340.0, Known(0, 1))
    page = "\n".join(SuggestionPage(result, "en", "Asia/Shanghai").lines())
    assert "people found 2 to be false and 1 true" in page
    assert "keeps 0/2 false alarms, 1/1 true ones" in page
    alone = Suggester(Told(readings), whole, whole.rules["M-01"], Wanted(only=["w-m1"]), feedback).run()
    assert alone.judged == Known(1, 0)


def test_the_time_that_is_told_reaches_to_the_last_reading() -> None:
    class Whole(Told):
        def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
            found = [each for stretch in super().stretches(since, until) for each in stretch.inputs]
            yield Stretch(found, None, len(found))

    whole = district()
    result = Suggester(Whole(said("e-m1", *QUIET)), whole, whole.rules["M-01"], Wanted()).run()
    assert (result.since, result.until) == (T0, T0 + 39 * MINUTE + 1)


def test_a_block_in_which_nothing_came_is_no_hindrance() -> None:
    class Quiet(Told):
        def stretches(self, since: EpochMs | None, until: EpochMs | None) -> Iterator[Stretch]:
            yield Stretch([], T0 - MINUTE, 0)
            yield from super().stretches(since, until)
            yield Stretch([], T0 + HOUR, len(self.readings))

    whole = district()
    result = Suggester(Quiet(said("e-m1", *QUIET)), whole, whole.rules["M-01"], Wanted()).run()
    assert (result.since, result.until) == (T0 - MINUTE, T0 + HOUR + 1)


def test_a_rule_without_a_limit_says_so() -> None:
    found = suggested("M-07", said("e-m1", *QUIET))
    assert found.suggestions == ()
    assert thresholds_of(district().rules["M-07"], "UTC") == ()
    assert "no numeric parameter" in "\n".join(SuggestionPage(found, "en", "Asia/Shanghai").lines())


@pytest.mark.parametrize(
    ("value", "is_high", "rounded"),
    [
        (261.0, True, 270.0),
        (261.0, False, 260.0),
        (380.00000000000006, True, 380.0),
        (0.0123, True, 0.013),
        (-12.3, True, -12.0),
        (0.0, True, 0.0),
        (99.9, True, 100.0),
    ],
)
def test_a_limit_is_rounded_away_from_what_is_normal(*, value: float, is_high: bool, rounded: float) -> None:
    assert rounded_away(value, is_high=is_high) == pytest.approx(rounded)


def test_bounds_hold_whatever_comes_out() -> None:
    parameter = Parameter("limit", 300.0, "mA", low=30.0, high=700.0)
    assert offered(1e9, parameter, is_high=True).value == 700.0
    assert offered(0.0, parameter, is_high=True).value == 30.0


def test_the_page_has_lines_that_load_when_pasted() -> None:
    readings = said("w-m1", *QUIET) + said("e-m1", *[*QUIET * 50, *[280.0] * 5, *[150.0] * 5])
    found = suggested("M-01", readings)
    for language, words in (("en", "no file was changed"), ("zh", "没有改动任何文件")):
        text = "\n".join(SuggestionPage(found, language, "Asia/Shanghai").lines())
        assert words in text
    line = next(each for each in text.splitlines() if each.strip().startswith("limit: {"))
    pasted = RULES.replace("limit: {default: 300 mA, min: 30 mA, max: 700 mA}", line.strip())
    override = next(each for each in text.splitlines() if each.strip().startswith("- {rule"))
    loaded = load({**sources(rules=pasted), "config/overrides.yaml": f"overrides:\n{override}\n"})
    assert loaded.district is not None, [problem.render() for problem in loaded.problems]
    assert loaded.district.rules["M-01"].parameters["limit"].value != 300.0
    assert loaded.district.overrides[0].target == "e-m1"

"""Since when a rule's automatic answer is what it is, and until when it only shows itself."""

import msgspec
import pytest

from processor.model.district import District
from processor.model.time import DAY
from processor.ports.rule_sets import Trial
from processor.runtime.probation import approved, probation_of, set_hash, trials_of, under
from tests.runtime.plant import T0
from tests.runtime.town import HIGH, LEAK, SILENT, sources, town

LATER = T0 + 5 * DAY
OFF = LEAK.replace("  applies_to", "  enabled: false\n  applies_to", 1)
IN_SHADOW = LEAK.replace("  applies_to", "  shadow: true\n  note: tried\n  applies_to", 1)


def with_leak(rule: str, **more: str) -> District:
    return town({**sources(rules=HIGH + rule + SILENT), **more})


FIRST = with_leak(LEAK)


def test_only_rules_that_act_are_on_trial() -> None:
    assert trials_of(FIRST, T0) == {"M-02": Trial(T0)}


@pytest.mark.parametrize(
    ("rule", "since"),
    [
        (LEAK, T0),
        (LEAK.replace("Leak", "Water"), T0),  # what people read is not what it does
        (LEAK.replace("  answer:", "  runbook: https://example.org/leak\n  answer:"), T0),
        (IN_SHADOW, T0),
        (LEAK.replace("{when: wet}", "{when: wet, for: 5 s}"), LATER),
        (LEAK.replace("L1:", "L2:"), LATER),
        (LEAK.replace("order: leak_inspection", "order: another_kind"), LATER),
    ],
)
def test_a_trial_goes_on_while_the_rule_does_the_same(rule: str, since: int) -> None:
    after = with_leak(rule)
    assert trials_of(after, LATER, before=FIRST, trials={"M-02": Trial(T0, "li")})["M-02"].since == since


def test_an_edit_takes_an_approval_away() -> None:
    after = with_leak(LEAK.replace("{when: wet}", "{when: wet, for: 5 s}"))
    assert trials_of(after, LATER, before=FIRST, trials={"M-02": Trial(T0, "li")}) == {"M-02": Trial(LATER)}


def test_time_in_shadow_counts() -> None:
    in_shadow = with_leak(IN_SHADOW)
    trials = trials_of(in_shadow, T0)
    assert probation_of(in_shadow, trials, 14 * DAY) == {}
    promoted = trials_of(FIRST, LATER, before=in_shadow, trials=trials)
    assert probation_of(FIRST, promoted, 14 * DAY) == {"M-02": T0 + 14 * DAY}


def test_a_rule_that_was_off_begins_anew() -> None:
    off = with_leak(OFF)
    trials = trials_of(off, LATER, before=FIRST, trials={"M-02": Trial(T0)})
    assert trials == {}
    assert trials_of(FIRST, LATER + 1, before=off, trials=trials) == {"M-02": Trial(LATER + 1)}


def test_an_override_of_another_value_is_another_rule_and_an_edit_elsewhere_is_not() -> None:
    other = town({**sources(rules=HIGH.replace("300 mA", "310 mA") + LEAK + SILENT)})
    assert trials_of(other, LATER, before=FIRST, trials={"M-02": Trial(T0)}) == {"M-02": Trial(T0)}


def test_a_store_of_an_older_version_had_its_answers_since_its_newest_set() -> None:
    assert trials_of(FIRST, LATER, before=FIRST, before_at=T0) == {"M-02": Trial(T0)}


def test_an_approval_is_one_persons_and_ends_the_probation() -> None:
    trials = approved({"M-02": Trial(T0), "M-04": Trial(T0)}, ["M-02"], "li")
    assert trials == {"M-02": Trial(T0, "li"), "M-04": Trial(T0)}
    assert approved(trials, ["M-02"], "wang")["M-02"].approved == "li"
    assert probation_of(FIRST, {"M-02": trials["M-02"]}, 14 * DAY) == {}


def test_a_set_under_a_probation_has_a_name_of_its_own() -> None:
    held = under(FIRST, {"M-02": T0})
    assert held.probation == {"M-02": T0}
    assert len({FIRST.hash, held.hash, under(FIRST, {"M-02": T0 + 1}).hash}) == 3
    assert set_hash(FIRST.hash, {}) == FIRST.hash
    assert msgspec.structs.replace(held, probation={}, hash=FIRST.hash) == FIRST


def test_what_is_over_stays_in_it_so_that_a_restart_means_the_same() -> None:
    trials = trials_of(FIRST, T0)
    assert probation_of(FIRST, trials, DAY) == {"M-02": T0 + DAY}
    assert probation_of(FIRST, trials, 0) == {}

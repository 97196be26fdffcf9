"""Ready only when every condition holds; each failure says what it is and what to do, in both languages."""

import pytest

from processor.model.text import Text
from processor.model.time import MINUTE, SECOND
from processor.ports.console import Condition, ConditionName
from processor.runtime.health import Health, HealthLimits

START = 1_000_000


def healthy() -> Health:
    health = Health(("ingest", "publish"), START)
    health.restored()
    health.broker("ingest", START, connected=True)
    health.broker("publish", START, connected=True)
    return health


def failing(conditions: tuple[Condition, ...]) -> list[ConditionName]:
    return [condition.name for condition in conditions if not condition.ok]


def detail(health: Health, name: ConditionName, now: int = START) -> Condition:
    return next(condition for condition in health.readiness(now) if condition.name == name)


def test_it_starts_unready_because_nothing_is_restored() -> None:
    health = Health((), START)
    assert failing(health.readiness(START)) == [ConditionName.RESTORED]
    health.restoring(30, 120)
    assert "30 of 120" in detail(health, ConditionName.RESTORED).detail.en
    health.restored()
    assert failing(health.readiness(START)) == []


@pytest.mark.parametrize(
    ("after", "ready"),
    [(0, True), (30 * SECOND, True), (30 * SECOND + 1, False), (3600 * SECOND, False)],
)
def test_a_lost_connection_is_forgiven_for_a_short_while_only(*, after: int, ready: bool) -> None:
    health = healthy()
    health.broker("ingest", START, connected=False)
    health.broker("ingest", START + after, connected=False)  # hearing it again does not start the wait again
    assert (failing(health.readiness(START + after)) == []) is ready


def test_a_connection_that_never_came_up_is_not_forgiven() -> None:
    health = Health(("ingest",), START)
    health.restored()
    assert failing(health.readiness(START)) == [ConditionName.BROKER]
    health.broker("ingest", START + 32 * SECOND, connected=True)
    assert failing(health.readiness(START + 99 * SECOND)) == []


def test_the_connection_that_is_away_longest_is_named() -> None:
    health = healthy()
    health.broker("publish", START, connected=False)
    health.broker("ingest", START + SECOND, connected=False)
    found = detail(health, ConditionName.BROKER, START + 40 * SECOND).detail
    assert '"publish" has been down for 40 s' in found.en
    assert "“publish”已断开 40 秒" in found.zh


def test_a_full_disk_is_unready_but_alive_until_a_commit_passes_again() -> None:
    health = healthy()
    health.journal_full()
    assert failing(health.readiness(START)) == [ConditionName.JOURNAL]
    assert failing(health.liveness(START)) == []
    health.journal_takes()
    assert failing(health.readiness(START)) == []


def test_a_broken_store_says_why_and_what_to_run() -> None:
    health = healthy()
    health.journal_broken("database disk image is malformed")
    found = detail(health, ConditionName.JOURNAL).detail
    assert "malformed" in found.en
    assert "store check" in found.en
    assert "store check" in found.zh


@pytest.mark.parametrize(("after", "ok"), [(30 * SECOND, True), (30 * SECOND + 1, False)])
def test_a_commit_that_does_not_end_makes_it_unready(*, after: int, ok: bool) -> None:
    health = healthy()
    health.commit_began(START)
    assert (failing(health.readiness(START + after)) == []) is ok
    health.commit_ended()
    assert failing(health.readiness(START + after)) == []


@pytest.mark.parametrize(("after", "alive"), [(30 * SECOND, True), (30 * SECOND + 1, False), (20 * MINUTE, False)])
def test_a_loop_that_stands_still_is_dead(*, after: int, alive: bool) -> None:
    health = healthy()
    health.turned(START)
    assert (failing(health.liveness(START + after)) == []) is alive


def test_stopping_takes_it_out_of_service() -> None:
    health = healthy()
    health.stopping()
    assert failing(health.readiness(START)) == [ConditionName.NOT_STOPPING]


def test_limits_can_be_told() -> None:
    health = Health(("ingest",), START, HealthLimits(broker_away_ms=0))
    health.restored()
    assert failing(health.readiness(START + 1)) == [ConditionName.BROKER]


def test_every_condition_is_reported_exactly_once_in_both_languages() -> None:
    health = Health(("ingest",), START)
    health.journal_full()
    health.commit_began(START)
    health.stopping()
    health.companion = lambda: Text(zh="在", en="it runs")
    late = START + 60 * MINUTE
    conditions = health.liveness(late) + health.readiness(late)
    assert sorted(condition.name for condition in conditions) == sorted(ConditionName)
    # Files that were refused fail nothing: the last good rules do their work.
    held = {ConditionName.CONFIGURATION, ConditionName.SHADOW}
    assert failing(conditions) == [condition.name for condition in conditions if condition.name not in held]
    assert all(condition.detail.zh and condition.detail.en for condition in conditions)

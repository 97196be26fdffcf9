"""Metrics say exactly what the figures say, with bounded labels, and never lose a name."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from processor.console.metrics import METRICS
from processor.model.reading import RejectionReason
from processor.model.text import Text
from processor.ports.console import Condition, ConditionName, Distribution, Figures
from processor.ports.journal import Counts
from tests.fakes.console import FakeConsoleService


async def scrape(client: httpx.AsyncClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = (await client.get("/metrics")).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_an_idle_daemon_shows_every_name_but_those_without_members(stranger: httpx.AsyncClient) -> None:
    names = {name for name, _ in await scrape(stranger)}
    waiting = {
        "wardwatch_readings_dropped_total",
        "wardwatch_broker_connected",
        "wardwatch_sink_lag_blocks",
        "wardwatch_last_message_timestamp_seconds",
    }
    missing = {metric.name for metric in METRICS if metric.name not in names and f"{metric.name}_bucket" not in names}
    assert missing == waiting


async def test_figures_are_shown_as_they_are(stranger: httpx.AsyncClient, service: FakeConsoleService) -> None:
    service.shown = Figures(
        counts=Counts(received=12, stored=7, duplicates=1, dead_letters=2, dropped=1),
        in_flight=1,
        dead_letters={"too_deep": 2},
        dropped={"queue_full": 1},
        commit_s=Distribution(bounds=(0.1, 1.0), counts=(3, 2, 1), total=4.5),
        broker_connected={"ingest": True, "publish": False},
        last_message_at=1_500,
        version="0.1.0",
        rules_hash="abc",
    )
    found = await scrape(stranger)
    assert found["wardwatch_readings_received_total", ()] == 12
    assert found["wardwatch_readings_stored_total", ()] == 7
    assert found["wardwatch_dead_letters_total", (("reason", "too_deep"),)] == 2
    assert found["wardwatch_dead_letters_total", (("reason", "bad_time"),)] == 0
    assert found["wardwatch_readings_dropped_total", (("policy", "queue_full"),)] == 1
    assert found["wardwatch_broker_connected", (("connection", "publish"),)] == 0
    assert found["wardwatch_last_message_timestamp_seconds", ()] == 1.5
    assert found["wardwatch_commit_seconds_bucket", (("le", "0.1"),)] == 3
    assert found["wardwatch_commit_seconds_bucket", (("le", "1.0"),)] == 5
    assert found["wardwatch_commit_seconds_bucket", (("le", "+Inf"),)] == 6
    assert found["wardwatch_commit_seconds_count", ()] == 6
    assert found["wardwatch_commit_seconds_sum", ()] == 4.5
    assert found["wardwatch_build_info", (("rules_hash", "abc"), ("version", "0.1.0"))] == 1
    accounted = sum(
        value
        for (name, _), value in found.items()
        if name
        in {
            "wardwatch_readings_in_flight",
            "wardwatch_readings_stored_total",
            "wardwatch_readings_duplicate_total",
            "wardwatch_dead_letters_total",
            "wardwatch_readings_dropped_total",
        }
    )
    assert accounted == found["wardwatch_readings_received_total", ()]


async def test_every_condition_is_a_series(stranger: httpx.AsyncClient, service: FakeConsoleService) -> None:
    service.ready = [Condition(ConditionName.JOURNAL, ok=False, detail=Text(zh="磁盘已满", en="disk full"))]
    found = await scrape(stranger)
    assert found["wardwatch_condition", (("name", "journal"),)] == 0
    assert found["wardwatch_condition", (("name", "loop_turns"),)] == 1


async def test_the_process_shows_its_memory(stranger: httpx.AsyncClient) -> None:
    assert (await scrape(stranger))["wardwatch_process_resident_memory_bytes", ()] > 1_000_000


def test_every_name_is_ours_and_every_reason_is_a_series_from_the_start() -> None:
    assert all(metric.name.startswith("wardwatch_") and metric.help.endswith(".") for metric in METRICS)
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    letters = next(metric for metric in METRICS if metric.name == "wardwatch_dead_letters_total")
    assert getattr(letters, "known", ()) == tuple(RejectionReason)


async def test_unready_is_503_and_says_which_condition_failed(
    stranger: httpx.AsyncClient, service: FakeConsoleService
) -> None:
    service.ready = [
        Condition(ConditionName.JOURNAL, ok=False, detail=Text(zh="磁盘已满", en="disk full")),
        Condition(ConditionName.BROKER, ok=True, detail=Text(zh="正常", en="ok")),
    ]
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["conditions"][0] == {
        "name": "journal",
        "ok": False,
        "detail": {"zh": "磁盘已满", "en": "disk full"},
    }
    assert (await stranger.get("/healthz")).status_code == 200

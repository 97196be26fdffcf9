"""What /metrics shows: one table of names, which docs/metrics.md explains and deploy/ builds alerts and panels on.

Labels come from enums and from configured names only, so that nothing a payload says can make a new series.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from processor.model.alert import AlertState
from processor.model.disposition import DispositionState
from processor.model.effect import Effect
from processor.model.order import OrderState
from processor.model.reading import RejectionReason
from processor.model.rule import Level
from processor.model.time import SECOND
from processor.ports.console import Condition, ConsoleService, Distribution, Figures


class Single(NamedTuple):
    """A metric of one series. A name that ends in _total is a counter, any other a gauge."""

    name: str
    help: str
    read: Callable[[Figures], float | None]  # None: there is nothing to show yet


class Labelled(NamedTuple):
    """A metric with one series per member; members known beforehand show 0 from the start, so that rates work."""

    name: str
    label: str
    help: str
    known: tuple[str, ...]
    read: Callable[[Figures], Mapping[str, float]]


class Histogram(NamedTuple):
    """A metric of how often which size came."""

    name: str
    help: str
    read: Callable[[Figures], Distribution]


def _members(enum: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(member) for member in enum)


_EFFECT_TAGS = tuple(str(kind.__struct_config__.tag) for kind in Effect.__args__ if kind.__name__ != "ReadingDropped")

METRICS: tuple[Single | Labelled | Histogram, ...] = (
    Single("wardwatch_messages_received_total", "MQTT messages that came in.", lambda f: f.messages),
    Single("wardwatch_readings_received_total", "Readings that came in.", lambda f: f.counts.received),
    Single("wardwatch_readings_in_flight", "Readings that came in and are not committed yet.", lambda f: f.in_flight),
    Single("wardwatch_readings_stored_total", "Readings committed to the journal.", lambda f: f.counts.stored),
    Single("wardwatch_readings_duplicate_total", "Readings recognised as seen before.", lambda f: f.counts.duplicates),
    Labelled(
        "wardwatch_dead_letters_total",
        "reason",
        "Messages, or parts of one, that could not become a reading.",
        _members(RejectionReason),
        lambda f: f.dead_letters,
    ),
    Labelled(
        "wardwatch_readings_dropped_total",
        "policy",
        "Readings not kept, by the stated policy that says so.",
        (),
        lambda f: f.dropped,
    ),
    Labelled(
        "wardwatch_transitions_total",
        "state",
        "Alert steps, by the state arrived at.",
        _members(AlertState),
        lambda f: f.transitions,
    ),
    Labelled(
        "wardwatch_shadow_transitions_total",
        "state",
        "Alert steps of rules in shadow, by the state arrived at; told to nobody.",
        _members(AlertState),
        lambda f: f.shadow_transitions,
    ),
    Labelled(
        "wardwatch_commands_total",
        "outcome",
        "Steps of automatic commands, by the state arrived at.",
        _members(DispositionState),
        lambda f: f.commands,
    ),
    Labelled(
        "wardwatch_orders_total",
        "state",
        "Steps of work orders, by the state arrived at.",
        _members(OrderState),
        lambda f: f.orders,
    ),
    Labelled(
        "wardwatch_reminders_total",
        "outcome",
        "Attempts to tell people, by how they ended.",
        ("sent", "refused", "unreachable"),
        lambda f: f.reminders,
    ),
    Labelled(
        "wardwatch_alerts_firing",
        "level",
        "Alerts that are firing or recovering now.",
        tuple(level.name for level in Level),
        lambda f: f.alerts_firing,
    ),
    Labelled(
        "wardwatch_outbox_waiting", "kind", "Effects that wait for delivery.", _EFFECT_TAGS, lambda f: f.outbox_waiting
    ),
    Single("wardwatch_outbox_oldest_seconds", "Age of the oldest effect that waits.", lambda f: f.outbox_oldest_s),
    Histogram("wardwatch_commit_seconds", "How long a commit took.", lambda f: f.commit_s),
    Histogram("wardwatch_batch_readings", "Readings in one commit.", lambda f: f.batch_readings),
    Single("wardwatch_journal_offset", "Number of the newest journal block.", lambda f: f.journal_offset),
    Single("wardwatch_journal_bytes", "Size of the store on disk.", lambda f: f.journal_bytes),
    Single("wardwatch_disk_free_bytes", "Free space where the store is.", lambda f: f.disk_free_bytes),
    Labelled(
        "wardwatch_broker_connected",
        "connection",
        "1 while the connection to the broker is up.",
        (),
        lambda f: f.broker_connected,
    ),
    Single(
        "wardwatch_last_message_timestamp_seconds",
        "When the newest message came.",
        lambda f: None if f.last_message_at is None else f.last_message_at / SECOND,
    ),
    Labelled(
        "wardwatch_sink_lag_blocks", "sink", "Journal blocks a sink has not taken yet.", (), lambda f: f.sink_lag_blocks
    ),
    Single("wardwatch_rules", "Rules in force.", lambda f: f.rules),
    Single("wardwatch_devices", "Devices registered.", lambda f: f.devices),
    Single(
        "wardwatch_configuration_problems",
        "Problems of the newest configuration read.",
        lambda f: f.configuration_problems,
    ),
    Single(
        "wardwatch_configuration_refused",
        "1 while the newest files were refused and the last good rules run on.",
        lambda f: float(f.configuration_refused),
    ),
    Labelled(
        "wardwatch_reloads_total",
        "outcome",
        "How often the files were read again, by how it ended.",
        ("taken", "same", "refused"),
        lambda f: f.reloads,
    ),
    Single(
        "wardwatch_rules_on_probation",
        "Rules whose automatic commands are only shown, because they are new or have changed.",
        lambda f: f.on_probation,
    ),
    Single("wardwatch_shadow_running", "1 while the shadow process runs.", lambda f: float(f.shadow.running)),
    Single("wardwatch_shadow_restarts_total", "How often it had to be started again.", lambda f: f.shadow.restarts),
    Single("wardwatch_shadow_lag_blocks", "Journal blocks it has not taken yet.", lambda f: f.shadow.behind),
    Single(
        "wardwatch_automation_stopped_communities",
        "Communities in which a person stopped every automatic command.",
        lambda f: f.automation_stopped,
    ),
    Single("wardwatch_wake_lag_seconds", "How late the newest wake-up of the core was.", lambda f: f.wake_lag_s),
    Single("wardwatch_restore_seconds", "How long the restart took until state was back.", lambda f: f.restore_s),
)

CONDITION_METRIC = "wardwatch_condition"
BUILD_METRIC = "wardwatch_build_info"


def registry_of(service: ConsoleService) -> CollectorRegistry:
    """Give a registry of its own that reads the service whenever it is scraped."""
    registry = CollectorRegistry()
    registry.register(ServiceCollector(service))
    ProcessCollector(namespace="wardwatch", registry=registry)
    return registry


class ServiceCollector(Collector):
    """Turns the figures of one moment into metric families."""

    def __init__(self, service: ConsoleService) -> None:
        self._service = service

    def describe(self) -> Iterable[Metric]:
        """Give nothing: registering must not ask a daemon that is still being put together."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Give every family, from one reading of the service."""
        figures = self._service.figures()
        for metric in METRICS:
            yield from _family(metric, figures)
        yield _conditions([*self._service.liveness(), *self._service.readiness()])
        build = GaugeMetricFamily(BUILD_METRIC, "Always 1; says what runs.", labels=("version", "rules_hash"))
        build.add_metric((figures.version, figures.rules_hash), 1)
        yield build


def _family(metric: Single | Labelled | Histogram, figures: Figures) -> Iterator[Metric]:
    match metric:
        case Single(name, text, read):
            value = read(figures)
            if value is not None:
                yield _kind(name)(name, text, value=value)
        case Labelled(name, label, text, known, read_all):
            family = _kind(name)(name, text, labels=(label,))
            for member, count in {**dict.fromkeys(known, 0), **read_all(figures)}.items():
                family.add_metric((member,), count)
            yield family
        case Histogram(name, text, read_distribution):
            yield _histogram(name, text, read_distribution(figures))


def _kind(name: str) -> type[CounterMetricFamily | GaugeMetricFamily]:
    return CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily


def _histogram(name: str, text: str, found: Distribution) -> Metric:
    running, buckets = 0, []
    for bound, count in zip((*map(str, found.bounds), "+Inf"), found.counts, strict=True):
        running += count
        buckets.append((bound, running))
    return HistogramMetricFamily(name, text, buckets=buckets, sum_value=found.total)


def _conditions(conditions: Iterable[Condition]) -> Metric:
    family = GaugeMetricFamily(
        CONDITION_METRIC, "1 while the condition of /healthz or /readyz holds.", labels=("name",)
    )
    for condition in conditions:
        family.add_metric((condition.name,), 1 if condition.ok else 0)
    return family

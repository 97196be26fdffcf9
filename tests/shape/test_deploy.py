"""The files under deploy/ fit the daemon: names of metrics, settings, ports, secrets, locked versions."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from processor.console.metrics import BUILD_METRIC, CONDITION_METRIC, METRICS, Histogram
from processor.loading.settings_model import Settings
from tests.shape.test_docs import settings_of
from tests.shape.tree import listed, read

_PARTS = ("bucket", "sum", "count")
_PROCESS = {
    f"wardwatch_process_{name}"
    for name in ("cpu_seconds_total", "resident_memory_bytes", "virtual_memory_bytes", "start_time_seconds")
}
KNOWN = (
    {metric.name for metric in METRICS}
    | {
        f"{metric.name}_{part}"
        for metric in METRICS
        if isinstance(metric, Histogram)
        for part in ("bucket", "sum", "count")
    }
    | {CONDITION_METRIC, BUILD_METRIC}
    | _PROCESS
)


def alert_expressions() -> Iterator[str]:
    for group in yaml.safe_load(read("deploy/prometheus/alerts.yml"))["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]


def panel_expressions() -> Iterator[str]:
    for panel in json.loads(read("deploy/grafana/wardwatch.json"))["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


@pytest.mark.parametrize("expressions", [alert_expressions, panel_expressions])
def test_alerts_and_panels_use_only_metrics_that_exist(expressions: Any) -> None:  # noqa: ANN401 - one of two functions
    used = {word for expression in expressions() for word in re.findall(r"\bwardwatch_[a-z_]+", expression)}
    assert used
    assert not used - KNOWN, listed(used - KNOWN)


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    shown = " ".join([*alert_expressions(), *panel_expressions()])
    quiet = {"wardwatch_journal_offset", "wardwatch_rules", "wardwatch_restore_seconds"}  # read by people, at need
    missing = {metric.name for metric in METRICS if metric.name not in shown} - quiet
    assert not missing, listed(missing)


def test_every_alert_says_what_to_do_in_both_languages() -> None:
    for group in yaml.safe_load(read("deploy/prometheus/alerts.yml"))["groups"]:
        for rule in group["rules"]:
            assert {"summary", "summary_zh", "action"} <= set(rule["annotations"]), rule["alert"]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("docker-compose.yml"))
    return found


def test_every_published_port_is_on_loopback() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_stands_in_a_file() -> None:
    secret = re.compile(r"(password|token|secret)", re.IGNORECASE)
    written = {
        (service, key)
        for service, what in compose()["services"].items()
        for key, value in what.get("environment", {}).items()
        if secret.search(key) and not str(value).startswith("${")
    }
    assert not written, listed(written)
    assert "deploy/secrets.env" in read(".gitignore")


def test_the_example_of_the_secrets_names_every_variable() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", read("docker-compose.yml")))
    given = set(re.findall(r"^([A-Z_]+)=$", read("deploy/secrets.example.env"), re.MULTILINE))
    assert asked == given


@pytest.mark.parametrize("where", ["docker-compose.yml", "deploy/secrets.example.env", "README.md", "docs/install.md"])
def test_every_environment_variable_is_a_setting(where: str) -> None:
    used = {word.lower().replace("__", ".") for word in re.findall(r"WARDWATCH_([A-Z]+(?:__[A-Z_]+)+)", read(where))}
    assert not used - set(settings_of(Settings)), listed(used)


def locked(path: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", read(path), re.MULTILINE | re.IGNORECASE))


@pytest.mark.parametrize("path", ["requirements.lock", "deploy/requirements.lock"])
def test_a_lock_file_hashes_everything_and_names_no_source(path: str) -> None:
    text = read(path)
    assert len(locked(path)) > 30
    for block in re.split(r"\n(?=[a-z])", text.split("\n", 2)[2]):
        assert "--hash=sha256:" in block, block[:200]
    assert "://" not in text
    assert "--index" not in text


def test_a_running_daemon_gets_the_versions_that_were_tested() -> None:
    tested = locked("requirements.lock")
    assert {package: tested.get(package) for package in locked("deploy/requirements.lock")} == locked(
        "deploy/requirements.lock"
    )


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[^a-z0-9-]", requirement)[0] for requirement in wanted}
    missing = names - set(locked("requirements.lock"))
    assert not missing, listed(missing)


def test_the_broker_queues_more_than_its_default() -> None:
    said = dict(re.findall(r"^([a-z_]+) (\S+)$", read("deploy/mosquitto/mosquitto.conf"), re.MULTILINE))
    assert int(said["max_queued_messages"]) > 1000
    assert said["persistence"] == "true"
    assert said["allow_anonymous"] == "false"
    assert int(said["max_inflight_messages"]) == 0

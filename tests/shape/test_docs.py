"""The documents say what the code does: names are all there, commands exist, links lead somewhere, examples load."""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from pydantic import BaseModel

from processor.console.metrics import BUILD_METRIC, CONDITION_METRIC, METRICS
from processor.loading.load import load
from processor.loading.settings_model import Settings
from processor.model.alert import AlertState
from processor.model.disposition import DispositionState, Interlock
from processor.model.order import OrderRefusal, OrderResult, OrderState, OrderVerb
from processor.model.reading import RejectionReason
from processor.ports.console import ConditionName
from tests.shape.tree import ROOT, listed, name, pages, read

GUIDES = ("docs/operators.en.md", "docs/operators.zh.md")
VERBS = {
    "run",
    "reload",
    "rules",
    "shadow",
    "init",
    "check",
    "test",
    "schema",
    "backtest",
    "automation",
    "mute",
    "demo",
    "simulate",
    "bench",
    "alerts",
    "orders",
    "readings",
    "explain",
    "suggest",
    "deadletters",
    "store",
    "doctor",
    "version",
}


def unsaid(page: str, words: Iterable[str]) -> list[str]:
    text = read(page)
    return [word for word in words if f"`{word}`" not in text and f"`{word}{{" not in text]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("docs/metrics.md", [metric.name for metric in METRICS]),
        ("docs/metrics.md", [CONDITION_METRIC, BUILD_METRIC]),
        ("docs/metrics.md", list(RejectionReason)),
        ("docs/metrics.md", list(ConditionName)),
        ("docs/metrics.md", list(AlertState)),
        ("docs/metrics.md", list(DispositionState)),
        ("docs/metrics.md", list(OrderState)),
        *[(guide, [*Interlock, *ConditionName, *OrderResult]) for guide in GUIDES],
    ],
)
def test_every_name_people_meet_is_explained(page: str, words: list[str]) -> None:
    missing = unsaid(page, words)
    assert not missing, f"{page}{listed(missing)}"


@pytest.mark.parametrize("guide", GUIDES)
def test_every_address_of_the_api_is_in_the_guides(guide: str) -> None:
    text = read(guide)
    for path in (
        "/api/alerts",
        "/api/orders",
        "/api/readings",
        "/api/explain",
        "/api/dead-letters",
        "/api/reload",
        "/api/automation",
    ):
        assert path in text
    assert ",".join(OrderVerb) in text


def test_both_guides_have_the_same_parts() -> None:
    english, chinese = (re.findall(r"^(#+|\|)", read(guide), re.MULTILINE) for guide in GUIDES)
    assert english == chinese


def settings_of(model: type[BaseModel], path: str = "") -> Iterable[str]:
    """Every key that can be written, as broker.tls.ca; a mapping's members as channels.*.kind."""
    for key, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        many = "dict[" in str(field.annotation)
        if inner is None:
            yield f"{path}{key}"
        else:
            yield from settings_of(inner, f"{path}{key}.{'*.' if many else ''}")


def _model_in(annotation: object) -> type[BaseModel] | None:
    for part in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def test_every_setting_is_explained() -> None:
    missing = unsaid("docs/settings.md", settings_of(Settings))
    assert not missing, listed(missing)


def test_no_setting_is_explained_that_is_gone() -> None:
    said = re.findall(r"^\| `([a-z_.*]+)` \|", read("docs/settings.md"), re.MULTILINE)
    gone = set(said) - set(settings_of(Settings))
    assert not gone, listed(gone)


def test_every_make_target_that_is_told_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    told = {
        target
        for page in pages()
        for target in re.findall(r"(?:^|`|=\S* )make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert {"demo", "test", "bench", "lint", "setup", "lock"} <= targets
    assert not told - targets, listed(told - targets)


def test_the_first_screen_is_the_two_commands() -> None:
    first = read("README.md").splitlines()[:8]
    assert [line.split("  ")[0] for line in first if line.startswith("make ")] == ["make demo", "make test"]


def test_the_automatic_check_runs_what_the_readme_says() -> None:
    assert read(".ci/run").rstrip().endswith("exec make test")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_exists_and_is_told(verb: str) -> None:
    command = (sys.executable, "-c", "from processor.cli.main import main; main()", verb, "--help")
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    told = "\n".join(page.read_text("utf-8") for page in pages())
    assert f"wardwatch {verb}" in told


def test_no_verb_is_told_that_does_not_exist() -> None:
    told = {
        (name(page), verb)
        for page in pages()
        if page.name != "DESIGN.md"  # which also names what is to come
        for verb in re.findall(r"(?:`|/|^)wardwatch ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    gone = {(page, verb) for page, verb in told if verb not in VERBS}
    assert not gone, listed(gone)


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    dead = [link for link in links if not (page.parent / link).exists()]
    assert not dead, listed(dead)


def test_the_readmes_rule_is_a_rule() -> None:
    block = re.search(r"```yaml\n# (rules/my-rules\.yaml)\n(.*?)```", read("README.md"), re.DOTALL)
    assert block is not None
    profiles = {name(path): path.read_text("utf-8") for path in (ROOT / "config/profiles").glob("*.yaml")}
    around = {
        "config/places.yaml": "communities: {sunrise: {}}\n",
        "config/people.yaml": "people: {li: {name: Li, roles: [grid_worker], covers: ['*']}}\n",
        "config/devices.yaml": "devices: {d1: {profile: water_dispenser, place: sunrise, critical: false}}\n",
    }
    loaded = load({**profiles, **around, block[1]: block[2]})
    assert not loaded.problems, listed(loaded.problems)
    assert loaded.district is not None
    assert set(loaded.district.rules) == {"MY-01"}
    path = block[1]
    slip = f"# {path}\n{block[2]}".replace("when: tank_temperature >=", "when: tank_temprature >=")
    (wrong,) = load({**profiles, **around, path: slip}).problems
    assert wrong.render("en").splitlines()[0] in " ".join(read("README.md").split())


def test_every_reason_of_explain_is_explained() -> None:
    from processor.replay.explain_reasons import Reason  # noqa: PLC0415 - only this claim needs them

    missing = unsaid("docs/explain.md", Reason)
    assert not missing, listed(missing)


def test_every_refusal_of_an_order_has_words() -> None:
    from processor.console.problems import REFUSALS  # noqa: PLC0415 - only this claim needs the console's words

    assert set(OrderRefusal) <= set(REFUSALS)

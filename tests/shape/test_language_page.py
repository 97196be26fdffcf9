"""The page about the rule language says all of it, and what it shows is right."""

import re
from functools import cache

import pytest

from processor.language.check import check
from processor.language.fault import USUAL_UNITS, ExpressionFault
from processor.language.grammar import GRAMMAR, KEYWORDS
from processor.language.group_terms import MEMBERS
from processor.language.parse import parse
from processor.language.vocabulary import Vocabulary
from processor.loading.load import load
from processor.model.district import District
from processor.model.place import PlaceKind
from processor.model.rule import Gap
from tests.shape.tree import ROOT, listed, name, read

ENGLISH, CHINESE = "docs/language.md", "docs/language.zh.md"
PAGES = (ENGLISH, CHINESE)
OPERATORS = ("<", "<=", "==", "!=", ">=", ">", "+", "-", "*", "/", "in (", "not in (")


def grammar_words() -> list[str]:
    """Every function and every group form that the grammar knows."""
    kinds = "AGGREGATE|SINCE|NIGHT_MIN|SAME_HOUR|GROUP|MISSING|TAG|TIME"
    patterns = re.findall(rf"^(?:{kinds})\.3: /\(?(?:\?:)?([^()/]+)", GRAMMAR, re.MULTILINE)
    words = " ".join(patterns).replace(r"\d+", "99").replace(r"\s+", " ").replace(r"\b", "")
    return re.findall(r"[a-z0-9_]+", words)


def expressions(page: str) -> list[str]:
    """What the page shows as an expression: its blocks of them, and code that could be nothing else."""
    text = read(page)
    blocks = [line for block in re.findall(r"```expression\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    cells = re.findall(r"\| `([^`…]+)` \|(?!.*answer)", text.split("## What goes wrong most")[0])
    return [*blocks, *(cell for cell in cells if re.search(r" (?:[<>=!]=?|in) |\)$", cell))]


@cache
def shipped() -> District:
    paths = sorted((ROOT / "config/profiles").glob("*.yaml"))
    around = {
        "config/places.yaml": "communities: {sunrise: {}}\n",
        "config/people.yaml": "people: {li: {name: Li, roles: [grid_worker, community_duty], covers: ['*']}}\n",
        "config/devices.yaml": "devices: {d: {profile: residual_current_monitor, place: sunrise, critical: false}}\n",
    }
    example = re.search(r"```yaml\n(.*?)```", read(ENGLISH), re.DOTALL)
    assert example is not None
    files = {name(path): path.read_text("utf-8") for path in paths}
    loaded = load({**files, **around, "rules/page.yaml": example[1].replace("{role: feeder}", "{}")})
    assert not loaded.problems, listed(loaded.problems)
    assert loaded.district is not None
    return loaded.district


@pytest.mark.parametrize("page", PAGES)
def test_every_word_of_the_grammar_is_explained(page: str) -> None:
    text = read(page)
    words = [*grammar_words(), *KEYWORDS, *MEMBERS, *PlaceKind, *Gap]
    assert {"avg", "changes", "share", "missing", "tag", "time", "p99", "since", "night_min", "hour"} <= set(words)
    missing = [word for word in words if not re.search(rf"`[^`]*\b{word}\b[^`]*`", text)]
    missing += [sign for sign in OPERATORS if f"`{sign}" not in text]
    assert not missing, listed(missing)


def test_every_usual_unit_is_named() -> None:
    text = read(ENGLISH)
    missing = [unit for unit in USUAL_UNITS if f"`{unit}`" not in text]
    assert not missing, listed(missing)


@pytest.mark.parametrize(("page", "least"), [(ENGLISH, 30), (CHINESE, 5)])
def test_every_example_can_be_read(page: str, least: int) -> None:
    shown = expressions(page)
    assert len(shown) >= least
    faulty = {text: found.what.en for text in shown if isinstance(found := parse(text), ExpressionFault)}
    assert not faulty, listed(faulty)


def test_the_example_of_a_rule_is_a_rule() -> None:
    assert set(shipped().rules) == {"MY-02"}


def mistakes() -> list[tuple[str, str]]:
    return re.findall(r"^\| `([^`]+)` \| (.*) \|$", read(ENGLISH).split("## What goes wrong most")[1], re.MULTILINE)


@pytest.mark.parametrize(("written", "answer"), mistakes())
def test_a_mistake_is_answered_as_the_page_says(written: str, answer: str) -> None:
    node = parse(written)
    vocabulary = Vocabulary.of(shipped().profiles["residual_current_monitor"])
    found = node if isinstance(node, ExpressionFault) else check(node, vocabulary, {})[0]
    meant = re.fullmatch(r"(.*) \(did you mean \"(.*)\"\?\)", answer)
    said, suggestion = meant.groups() if meant else (answer, found.suggestion)
    assert found.what.en == said
    assert found.suggestion == suggestion

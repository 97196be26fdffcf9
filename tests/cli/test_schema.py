"""The schemas take what ships and what the loader takes, refuse what is wrong in shape, and know every key."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from processor.cli.schema import SCHEMAS, FileKind
from processor.loading.fields import Fields
from processor.loading.kinds import Kind, kind_of
from processor.loading.load import load
from processor.loading.nodes import Mapping, Node, Sequence
from processor.loading.scalars import plain_value
from processor.loading.sources import read_sources
from processor.loading.yaml_strict import parse_yaml
from processor.replay.rule_test_file import read_tests
from tests.cli.calling import District
from tests.loading.sound import SOUND
from tests.shape.test_docs import settings_of
from tests.shape.tree import ROOT

KINDS = {
    Kind.RULES: FileKind.RULES,
    Kind.PROFILE: FileKind.PROFILE,
    Kind.PLACES: FileKind.PLACES,
    Kind.DEVICES: FileKind.DEVICES,
    Kind.PEOPLE: FileKind.PEOPLE,
    Kind.OVERRIDES: FileKind.OVERRIDES,
    Kind.CALENDAR: FileKind.CALENDAR,
}
FILES = sorted([*(ROOT / "config").rglob("*.yaml"), *(ROOT / "rules").glob("*.yaml")])
BAD = ROOT / "tests" / "bad_rules"
STRUCTURAL = (
    "calendar.bad.yaml",
    "calendar-list.bad.yaml",
    "overrides.bad.yaml",
    "people.bad.yaml",
    "places.bad.yaml",
    "profile-points.bad.yaml",
    "rule-bad-active.bad.yaml",
    "rule-except.bad.yaml",
    "rule-limits.bad.yaml",
    "rule-list.bad.yaml",
    "rule-no-when.bad.yaml",
    "rule-schedules.bad.yaml",
    "rule-unknown-key.bad.yaml",
    "rule-watches.bad.yaml",
    "rule-wrong-level.bad.yaml",
)
VALIDATORS = {kind: Draft202012Validator(made()) for kind, made in SCHEMAS.items()}


def kind_named(path: str) -> FileKind:
    """Which schema is for the file."""
    if path.endswith(".test.yaml"):
        return FileKind.TESTS
    kind = kind_of(path)
    return FileKind.SETTINGS if kind is None else KINDS[kind]


def document(text: str) -> object:
    """The file as an editor's YAML reads it."""
    parsed, problems = parse_yaml("x.yaml", text)
    assert parsed.root is not None, problems
    return plain_value(parsed.root)


def wrong(kind: FileKind, text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[kind].iter_errors(document(text))]


@pytest.mark.parametrize("kind", FileKind)
def test_each_is_a_schema_of_its_draft_and_says_what_it_is(kind: FileKind) -> None:
    made = SCHEMAS[kind]()
    Draft202012Validator.check_schema(made)
    assert made["title"] == f"wardwatch {kind}"
    assert made["description"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_ships_is_taken(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    assert wrong(kind_named(name), path.read_text("utf-8")) == []


@pytest.mark.parametrize("name", [name for name in SOUND if name.endswith(".yaml")])
def test_what_the_loader_takes_is_taken(name: str) -> None:
    assert wrong(kind_named(name), SOUND[name]) == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_is_wrong_in_shape_is_refused(name: str) -> None:
    stem = name.split("-", maxsplit=1)[0].split(".", maxsplit=1)[0]
    kind = {"rule": FileKind.RULES, "settings": FileKind.SETTINGS}.get(stem) or FileKind(stem)
    assert wrong(kind, (BAD / name).read_text("utf-8"))


def test_a_misspelt_setting_is_refused_and_a_secret_has_no_key() -> None:
    assert wrong(FileKind.SETTINGS, "broker: {hosst: x}\n")
    assert wrong(FileKind.SETTINGS, "broker: {password: x}\n")
    assert wrong(FileKind.SETTINGS, "broker: {host: x, keepalive: 30 s}\n") == []


def allowed(schema: Any, path: tuple[str | int, ...]) -> Iterator[str]:  # noqa: ANN401 - a schema is plain data
    """The keys that any branch of the schema lists for the mapping at `path`; "*" where keys are free."""
    for branch in (*schema.get("anyOf", ()), *filter(None, [schema.get("else")])):
        yield from allowed(branch, path)
    if not path:
        yield from schema.get("properties", ())
        if isinstance(schema.get("additionalProperties"), dict):
            yield "*"
        return
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        below = schema.get("items")
    else:
        below = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    if isinstance(below, dict):
        yield from allowed(below, rest)


def paths_of(node: Node | None, path: tuple[str | int, ...] = ()) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Every node by its identity, with the way to it."""
    yield id(node), path
    if isinstance(node, Mapping):
        for key, below in node.entries.items():
            yield from paths_of(below, (*path, key))
    elif isinstance(node, Sequence):
        for index, below in enumerate(node.items):
            yield from paths_of(below, (*path, index))


def test_no_key_that_the_loader_asks_for_is_missing_from_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mapping the loader reads of what ships, with all keys it would have taken there."""
    asked: list[tuple[Fields, set[str]]] = []
    finish = Fields.finish

    def spy(fields: Fields) -> None:
        asked.append((fields, {str(key) for key in fields._asked}))
        finish(fields)

    monkeypatch.setattr(Fields, "finish", spy)
    texts, _ = read_sources(ROOT / "config")
    texts["config/calendar.yaml"] = 'holidays: {"2026-10-01": 国庆节}\n'
    loaded = load(texts)
    assert loaded.district is not None
    for path in (ROOT / "rules").glob("*.test.yaml"):
        read_tests(f"rules/{path.name}", path.read_text("utf-8"), loaded.district)
    assert len(asked) > 1_000
    ways: dict[str, dict[int, tuple[str | int, ...]]] = {}
    missing = set()
    for fields, keys in asked:
        file = fields.report.document.file
        ways.setdefault(file, dict(paths_of(fields.report.document.root)))
        kind = kind_named(file)
        known = set(allowed(SCHEMAS[kind](), ways[file][id(fields.node)]))
        missing |= {(kind, key) for key in keys - known if "*" not in known}
    assert missing == set()


def test_every_setting_but_secrets_has_its_key() -> None:
    from processor.loading.settings_model import Settings  # noqa: PLC0415 - beside the walk over it

    made = SCHEMAS[FileKind.SETTINGS]()
    for key in settings_of(Settings):
        *above, last = key.split(".")
        known = set(allowed(made, tuple(above)))
        assert last in known or f"{last}_file" in known, key


def test_one_schema_is_printed_and_all_are_written(district: District) -> None:
    printed = district.call("schema", "rules")
    assert json.loads(printed.stdout)["title"] == "wardwatch rules"
    folder = district.folder / "schemas"
    assert district.call("schema", "--out", str(folder)).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{kind}.schema.json" for kind in FileKind)
    assert set(json.loads(district.call("schema").stdout)) == {str(kind) for kind in FileKind}


def test_a_folder_that_cannot_be_written_is_said(district: District) -> None:
    (district.folder / "file").write_text("x", "utf-8")
    told = district.call("schema", "--out", str(district.folder / "file" / "below"))
    assert told.exit_code == 1

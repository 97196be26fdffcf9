"""The published messages are what docs/alert-message.md and its schema say."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.model.rule import Level
from processor.runtime.announcements import AlertMessage, alert_announcement, order_announcement, topic_segment
from tests.runtime.effects import NOW, alert, order

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "alert-message.schema.json").read_text(encoding="utf-8"))
TYPES: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "null": type(None), "object": dict}


def faults(value: object, schema: dict[str, Any], at: str = "$") -> list[str]:
    """Where `value` breaks `schema`; only the words of JSON Schema that ours uses, an unknown one is a fault."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        return [] if any(not faults(value, one, at) for one in schema["anyOf"]) else [f"{at}: fits none"]
    known = {"$schema", "$id", "$defs", "title", "description", "default"}
    known |= {"type", "enum", "minimum", "properties", "required", "additionalProperties"}
    found = [f"{at}: cannot check {word}" for word in schema.keys() - known]
    kind = TYPES[schema["type"]] if "type" in schema else object
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        found.append(f"{at}: {value!r} is not a {schema['type']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, int) and value < schema.get("minimum", value):
        found.append(f"{at}: {value} is too small")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{at}.{name}: missing" for name in schema.get("required", ()) if name not in value]
        found += [f"{at}.{name}: unexpected" for name in value if name not in properties]
        for name, part in properties.items():
            found += faults(value[name], part, f"{at}.{name}") if name in value else []
    return found


def test_the_schema_file_is_the_one_of_the_code() -> None:
    schema = msgspec.json.schema(AlertMessage)
    written = {name: part for name, part in SCHEMA.items() if name not in {"$schema", "$id", "title"}}
    assert written == schema, "write docs/alert-message.schema.json anew"


@pytest.mark.parametrize("level", list(Level))
def test_a_published_alert_satisfies_the_schema(level: Level) -> None:
    effect = alert()
    step = msgspec.structs.replace(effect.transition, level=level, reading_at=None)
    effect = msgspec.structs.replace(effect, transition=step)
    _, payload = alert_announcement(effect, NOW)
    assert faults(json.loads(payload), SCHEMA) == []
    assert json.loads(payload)["level"] == level.name


def test_a_message_that_lacks_a_field_does_not_satisfy_the_schema() -> None:
    message = json.loads(alert_announcement(alert(), NOW)[1])
    del message["cause"]
    message["extra"] = 1
    assert faults(message, SCHEMA) == ["$.cause: missing", "$.extra: unexpected"]


def test_the_example_of_the_documentation_satisfies_the_schema() -> None:
    text = (DOCS / "alert-message.md").read_text(encoding="utf-8")
    example = json.loads(text.split("```json\n", 1)[1].split("```", 1)[0])
    assert faults(example, SCHEMA) == []


def test_an_order_says_its_step_and_nothing_about_persons() -> None:
    topic, payload = order_announcement(order(2), NOW)
    message = json.loads(payload)
    assert topic == "wardwatch/orders/sunrise/o1"
    assert (message["number"], message["state"], message["key"]) == (2, "accepted", "o1/2")
    assert not {"person", "note"} & message.keys()


@pytest.mark.parametrize(
    ("name", "segment"),
    [
        ("e1", "e1"),
        ("电表-3", "电表-3"),
        ("sunrise/b3/r1", "sunrise%2Fb3%2Fr1"),
        ("a+b#c$d", "a%2Bb%23c%24d"),
        ("50%", "50%25"),
        ("a\0b\n", "a%00b%0A"),
        ("", "-"),
    ],
)
def test_what_a_topic_may_not_hold_is_encoded(name: str, segment: str) -> None:
    assert topic_segment(name) == segment


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
def test_every_name_is_one_segment_and_two_names_are_never_one(one: str, other: str) -> None:
    segment = topic_segment(one)
    assert segment
    assert not set(segment) & set("+#/$\0")
    assert (segment == topic_segment(other)) == (one == other or {one, other} == {"", "-"})

"""The words that the JSON Schemas of all files share: what a text, a time, a quantity, a list of ids looks like.

Schemas are for editors, so that they complete and mark while one types; what is right is what `check` says.
"""

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_UNITS: Final = "ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?"
_TIME: Final = rf"\s*\d+(\.\d*)?([eE][-+]?\d+)?\s*({_UNITS})\s*"
_ID: Final = "^[A-Za-z0-9_.:-]{1,128}$"
NAME: Final = "^[a-z][a-z0-9_]{0,63}$"

# Editors read `5` as a number and `on` as a text; the loader takes any one word for a text.
TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
FLAG: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "number"}
ID: Final[Schema] = {"type": ["string", "integer"], "pattern": _ID}
QUANTITY: Final[Schema] = {"type": ["string", "number", "boolean"], "examples": ["300 mA", "65 degC", 3]}
DURATION: Final[Schema] = {
    "anyOf": [{"const": 0}, {"type": "string", "pattern": f"^({_TIME}|0)$"}],
    "examples": ["30 s", "10 min", "2 h"],
}
HOLD: Final[Schema] = {
    "anyOf": [{"const": 0}, {"type": "string", "pattern": f"^({_TIME}|0|[a-z][a-z0-9_]*)$"}],
    "examples": ["30 s", "hold"],
}
OFFSET: Final[Schema] = {"anyOf": [{"const": 0}, {"type": "string", "pattern": rf"^({_TIME})+$|^0$"}]}
EXPRESSION: Final[Schema] = {"type": ["string", "boolean"], "examples": ["residual_current >= alarm"]}
LINK: Final[Schema] = {"type": "string", "pattern": "^https?://[!-~]{1,490}$"}
ZONE: Final[Schema] = {"type": "string", "examples": ["Asia/Shanghai"]}


def told(schema: Schema, en: str, zh: str) -> Schema:
    """The schema with what editors show of it."""
    return {**schema, "description": f"{en} / {zh}"}


def thing(properties: dict[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    """A mapping with these keys and no others."""
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": list(required)} if required else made


def keyed(value: Schema, pattern: str = _ID) -> Schema:
    """A mapping whose keys are the operator's own."""
    return {"type": "object", "additionalProperties": value, "propertyNames": {"pattern": pattern}}


def some(item: Schema) -> Schema:
    """One, or a list of such."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def one_of(words: Iterable[str]) -> Schema:
    """One of these words."""
    return {"enum": [str(word) for word in words]}


def either(*schemas: Schema) -> Schema:
    """What any of these allows."""
    return {"anyOf": list(schemas)}


TEXT2: Final = either(TEXT, thing({"zh": TEXT, "en": TEXT}))
WORDS: Final = {"type": "object", "additionalProperties": TEXT}
TEXTS: Final = some(TEXT)
IDS: Final = some(ID)


def file_schema(name: str, en: str, zh: str, body: Schema) -> Schema:
    """The schema of one kind of file."""
    return {"$schema": DIALECT, "title": f"wardwatch {name}", **told(body, en, zh)}

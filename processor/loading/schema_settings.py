"""The JSON Schema of wardwatch.yaml, made from the settings' own model; secrets may not stand in that file."""

import types
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from processor.loading.schema_words import DURATION, FLAG, TEXT, Schema, file_schema, keyed, one_of, some, thing
from processor.loading.settings_model import Settings, is_size, is_time

_SIZE: Final[Schema] = {"type": ["string", "integer"], "examples": ["20 GiB", "256 KiB"]}
_PLAIN: Final[dict[object, Schema]] = {str: TEXT, int: {"type": "integer"}, float: {"type": "number"}, bool: FLAG}


def settings_schema() -> Schema:
    """The schema of the settings."""
    return file_schema("settings", "How the daemon runs", "运行设置", _section(Settings))


def _section(model: type[BaseModel]) -> Schema:
    made = {name: _field(info) for name, info in model.model_fields.items()}
    schema = thing({name: each for name, each in made.items() if each is not None})
    said = " ".join((model.__doc__ or "").split())
    return {**schema, "description": said} if said else schema


def _field(info: FieldInfo) -> Schema | None:
    if any(is_time(each) for each in info.metadata):
        return DURATION
    if any(is_size(each) for each in info.metadata):
        return _SIZE
    return _of(info.annotation)


def _of(annotation: Any) -> Schema | None:  # noqa: ANN401, PLR0911 - a type as it was written; a table
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return _of(next(part for part in parts if part is not type(None)))
    if annotation is SecretStr:
        return None
    if origin is Literal:
        return one_of(parts)
    if origin is dict:
        return keyed(_of(parts[1]) or {})
    if origin is tuple:
        return some(_of(parts[0]) or {})
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _section(annotation)
    return _PLAIN.get(annotation, TEXT)

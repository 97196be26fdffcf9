"""Turns what pydantic says about settings into problems with their place, in both languages."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from processor.loading.meant import choice
from processor.loading.nodes import Scalar
from processor.loading.report import Report, nearest
from processor.loading.settings_model import ChannelSettings, Settings
from processor.model.source import SourcePlace

_QUOTED: Final = re.compile(r"'([^']+)'")
_SAID: Final[dict[str, tuple[str, str]]] = {
    "int_parsing": ("a whole number is needed", "应是整数"),
    "int_type": ("a whole number is needed", "应是整数"),
    "int_from_float": ("a whole number is needed", "应是整数"),
    "float_parsing": ("a number is needed", "应是数字"),
    "float_type": ("a number is needed", "应是数字"),
    "finite_number": ("a finite number is needed", "应是有限的数"),
    "string_type": ("a text is needed", "应是文本"),
    "string_too_short": ("it may not be empty", "不能为空"),
    "string_too_long": ("at most {max_length} characters", "最多 {max_length} 个字符"),
    "string_pattern_mismatch": (
        "an address beginning with http:// or https:// is needed",
        "应是以 http:// 或 https:// 开头的地址",
    ),
    "greater_than_equal": ("it must be at least {ge}", "至少为 {ge}"),
    "less_than_equal": ("it must be at most {le}", "至多为 {le}"),
    "greater_than": ("it must be above {gt}", "必须大于 {gt}"),
    "literal_error": ("one of {expected} is needed", "只能是 {expected} 之一"),
    "model_type": ("keys with values are needed", "应是带键的映射"),
    "model_attributes_type": ("keys with values are needed", "应是带键的映射"),
    "dict_type": ("keys with values are needed", "应是带键的映射"),
    "tuple_type": ("a list is needed", "应是列表"),
    "want_duration": ("a time with a unit is needed, such as 30 s", "应是带单位的时间，如 30 s"),
    "want_size": ("a size is needed, such as 20 GiB", "应是大小，如 20 GiB"),
    "want_truth": ("true or false is needed", "只能是 true 或 false"),
    "want_pair": ("certificate and key belong together", "certificate 与 key 要一起写"),
    "want_influx": ("url needs org and bucket beside it", "有 url 就要有 org 和 bucket"),
    "want_url": (
        "a webhook needs url_file, or its url in the environment",
        "webhook 需要 url_file，或在环境变量里给出 url",
    ),
    "want_address": (
        "its url must begin with http:// or https:// and name a host",
        "url 应以 http:// 或 https:// 开头并写明主机",
    ),
    "want_secret": (
        "a webhook is signed: it needs secret_file, or its secret in the environment",
        "webhook 要签名：需要 secret_file，或在环境变量里给出 secret",
    ),
}


def note_faults(report: Report, error: ValidationError, variables: Mapping[str, tuple[str, ...]]) -> None:
    """Note every fault at its place in the file, or at the variable that brought it."""
    for fault in error.errors(include_url=False, include_input=False):
        steps = tuple(str(step) for step in fault["loc"])
        variable = next((name for name, given in variables.items() if given[: len(steps)] == steps), "")
        if variable and fault["type"] != "extra_forbidden" and variables[variable] != steps:
            variable = ""
        place = SourcePlace(variable) if variable else report.where(*steps)
        if fault["type"] == "extra_forbidden":
            _note_unknown(report, steps, variable, place)
        elif fault["type"] == "missing":
            report.note("missing_key", place, {"key": steps[-1]})
        else:
            _note_value(report, steps, place, fault["type"], fault.get("ctx", {}), fault["msg"])


def _note_unknown(report: Report, steps: tuple[str, ...], variable: str, place: SourcePlace) -> None:
    suggestion = nearest(steps[-1], _fields_at(steps[:-1]))
    if variable:
        report.note("unknown_variable", place, {"name": variable}, suggestion=_as_variable(steps, suggestion))
        return
    key = report.key_place(*steps)
    report.note("unknown_key", key, {"key": steps[-1]}, suggestion=suggestion)


def _as_variable(steps: tuple[str, ...], suggestion: str) -> str:
    return "WARDWATCH_" + "__".join((*steps[:-1], suggestion)).upper() if suggestion else ""


def _note_value(  # noqa: PLR0917 - one line of a table each
    report: Report, steps: tuple[str, ...], place: SourcePlace, kind: str, context: Mapping[str, Any], message: str
) -> None:
    en, zh = _SAID.get(kind, (message.replace("{", "{{").replace("}", "}}"),) * 2)
    named = _QUOTED.findall(str(context.get("expected", "")))
    in_chinese = {**context, "expected": "、".join(named)}
    words = {"key": ".".join(steps), "said": en.format(**context), "said_zh": zh.format(**in_chinese)}
    node = report.node(*steps)
    written = node.text if named and isinstance(node, Scalar) else ""
    meant = choice(written, named) or nearest(written, named)
    report.note("setting", place, words, suggestion=meant if written else "")


def _fields_at(steps: tuple[str, ...]) -> list[str]:
    """The keys that the section at `steps` may have."""
    model: type[BaseModel] = Settings
    for step in steps:
        if step == "channels" or model is ChannelSettings:
            model = ChannelSettings
            continue
        model = _section(model, step)
    return list(model.model_fields)


def _section(model: type[BaseModel], step: str) -> type[BaseModel]:
    field = model.model_fields.get(step)
    default = None if field is None else field.annotation
    kinds = (default, *getattr(default, "__args__", ()))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), model)

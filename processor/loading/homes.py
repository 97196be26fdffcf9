"""Where a key belongs that stands in the wrong place, and what other systems' keys are called here."""

from collections import deque
from functools import cache
from typing import Final

from processor.loading.kinds import Kind
from processor.loading.schema_district import DEVICES, PEOPLE, PLACES, PROFILE
from processor.loading.schema_rules import CALENDAR, OVERRIDES, RULES
from processor.loading.schema_words import Schema

Path = tuple[str, ...]

_SCHEMAS: Final = {
    Kind.RULES: RULES,
    Kind.OVERRIDES: OVERRIDES,
    Kind.CALENDAR: CALENDAR,
    Kind.PROFILE: PROFILE,
    Kind.PLACES: PLACES,
    Kind.DEVICES: DEVICES,
    Kind.PEOPLE: PEOPLE,
}
_OWN: Final = "…"
"""A name that the operator gives: of a rule, of a parameter."""

_WHEN: Final = ("levels", "L2", "when")
_HOLD: Final = ("levels", "L2", "for")
_IN_RULES: Final[dict[Path, str]] = {
    _WHEN: "when if condition conditions expr expression trigger triggers query 条件 触发条件",
    _HOLD: "for duration hold wait delay debounce sustain 持续 持续时间",
    ("levels", "L2", "samples"): "samples repeat occurrences consecutive 次数",
    ("levels",): "severity level priority grade 等级 级别 告警等级",
    ("answer",): "action actions then do handle disposition 处置 动作 处置方案",
    ("answer", "remind"): "notify notification notifications recipients receivers 提醒 通知",
    ("answer", "order"): "ticket work_order workorder 工单",
    ("answer", "command"): "commands 指令",
    ("text",): "description summary message msg annotations content 说明 描述 内容",
    ("applies_to",): "match matchers selector target targets scope filter 适用 适用范围",
    ("applies_to", "tags"): "labels label tag 标签",
    ("applies_to", "profile"): "type kind model device_type 模板",
    ("default",): "value val 默认值",
    ("clear_when",): "clear reset_when",
    ("precheck",): "guard only_if",
    ("applies_to", "except"): "exclude excludes exclusions exceptions 排除 除外",
    ("parameters",): "threshold thresholds params variables vars 参数 阈值",
    ("clear",): "hysteresis recovery resolve recover recover_when 恢复 恢复条件",
    ("active",): "schedule hours 时段 生效时间",
    ("suppressed_by",): "inhibit inhibited_by inhibit_rules depends_on parent 抑制",
    ("runbook",): "url link runbook_url doc docs 手册",
    ("note",): "comment remark remarks 备注",
    ("name",): "title alias display_name 名称 名字",
    ("source",): "reference references 依据 来源",
    ("enabled",): "disabled enable 启用",
}
_CALLED: Final[dict[Kind, dict[Path, str]]] = {
    Kind.RULES: _IN_RULES,
    Kind.PROFILE: {
        ("range",): "min max limits bounds low high 量程",
        ("within",): "timeout deadline",
        ("makes_safer",): "safe safer",
        ("enum",): "values states options",
        ("every",): "interval period 周期",
        ("path",): "field json_path jsonpath",
        ("unit",): "units uom 单位",
        ("type",): "dtype datatype data_type",
    },
    Kind.DEVICES: {
        ("links",): "link",
        ("tags",): "labels label 标签",
        ("place",): "location address position 位置",
        ("profile",): "type kind model 模板",
    },
    Kind.PEOPLE: {
        ("covers",): "areas grids communities scope 负责",
        ("roles",): "role 岗位",
        ("channels",): "channel notify 渠道",
    },
    Kind.OVERRIDES: {("set",): "values parameters params"},
}
"""What other systems call a key, by the way to what it is here."""

_LEAVES: Final = {"answer": "{remind: [grid_worker]}", "levels": "{L2: {when: …}}", "clear": "{when: …}"}


@cache
def _called(kind: Kind) -> dict[str, Path]:
    return {word: path for path, words in _CALLED.get(kind, {}).items() for word in words.split()}


@cache
def _homes(kind: Kind) -> dict[str, Path]:
    """Each key of a kind of file, with the shortest way to it from what the operator named."""
    found: dict[str, Path] = {}
    left: deque[tuple[Schema, Path]] = deque([(_SCHEMAS[kind], ())])
    while left:
        schema, path = left.popleft()
        for key, below in schema.get("properties", {}).items():
            found.setdefault(key, (*path, key))
            left.append((below, (*path, key)))
        for below in (*schema.get("anyOf", ()), schema.get("items")):
            if isinstance(below, dict):
                left.append((below, path))
        own = schema.get("additionalProperties")
        if isinstance(own, dict):
            left.append((own, (*path, _OWN) if path else ()))
    return found


def called_elsewhere(kind: Kind | None, key: str) -> Path:
    """The way to what a key of another system is in a file of this kind, or nothing."""
    return () if kind is None else _called(kind).get(key.strip().lower(), ())


def home(kind: Kind | None, key: str) -> Path:
    """The way to where a key belongs in a file of this kind, or nothing where there is no such key."""
    return _homes(kind).get(key, ()) if kind in _SCHEMAS and kind is not None else ()


def written(path: Path) -> str:
    """The way as it is written on one line: `active: {zone: …}`."""
    said = f"{path[-1]}: {_LEAVES.get(path[-1], '…')}"
    for step in reversed(path[:-1]):
        said = f"{step}: {{{said}}}"
    return said

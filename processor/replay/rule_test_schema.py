"""The JSON Schema of rules/*.test.yaml."""

from typing import Final

from processor.loading.schema_district import DEVICE_FACTS
from processor.loading.schema_words import (
    DURATION,
    FLAG,
    ID,
    IDS,
    NAME,
    OFFSET,
    QUANTITY,
    TEXT,
    TEXTS,
    ZONE,
    Schema,
    either,
    file_schema,
    keyed,
    one_of,
    some,
    thing,
    told,
)
from processor.model.alert import AlertState
from processor.model.order import OrderResult
from processor.model.rule import Level
from processor.replay.expectations import KINDS
from processor.replay.rule_test import Act, ReplyKind

_LEVEL: Final = one_of(level.name for level in Level)
_TIMES: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 1_000}
_SERIES: Final[Schema] = {
    "type": "object",
    "properties": {
        "device": told(TEXTS, "Whose readings", "设备"),
        "every": told(DURATION, "Period", "周期"),
        "start": told(OFFSET, "First reading", "开始"),
        "delay": told(OFFSET, "How late a late one is", "迟到多久"),
        "steady": told({"type": "object", "additionalProperties": TEXT}, "Values of every reading", "固定值"),
    },
    # every other key is a point: 80x5 420 _x3
    "additionalProperties": TEXT,
}
_REPLY: Final = either(
    one_of(ReplyKind),
    thing(
        {
            "answer": one_of(ReplyKind),
            "after": told(OFFSET, "How long after", "多久以后"),
            "report": told({"type": "object", "additionalProperties": TEXT}, "What it then reports", "随后上报"),
        }
    ),
)
_ACTION: Final = thing(
    {
        "at": told(OFFSET, "When", "时刻"),
        **{
            str(act): told(either(ID, FLAG), "What a person does, to the order of this rule", "人员动作") for act in Act
        },
        "by": told(TEXT, "Who", "处理人"),
        "note": told(TEXT, "A note", "备注"),
        "result": told(one_of(OrderResult), "What it turned out to be", "结果"),
    },
    required=["at"],
)
_NEVER: Final = thing({"rule": ID, "state": one_of(AlertState), "level": _LEVEL, "device": TEXT}, required=["rule"])


def _happening(kind: str, *, never: bool) -> Schema:
    fields = {
        name: TEXTS if name == "roles" else one_of(choices) if choices else TEXT
        for name, choices in KINDS[kind].fields.items()
    }
    if never:
        return either({"const": True}, thing(fields))
    return thing({**fields, "at": told(OFFSET, "When", "时刻"), "times": told(_TIMES, "How often", "次数")})


_EXPECTED: Final = thing(
    {
        "rule": told(ID, "Whose alert", "规则"),
        "at": told(OFFSET, "When", "时刻"),
        "state": told(one_of(AlertState), "How it stands then", "状态"),
        "level": told(_LEVEL, "At which level", "级别"),
        "device": told(TEXT, "On which device or place", "设备或位置"),
        "never": told(either(some(ID), some(_NEVER)), "What must never fire", "从不触发"),
        **{kind: told(_happening(kind, never=False), "What must happen", "必须发生") for kind in KINDS},
        **{f"no_{kind}": told(_happening(kind, never=True), "What must not happen", "不得发生") for kind in KINDS},
    }
)
_DEVICE: Final = thing(
    {**DEVICE_FACTS, "id": told(IDS, "Its id, or several that are alike", "编号")}, required=["id", "profile"]
)
_TEST: Final[Schema] = {
    **thing(
        {
            "name": told(TEXT, "The claim", "断言"),
            "device": told(some(_DEVICE), "The device", "设备"),
            "devices": told(some(_DEVICE), "The devices", "设备"),
            "series": told(some(_SERIES), "What they report", "读数"),
            "reply": told(keyed(_REPLY), "How they answer commands", "指令应答"),
            "actions": told(some(_ACTION), "What people do", "人员动作"),
            "parameters": told(keyed(keyed(QUANTITY, NAME)), "Other values of parameters", "参数值"),
            "in_force": told(IDS, "Rules that are tested as if in force", "按启用测试的规则"),
            "start": told({"type": "string", "examples": ["2026-03-02 22:00"]}, "Wall clock at the begin", "开始时刻"),
            "zone": told(ZONE, "Time zone", "时区"),
            "until": told(OFFSET, "End of the test", "结束"),
            "expect": told(some(_EXPECTED), "What must come of it", "期望"),
        },
        required=["name", "expect"],
    ),
    "anyOf": [{"required": ["device"]}, {"required": ["devices"]}],
}
TESTS: Final = file_schema("tests", "Tests of rules", "规则测试", {"type": "array", "items": _TEST})

"""The JSON Schema of rules/*.yaml, overrides.yaml and calendar.yaml."""

from typing import Final

from processor.loading.schema_words import (
    DURATION,
    EXPRESSION,
    FLAG,
    HOLD,
    ID,
    IDS,
    LINK,
    NAME,
    QUANTITY,
    TEXT,
    TEXT2,
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
from processor.model.rule import DayKind, Gap, Level, Watch

REFUSED_WHEN_WATCHING: Final = (
    "applies_to",
    "clear",
    "gap",
    "latched",
    "active",
    "suppressed_by",
    "cooldown",
    "chatter",
    "limit",
)
"""What says nothing of a rule that looks at other rules' alerts."""

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"
_MOST: Final = 100_000
_SELECTED: Final[dict[str, Schema]] = {
    "profile": told(IDS, "Kinds of device", "设备模板"),
    "tags": told({"type": "object", "additionalProperties": TEXTS}, "Tags and the values wanted", "标签及取值"),
    "community": told(TEXTS, "Communities", "社区"),
    "building": told(TEXTS, "Buildings by their path", "楼栋路径"),
    "device": told(TEXTS, "Devices", "设备"),
}
_VERIFY: Final = thing(
    {
        "target": told(TEXT, "The device that proves it: self or a link", "验证设备：self 或关联名"),
        "when": told(EXPRESSION, "What proves it", "验证条件"),
        "within": told(DURATION, "Its deadline", "期限"),
    },
    required=["when"],
)
_COMMAND: Final = thing(
    {
        "target": told(TEXT, "self, a link, or same_gateway", "self、关联名或 same_gateway"),
        "command": told(TEXT, "A command of the target's profile", "目标设备模板的指令"),
        "precheck": told(EXPRESSION, "Must be true before anything is sent", "发送前必须成立"),
        "verify": told(_VERIFY, "Another proof than the command's own", "另行验证"),
    },
    required=["command"],
)
ANSWER: Final = thing(
    {
        "remind": told(IDS, "Roles to tell", "提醒的岗位"),
        "order": told(ID, "Kind of work order", "工单类型"),
        "command": told(some(_COMMAND), "Automatic commands", "自动指令"),
    }
)
_TRIGGER: Final = thing(
    {
        "when": told(EXPRESSION, "The condition", "条件"),
        "for": told(HOLD, "How long it must hold, or a parameter", "持续时间，或参数名"),
        "samples": told({"type": "integer", "minimum": 1, "maximum": 1_000}, "On so many readings", "连续次数"),
        "clear_when": told(EXPRESSION, "When this level is over", "本级恢复条件"),
        "clear_for": told(HOLD, "How long that must hold", "恢复须持续多久"),
        "answer": told(ANSWER, "The answer of this level instead of the rule's", "本级的处置"),
    }
)
_SEASON: Final = told({"type": "string", "pattern": r"^\d\d-\d\d\s*\.\.\s*\d\d-\d\d$"}, "11-15..03-15", "起止月日")
ACTIVE: Final = thing(
    {
        "daily": told({"type": "string", "examples": ["22:00-06:00"]}, "Time of day", "每日时段"),
        "days": told(some(one_of(_DAYS)), "Days of the week", "星期"),
        "on": told(one_of(DayKind), "By the calendar", "按日历"),
        "season": _SEASON,
        "zone": told(ZONE, "Time zone", "时区"),
    }
)
_PARAMETER: Final = either(
    QUANTITY,
    thing(
        {
            "default": told(QUANTITY, "Its value", "默认值"),
            "min": told(QUANTITY, "No override goes below", "下限"),
            "max": told(QUANTITY, "No override goes above", "上限"),
        },
        required=["default"],
    ),
)


def _rate(count: str, en: str, zh: str) -> Schema:
    times = {"type": "integer", "minimum": 2, "maximum": _MOST}
    return thing(
        {count: told(times, en, zh), "within": told(DURATION, "Within so long", "时间内")}, required=[count, "within"]
    )


_OFF: Final[Schema] = {"const": "off"}
_CHATTER: Final = either(_OFF, some(_rate("times", "Begins so often", "触发次数")))
_LIMIT: Final = either(_OFF, _rate("devices", "So many devices", "设备数"))
_RULE: Final[Schema] = {
    **thing(
        {
            "name": told(TEXT2, "Its name", "名称"),
            "text": told(TEXT2, "What to do; {point}, {parameter}, {device}, {name}, {place}, {level}", "处置说明"),
            "watches": told(one_of(Watch), "Looks at other rules' alerts", "监视其他告警"),
            "applies_to": told(
                thing(
                    {
                        **_SELECTED,
                        "mains": told(FLAG, "Fed by the building's mains", "市电供电"),
                        "except": told(either(TEXTS, thing(_SELECTED)), "Left out", "除外"),
                    }
                ),
                "Which devices",
                "适用设备",
            ),
            "parameters": told(keyed(_PARAMETER, NAME), "Named numbers", "参数"),
            "levels": told(
                {
                    "type": "object",
                    "properties": {level.name: some(_TRIGGER) for level in Level},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
                "L1 red, L2 orange, L3 yellow, L4 blue",
                "L1 红、L2 橙、L3 黄、L4 蓝",
            ),
            "clear": told(
                thing({"when": EXPRESSION, "for": told(HOLD, "How long", "持续")}), "When it is over", "恢复条件"
            ),
            "gap": told(one_of(Gap), "How silence counts for a running hold", "无数据时如何计时"),
            "latched": told(FLAG, "Stays until a person resets it", "须人工复位"),
            "active": told(ACTIVE, "When it is in force", "生效时间"),
            "answer": told(ANSWER, "What it does", "处置"),
            "enabled": told(FLAG, "false: checked, never run", "false：只检查不运行"),
            "shadow": told(FLAG, "Evaluated, told to nobody, never acts", "影子运行"),
            "note": told(TEXT, "Why it is off or in shadow", "停用或影子运行的原因"),
            "suppressed_by": told(IDS, "Rules whose alert answers for it", "被哪些规则的告警抑制"),
            "cooldown": told(DURATION, "After an answer none for so long", "冷却时间"),
            "chatter": told(_CHATTER, "Own limit of how often one alert begins", "抖动限制"),
            "limit": told(_LIMIT, "Own limit of how many devices at once", "同发限制"),
            "runbook": told(LINK, "A link", "处置手册链接"),
            "source": told(TEXT, "Where its numbers come from", "依据"),
        },
        required=["name", "levels"],
    ),
    "if": {"required": ["watches"]},
    "then": {"not": {"anyOf": [{"required": [key]} for key in REFUSED_WHEN_WATCHING]}},
    "else": {
        "required": ["applies_to"],
        "properties": {"levels": {"additionalProperties": some({"type": "object", "required": ["when"]})}},
    },
}
RULES: Final = file_schema("rules", "Rules by their id", "规则", keyed(_RULE))

_TARGET: Final = ("profile", "community", "building", "device")
_OVERRIDE: Final[Schema] = {
    **thing(
        {
            "rule": told(ID, "Whose parameters", "规则"),
            **{key: told(TEXT, f"For this {key}", "适用于") for key in _TARGET},
            "set": told(keyed(QUANTITY, NAME), "Parameters and their values", "参数值"),
        },
        required=["rule", "set"],
    ),
    "oneOf": [{"required": [key]} for key in _TARGET],
}
OVERRIDES: Final = file_schema(
    "overrides",
    "Other values of rules' parameters",
    "参数调整",
    thing({"overrides": {"type": "array", "items": _OVERRIDE}}, required=["overrides"]),
)
CALENDAR: Final = file_schema(
    "calendar",
    "The district's holidays",
    "节假日",
    thing(
        {
            "holidays": told(keyed(TEXT, _DATE), "Days that are not worked, with their names", "节假日及名称"),
            "workdays": told(some({"type": "string", "pattern": _DATE}), "Weekend days that are worked", "调休上班日"),
        }
    ),
)

"""The JSON Schema of places.yaml, devices*.yaml, people.yaml and profiles/*.yaml."""

from typing import Final

from processor.loading.schema_words import (
    DURATION,
    EXPRESSION,
    FLAG,
    ID,
    IDS,
    NAME,
    NUMBER,
    TEXT,
    TEXT2,
    TEXTS,
    WORDS,
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
from processor.model.profile import PayloadFormat, PointKind, TimeFormat

_NAME: Final = told(TEXT2, "Its name", "名称")
_GRID: Final = told(ID, "Whose people look after it", "所属网格")


def _below(value: Schema) -> Schema:
    """Ids, as a list when there is nothing to say but them; what is said of each may be absent."""
    return either({"type": "array", "items": ID}, keyed(either(value, {"type": "null"})))


_RISER: Final = thing({"name": _NAME})
_BUILDING: Final = thing({"name": _NAME, "grid": _GRID, "risers": told(_below(_RISER), "Risers", "立管/单元")})
_COMMUNITY: Final = thing({"name": _NAME, "grid": _GRID, "buildings": told(_below(_BUILDING), "Buildings", "楼栋")})
PLACES: Final = file_schema(
    "places",
    "Where things are",
    "位置",
    thing(
        {
            "district": thing({"name": _NAME, "zone": told(ZONE, "Time zone", "时区")}),
            "communities": told(_below(_COMMUNITY), "Communities", "社区"),
        },
        required=["communities"],
    ),
)

DEVICE_FACTS: Final[dict[str, Schema]] = {
    "profile": told(ID, "Its profile", "设备模板"),
    "place": told(TEXT, "community/building/riser", "位置路径"),
    "floor": told(TEXT, "Floor", "楼层"),
    "room": told(TEXT, "Room", "房间"),
    "gateway": told(TEXT, "What it reports through", "网关"),
    "tags": told(WORDS, "Tags", "标签"),
    "links": told(WORDS, "Other devices of the community, by role", "关联设备"),
    "critical": told(FLAG, "Absent counts as critical: no automatic command", "重要设备（缺省按重要）"),
    "mains": told(FLAG, "Fed by the building's mains", "市电供电"),
}
_DEVICE: Final = thing(
    {**DEVICE_FACTS, "wire": told(TEXT, "Its id on the topic", "线上编号"), "name": _NAME},
    required=["profile", "place"],
)
DEVICES: Final = file_schema(
    "devices", "Devices by their id", "设备", thing({"devices": keyed(_DEVICE)}, required=["devices"])
)

_PERSON: Final = thing(
    {
        "name": told(TEXT, "Name", "姓名"),
        "roles": told(IDS, "Roles", "岗位"),
        "covers": told(TEXTS, 'Grids, communities, or "*"', "负责的网格或社区"),
        "channels": told(IDS, "How to tell them", "通知渠道"),
        "phone": told(TEXT, "Phone", "电话"),
        "language": told(one_of(("zh", "en")), "Language", "语言"),
    },
    required=["name", "roles", "covers"],
)
PEOPLE: Final = file_schema("people", "Who is told", "人员", thing({"people": keyed(_PERSON)}, required=["people"]))

_TIME: Final = thing(
    {
        "path": told(TEXT, "Where", "路径"),
        "format": one_of(TimeFormat),
        "zone": told(ZONE, "Of times without one", "时区"),
    },
    required=["path", "format"],
)
_REPLY: Final = thing(
    {
        "id": told(TEXT, "Where the command's id is", "指令编号路径"),
        "ok": told(TEXT, "Where success is", "成功标志路径"),
        "accepted": told(TEXTS, "What it then holds", "成功取值"),
    }
)
_LISTEN: Final = thing(
    {
        "topic": told(TEXT, "A topic with {captures}", "主题模板"),
        "id": told(ID, "A name for `from`", "编号"),
        "format": told(one_of(PayloadFormat), "How the payload is written", "格式"),
        "device": told(TEXT, "The capture or $.path of the device's id", "设备编号"),
        "split": told(TEXT, "Array whose elements are readings", "拆分数组路径"),
        "element_device": told(TEXT, "Template of each element's device", "元素的设备模板"),
        "history": told(FLAG, "Stored, late readings", "历史数据"),
        "backlog": told(FLAG, "Sent later by the device", "补传"),
        "time": told(_TIME, "Where its time is", "时间"),
        "reply": told(_REPLY, "Carries answers to commands", "指令应答"),
    },
    required=["topic"],
)
_ENUM: Final = either({"type": "array", "items": TEXT}, {"type": "object", "additionalProperties": TEXT})
_POINT: Final = thing(
    {
        "path": told(TEXT, "Where the payload has it", "路径"),
        "type": told(one_of(PointKind), "Its type", "类型"),
        "from": told(ID, "Which listen entry carries it", "来源"),
        "unit": told(TEXT, "Of every stored value", "单位"),
        "payload_unit": told(TEXT, "That the payload uses", "报文单位"),
        "scale": told(NUMBER, "Stored = raw × scale + offset", "倍率"),
        "offset": told(NUMBER, "Stored = raw × scale + offset", "偏移"),
        "range": told({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}, "What is possible", "量程"),
        "enum": told(_ENUM, "Payload value → member", "枚举"),
        "map": told({"type": "object", "additionalProperties": TEXT}, "Payload value → value", "取值映射"),
        "number_as_text": told(FLAG, "A number written as text is taken", "接受文本数字"),
        "default": told(TEXT, "When the field is absent", "缺省值"),
        "required": told(FLAG, "A payload without it is refused", "必填"),
        "every": told(DURATION, "Its period", "上报周期"),
        "on_change": told(FLAG, "Stands until it changes", "变化上报"),
        "stale_after": told(DURATION, "Unknown after so long", "过期时间"),
        "name": _NAME,
    }
)
_SENT: Final = thing(
    {
        "topic": told(TEXT, "Where it is sent", "主题"),
        "payload": told({}, "A mapping or list (as JSON), or a text", "内容"),
        "makes_safer": told(FLAG, "Only then the platform sends it by itself", "是否更安全"),
        "effect": told(EXPRESSION, "What proves it", "生效条件"),
        "within": told(DURATION, "Deadline of the proof", "验证期限"),
        "lifetime": told(DURATION, "At most 60 s", "有效期"),
        "name": _NAME,
    },
    required=["topic", "payload", "makes_safer"],
)
PROFILE: Final = file_schema(
    "profile",
    "One kind of device",
    "设备模板",
    thing(
        {
            "profile": told(ID, "The id of the kind", "设备模板编号"),
            "name": _NAME,
            "tags": told(WORDS, "Every device has them", "标签"),
            "listen": told(some(either({"type": "string"}, _LISTEN)), "Topics", "监听主题"),
            "time": told(_TIME, "Where payloads carry their time", "时间"),
            "every": told(DURATION, "For points that do not say", "默认周期"),
            "offline_after": told(DURATION, "Silence after which on-change points are stale", "离线时间"),
            "points": told(keyed(_POINT, NAME), "What it says", "测点"),
            "commands": told(keyed(_SENT), "What it obeys", "指令"),
        },
        required=["profile", "listen", "points"],
    ),
)

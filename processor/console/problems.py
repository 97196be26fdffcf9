"""Problem details (RFC 9457) in both languages: a stable code for programs, words and a cure for people."""

from typing import Final

import msgspec
from starlette.responses import Response

from processor.model.order import OrderRefusal
from processor.model.text import Text
from processor.ports.console import Declined, Refusal


class Title(msgspec.Struct, frozen=True):
    """What went wrong: the code that never changes, and the words."""

    code: str
    text: Text


UNAUTHORISED: Final = Title(
    "unauthorised",
    Text(
        zh="需要令牌：请求头 Authorization: Bearer …，令牌见配置的 console.token。",
        en="A token is needed: header Authorization: Bearer …; the token is console.token of the configuration.",
    ),
)
BODY_TOO_LARGE: Final = Title("body_too_large", Text(zh="请求正文过大。", en="The request body is too large."))
BAD_REQUEST: Final = Title(
    "bad_request", Text(zh="请求内容有误。", en="The request says something that is not allowed.")
)
NO_SUCH_PAGE: Final = Title("no_such_page", Text(zh="没有这个地址。", en="There is nothing at this address."))
WRONG_METHOD: Final = Title(
    "wrong_method", Text(zh="此地址不支持该方法。", en="This address does not take that method.")
)
INTERNAL: Final = Title(
    "internal", Text(zh="程序内部错误，请查看日志。", en="An internal error; the daemon's log says more.")
)
BAD_CONFIGURATION: Final = Title(
    "bad_configuration",
    Text(
        zh="新配置有错误，未生效；原有规则继续运行。", en="The new configuration has errors; the last good rules go on."
    ),
)

REFUSALS: Final[dict[OrderRefusal | Refusal, tuple[int, Text]]] = {
    OrderRefusal.NO_SUCH_ORDER: (404, Text(zh="没有这张工单。", en="There is no such work order.")),
    OrderRefusal.NOT_IN_THIS_STATE: (
        409,
        Text(zh="工单当前状态不允许此操作。", en="The work order's state does not allow this."),
    ),
    OrderRefusal.RESULT_MISSING: (
        422,
        Text(
            zh="请填写处置结果：true_alarm 真警、false_alarm 误报、fault 故障、test 测试。",
            en="Say what it turned out to be: true_alarm, false_alarm, fault or test.",
        ),
    ),
    OrderRefusal.ALERT_STILL_FIRING: (
        409,
        Text(zh="告警尚未恢复，办结须写明原因。", en="The alert has not cleared; closing needs a note that says why."),
    ),
    OrderRefusal.PERSON_MISSING: (422, Text(zh="请填写处理人。", en="Say who does this.")),
    Refusal.NO_SUCH_ALERT: (404, Text(zh="没有这条告警。", en="There is no such alert.")),
    Refusal.NOTHING_TO_RESET: (
        409,
        Text(
            zh="该告警没有自锁，或条件尚未恢复，不能复位。",
            en="The alert is not latched, or its condition has not cleared: there is nothing to reset.",
        ),
    ),
    Refusal.NO_SUCH_COMMUNITY: (404, Text(zh="没有这个社区。", en="There is no such community.")),
    Refusal.NO_SUCH_SUBJECT: (404, Text(zh="没有这个设备或位置。", en="There is no such device or place.")),
    Refusal.NO_SUCH_RULE: (404, Text(zh="没有这条规则。", en="There is no such rule.")),
    Refusal.TOO_FAR: (
        422,
        Text(zh="该时刻太早，无法在线查询。", en="That instant is too far back to be asked for here."),
    ),
    Refusal.NOTHING_KNOWN: (404, Text(zh="日志中没有该时刻的内容。", en="The journal has nothing of that instant.")),
    Refusal.NOT_NOW: (
        503,
        Text(
            zh="现在不行：正在恢复、正在停止或磁盘不能写入。请看 /readyz，稍后重试。",
            en="Not now: it is restoring, stopping, or the disk takes nothing. See /readyz and try again.",
        ),
    ),
}


def problem(status: int, title: Title, language: str = "", detail: Text | None = None, **more: object) -> Response:
    """Give an application/problem+json answer; `language` is the request's Accept-Language."""
    chosen = prefers(language)
    detail = detail or Text()
    body = {
        "type": "about:blank",
        "status": status,
        "code": title.code,
        "title": title.text.pick(chosen),
        "detail": detail.pick(chosen),
        "text": {"zh": title.text.zh + detail.zh, "en": f"{title.text.en} {detail.en}".strip()},
        **more,
    }
    return Response(
        msgspec.json.encode(body),
        status,
        {"Content-Language": chosen, "Vary": "Accept-Language"},
        media_type="application/problem+json",
    )


def declined(answer: Declined, language: str = "") -> Response:
    """Give the problem that a refusal of the daemon stands for."""
    status, text = REFUSALS[answer.reason]
    return problem(status, Title(str(answer.reason), text), language, answer.detail)


def prefers(language: str) -> str:
    """Give "zh" or "en": whichever an Accept-Language header names first, English when it names neither."""
    for part in language.lower().split(","):
        tag = part.strip()[:2]
        if tag in {"zh", "en"}:
            return tag
    return "en"

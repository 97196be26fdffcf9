"""POST under /api: what people do. Every action is committed by the daemon before it is answered."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Header, Response

from processor.console.answers import json_answer
from processor.console.bodies import (
    AnnounceBody,
    ApproveBody,
    AutomationBody,
    MuteBody,
    OrderBody,
    ReloadBody,
    ResetBody,
    RetryBody,
)
from processor.console.problems import BAD_CONFIGURATION, declined, problem
from processor.model.order import OrderVerb
from processor.model.problem import Severity
from processor.model.time import MINUTE
from processor.ports.console import Committed, ConsoleService, Declined, OrderTaken, Reloaded
from processor.ports.mutes import MuteAsked
from processor.ports.rule_sets import SetCause, SetRequest

Language = Annotated[str, Header(alias="Accept-Language")]


def acting(service: ConsoleService) -> APIRouter:
    """Give the routes that change something."""
    router = APIRouter()
    _orders(router, service)

    @router.post("/alerts/{alert:path}/reset")
    async def reset(alert: str, body: ResetBody, language: Language = "") -> Response:
        return _committed(await service.reset_alert(alert=alert, person=body.person, reason=body.reason), language)

    @router.post("/dead-letters/retry")
    async def retry(body: RetryBody, language: Language = "") -> Response:
        answer = await service.retry_dead_letters(reason=body.reason, limit=body.limit)
        return declined(answer, language) if isinstance(answer, Declined) else json_answer(answer)

    @router.post("/reload")
    async def reload(body: ReloadBody, language: Language = "") -> Response:
        answer = await service.reload(SetRequest("", body.person, SetCause.RELOAD, body.reason))
        return declined(answer, language) if isinstance(answer, Declined) else _reloaded(answer, language)

    @router.post("/rules/announce")
    async def announce(body: AnnounceBody, language: Language = "") -> Response:
        request = SetRequest(body.content_hash, body.person, body.cause, body.reason)
        return _committed(await service.announce(request), language)

    @router.post("/rules/approve")
    async def approve(body: ApproveBody, language: Language = "") -> Response:
        request = SetRequest("", body.person, SetCause.APPROVE, body.reason, tuple(body.rules))
        answer = await service.reload(request)
        return declined(answer, language) if isinstance(answer, Declined) else _reloaded(answer, language)

    @router.post("/mutes")
    async def mute(body: MuteBody, language: Language = "") -> Response:
        asked = MuteAsked(
            community=body.community,
            subject=body.subject,
            rule=body.rule,
            for_ms=body.minutes * MINUTE,
            person=body.person,
            reason=body.reason,
        )
        return _committed(await service.mute(asked), language)

    @router.post("/automation")
    async def automation(body: AutomationBody, language: Language = "") -> Response:
        answer = await service.set_automation(
            stopped=body.stopped, community=body.community, person=body.person, reason=body.reason
        )
        return _committed(answer, language)

    return router


def _orders(router: APIRouter, service: ConsoleService) -> None:
    @router.post("/orders/{order:path}/{verb}")
    async def act(order: str, verb: OrderVerb, body: OrderBody, language: Language = "") -> Response:
        answer = await service.act_on_order(
            request=body.request_id or uuid4().hex,
            order=order,
            verb=verb,
            person=body.person,
            note=body.note,
            result=body.result,
        )
        match answer:
            case OrderTaken(taken):
                return json_answer(taken)
            case Declined():
                return declined(answer, language)


def _committed(answer: Committed | Declined, language: str) -> Response:
    return declined(answer, language) if isinstance(answer, Declined) else json_answer({"ok": True})


def _reloaded(answer: Reloaded, language: str) -> Response:
    problems = [
        {
            "place": str(found.place),
            "code": found.code,
            "severity": found.severity,
            "zh": found.render("zh"),
            "en": found.render("en"),
        }
        for found in answer.problems
    ]
    if any(found.severity is Severity.ERROR for found in answer.problems):
        return problem(422, BAD_CONFIGURATION, language, problems=problems, rules_hash=answer.rules_hash)
    return json_answer({"changed": answer.changed, "rules_hash": answer.rules_hash, "problems": problems})

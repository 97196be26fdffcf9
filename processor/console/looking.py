"""GET under /api: what the daemon knows, newest first, never more than asked for."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Response

from processor.console.answers import items_answer, json_answer
from processor.console.bodies import Limit, Moment, Name, Subject
from processor.console.problems import declined
from processor.model.alert import AlertState
from processor.model.order import OrderState
from processor.model.reading import Flag, Reading, RejectionReason
from processor.model.rule import Level
from processor.ports.console import ConsoleService, Declined


def looking(service: ConsoleService) -> APIRouter:
    """Give the routes that change nothing."""
    router = APIRouter()

    @router.get("/alerts")
    async def alerts(
        *,
        state: Annotated[list[AlertState] | None, Query()] = None,
        community: Name = "",
        subject: Name = "",
        rule: Name = "",
        level: Annotated[int | None, Query(ge=1, le=4)] = None,
        shadow: bool = False,
        limit: Limit = 100,
    ) -> Response:
        found = await service.alerts(
            states=frozenset(state or ()),
            community=community,
            subject=subject,
            rule=rule,
            level=None if level is None else Level(level),
            shadow=shadow,
            limit=limit + 1,
        )
        return items_answer(found, limit)

    @router.get("/orders")
    async def orders(
        state: Annotated[list[OrderState] | None, Query()] = None,
        community: Name = "",
        subject: Name = "",
        limit: Limit = 100,
    ) -> Response:
        found = await service.orders(
            states=frozenset(state or ()), community=community, subject=subject, limit=limit + 1
        )
        return items_answer(found, limit)

    @router.get("/readings")
    async def readings(device: Name = "", since: Moment = None, until: Moment = None, limit: Limit = 100) -> Response:
        found = await service.readings(device=device, since=since, until=until, limit=limit + 1)
        return items_answer([named_reading(reading) for reading in found], limit)

    _judging(router, service)
    return router


def _judging(router: APIRouter, service: ConsoleService) -> None:
    @router.get("/explain")
    async def explain(
        device: Subject,
        rule: Subject,
        at: Moment = None,
        language: Annotated[str, Header(alias="Accept-Language")] = "",
    ) -> Response:
        answer = await service.explain(device=device, rule=rule, at=at)
        return declined(answer, language) if isinstance(answer, Declined) else json_answer(answer)

    @router.get("/mutes")
    async def mutes(limit: Limit = 100) -> Response:
        return items_answer(service.mutes()[: limit + 1], limit)

    @router.get("/rules/history")
    async def rules_history(limit: Limit = 100) -> Response:
        return items_answer(await service.rule_sets(limit=limit + 1), limit)

    @router.get("/dead-letters")
    async def dead_letters(reason: RejectionReason | None = None, limit: Limit = 100) -> Response:
        return items_answer(await service.dead_letters(reason=reason, limit=limit + 1), limit)


def named_reading(reading: Reading) -> dict[str, object]:
    """Give a reading with named fields; on the wire of the journal it is a bare array."""
    fields = msgspec.structs.asdict(reading)
    flags = [flag.name.lower() for flag in Flag if flag & reading.flags and flag.name]
    return {**fields, "flags": flags}

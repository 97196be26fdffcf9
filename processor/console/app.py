"""The HTTP edge of the daemon: health and metrics for machines, an API behind a token for people's programs."""

from typing import Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from processor.console.acting import acting
from processor.console.answers import conditions_answer, json_answer
from processor.console.bounds import BodyLimit
from processor.console.gate import SHORTEST_TOKEN, TokenGate
from processor.console.looking import looking
from processor.console.metrics import registry_of
from processor.console.problems import (
    BAD_REQUEST,
    INTERNAL,
    NO_SUCH_PAGE,
    WRONG_METHOD,
    Title,
    problem,
)
from processor.model.text import Text
from processor.ports.console import ConsoleService

_TITLES: Final[dict[int, Title]] = {404: NO_SUCH_PAGE, 405: WRONG_METHOD}


def create_app(service: ConsoleService, token: str) -> FastAPI:
    """Give the application. Everything under /api wants `token`; health and metrics say nothing personal and do not.

    An empty token closes /api; one that can be guessed is a ValueError.
    """
    if 0 < len(token) < SHORTEST_TOKEN:
        raise ValueError(f"console.token has {len(token)} characters; at least {SHORTEST_TOKEN} are needed")
    # The interactive pages load scripts from elsewhere, and the schema names what only token holders should know.
    app = FastAPI(title="wardwatch", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit)
    app.add_middleware(TokenGate, token=token)  # added last, so it is asked first
    app.include_router(_machine_routes(service))
    api = APIRouter(prefix="/api")
    api.include_router(looking(service))
    api.include_router(acting(service))
    api.add_api_route("/openapi.json", lambda: json_answer(app.openapi()), methods=["GET"], include_in_schema=False)
    app.include_router(api)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    app.add_exception_handler(Exception, _internal_problem)
    return app


def _machine_routes(service: ConsoleService) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    registry = registry_of(service)

    @router.get("/healthz")
    async def healthz() -> Response:
        return conditions_answer(service.liveness())

    @router.get("/readyz")
    async def readyz() -> Response:
        return conditions_answer(service.readiness())

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _language(request: Request) -> str:
    return request.headers.get("accept-language", "")


async def _http_problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(status, _TITLES.get(status, BAD_REQUEST), _language(request))
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    return answer


async def _validation_problem(request: Request, error: Exception) -> Response:
    """Say each place and what is wrong there; never repeat what was sent."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    places = [{"place": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in found]
    words = "; ".join(f"{one['place']}: {one['what']}" for one in places)
    return problem(422, BAD_REQUEST, _language(request), Text(zh=words, en=words), problems=places)


async def _internal_problem(request: Request, _error: Exception) -> Response:
    return problem(500, INTERNAL, _language(request))

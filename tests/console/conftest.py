"""The application without a network: a client that holds the token, and one that does not."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from processor.console.app import create_app
from tests.fakes.console import FakeConsoleService

TOKEN = "a-token-nobody-guesses"


@pytest.fixture
def service() -> FakeConsoleService:
    return FakeConsoleService()


@pytest_asyncio.fixture
async def stranger(service: FakeConsoleService) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(service, TOKEN), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
        yield client


@pytest_asyncio.fixture
async def client(service: FakeConsoleService) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(service, TOKEN), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://console", headers=headers) as client:
        yield client

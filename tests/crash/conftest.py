"""How often the daemon is killed, and when."""

import random

import pytest


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--kills"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("--kill-seed")
    return random.SystemRandom().randrange(1 << 32) if given is None else int(given)

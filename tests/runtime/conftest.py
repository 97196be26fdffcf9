"""What the tests of the runtime share."""

from collections.abc import AsyncIterator, Iterable

import pytest

from processor.ports.broker import Outcome
from tests.fakes.channel import FakeChannel
from tests.runtime.delivery_bench import Bench, Build


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    made: list[Bench] = []

    def make(outcomes: Iterable[Outcome] = (), channels: Iterable[FakeChannel] = (), *, queue: int = 100) -> Bench:
        made.append(Bench(outcomes, channels, queue=queue))
        return made[-1]

    yield make
    for bench in made:
        await bench.delivery.stop(within_s=0.05)

"""received = in flight + stored + duplicates + dead letters + dropped, at every moment and in the store."""

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from processor.model.reading import Reading
from processor.ports.journal import Batch
from processor.runtime.counters import Counters
from processor.runtime.intake import BatchLimits
from processor.runtime.retrying import retry
from tests.runtime.plant import T0, Plant
from tests.runtime.town import sources, town
from tests.waiting import eventually

METER = "v1/east/meter/e-m1/telemetry"


def payload(**fields: object) -> bytes:
    return json.dumps(fields).encode()


# (topic, payload made of a number): what may come, and what may come of it
KINDS: dict[str, tuple[str, Any]] = {
    "reading": (METER, lambda n: payload(ts=T0 + n, current=n % 300)),
    "same again": (METER, lambda _: payload(ts=T0, current=1)),
    "garbage": (METER, lambda n: bytes((0x7B, n % 256, 0xFF))),
    "empty": (METER, lambda _: b""),
    "out of range": (METER, lambda n: payload(ts=T0 + n, current=99_999)),
    "wrong type": (METER, lambda n: payload(ts=T0 + n, current="high")),
    "unknown device": ("v1/east/meter/e-m77/telemetry", lambda n: payload(ts=T0 + n, current=1)),
    "unknown topic": ("v9/else/where", lambda _: b"1"),
    "several": (
        "v1/east/leak/e-l1/history",
        lambda n: payload(samples=[{"ts": T0 + n + k, "wet": k % 2} for k in range(n % 5)]),
    ),
    "several with a bad one": (
        "v1/east/leak/e-l1/history",
        lambda n: payload(samples=[{"ts": T0 + n, "wet": 1}, {"ts": T0 + n + 1, "wet": "7"}, 5]),
    ),
    "answer": ("v1/east/valve/e-v1/reply", lambda n: payload(id=f"c{n}", ok=True)),
    "bad answer": ("v1/east/valve/e-v1/reply", lambda _: payload(ok=True)),
}
Move = tuple[str, int, int]  # kind or what happens, a number, qos


def moves() -> st.SearchStrategy[list[Move]]:
    said = st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 40), st.integers(0, 1))
    happened = st.tuples(
        st.sampled_from(["turn", "turn", "cut", "full", "room", "retry", "later"]), st.just(0), st.just(1)
    )
    return st.lists(st.one_of(said, said, said, happened), max_size=60)


class Watched(Counters):
    """Counters that are checked whenever something was counted."""

    def message(self) -> None:
        super().message()
        self.require()

    def dropped_by(self, policy: str) -> None:
        super().dropped_by(policy)
        self.require()

    def committed(self, batch: Batch) -> None:
        super().committed(batch)
        self.require()

    def require(self) -> None:
        found = self.counts()
        ended = found.stored + found.duplicates + found.dead_letters + found.dropped
        assert found.received == self.in_flight + ended
        assert self.in_flight >= 0
        assert self.lost() == 0


async def play(played: list[Move]) -> None:
    plant = Plant(limits=BatchLimits(messages=7, window_ms=1, queue=5))
    counters = plant.counters = plant.embedded._counters = plant.embedded._intake._counters = Watched()
    async with plant.running():
        for kind, number, qos in played:
            if kind in KINDS:
                topic, make = KINDS[kind]
                plant.ingest.deliver(topic, make(number), qos=qos)
            else:
                await happen(plant, kind)
            counters.require()
        plant.store.journal.full = False
        await plant.quiet()
        # An answer to a command is in no count: its acknowledgement says that it is committed.
        await eventually(lambda: not plant.ingest.unacknowledged, "everything acknowledged")
        require_told(plant)
    counters.require()
    assert counters.in_flight == 0
    assert plant.ingest.unacknowledged == []
    require_stored(plant)


async def happen(plant: Plant, what: str) -> None:
    if what == "cut":
        plant.ingest.cut()
        plant.ingest.restore()
    elif what == "full":
        plant.store.journal.full = True
    elif what == "room":
        plant.store.journal.full = False
    elif what == "later":
        plant.pass_time(61_000)
    elif what == "retry" and not plant.store.journal.full:
        await retry(plant.embedded, plant.store.dead_letters.find())
    await asyncio.sleep(0.002 if what == "turn" else 0)


def require_told(plant: Plant) -> None:
    """Whoever asks for the numbers gets numbers that add up on their own."""
    found = plant.counters.counts()
    assert found.received == found.stored + found.duplicates + found.dead_letters + found.dropped


def require_stored(plant: Plant) -> None:
    """The counters are not only consistent: they are what the store holds."""
    counters, totals = plant.counters, plant.store.journal.totals()
    assert counters.stored == len(plant.readings()) == totals.stored
    assert counters.dead_letters.total() == totals.dead_letters == len(plant.store.dead_letters.letters)
    assert totals.received == totals.stored + totals.duplicates + totals.dead_letters
    assert counters.counts().received == totals.received + counters.dropped.total()


@given(moves())
@settings(deadline=None, max_examples=120)
def test_what_came_in_is_what_it_became_at_every_moment(played: list[Move]) -> None:
    asyncio.run(play(played))


async def test_what_overflows_the_queue_without_an_acknowledgement_is_dropped_by_name() -> None:
    plant = Plant(limits=BatchLimits(messages=100, window_ms=1, queue=5))
    async with plant.running():
        for number in range(9):
            plant.meter(1, ts=T0 + number, qos=0)
        for number in range(9):
            plant.meter(2, ts=T0 + number)
        await plant.quiet()
    assert plant.counters.dropped == {"queue_full": 4}
    assert len(plant.readings()) == 5 + 9, "what the broker would send again is never dropped"


async def test_a_mended_dead_letter_becomes_late_readings_and_is_settled_with_them() -> None:
    plant = Plant(town(sources(devices="devices:\n  e-m1: {profile: meter, place: east/b1}\n", rules=RULE)))
    async with plant.running():
        plant.say("v1/west/meter/w-m1/telemetry", current=5)
        plant.say("v1/east/meter/e-m1/telemetry", current="x")
        await plant.quiet()
        letters = plant.store.dead_letters.find()
        assert len(letters) == 2
        await plant.embedded.reconfigure(town(), Plant().step.decoder)
        done = await retry(plant.embedded, letters)
        await retry(plant.embedded, letters)  # by two people at once: what came the second time is a duplicate
    assert (done.retried, done.stored, done.still_dead) == (2, 1, 1)
    assert plant.counters.duplicates == 1
    require_stored(plant)
    assert plant.counters.in_flight == 0
    assert [letter.id for letter in plant.store.dead_letters.find()] == [letters[1].id]
    (mended,) = plant.readings()
    assert (mended.device, mended.flags & 64) == ("w-m1", 64)
    batches = [block.inputs for _, block in plant.store.journal.blocks(0)]
    assert any(isinstance(each, Reading) for inputs in batches for each in inputs)
    assert plant.counters.lost() == 0


RULE = """
M-01:
  name: {zh: 电流高, en: Current is high}
  applies_to: {profile: meter}
  levels: {L2: {when: current >= 1000 mA}}
"""

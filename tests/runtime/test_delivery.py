"""What leaves the daemon after the commit: once under its key, in the order of its subject, delayed by no other."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

import pytest

from processor.model.effect import Effect
from processor.model.inputs import CommandDelivered, DeliveryResult, Input
from processor.model.person import Person
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from processor.runtime.delivery import Delivery, DeliveryLimits
from processor.runtime.reminding import Reminding
from tests.fakes.broker import FakePublisher
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tests.fakes.journal import MemoryOutbox
from tests.runtime.effects import NOW, alert, command, order, reminder
from tests.waiting import eventually

T = TypeVar("T")
Build = Callable[..., "Bench"]

PEOPLE = {
    "p1": Person(id="p1", name="李伟", roles=("grid_worker",), covers=("g1",), channels=("app", "sms")),
    "p2": Person(id="p2", name="王芳", roles=("grid_worker",), covers=("g2",), channels=("app",)),
    "p3": Person(id="p3", name="张敏", roles=("community_duty",), covers=("sunrise",), channels=("sms",)),
    "p4": Person(id="p4", name="陈静", roles=("nobody_reaches",), covers=("*",), channels=()),
}


async def inline(call: Callable[..., T], /, *args: object) -> T:
    """Blocking calls on the loop, with the chance for others to run that a thread would give."""
    await asyncio.sleep(0)
    return call(*args)


class Bench:
    """A delivery with everything around it faked."""

    def __init__(
        self, outcomes: Iterable[Outcome] = (), channels: Iterable[FakeChannel] = (), *, queue: int = 100
    ) -> None:
        self.queue_size = queue
        self.clock = FakeClock(NOW)
        self.outbox = MemoryOutbox()
        self.publisher = FakePublisher(outcomes)
        self.channels = {channel.name: channel for channel in channels}
        self.inputs: list[Input] = []
        self.delivery = self._delivery()
        self.people = dict(PEOPLE)

    def _delivery(self) -> Delivery:
        self.reminding = Reminding(
            self.channels.values(),
            lambda: self.people,
            self.clock,
            fallback=("console",),
            queue=self.queue_size,
            within_s=30.0,
        )
        return Delivery(
            outbox=self.outbox,
            publisher=self.publisher,
            reminding=self.reminding,
            clock=self.clock,
            on_input=self.inputs.append,
            run_blocking=inline,
            limits=DeliveryLimits(in_hand=200, poll_s=0.005),
        )

    async def start(self) -> None:
        await self.publisher.start()
        self.delivery.start()

    async def restart(self) -> None:
        await self.delivery.stop(within_s=0.05)
        self.delivery = self._delivery()
        self.delivery.start()

    def queue(self, *effects: Effect) -> None:
        for effect in effects:
            self.outbox.queue("sunrise", effect, self.clock.now(), 1)
        self.delivery.notify()

    async def empty(self) -> None:
        await eventually(lambda: not self.outbox.rows, "an empty outbox")


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    made: list[Bench] = []

    def make(outcomes: Iterable[Outcome] = (), channels: Iterable[FakeChannel] = (), *, queue: int = 100) -> Bench:
        made.append(Bench(outcomes, channels, queue=queue))
        return made[-1]

    yield make
    for bench in made:
        await bench.delivery.stop(within_s=0.05)


# ---- publishing


async def test_an_alert_is_published_under_its_place_and_rule(build: Build) -> None:
    bench = build()
    await bench.start()
    bench.queue(alert())
    await bench.empty()
    (sent,) = bench.publisher.published
    assert sent.topic == "wardwatch/alerts/sunrise/e1/EL-01"
    assert json.loads(sent.payload)["state"] == "firing"
    assert bench.delivery.counters.delivered == {"alert_changed": 1}


async def test_steps_of_one_subject_keep_their_order_and_others_do_not_wait(build: Build) -> None:
    bench = build()
    await bench.start()
    bench.publisher.gate.clear()
    bench.queue(*(alert("e1", n) for n in range(1, 6)), *(alert(f"x{n}") for n in range(50)))
    await eventually(lambda: bench.publisher.in_flight == 51, "one of e1 and all others in flight")
    bench.publisher.gate.set()
    await bench.empty()
    assert [json.loads(p.payload)["number"] for p in bench.publisher.sent("wardwatch/alerts/sunrise/e1/")] == [
        1, 2, 3, 4, 5,
    ]  # fmt: skip


async def test_a_lost_broker_loses_nothing_and_keeps_the_order(build: Build) -> None:
    bench = build()
    bench.delivery.start()  # not connected yet
    bench.queue(*(alert("e1", n) for n in range(1, 4)), alert("e2"))
    await eventually(lambda: bench.delivery.counters.retried["alert_changed"] > 0)
    bench.queue(alert("e1", 4))
    await bench.publisher.start()
    await bench.empty()
    numbers = [json.loads(p.payload)["number"] for p in bench.publisher.sent("wardwatch/alerts/sunrise/e1/")]
    assert numbers == [1, 2, 3, 4]


async def test_one_step_that_fails_holds_back_the_later_ones_of_its_subject_only(build: Build) -> None:
    bench = build(outcomes=[Unreachable("quota")])
    await bench.start()
    bench.queue(alert("e1", 1), alert("e1", 2))
    await eventually(lambda: bench.delivery.counters.retried["alert_changed"] == 1)
    bench.queue(alert("e2"), alert("e1", 3))
    await eventually(lambda: bench.publisher.sent("wardwatch/alerts/sunrise/e2/"))
    assert not bench.publisher.sent("wardwatch/alerts/sunrise/e1/")
    bench.clock.advance(1_000)
    await bench.empty()
    numbers = [json.loads(p.payload)["number"] for p in bench.publisher.sent("wardwatch/alerts/sunrise/e1/")]
    assert numbers == [1, 2, 3]


async def test_a_refused_message_is_kept_with_its_reason_and_not_tried_again(build: Build) -> None:
    bench = build(outcomes=[Refused("not authorised")])
    await bench.start()
    bench.queue(alert())
    await bench.empty()
    assert bench.outbox.failed == {1: "not authorised"}
    assert bench.delivery.counters.failed == {"alert_changed": 1}


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_broker_answers_every_subject_is_published_in_order(build: Build, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a dice that falls the same way every time
    outcomes: list[Outcome] = [Unreachable("busy") if dice.random() < 0.3 else Sent() for _ in range(300)]
    bench = build(outcomes=outcomes)
    await bench.start()
    numbers = dict.fromkeys(("a", "b", "c"), 0)
    for _ in range(60):
        subject = dice.choice("abc")
        numbers[subject] += 1
        bench.queue(alert(subject, numbers[subject]))
        if dice.random() < 0.3:
            await asyncio.sleep(0)
        if dice.random() < 0.1:
            bench.publisher.connected = not bench.publisher.connected
    bench.publisher.connected = True

    def time_passes() -> bool:
        bench.clock.advance(500)
        return not bench.outbox.rows

    await eventually(time_passes, "an empty outbox")
    for subject, last in numbers.items():
        got = [json.loads(p.payload)["number"] for p in bench.publisher.sent(f"wardwatch/alerts/sunrise/{subject}/")]
        assert got == list(range(1, last + 1))


async def test_a_store_that_fails_for_a_moment_delivers_nothing_twice(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processor.runtime.delivery._STORE_PAUSE_S", 0.005)
    bench = build()
    real, failures = bench.outbox.delivered, 2

    def failing(sequences: Iterable[int], now: int) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise OSError("the disk is full")
        real(sequences, now)

    monkeypatch.setattr(bench.outbox, "delivered", failing)
    await bench.start()
    bench.queue(alert("e1"), alert("e2"))
    await bench.empty()
    assert len(bench.publisher.published) == 2
    assert bench.delivery.counters.store_errors == 2


async def test_more_than_fits_in_hand_is_delivered_all_the_same(build: Build) -> None:
    bench = build()
    await bench.start()
    bench.queue(*(alert(f"e{n}") for n in range(1_500)))
    await eventually(lambda: bench.delivery.in_hand <= 200)
    await bench.empty()
    assert len({p.topic for p in bench.publisher.published}) == 1_500 == len(bench.publisher.published)


async def test_an_order_is_published_without_the_person_and_the_note(build: Build) -> None:
    bench = build()
    await bench.start()
    bench.queue(order())
    await bench.empty()
    (sent,) = bench.publisher.published
    assert sent.topic == "wardwatch/orders/sunrise/o1"
    assert b"p7" not in sent.payload
    assert b"13800000000" not in sent.payload


# ---- commands


async def test_a_command_is_sent_with_its_remaining_life_and_the_core_is_told(build: Build) -> None:
    bench = build()
    await bench.start()
    bench.queue(command(expires_at=NOW + 12_900))
    await bench.empty()
    (sent,) = bench.publisher.published
    assert (sent.topic, sent.payload, sent.expiry_s, sent.key) == (
        "v1/sunrise/leak/valve-1/command",
        b'{"cmd":"close","id":"c1"}',
        12,
        "c1",
    )
    assert bench.inputs == [CommandDelivered("sunrise", "c1", DeliveryResult.SENT)]


@pytest.mark.parametrize("late_by", [0, 1, 60_000])  # the last instant is already too late
async def test_a_command_past_its_life_is_never_sent(build: Build, late_by: int) -> None:
    bench = build()
    await bench.start()
    bench.queue(command(expires_at=NOW - late_by))
    await bench.empty()
    assert bench.publisher.published == []
    assert bench.inputs == [CommandDelivered("sunrise", "c1", DeliveryResult.EXPIRED)]


async def test_a_command_that_expires_while_the_broker_is_away_is_never_sent(build: Build) -> None:
    bench = build()
    bench.delivery.start()
    bench.queue(command(expires_at=NOW + 5_000))
    await eventually(lambda: bench.delivery.counters.retried["send_command"] > 0)
    bench.clock.advance(5_000)
    await bench.empty()
    assert bench.inputs == [CommandDelivered("sunrise", "c1", DeliveryResult.EXPIRED)]
    await bench.publisher.start()
    bench.queue(alert())
    await bench.empty()
    assert [p.topic for p in bench.publisher.published] == ["wardwatch/alerts/sunrise/e1/EL-01"]


async def test_a_command_the_broker_refuses_is_reported_to_the_core(build: Build) -> None:
    bench = build(outcomes=[Refused("not authorised")])
    await bench.start()
    bench.queue(command())
    await bench.empty()
    assert bench.inputs == [CommandDelivered("sunrise", "c1", DeliveryResult.REFUSED)]


# ---- reminders


async def test_people_on_duty_are_told_each_over_their_own_channels(build: Build) -> None:
    app, sms = FakeChannel("app"), FakeChannel("sms")
    bench = build(channels=[app, sms])
    await bench.start()
    bench.queue(reminder(roles=("grid_worker", "community_duty")))
    await bench.empty()
    assert [[p.id for p in people] for _, people in app.told] == [["p1"]]  # p2 covers another grid
    assert [[p.id for p in people] for _, people in sms.told] == [["p1", "p3"]]


async def test_a_hanging_channel_delays_nothing_else(build: Build) -> None:
    app, sms = FakeChannel("app"), FakeChannel("sms")
    sms.gate.clear()
    bench = build(channels=[app, sms])
    await bench.start()
    bench.queue(*(reminder(f"r{n}") for n in range(500)))
    bench.queue(*(alert(f"e{n}") for n in range(300)))
    await eventually(lambda: len(bench.publisher.published) == 300, "all alerts published")
    bench.queue(alert("last"))
    await eventually(lambda: len(bench.publisher.published) == 301)
    assert len(set(app.keys)) >= 100
    sms.gate.set()

    def time_passes() -> bool:
        bench.clock.advance(500)
        return not bench.outbox.rows

    await eventually(time_passes, "an empty outbox")
    assert sorted(app.keys) == sorted(f"r{n}" for n in range(500)) == sorted(sms.keys)


async def test_after_a_failure_what_waits_for_the_channel_is_not_tried_one_by_one(build: Build) -> None:
    sms = FakeChannel("sms", outcomes=[Unreachable("503")] * 4)
    sms.gate.clear()
    bench = build(channels=[sms])
    await bench.start()
    bench.queue(*(reminder(f"r{n}") for n in range(50)))
    await eventually(lambda: len(sms.told) == 4, "every slot hangs")
    sms.gate.set()
    await eventually(lambda: bench.delivery.in_hand == 0, "all given back")
    assert len(sms.told) == 4
    assert len(bench.outbox.rows) == 50


async def test_channels_that_all_hang_leave_room_for_alerts(build: Build) -> None:
    hanging = [FakeChannel("app"), FakeChannel("sms")]
    for channel in hanging:
        channel.gate.clear()
    bench = build(channels=hanging, queue=1_000)
    await bench.start()
    bench.queue(*(reminder(f"r{n}") for n in range(400)))
    await eventually(lambda: bench.delivery.in_hand >= 100)
    bench.queue(*(alert(f"e{n}") for n in range(5)))
    await eventually(lambda: len(bench.publisher.published) == 5, "alerts published")
    assert bench.delivery.in_hand == 100


async def test_only_the_channel_that_failed_is_tried_again_under_the_same_key(build: Build) -> None:
    app, sms = FakeChannel("app"), FakeChannel("sms", outcomes=[Unreachable("503"), Unreachable("503")])
    bench = build(channels=[app, sms])
    await bench.start()
    bench.queue(reminder())

    def time_passes() -> bool:
        bench.clock.advance(500)
        return not bench.outbox.rows

    await eventually(time_passes, "an empty outbox")
    assert app.keys == ["r1"]
    assert sms.keys == ["r1", "r1", "r1"]
    assert bench.delivery.counters.delivered == {"remind_people": 1}


async def test_retry_after_is_honoured(build: Build) -> None:
    app = FakeChannel("app", outcomes=[Unreachable("429", retry_after_ms=45_000)])
    bench = build(channels=[app])
    bench.people.pop("p3")
    await bench.start()
    bench.queue(reminder())
    await eventually(lambda: bench.outbox.rows[1].due_at == NOW + 45_000)
    bench.clock.advance(45_000)
    await bench.empty()
    assert app.keys == ["r1", "r1"]


async def test_an_owed_reminder_survives_a_restart(build: Build) -> None:
    app, sms = FakeChannel("app"), FakeChannel("sms", outcomes=[Unreachable("503")])
    bench = build(channels=[app, sms])
    await bench.start()
    bench.queue(reminder())
    await eventually(lambda: bench.outbox.rows[1].due_at > NOW)
    await bench.restart()
    bench.clock.advance(60_000)
    await bench.empty()
    assert sms.keys == ["r1", "r1"]


async def test_a_reminder_for_nobody_goes_to_the_fallback_channel_without_people(build: Build) -> None:
    console = FakeChannel("console")
    bench = build(channels=[console])
    await bench.start()
    bench.queue(reminder(roles=("nobody_reaches",)))
    await bench.empty()
    assert console.told == [(reminder(roles=("nobody_reaches",)), ())]
    assert bench.reminding.unaddressed == 1


async def test_a_reminder_every_channel_refuses_is_kept_as_failed(build: Build) -> None:
    bench = build(
        channels=[FakeChannel("app", outcomes=[Refused("gone")]), FakeChannel("sms", outcomes=[Refused("no")])]
    )
    await bench.start()
    bench.queue(reminder())
    await bench.empty()
    assert bench.outbox.failed == {1: "gone; no"}


async def test_a_reminder_of_yesterday_is_not_told(build: Build) -> None:
    app = FakeChannel("app")
    bench = build(channels=[app])
    await bench.start()
    bench.queue(reminder(decided_at=NOW - 24 * 3_600_000 - 1))
    await bench.empty()
    assert app.told == []
    assert bench.delivery.counters.failed == {"remind_people": 1}

"""People are reminded after the commit: each over their own channels, delayed by no other."""

from processor.ports.broker import Refused, Unreachable
from tests.fakes.channel import FakeChannel
from tests.runtime.delivery_bench import Build
from tests.runtime.effects import NOW, alert, reminder
from tests.waiting import eventually


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

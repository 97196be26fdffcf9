"""What is published and commanded after the commit: once under its key, in the order of its subject."""

import asyncio
import json
import random
from collections.abc import Iterable

import pytest

from processor.model.inputs import CommandDelivered, DeliveryResult
from processor.ports.broker import Outcome, Refused, Sent, Unreachable
from tests.runtime.delivery_bench import Build
from tests.runtime.effects import NOW, alert, command, order
from tests.waiting import eventually

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

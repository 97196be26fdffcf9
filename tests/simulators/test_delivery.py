"""What the network does to messages, and how often."""

from itertools import pairwise

import pytest

from processor.model.time import HOUR, SECOND
from simulators.delivery import Delivery, DeliveryFaults
from simulators.message import Event
from tests.simulators.districts import START, body, district, live, reporter


def passed(faults: DeliveryFaults, count: int = 4_000) -> list[Event]:
    network = Delivery(faults, seed=5)
    arrived: list[Event] = []
    for number in range(count):
        at = START + number * SECOND
        arrived += network.release(at)
        arrived += network.take(Event(at, f"d{number % 50}", "t", str(number).encode()))
    return arrived + network.release(START + count * SECOND + HOUR)


def test_a_perfect_network_passes_everything_once_and_in_order() -> None:
    payloads = [event.payload for event in passed(DeliveryFaults())]
    assert payloads == [str(number).encode() for number in range(4_000)]


def test_loss_loses_about_its_share() -> None:
    assert 4_000 - len(passed(DeliveryFaults(loss=0.05))) == pytest.approx(200, abs=60)


def test_a_duplicate_comes_again_byte_for_byte_after_its_delay() -> None:
    arrived = passed(DeliveryFaults(duplicate=0.1))
    first: dict[bytes, int] = {}
    gaps = []
    for event in arrived:
        if event.payload in first:
            gaps.append(event.at - first[event.payload])
        first.setdefault(event.payload, event.at)
    assert len(first) == 4_000
    assert len(gaps) == pytest.approx(400, abs=90)
    assert set(gaps) == {30 * SECOND}


def test_reordering_loses_nothing_and_changes_the_order() -> None:
    arrived = [event.payload for event in passed(DeliveryFaults(reorder=0.1))]
    assert sorted(arrived) == sorted(str(number).encode() for number in range(4_000))
    assert arrived != [str(number).encode() for number in range(4_000)]


def test_an_outage_silences_one_device_for_minutes() -> None:
    arrived = passed(DeliveryFaults(outages_per_day=200.0))
    heard = {device: [event.at for event in arrived if event.device == device] for device in ("d1", "d2", "d3")}
    longest = max(later - earlier for times in heard.values() for earlier, later in pairwise(times))
    assert longest > 100 * SECOND


def test_wrong_clocks_are_wrong_in_the_payload_only() -> None:
    place = district(delivery=DeliveryFaults(clock_sigma_s=20.0, clock_eight_hours=0.3))
    offsets = {event.device: body(event)["ts"] - event.at for event in live(place, 400)}
    far = [offset for offset in offsets.values() if abs(offset) > 7 * HOUR]
    near = [offset for offset in offsets.values() if abs(offset) <= 7 * HOUR]
    assert far
    assert all(abs(offset) < 100 * SECOND for offset in near)
    assert len(set(near)) > 10


def test_no_clock_is_touched_unless_asked_for() -> None:
    speaker = reporter()
    Delivery(DeliveryFaults(), 1).prepare([speaker])
    assert speaker.clock_offset_ms == 0

"""The same seed gives the same messages, byte for byte; and what each fault does to them."""

from itertools import pairwise

import pytest

from simulators.delivery import DeliveryFaults
from simulators.district import District
from simulators.faults.register import KINDS
from simulators.message import Event
from simulators.scenario import DEMO, FaultSpec, ScenarioError
from simulators.truth import Label
from tests.simulators.districts import START, bodies, body, district, live

PUMP = "c01-b1-leak-pump"
FLOW = "c01-b1-r1-flow"
VALVE_TOPIC = "v1/c01/valve/c01-b1-r1-valve/command"
LEAK = FaultSpec("leak", at_s=60, asset=PUMP)


def stream(events: list[Event]) -> list[tuple[int, str, bytes]]:
    return [(event.at, event.topic, event.payload) for event in events]


@pytest.mark.parametrize("delivery", [None, DeliveryFaults.typical()])
def test_the_same_seed_gives_the_same_messages_byte_for_byte(delivery: DeliveryFaults | None) -> None:
    first = stream(live(district(*DEMO.faults, delivery=delivery), 1800))
    second = stream(live(district(*DEMO.faults, delivery=delivery), 1800, chunk_s=7))
    assert len(first) > 1000
    assert sorted(first) == sorted(second)


def test_another_seed_gives_other_messages() -> None:
    assert stream(live(district(seed=7), 300)) != stream(live(district(seed=8), 300))


def test_a_larger_district_changes_no_device_that_was_there() -> None:
    small = live(district(devices=40), 300)
    large = live(district(devices=76), 300)
    flow = [event.payload for event in small if event.device == FLOW]
    assert flow
    assert flow == [event.payload for event in large if event.device == FLOW]


def test_messages_come_in_the_order_of_their_time_and_of_the_devices_clock() -> None:
    events = live(district(), 600)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(body(event)["ts"] == event.at for event in events)


def one_of_each(*faults: FaultSpec) -> District:
    """The smallest district that has every kind of device."""
    return district(*faults, communities=1, devices=28, step_s=10)


QUICK = {"per_day": 60.0, "ma_per_day": 6000.0, "days": 0.01}  # growth of weeks within the hour


@pytest.fixture(scope="module")
def healthy_hour() -> list[Event]:
    return live(one_of_each(), 4500)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"valve_stuck"}))
def test_truth_is_observable_with_the_first_datum_that_shows_it_and_never_before(
    kind: str, healthy_hour: list[Event]
) -> None:
    place = one_of_each(FaultSpec(kind, at_s=300, parameters=QUICK))
    events = live(place, 4500)
    (episode,) = place.truth.episodes()
    assert episode.t_onset == START + 300_000
    assert episode.label is (Label.NONE if episode.expected_level is None else Label.FAULT)
    changed = set(stream(events)) ^ set(stream(healthy_hour))
    assert episode.t_observable is not None
    assert episode.t_onset <= min(at for at, _, _ in changed) <= episode.t_observable
    shown = [event.at for event in events if episode.cause_id in event.shows]
    assert not shown or episode.t_observable == min(shown)  # nothing shows silence but the report that does not come


def test_a_jammed_valve_is_observable_only_when_it_should_have_moved() -> None:
    place = district(FaultSpec("valve_stuck", at_s=0, asset="c01-b1-r1-valve"))
    live(place, 600)
    assert place.truth.episodes()[0].t_observable is None
    place.command(VALVE_TOPIC, b'{"id": "c-1", "cmd": "close"}')
    assert place.truth.episodes()[0].t_observable == place.now


def test_a_silent_device_is_observable_when_its_next_report_does_not_come() -> None:
    place = district(FaultSpec("offline", at_s=300, asset="c01-b1-disp", duration_s=600))
    events = live(place, 1800)
    (episode,) = place.truth.episodes()
    reports = [event.at for event in events if event.device == "c01-b1-disp"]
    assert not [at for at in reports if episode.t_onset <= at < START + 900_000]
    assert episode.t_observable is not None
    assert max(at for at in reports if at < episode.t_onset) < episode.t_observable < episode.t_onset + 70_000
    assert episode.t_end == START + 900_000
    assert max(reports) > START + 900_000


def test_a_leak_runs_from_the_pipe_to_the_sensor_to_the_meter_and_the_valve_ends_it() -> None:
    place = district(LEAK)
    events = live(place, 400)
    wet = [report for report in bodies(events, PUMP) if report["wet"] == 1]
    flows = bodies(events, FLOW)
    assert wet
    assert max(report["flow_l_min"] for report in flows) > 7
    place.command(VALVE_TOPIC, b'{"id": "c-1", "cmd": "close"}')
    after = live(place, 300)
    assert bodies(after, "c01-b1-r1-valve")[-1]["position"] == "closed"
    assert {report["flow_l_min"] for report in bodies(after, FLOW)[1:]} == {0.0}
    (episode,) = place.truth.episodes()
    assert episode.t_end is not None
    assert START + 400_000 < episode.t_end < START + 415_000
    assert episode.action_targets == ("c01-b1-r1-valve",)


def test_a_jammed_valve_says_yes_and_the_water_runs_on() -> None:
    place = district(LEAK, FaultSpec("valve_stuck", at_s=0, asset="c01-b1-r1-valve"))
    live(place, 200)
    answer = place.command(VALVE_TOPIC, b'{"id": "c-1", "cmd": "close"}')
    assert body(answer[0])["ok"] is True
    after = live(place, 200)
    assert bodies(after, FLOW)[-1]["flow_l_min"] > 5


def test_a_riser_burst_wets_storey_after_storey_downwards() -> None:
    place = district(FaultSpec("riser_burst", at_s=10, asset="c01-b1-r1-leak-f4"))
    events = live(place, 1500)
    first_wet: dict[str, int] = {}
    for event in events:
        if "/leak/" in event.topic and body(event)["wet"] == 1:
            first_wet.setdefault(event.device, event.at)
    (episode,) = place.truth.episodes()
    assert set(first_wet) == set(episode.assets)
    assert "c01-b1-r1-leak-f5" not in first_wet
    assert first_wet["c01-b1-r1-leak-f4"] < first_wet["c01-b1-leak-electric"]


def test_cleaning_water_is_gone_after_two_to_five_minutes_and_no_meter_sees_it() -> None:
    quiet = live(district(), 1200)
    place = district(FaultSpec("cleaning_water", at_s=60, asset=PUMP))
    events = live(place, 1200)
    (episode,) = place.truth.episodes()
    assert episode.t_end is not None
    assert 120_000 <= episode.t_end - episode.t_onset <= 306_000
    assert bodies(events, PUMP)[-1]["wet"] == 0
    assert bodies(events, FLOW) == bodies(quiet, FLOW)


def test_a_drip_flaps() -> None:
    place = district(FaultSpec("drip", at_s=10, asset=PUMP))
    flags = [report["wet"] for report in bodies(live(place, 4 * 3600), PUMP)]
    changes = sum(first != second for first, second in pairwise(flags))
    assert changes >= 4


def test_a_building_without_mains_silences_its_mains_fed_devices_and_no_others() -> None:
    place = district(FaultSpec("building_outage", at_s=60, asset="c01-b1-el-main"))
    live(place, 200)
    after = live(place, 400)
    assert not [event for event in after if event.device.startswith("c01-b1-") and "/electrical/" in event.topic]
    assert not [event for event in after if event.device == "c01-b1-pile1"]
    assert [event for event in after if event.device in {PUMP, FLOW}]


@pytest.mark.parametrize("subject", [PUMP, "c01/b1/r1", "c01"])
def test_a_visit_mends_what_is_wrong_and_says_so(subject: str) -> None:
    place = district(LEAK)
    live(place, 300)
    assert not place.visit("c01/b1/r")
    assert not place.visit("c01/b1/r2")
    assert place.ailing(subject)
    assert place.visit(subject)
    assert not place.visit(subject)
    after = live(place, 300)
    assert bodies(after, PUMP)[-1]["wet"] == 0


@pytest.mark.parametrize("seed", range(8))
def test_two_causes_never_share_one_water_by_chance(seed: int) -> None:
    waters = (FaultSpec("leak", at_s=1), FaultSpec("cleaning_water", at_s=2), FaultSpec("drip", at_s=3))
    place = district(*waters, seed=seed)
    live(place, 10)
    branches = [place.site.plans[episode.asset].branch for episode in place.truth.episodes()]
    assert len(set(branches)) == 3


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (FaultSpec("leek"), 'unknown fault "leek"; there are: building_outage'),
        (FaultSpec("leak", asset="nobody"), 'leak: asset "nobody" must be a device of profile leak_sensor'),
        (FaultSpec("leak", asset=FLOW), "must be a device of profile leak_sensor"),
        (FaultSpec("leak", where={"room_kind": "attic"}), "leak: no device of profile leak_sensor with tags"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_what_is_wrong(spec: FaultSpec, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        live(district(spec), 10)
    assert words in str(caught.value)

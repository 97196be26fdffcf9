"""A district from a seed, and the daemon's configuration that matches it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.loading.load import Loaded, load
from processor.loading.sources import read_sources
from processor.model.time import MINUTE
from simulators.community import MAINS, Kind, build_district
from simulators.configuration import write_configuration
from simulators.district import District
from simulators.scenario import Scenario
from tests.simulators.districts import START

PROFILES = Path(__file__).parents[2] / "config" / "profiles"


@given(seed=st.integers(0, 2**32), communities=st.integers(1, 9), extra=st.integers(0, 400))
def test_a_district_has_exactly_the_devices_asked_for_and_every_link_leads_somewhere(
    seed: int, communities: int, extra: int
) -> None:
    plan = build_district(seed=seed, communities=communities, devices=communities + extra)
    ids = {device.id for device in plan.devices}
    assert len(ids) == len(plan.devices) == communities + extra
    assert {link for device in plan.devices for link in device.links.values()} <= ids
    assert {device.community for device in plan.devices} == set(plan.communities)
    assert plan == build_district(seed=seed, communities=communities, devices=communities + extra)


def test_sixty_devices_in_two_communities_have_every_kind_but_breakers_which_only_known_districts_have() -> None:
    kinds = {device.kind for device in build_district(seed=3, communities=2, devices=60).devices}
    assert kinds == set(Kind) - {Kind.SMART_BREAKER}


def test_only_what_may_be_switched_says_that_it_is_not_critical() -> None:
    plan = build_district(seed=3, communities=2, devices=200)
    harmless = {device.kind for device in plan.devices if device.critical is False}
    assert harmless == {Kind.WATER_VALVE, Kind.DISPENSER, Kind.EBIKE_PORT, Kind.EV_CHARGER, Kind.RESIDUAL_CURRENT}
    feeders = [device for device in plan.devices if device.tags.get("role") == "feeder"]
    assert feeders
    assert all(device.critical is True for device in feeders)


@pytest.mark.parametrize(("communities", "devices"), [(0, 5), (6, 5), (1, 2_000_000)])
def test_an_impossible_size_is_refused_with_the_limits(communities: int, devices: int) -> None:
    with pytest.raises(ValueError, match="1 <= communities <= devices"):
        build_district(seed=1, communities=communities, devices=devices)


def loaded(folder: Path) -> Loaded:
    (folder / "profiles").symlink_to(PROFILES)
    texts, unread = read_sources(folder)
    assert unread == []
    return load(texts)


def test_the_daemon_loads_what_is_written_for_it_and_knows_exactly_these_devices(tmp_path: Path) -> None:
    plan = build_district(seed=3, communities=3, devices=300)
    write_configuration(plan, tmp_path / "config")
    answer = loaded(tmp_path / "config")
    assert [problem.render() for problem in answer.problems] == []
    assert answer.district is not None
    assert set(answer.district.devices) == {device.id for device in plan.devices}
    for device in plan.devices:
        known = answer.district.devices[device.id]
        assert (known.profile, known.community, known.critical) == (device.kind, device.community, device.critical)
        assert (known.links, known.mains) == (device.links, device.kind in MAINS)


def test_every_speaker_of_the_simulation_is_a_device_or_the_gateway_of_ports() -> None:
    plan = build_district(seed=3, communities=2, devices=60)
    place = District(plan, Scenario("test"), start=START)
    speakers = {event.device for event in place.advance(START + 6 * MINUTE)}
    known = {device.gateway if device.kind is Kind.EBIKE_PORT else device.id for device in plan.devices}
    assert speakers == known


def test_a_hundred_thousand_devices_are_written_in_one_go(tmp_path: Path) -> None:
    plan = build_district(seed=3, communities=56, devices=100_000)
    write_configuration(plan, tmp_path)
    with (tmp_path / "devices.csv").open(encoding="utf-8") as file:
        assert sum(1 for _ in file) == 100_001
    assert (tmp_path / "places.yaml").stat().st_size < 2 * 1024 * 1024  # what the daemon takes of a YAML file

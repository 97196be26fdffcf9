"""Device models against the figures of DOMAIN.md 5.1."""

from itertools import pairwise
from statistics import mean, quantiles

import pytest

from processor.model.time import DAY, MINUTE, SECOND
from simulators.devices.dispenser import BAND_HIGH_C, BAND_LOW_C, Dispenser
from simulators.devices.ebike_pile import CHARGING, EbikePile, HotContact
from simulators.devices.electrical_meter import ElectricalMeter
from simulators.devices.ev_charger import EvCharger
from simulators.devices.leak_sensor import LeakSensor
from simulators.devices.residual_current import ResidualCurrentMonitor
from simulators.plumbing import NOMINAL_KPA, Branch, Leak
from tests.simulators.districts import START, body, command, environment, reporter, rng, steps

ROOM_C = 22.0


class Still(Dispenser):
    """A dispenser nobody drinks from."""

    def _dispense(self, *_: float) -> float:
        return 0.0


def still_dispenser() -> Still:
    return Still(rng(), reporter(), environment=environment())


def test_the_tank_heats_from_20_to_92_degrees_in_25_minutes() -> None:
    dispenser = still_dispenser()
    dispenser.tank_c = 20.0
    for now, dt in steps(3600, 1):
        dispenser.step(now, dt)
        if dispenser.tank_c >= BAND_HIGH_C:
            assert (now - START) / MINUTE == pytest.approx(25, abs=1.5)
            return
    pytest.fail("never hot")


def test_the_idle_tank_cycles_every_49_minutes_inside_its_band() -> None:
    dispenser = still_dispenser()
    rises = []
    for now, dt in steps(6 * 3600, 1):
        before = dispenser.heating
        dispenser.step(now, dt)
        if dispenser.heating and not before:
            rises.append(now)
        assert BAND_LOW_C - 1 < dispenser.tank_c < BAND_HIGH_C + 1
    cycles = [(later - earlier) / MINUTE for earlier, later in pairwise(rises)]
    assert mean(cycles) == pytest.approx(49, abs=6)  # the room is warmer in the afternoon


def test_a_welded_relay_boils_the_tank_and_switching_the_heater_off_ends_it() -> None:
    dispenser = still_dispenser()
    dispenser.stuck["heater-1"] = 1.0
    for now, dt in steps(3600, 5):
        dispenser.step(now, dt)
    assert dispenser.tank_c == pytest.approx(100.0)
    dispenser.perform(START + 3600 * SECOND, command("heater_off"))
    for now, dt in steps(600, 5, start=START + 3600 * SECOND):
        dispenser.step(now, dt)
    assert not dispenser.heating
    assert dispenser.tank_c < 100.0


def test_a_dispenser_is_used_40_to_150_times_a_day_and_says_the_value_that_ends_a_dispense() -> None:
    dispenser = Dispenser(rng(), reporter(), environment=environment())
    ends = [
        body(event)
        for now, dt in steps(24 * 3600, 5)
        for event in dispenser.step(now, dt)
        if "tds_dispense" in body(event)
    ]
    assert 30 <= len(ends) <= 180
    assert all(0 <= end["tds_dispense"] < 40 for end in ends)


def residuals(count: int, days: float) -> list[float]:
    samples = []
    for number in range(count):
        monitor = ResidualCurrentMonitor(
            rng(f"monitor-{number}"), reporter(), environment=environment(), end_load=False
        )
        samples += [
            body(event)["residual_ma"] for now, dt in steps(days * 86_400, 60) for event in monitor.step(now, dt)
        ]
    return samples


def test_healthy_leakage_has_a_mean_of_68_and_a_p99_of_111_milliampere_or_nearly() -> None:
    samples = residuals(count=25, days=2)
    assert mean(samples) == pytest.approx(68, rel=0.15)
    assert quantiles(samples, n=100)[98] == pytest.approx(111, rel=0.2)


def test_spikes_are_one_sample_long_so_that_a_hold_of_30_seconds_hides_them_all() -> None:
    samples = residuals(count=1, days=30)
    above = [value >= 300 for value in samples]
    alone = sum(above)
    assert 20 <= alone <= 55  # DOMAIN.md 5.1: 35 in 30 days without a hold
    twice = sum(first and second for first, second in pairwise(above))
    assert twice <= 1  # two of 90 spikes may meet in neighbouring minutes


def test_the_socket_warms_with_the_square_of_the_current() -> None:
    pile = EbikePile(rng(), reporter(), ports=2, environment=environment())
    port = pile.ports[0]
    port.temperature_c = ROOM_C
    pile.step(START + 1, 1)
    port = pile.plug(1, START)
    port.temperature_c = environment().ambient_c(START)
    port.contact = HotContact("hot-1", 75.0, 60.0, 0.75)
    for now, dt in steps(600, 5):
        pile.step(now, dt)
    assert port.temperature_c > 65.0
    pile.perform(START + 600 * SECOND, command("stop_and_lock", port=1))
    for now, dt in steps(5400, 5, start=START + 600 * SECOND):
        pile.step(now, dt)
    assert port.temperature_c < 35.0
    assert port.locked


def test_a_bike_ends_by_itself_when_it_is_full_or_pulled_out() -> None:
    pile = EbikePile(rng(), reporter(), ports=30, environment=environment())
    reasons = set()
    sessions = 0
    for now, dt in steps(2 * 86_400, 30):
        before = [port.state for port in pile.ports]
        pile.step(now, dt)
        for state, port in zip(before, pile.ports, strict=True):
            sessions += state != CHARGING and port.state == CHARGING
            if state == CHARGING and port.state != CHARGING:
                reasons.add(port.end_reason)
    assert reasons == {4, 8}
    assert 20 <= sessions <= 54  # at most 0.9 a day on each port, fewer while a bike stands there


def test_an_ev_draws_32_ampere_then_tapers() -> None:
    charger = EvCharger(rng(), reporter(15), environment=environment())
    charger.plug(kwh=10.0)
    currents = [body(event)["current"] for now, dt in steps(2 * 3600, 15) for event in charger.step(now, dt)]
    assert currents[2] == pytest.approx(32, abs=0.6)
    taper = [value for value in currents if 1 < value < 30]
    assert taper[0] > 25
    assert taper[-1] < 10
    assert currents[-1] == 0


def test_voltage_stays_where_a_healthy_supply_is() -> None:
    meter = ElectricalMeter(rng(), reporter(), environment=environment())
    volts = [
        phase / 10 for now, dt in steps(86_400, 60) for event in meter.step(now, dt) for phase in body(event)["u_dv"]
    ]
    assert mean(volts) == pytest.approx(224, abs=5)


def branch(persons: float = 26.0) -> Branch:
    return Branch(rng("branch"), persons=persons, start=START)


def test_people_use_120_to_180_litres_a_day() -> None:
    water = branch()
    before = water.total_l
    water.advance(START + 3 * DAY)
    per_person = (water.total_l - before) / 3 / 26.0
    assert 100 <= per_person <= 190


def test_a_leak_follows_the_pressure_by_its_exponent() -> None:
    burst, background = Leak("a", 8.0, 0.5), Leak("b", 8.0, 1.5)
    assert burst.flow(NOMINAL_KPA) == pytest.approx(8.0)
    assert burst.flow(NOMINAL_KPA / 4) == pytest.approx(4.0)
    assert background.flow(NOMINAL_KPA / 4) == pytest.approx(1.0)


def test_a_closed_valve_stops_the_water_and_the_film_stays() -> None:
    water = branch()
    sensor = LeakSensor(rng(), reporter(), branch=water, environment=environment())
    water.leaks.append(Leak("leak-1", 8.0, paths=[(sensor.spot, START)]))
    water.advance(START + MINUTE)
    assert water.flow_l_min > 7
    assert water.visible_leaks() == ("leak-1",)
    water.open_fraction = 0.0
    assert water.flow_l_min == 0.0
    assert water.visible_leaks() == ()
    water.advance(START + 2 * MINUTE)
    assert sensor.spot.area_m2 > 1.0


def test_a_leak_sensor_is_wet_only_after_its_delay() -> None:
    water = branch()
    sensor = LeakSensor(rng(), reporter(), branch=water, environment=environment(), delay_s=(20.0, 20.0))
    sensor.spot.wet_by(5.0, "leak-1")
    wet_at = next(now for now, dt in steps(120, 1) for event in sensor.step(now, dt) if body(event)["wet"] == 1)
    assert 20 <= (wet_at - START) / SECOND <= 22


def test_a_wet_sensor_repeats_itself_every_minute() -> None:
    water = branch()
    sensor = LeakSensor(rng(), reporter(300), branch=water, environment=environment(), delay_s=(1.0, 1.0))
    sensor.spot.wet_by(20.0, "leak-1")
    wet = [now for now, dt in steps(600, 5) for event in sensor.step(now, dt) if body(event)["wet"] == 1]
    gaps = {later - earlier for earlier, later in pairwise(wet)}
    assert gaps == {MINUTE}

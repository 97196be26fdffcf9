"""The table of DOMAIN.md 1.2: what each battery draws at the socket."""

import pytest

from simulators.devices.battery import PACKS, Pack, PackKind, PackModel

STEP_S = 60.0
TABLE = [  # pack, peak W, mean W, kWh, hours until the power is below 40 / 30 / 20 W
    (PACKS[0], (111, 77, 0.57, 5.2, 5.8, 7.1)),
    (PACKS[1], (165, 95, 0.99, 6.7, 7.7, 9.8)),
    (PACKS[2], (213, 121, 1.24, 7.2, 8.4, 10.2)),
    (PACKS[3], (273, 149, 1.49, 7.6, 9.1, 10.0)),
    (PACKS[4], (410, 177, 2.48, 10.2, 12.6, 14.0)),
]


def charge(pack: Pack, *, until_w: float = 20.0) -> list[float]:
    powers = [pack.charge(STEP_S)]
    while powers[-1] >= until_w:
        powers.append(pack.charge(STEP_S))
    return powers


def hours_until(powers: list[float], watt: float) -> float:
    return next(number for number, power in enumerate(powers) if power < watt) * STEP_S / 3600.0


@pytest.mark.parametrize(("model", "figures"), TABLE)
def test_a_lead_pack_draws_what_the_table_says_within_sixteen_percent(
    model: PackModel, figures: tuple[float, ...]
) -> None:
    powers = charge(Pack(model, state_of_charge=0.2))
    found = [
        max(powers),
        sum(powers) / len(powers),
        sum(powers) * STEP_S / 3.6e6,
        hours_until(powers, 40),
        hours_until(powers, 30),
        hours_until(powers, 20),
    ]
    assert tuple(found) == pytest.approx(figures, rel=0.16)


def test_a_lithium_pack_cuts_off_sharply() -> None:
    powers = charge(Pack(PACKS[5], state_of_charge=0.2))
    assert max(powers) == pytest.approx(320, rel=0.1)
    assert sum(powers) / len(powers) == pytest.approx(285, rel=0.1)
    assert sum(powers) * STEP_S / 3.6e6 == pytest.approx(0.95, rel=0.1)
    assert hours_until(powers, 20) == pytest.approx(3.4, rel=0.1)
    assert powers[-3] > 250


def test_the_length_of_the_step_does_not_change_the_charge() -> None:
    fine, coarse = Pack(PACKS[1], state_of_charge=0.2), Pack(PACKS[1], state_of_charge=0.2)
    for _ in range(360):
        fine.charge(10.0)
    coarse.charge(3600.0)
    assert fine.state_of_charge == pytest.approx(coarse.state_of_charge, abs=0.01)
    assert PACKS[1].kind is PackKind.LEAD

"""What an e-bike's charger draws: constant current, then constant voltage into a pack that fills up."""

from dataclasses import dataclass
from enum import StrEnum

CHARGER_EFFICIENCY = 0.86  # DOMAIN.md 1.2: model at the AC socket, eta = 0.86
COULOMB_EFFICIENCY = 0.95
LONGEST_STEP_S = 60.0
# A lead cell as the charger sees it, fitted to DOMAIN.md 1.2's table (peak, mean, kWh, hours to < 40/30/20 W of its
# five lead rows, 20 -> 100 %): open voltage V0 + SLOPE*s - BEND*max(0, s - 0.8), resistance R/Ah, held at V_MAX.
LEAD_V0, LEAD_SLOPE, LEAD_BEND, LEAD_R_AH, LEAD_V_MAX = 1.899, 0.2114, 0.1233, 0.2703, 2.087
LITHIUM_LOW, LITHIUM_RISE = 3.42, 0.43  # 13 cells: 44.5-50 V empty to full; at 5 A peak 320 W at the socket


class PackKind(StrEnum):
    """The two chemistries on the road."""

    LEAD = "lead"
    LITHIUM = "lithium"


@dataclass(frozen=True, slots=True)
class PackModel:
    """One battery with its charger."""

    kind: PackKind
    volts: int
    ampere_hours: float
    charger_a: float


PACKS = (
    PackModel(PackKind.LEAD, 48, 12, 1.8),
    PackModel(PackKind.LEAD, 48, 20, 2.7),
    PackModel(PackKind.LEAD, 60, 20, 2.8),
    PackModel(PackKind.LEAD, 72, 20, 3.0),
    PackModel(PackKind.LEAD, 72, 32, 4.5),
    PackModel(PackKind.LITHIUM, 48, 20, 5.0),
)


class Pack:
    """A pack on its charger; `charge` moves it on and says what the socket gave."""

    def __init__(self, model: PackModel, *, state_of_charge: float) -> None:
        self.model = model
        self.state_of_charge = state_of_charge

    def charge(self, seconds: float) -> float:
        """Mean power at the AC socket over the next `seconds`, W."""
        energy, left = 0.0, seconds
        while left > 0.0:
            step = min(left, LONGEST_STEP_S)
            energy += self._step(step) * step
            left -= step
        return energy / seconds if seconds > 0.0 else self._draw()[1]

    def _step(self, seconds: float) -> float:
        ampere, watt = self._draw()
        self.state_of_charge += ampere * COULOMB_EFFICIENCY * seconds / 3600.0 / self.model.ampere_hours
        return watt

    def _draw(self) -> tuple[float, float]:
        return self._lead() if self.model.kind is PackKind.LEAD else self._lithium()

    def _lead(self) -> tuple[float, float]:
        cells = self.model.volts / 2
        charge = self.state_of_charge
        rest = cells * (LEAD_V0 + LEAD_SLOPE * charge - LEAD_BEND * max(0.0, charge - 0.8))
        resistance = LEAD_R_AH * cells / self.model.ampere_hours
        ampere = max(0.0, min(self.model.charger_a, (cells * LEAD_V_MAX - rest) / resistance))
        return ampere, (rest + ampere * resistance) * ampere / CHARGER_EFFICIENCY

    def _lithium(self) -> tuple[float, float]:
        if self.state_of_charge >= 1.0:  # the battery's own board cuts off sharply
            return 0.0, 0.0
        cells = self.model.volts / 3.6
        volts = cells * (LITHIUM_LOW + LITHIUM_RISE * self.state_of_charge)
        return self.model.charger_a, volts * self.model.charger_a / CHARGER_EFFICIENCY

"""Devices that say nothing: one of them, or a building without mains."""

from processor.model.time import EpochMs
from simulators.community import MAINS
from simulators.devices.reporter import Reporter
from simulators.faults.cause import Onset, Running


class Silence:
    """These devices say nothing until it ends."""

    def __init__(self, onset: Onset, assets: tuple[str, ...]) -> None:
        self.assets = assets
        self._cause = onset.cause
        speakers = {onset.site.speaker(asset).reporter.address.device: asset for asset in assets}
        self._reporters: list[Reporter] = [onset.site.devices[speaker].reporter for speaker in speakers]
        for reporter in self._reporters:
            reporter.silenced_by[onset.cause] = 1.0

    def grow(self, now: EpochMs, seconds: float) -> None: ...

    def over(self, now: EpochMs) -> bool:  # noqa: ARG002 - lasts until it ends
        return False

    def end(self, now: EpochMs) -> None:  # noqa: ARG002 - at once
        for reporter in self._reporters:
            reporter.silenced_by.pop(self._cause, None)


def offline(onset: Onset) -> Running:
    """One device goes silent."""
    return Silence(onset, (onset.asset.id,))


def building_outage(onset: Onset) -> Running:
    """Every mains-fed device of the asset's building goes silent."""
    place = (onset.asset.community, onset.asset.building)
    fed = (
        plan.id for plan in onset.site.plans.values() if plan.kind in MAINS and (plan.community, plan.building) == place
    )
    return Silence(onset, tuple(fed))

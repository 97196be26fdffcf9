"""What the columns of a table are: wide (a column for each point) or long (a row for each value)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

from processor.adapters.history.faults import shown
from processor.adapters.history.values import heading, unit_fault
from processor.model.profile import Point, Profile
from processor.ports.history import HistoryUnusable

TIMES: Final = ("time", "_time", "ts", "timestamp", "at", "时间")
DEVICES: Final = ("device", "device_id", "id", "设备")
POINTS: Final = ("point", "_field", "field", "测点")
VALUES: Final = ("value", "_value", "数值", "值")
UNITS: Final = ("unit", "单位")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The devices and the points they have; `zone` is that of times written without one."""

    devices: Mapping[str, str]  # device -> profile
    profiles: Mapping[str, Profile]
    zone: tzinfo

    def point(self, device: str, name: str) -> Point | None:
        """The point of a device."""
        return self.profiles[self.devices[device]].points.get(name) if device in self.devices else None


class Columns(NamedTuple):
    """Where a table has what. Long: `point` and `value` are set, `points` is empty."""

    time: int
    device: int
    points: tuple[tuple[int, str, str], ...]  # (column, point, unit)
    point: int | None
    value: int | None
    unit: int | None


def columns(names: Sequence[str], catalogue: Catalogue, where: str) -> Columns:
    """What the columns are. Raises HistoryUnusable where time or device is missing, or a unit does not fit."""
    heads = [heading(str(name)) for name in names]
    places = {name.lower(): number for number, (name, _) in reversed(list(enumerate(heads)))}
    time, device = _place(places, TIMES), _place(places, DEVICES)
    point, value = _place(places, POINTS), _place(places, VALUES)
    if time is None or device is None:
        missing = ", ".join(said for said, found in (("time", time), ("device", device)) if found is None)
        raise HistoryUnusable(
            f"{where}: no column {missing} among {shown(', '.join(name for name, _ in heads))}; "
            "the first line names the columns: time, device and points, or time, device, point, value / "
            f"缺少列 {missing}；首行须是列名：time、device 与各测点，或 time、device、point、value"
        )
    if point is not None and value is not None:
        return Columns(time, device, (), point, value, _place(places, UNITS))
    known = {name for profile in catalogue.profiles.values() for name in profile.points}
    points = tuple((number, name, unit) for number, (name, unit) in enumerate(heads) if name in known)
    for _, name, unit in points:
        _check_unit(name, unit, catalogue, where)
    if not points:
        raise HistoryUnusable(
            f"{where}: no column is a point of a profile; points are {shown(', '.join(sorted(known)))} / "
            "没有一列是设备模板中的测点"
        )
    return Columns(time, device, points, None, None, None)


def _place(places: Mapping[str, int], names: Iterable[str]) -> int | None:
    return next((places[name] for name in names if name in places), None)


def _check_unit(name: str, unit: str, catalogue: Catalogue, where: str) -> None:
    having = [profile.points[name] for profile in catalogue.profiles.values() if name in profile.points]
    faults = [unit_fault(point, unit) for point in having]
    fault = faults[0] if faults else None
    if fault is not None and all(faults):
        raise HistoryUnusable(f"{where}: {fault.en} / {fault.zh}")

"""Rows become readings: quickly where all is as it should be, else cell by cell with a word for what is wrong."""

from collections.abc import Callable, Sequence
from operator import itemgetter, le
from typing import Any, Final, NamedTuple

from processor.adapters.history.faults import Faults, shown
from processor.adapters.history.instants import instant_reader
from processor.adapters.history.layout import Catalogue, Columns
from processor.adapters.history.values import Convert, NotAValue, bounds, converter, plain, unit_fault
from processor.model.profile import Profile
from processor.model.reading import Reading, Value
from processor.model.text import Text
from processor.model.time import EpochMs

MASK: Final = 0xFFFFFFFF

Row = Sequence[Any]


class Plan(NamedTuple):
    """How rows of one profile are read. `pick` None: not all its columns are plain numbers."""

    pick: Callable[[Row], Sequence[Any]] | None
    names: tuple[str, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    cells: tuple[tuple[int, str, Convert], ...]


class Rows:
    """Makes readings of rows. `line()` tells where the row stands, for what is wrong with it."""

    def __init__(
        self, found: Columns, catalogue: Catalogue, faults: Faults, file: str, line: Callable[[], int]
    ) -> None:
        self._columns = found
        self._catalogue = catalogue
        self._faults = faults
        self._file = file
        self._line = line
        self._instant = instant_reader(catalogue.zone)
        self._plans: dict[str, Plan] = {}
        self._by_profile: dict[str, Plan] = {}
        self._converts: dict[tuple[str, str, str], Convert | None] = {}
        self.reading = self._long if found.value is not None else self._make_wide()

    def plan_of(self, profile: str) -> Plan | None:
        """How its rows are read, if a row of it was read before and all its columns are plain numbers."""
        plan = self._by_profile.get(profile)
        return plan if plan is not None and plan.pick is not None else None

    def _make_wide(self) -> Callable[[Row], Reading | None]:
        """How a row with a value in each column is read: one closure, for it runs for every row."""
        time, device_at = self._columns.time, self._columns.device
        plans, instant, careful = self._plans, self._instant, self._careful

        def read(row: Row) -> Reading | None:
            try:
                device = row[device_at]
                plan = plans.get(device)
                if plan is not None and plan.pick is not None:
                    numbers = tuple(map(float, plan.pick(row)))
                    # What is undefined is neither less nor more, and so outside.
                    if all(map(le, plan.lows, numbers)) and all(map(le, numbers, plan.highs)):
                        at = instant(row[time])
                        values: dict[str, Value] = dict(zip(plan.names, numbers, strict=True))
                        return Reading(device, at, at, values, 0, hash(numbers) & MASK)
            except (ValueError, TypeError, IndexError):
                pass
            return careful(row)

        return read

    def _careful(self, row: Row) -> Reading | None:
        """Cell by cell: what is empty is passed over, what is wrong is noted, the rest is taken."""
        start = self._start(row) if row else None
        if start is None:
            return None
        device, at = start
        values: dict[str, Value] = {}
        for column, name, convert in (self._plans.get(device) or self._plan(device)).cells:
            cell = row[column] if column < len(row) else None
            if cell is None or cell == "":
                continue
            try:
                values[name] = convert(cell)
            except NotAValue as fault:
                self._note(Text(f"{name}：{fault.why.zh}", f"{name}: {fault.why.en}"))
        if not values and device in self._catalogue.devices:
            return None
        return Reading(device, at, at, values, 0, hash(tuple(values.values())) & MASK)

    def _long(self, row: Row) -> Reading | None:
        """A row with one value."""
        start = self._start(row) if row else None
        if start is None:
            return None
        device, at = start
        try:
            name, cell = str(row[self._columns.point or 0]), row[self._columns.value or 0]
            unit = "" if self._columns.unit is None else str(row[self._columns.unit] or "")
        except IndexError:
            self._note(_SHORT)
            return None
        if cell is None or cell == "":
            return None
        profile = self._catalogue.devices.get(device)
        value = None if profile is None else self._value(profile, name, unit, cell)
        if value is None:
            return None if profile else Reading(device, at, at, {}, 0, 0)  # the core counts what it does not know
        return Reading(device, at, at, {name: value}, 0, hash((name, value)) & MASK)

    def _value(self, profile: str, name: str, unit: str, cell: object) -> Value | None:
        convert = self._convert(profile, name, unit)
        if convert is None:
            said = shown(name)
            self._note(Text(f"{profile} 没有测点 {said}，或单位不符", f"{profile} has no point {said} in that unit"))
            return None
        try:
            return convert(cell)
        except NotAValue as fault:
            self._note(Text(f"{name}：{fault.why.zh}", f"{name}: {fault.why.en}"))
            return None

    def _start(self, row: Row) -> tuple[str, EpochMs] | None:
        try:
            device = str(row[self._columns.device] or "")
            at = self._instant(row[self._columns.time])
        except NotAValue as fault:
            self._note(fault.why)
            return None
        except IndexError:
            self._note(_SHORT)
            return None
        if not device:
            self._note(Text("没有设备编号", "the device is missing"))
            return None
        return device, at

    def _plan(self, device: str) -> Plan:
        profile = self._catalogue.devices.get(device)
        if profile is None:
            return _NOTHING
        plan = self._by_profile.get(profile)
        if plan is None:
            plan = self._by_profile[profile] = self._draw(self._catalogue.profiles[profile])
        self._plans[device] = plan
        return plan

    def _draw(self, profile: Profile) -> Plan:
        having = [
            (column, profile.points[name], unit)
            for column, name, unit in self._columns.points
            if name in profile.points
        ]
        having = [each for each in having if unit_fault(each[1], each[2]) is None]
        if not having:
            said = profile.name
            self._note(
                Text(f"没有一列是 {said} 的测点", f"no column is a point of {said}: its devices are passed over")
            )
        numbers = tuple(column for column, _, _ in having)
        pick: Callable[[Row], Sequence[Any]] | None = None
        if having and all(plain(point, unit) for _, point, unit in having):
            pick = itemgetter(*numbers) if len(numbers) > 1 else itemgetter(slice(numbers[0], numbers[0] + 1))
        return Plan(
            pick,
            tuple(point.name for _, point, _ in having),
            tuple(bounds(point)[0] for _, point, _ in having),
            tuple(bounds(point)[1] for _, point, _ in having),
            tuple((column, point.name, converter(point, unit)) for column, point, unit in having),
        )

    def _convert(self, profile: str, name: str, unit: str) -> Convert | None:
        key = (profile, name, unit)
        if key not in self._converts:
            if len(self._converts) > _LIMIT:
                self._converts.clear()
            point = self._catalogue.profiles[profile].points.get(name)
            usable = point is not None and unit_fault(point, unit) is None
            self._converts[key] = converter(point, unit) if point is not None and usable else None
        return self._converts[key]

    def _note(self, why: Text) -> None:
        self._faults.add(self._file, self._line(), why)


_NOTHING: Final = Plan(None, (), (), (), ())
_SHORT: Final = Text("列数不够", "there are too few columns")
_LIMIT: Final = 10_000

"""Many rows at once, a column at a time: where rows are all of plain numbers within their bounds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

import msgspec

from processor.adapters.history.instants import instants
from processor.adapters.history.layout import Catalogue, Columns
from processor.adapters.history.rows import MASK, Plan, Rows
from processor.model.reading import Reading

MOST: Final = 5_000
LEAST: Final = 64
"""Fewer rows than this are not tried: what one bad row among them costs is little."""

_FLOATS: Final = msgspec.json.Decoder(list[float]).decode

Column = Sequence[Any]


class AlikeRows:
    """Makes readings of the rows of a wide table; what is not plain goes to `Rows`, and all comes as it would there.

    How many rows are tried at once follows what was found: many where all is plain, few where much is not.
    """

    def __init__(self, found: Columns, catalogue: Catalogue, rows: Rows) -> None:
        self._columns = found
        self._catalogue = catalogue
        self._rows = rows
        self._names = {name: name for name in catalogue.devices}
        self._sizes: dict[str, int] = {}
        self.width = max(found.time, found.device, *(column for column, _, _ in found.points), 0) + 1

    def readings(self, table: Sequence[Column], one: Callable[[int], Reading | None]) -> list[Reading]:
        """What the rows say, in their order. `one` reads a single row of the table."""
        count = len(table[0])
        made: list[Reading | None] = [None] * count
        left: list[int] = []
        for profile, places in self._kinds(table[self._columns.device]):
            plan = None if profile is None else self._rows.plan_of(profile)
            if profile is None or plan is None:
                left += places
                continue
            for piece, alike in self._pieces(plan, profile, places, table):
                if alike is None:
                    left += piece
                elif len(alike) == count:
                    return alike
                else:
                    for place, reading in zip(piece, alike, strict=True):
                        made[place] = reading
        for place in sorted(left):  # what is wrong is told in the order of the file
            made[place] = one(place)
        return [reading for reading in made if reading is not None]

    def _kinds(self, devices: Column) -> Iterable[tuple[str | None, Sequence[int]]]:
        """The places of the rows of each profile; None: of unknown devices."""
        everything = range(len(devices))
        try:
            profiles = list(map(self._catalogue.devices.get, devices))
        except TypeError:  # a list is no device
            return ((None, everything),)
        if profiles.count(profiles[0]) == len(profiles):
            return ((profiles[0], everything),)
        kinds: dict[str | None, list[int]] = {profile: [] for profile in set(profiles)}
        for place, profile in enumerate(profiles):
            kinds[profile].append(place)
        return kinds.items()

    def _pieces(
        self, plan: Plan, profile: str, places: Sequence[int], table: Sequence[Column]
    ) -> Iterator[tuple[Sequence[int], list[Reading] | None]]:
        """The places bit by bit, each bit with its readings; None where one of its rows is not plain."""
        begin = 0
        while begin < len(places):
            size = self._sizes.get(profile, MOST)
            piece = places[begin : begin + size]
            try:
                made = self._alike(plan, piece, table)
            except (ValueError, TypeError):
                made = None
            if made is None and len(piece) > LEAST:
                self._sizes[profile] = max(LEAST, len(piece) // 4)
                continue
            if made is not None:
                self._sizes[profile] = min(MOST, size * 2)
            yield piece, made
            begin += len(piece)

    def _alike(self, plan: Plan, places: Sequence[int], table: Sequence[Column]) -> list[Reading] | None:
        """The readings; None, or a ValueError or TypeError, where something is not plain."""
        pick = _picker(places, len(table[0]))
        names, columns = [], []
        for (place, name, _), low, high in zip(plan.cells, plan.lows, plan.highs, strict=True):
            column = pick(table[place])
            if _is_empty(column):
                continue
            found = numbers(column)
            total = sum(found)
            # What is undefined makes the sum undefined; min and max would pass over it.
            if total != total or min(found) < low or max(found) > high:  # noqa: PLR0124 - as said
                return None
            names.append(name)
            columns.append(found)
        if not names:
            return None
        ats = instants(pick(table[self._columns.time]), self._catalogue.zone)
        devices = map(self._names.__getitem__, pick(table[self._columns.device]))
        rows = list(zip(*columns, strict=True))
        values = map(dict, map(zip, repeat(names), rows))
        marks = [hash(row) & MASK for row in rows]
        return list(map(Reading, devices, ats, ats, values, repeat(0), marks))


def numbers(column: Column) -> list[float]:
    """As `float` reads them, faster. Raises ValueError or TypeError where one is none."""
    try:
        text = f"[{','.join(column)},0]"
        if "-0," not in text:  # a minus before an integer's nought is lost
            found = _FLOATS(text)
            if len(found) == len(column) + 1:  # "1,2" in quotes is no number
                del found[-1]
                return found
    except (TypeError, ValueError, msgspec.MsgspecError):
        pass
    return list(map(float, column))


def _is_empty(column: Column) -> bool:
    return column[0] in {"", None} and column.count("") + column.count(None) == len(column)


def _picker(places: Sequence[int], count: int) -> Callable[[Column], Column]:
    if len(places) == count:
        return lambda column: column
    if places.__class__ is range:
        begin, end = places[0], places[-1] + 1
        return lambda column: column[begin:end]
    return itemgetter(*places) if len(places) > 1 else lambda column: (column[places[0]],)

"""Reads devices*.csv: a hundred thousand rows in a few seconds, so nothing here costs more than a row must."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from processor.loading.devices import split_place
from processor.loading.report import Report, nearest
from processor.loading.typed import ID
from processor.model.device import Device
from processor.model.source import SourcePlace
from processor.model.text import Text

MAX_BYTES: Final = 64 * 1024 * 1024

_REQUIRED: Final = ("id", "profile", "place")
_KNOWN: Final = (*_REQUIRED, "floor", "room", "gateway", "wire", "critical", "mains", "name_zh", "name_en")
_CALLED: Final = {
    "device": "id", "device_id": "id", "deviceid": "id", "设备": "id", "编号": "id", "设备编号": "id",
    "type": "profile", "kind": "profile", "类型": "profile", "型号": "profile", "设备类型": "profile",
    "location": "place", "位置": "place", "地点": "place", "安装位置": "place", "楼层": "floor", "层": "floor",
    "房间": "room", "网关": "gateway", "name": "name_zh", "名称": "name_zh", "设备名称": "name_zh",
}  # fmt: skip
"""What people call the columns."""

_SEPARATORS: Final = (";", "，", "；", "\t", "|")
_BOOLEANS: Final = {"": None, "true": True, "false": False}


def read_devices_csv(report: Report) -> list[Device]:
    """The devices of one file, in its order; a row that names no id, profile or place is noted and left out."""
    rows = csv.reader(report.document.text.splitlines(keepends=True), strict=True)
    table = _Table(report, rows)
    try:
        header = next(rows, None)
        columns = None if header is None else _columns(report, header)
        if header is None or columns is None:
            _refuse_header(report)
            return []
        return list(table.devices(columns, len(header)))
    except csv.Error as error:
        report.note("csv_broken", SourcePlace(report.document.file, rows.line_num, 1), {"said": error})
        return []


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which cell holds what; -1 for a column that is not there."""

    at: dict[str, int]
    tags: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, int], ...]


def _columns(report: Report, header: list[str]) -> _Columns | None:
    names = [cell.strip() for cell in header]
    if not {_CALLED.get(name, name) for name in names} & set(_REQUIRED):
        return None
    where = SourcePlace(report.document.file, 1, 1)
    at: dict[str, int] = {}
    misnamed: set[str] = set()
    for index, name in enumerate(names):
        if name in at:
            report.note("csv_same_column", where, {"key": name})
        elif name not in _KNOWN and not name.startswith(("tag.", "link.")):
            meant = _CALLED.get(name.lower()) or nearest(name, _KNOWN)
            place = SourcePlace(report.document.file, 1, len(",".join(header[:index])) + (2 if index else 1))
            report.note("csv_unknown_column", place, {"key": name}, suggestion="" if meant in names else meant)
            misnamed.add(meant)
        at[name] = index
    report.columns.update(at)
    for name in _REQUIRED:
        if name not in at and name not in misnamed:
            report.note("csv_missing_column", where, {"key": name})
    tags, links = (tuple(_under(prefix, at)) for prefix in ("tag.", "link."))
    return _Columns(at, tags, links)


def _refuse_header(report: Report) -> None:
    first = report.document.line_text(1)
    for sign in _SEPARATORS if "," not in first else ():
        if sign in first:
            place = SourcePlace(report.document.file, 1, first.index(sign) + 1)
            report.note("csv_separator", place, {"sign": "TAB" if sign == "\t" else sign}, suggestion=",")
            return
    report.note("csv_no_header", SourcePlace(report.document.file, 1, 1))


def _under(prefix: str, at: dict[str, int]) -> Iterator[tuple[str, int]]:
    return ((name.removeprefix(prefix), index) for name, index in at.items() if name.startswith(prefix))


class _Rows(Protocol):
    """What `csv.reader` gives; its own type has no public name."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...


_NAMELESS = Text()


class _Table:
    def __init__(self, report: Report, rows: _Rows) -> None:
        self._report = report
        self._rows = rows
        self._shared: dict[tuple[str, ...], dict[str, str]] = {(): {}}
        self._places: dict[str, tuple[str, str, str]] = {}
        self._profiles: dict[str, str] = {}  # one text for all rows that name it

    def devices(self, columns: _Columns, width: int) -> Iterator[Device]:
        get = _getter(columns)
        for row in self._rows:
            if not row:
                continue
            if len(row) != width:
                self._add("csv_width", 0, row, got=len(row), want=width)
                continue
            device = self._device(row, columns, get)
            if device is not None:
                yield device

    def _device(self, row: list[str], columns: _Columns, get: Callable[[list[str], str], str]) -> Device | None:
        name, profile, place = get(row, "id"), get(row, "profile"), get(row, "place")
        critical, mains = get(row, "critical"), get(row, "mains")
        self._check_words(row, columns, name, critical, mains)
        if not (name and profile and place):
            self._refuse_empty(row, columns)
            return None
        spot = self._places.get(place)
        if spot is None:
            spot = self._places[place] = split_place(place)
        return Device(
            id=name,
            profile=self._profiles.setdefault(profile, profile),
            community=spot[0],
            building=spot[1],
            riser=spot[2],
            floor=get(row, "floor"),
            room=get(row, "room"),
            gateway=get(row, "gateway"),
            wire=get(row, "wire") or name,
            tags=self._words(row, columns.tags),
            links=self._words(row, columns.links),
            critical=_BOOLEANS.get(critical),
            mains=_BOOLEANS.get(mains) or False,
            name=self._name(get(row, "name_zh"), get(row, "name_en"), name),
            place=SourcePlace(self._report.document.file, self._rows.line_num, 1),
        )

    def _name(self, zh: str, en: str, device: str) -> Text:
        """Without a name of its own a device is called by its id, wherever it is shown."""
        return Text(zh=zh or device, en=en or device) if zh or en else _NAMELESS

    def _check_words(self, row: list[str], columns: _Columns, name: str, critical: str, mains: str) -> None:
        if name and not ID.fullmatch(name):
            self._add("want_id", columns.at["id"], row, text=name)
        for key, text in (("critical", critical), ("mains", mains)):
            if text not in _BOOLEANS:
                self._add("want_boolean", columns.at[key], row, key=key, text=text)

    def _refuse_empty(self, row: list[str], columns: _Columns) -> None:
        for key in _REQUIRED:
            index = columns.at.get(key)
            if index is not None and not row[index].strip():
                self._add("csv_empty_cell", index, row, key=key)

    def _words(self, row: list[str], cells: tuple[tuple[str, int], ...]) -> dict[str, str]:
        """Rows that say the same share one mapping: tags repeat thousands of times."""
        if not cells:
            return self._shared[()]
        key = tuple(part for name, index in cells if (text := row[index].strip()) for part in (name, text))
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = dict(zip(key[::2], key[1::2], strict=True))
        return found

    def _add(self, code: str, index: int, row: list[str], **words: object) -> None:
        line = self._rows.line_num
        column = column_of(self._report.document.line_text(line), index)
        owner = Text(zh=f"设备“{row[0]}”", en=f'device "{row[0]}"') if row[0] else Text()
        self._report.note(code, SourcePlace(self._report.document.file, line, column), words, owner=owner)


def _getter(columns: _Columns) -> Callable[[list[str], str], str]:
    at = columns.at

    def get(row: list[str], key: str) -> str:
        index = at.get(key)
        return "" if index is None else row[index].strip()

    return get


def column_of(line: str, index: int) -> int:
    """Where the cell `index` of a line begins; quotes are honoured."""
    quoted = False
    for position, character in enumerate(line, start=1):
        if index == 0:
            return position
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            index -= 1
    return len(line) + 1 if index == 0 else 1

"""InfluxDB's line protocol, as `influxd inspect export-lp` and our own sink write it: one line, one reading."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from processor.adapters.history.faults import Faults, shown
from processor.adapters.history.instants import read_instant
from processor.adapters.history.layout import Catalogue
from processor.adapters.history.packed import opened
from processor.adapters.history.rows import MASK
from processor.adapters.history.values import NotAValue, converter
from processor.model.reading import Reading, Value
from processor.model.text import Text

AT_ONCE: Final = 5_000
LONGEST_LINE: Final = 1_000_000
TAG: Final = "device"
PASSED_OVER: Final = ("#", "CREATE DATABASE ", "CREATE RETENTION POLICY ")
"""What `influx_inspect export` of version 1 writes before the lines."""

# Separators that no backslash stands before, and not inside a quoted text.
_PART: Final = re.compile(r'(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+')
_FIELD: Final = re.compile(r'((?:[^=,"\\]|\\.)+)=("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)')
_TAG: Final = re.compile(r"((?:[^=,\\]|\\.)+)=((?:[^,\\]|\\.)*)(?:,|$)")
_ESCAPED: Final = re.compile(r"\\(.)")
_INTEGER: Final = re.compile(r"[+-]?\d+[iu]")


class Line(NamedTuple):
    """One line's parts: the device's tag, its fields as written, its time as written."""

    device: str
    fields: Mapping[str, str]
    time: str


class LineProtocolFile:
    """`processor.adapters.history.files.ReadingFile`."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.name = path.name
        self.ordered = False
        self.partial = True  # an export writes a line for each field
        self._path = path
        self._catalogue = catalogue

    @property
    def size(self) -> int:
        """Bytes."""
        return self._path.stat().st_size

    def chunks(self, faults: Faults) -> Iterator[tuple[list[Reading], int]]:
        """Readings as they stand in the file, and how many bytes were read."""
        with opened(self._path) as file:
            found: list[Reading] = []
            number = 0
            while line := file.content.readline(LONGEST_LINE):
                number += 1
                reading = self._reading(line.decode("utf-8", "replace").strip(), number, faults)
                if reading is not None:
                    found.append(reading)
                    if len(found) >= AT_ONCE:
                        yield found, file.done
                        found = []
            yield found, file.done

    def _reading(self, line: str, number: int, faults: Faults) -> Reading | None:
        if not line or line.startswith(PASSED_OVER):
            return None
        try:
            parts = parse(line)
            at = read_instant(parts.time, self._catalogue.zone)
        except NotAValue as fault:
            faults.add(self.name, number, fault.why)
            return None
        values: dict[str, Value] = {}
        for name, raw in parts.fields.items():
            try:
                values[name] = self._value(parts.device, name, raw)
            except NotAValue as fault:
                faults.add(self.name, number, Text(f"{name}：{fault.why.zh}", f"{name}: {fault.why.en}"))
        if not values and parts.device in self._catalogue.devices:
            return None
        return Reading(parts.device, at, at, values, 0, hash(tuple(values.items())) & MASK)

    def _value(self, device: str, name: str, raw: str) -> Value:
        if device not in self._catalogue.devices:
            return raw  # the core counts the device as unknown
        point = self._catalogue.point(device, name)
        if point is None:
            said = shown(name)
            raise NotAValue(Text(f"{device} 没有测点 {said}", f"{device} has no point {said}"))
        return converter(point, "")(plain_field(raw))


def parse(line: str) -> Line:
    """The parts of a line. Raises NotAValue."""
    parts = _PART.findall(line) if "\\" in line or '"' in line else line.split()
    if len(parts) != 3:  # noqa: PLR2004 - series, fields, time
        raise NotAValue(
            Text(
                zh="不是行协议：应为 measurement,device=… 字段=值 时间",
                en="not line protocol: measurement,device=… field=value time",
            )
        )
    tags = dict(_pairs(_TAG, parts[0].partition(",")[2]))
    if TAG not in tags:
        raise NotAValue(Text(f"没有标签 {TAG}", f"there is no tag {TAG}"))
    return Line(tags[TAG], dict(_pairs(_FIELD, parts[1])), parts[2])


def plain_field(raw: str) -> str:
    """A field's value without its marks: quotes, or the i or u of a whole number."""
    if raw[:1] == '"':
        return _ESCAPED.sub(r"\1", raw[1:-1])
    return raw[:-1] if _INTEGER.fullmatch(raw) else raw


def _pairs(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    for name, value in pattern.findall(text):
        plain = _ESCAPED.sub(r"\1", name) if "\\" in name else name
        unescaped = _ESCAPED.sub(r"\1", value) if "\\" in value and pattern is _TAG else value
        yield plain, unescaped

"""Reads when a rule is in force, and the district's holidays."""

import re
from collections.abc import Mapping as Dictionary
from datetime import date
from typing import Final

from processor.loading import meant
from processor.loading.fields import Fields
from processor.loading.nodes import Mapping, Node, Scalar
from processor.loading.report import Report, nearest
from processor.loading.typed import read_choice, read_text, read_texts, shown
from processor.model.calendar import Calendar
from processor.model.rule import Active, DayKind

_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]|24):([0-5]\d)")
_SEASON: Final = re.compile(r"(\d\d)-(\d\d)\s*\.\.\s*(\d\d)-(\d\d)")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES: Final = 24 * 60
_LEAP_YEAR: Final = 2000  # has every day a year may have


def read_active(parent: Fields, zone: str) -> Active | None:
    """The schedule of a rule; `zone` is that of a schedule which names none."""
    node = parent.take("active")
    if node is None:
        return None
    fields = Fields(node, parent.report, parent.owner, key="active", example='{daily: "22:00-06:00"}')
    if isinstance(node, Mapping) and not any(fields.has(key) for key in ("daily", "days", "on", "season")):
        fields.add("always_active", node)
    begin, end = fields.one("daily", _read_span) or (0, _DAY_MINUTES)
    kind = fields.one("on", lambda asker, key, value: read_choice(asker, key, value, tuple(DayKind)))
    active = Active(
        begin_minute=begin,
        end_minute=end,
        zone=fields.zone("zone", zone),
        days=_read_days(fields),
        kind=None if kind is None else DayKind(kind),
        season=fields.one("season", _read_season),
    )
    fields.finish()
    return active


def _read_span(fields: Fields, key: str, node: Node) -> tuple[int, int] | None:
    texts = read_texts(fields, key, node)
    found = _SPAN.fullmatch(texts[0].strip()) if len(texts) == 1 else None
    if found is None:
        fields.add("bad_daily", node, meant.span(", ".join(texts)), text=", ".join(texts))
        return None
    hours = [int(part) for part in found.groups()]
    begin, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if begin == end or end > _DAY_MINUTES:
        fields.add("bad_daily", node, text=texts[0])
        return None
    return begin, end


def _read_days(fields: Fields) -> tuple[int, ...]:
    texts = fields.texts("days")
    for text in texts:
        if text not in _DAYS:
            suggestion = nearest(text, _DAYS)
            fields.add("want_choice", fields.take("days"), suggestion, key="days", text=text, choices=", ".join(_DAYS))
    return tuple(sorted({_DAYS.index(text) for text in texts if text in _DAYS})) or tuple(range(7))


def _read_season(fields: Fields, key: str, node: Node) -> tuple[int, int] | None:
    found = _SEASON.fullmatch(read_text(fields, key, node) or "")
    days = [int(part) for part in found.groups()] if found else []
    if not days or not (_is_day(days[0], days[1]) and _is_day(days[2], days[3])):
        fields.add("bad_season", node, meant.season(shown(node)), text=shown(node))
        return None
    return days[0] * 100 + days[1], days[2] * 100 + days[3]


def _is_day(month: int, day: int) -> bool:
    try:
        date(_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


def read_calendar(report: Report) -> Calendar:
    """The holidays of calendar.yaml, and the weekend days that are worked instead."""
    root = report.document.root
    if root is None:
        return Calendar()
    fields = Fields(root, report, key="calendar", example='{holidays: {"2026-10-01": 国庆节}, workdays: []}')
    holidays = _read_holidays(fields, fields.mapping("holidays", '{"2026-10-01": 国庆节}'))
    workdays = fields.one("workdays", lambda asker, key, node: read_texts(asker, key, node, _read_worked)) or ()
    for text in workdays:
        if date.fromisoformat(text) in holidays:
            report.note("day_twice", report.where("workdays", text), {"text": text})
    fields.finish()
    return Calendar(holidays, frozenset(date.fromisoformat(text) for text in workdays))


def _read_holidays(fields: Fields, entries: Dictionary[str, Node]) -> dict[date, str]:
    holidays: dict[date, str] = {}
    for key, node in entries.items():
        day = _date(key)
        if day is None:
            where = fields.report.key_place("holidays", key)
            fields.report.note("bad_date", where, {"text": key}, suggestion=meant.day(key))
        else:
            holidays[day] = read_text(fields, key, node) or ""
    return holidays


def _read_worked(fields: object, key: str, node: Node) -> str | None:  # noqa: ARG001 - the shape that lists want
    if isinstance(node, Scalar) and _date(node.text) is not None:
        return node.text
    assert isinstance(fields, Fields)  # noqa: S101 - lists are read by the fields that hold them
    fields.add("bad_date", node, meant.day(shown(node)), text=shown(node))
    return None


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

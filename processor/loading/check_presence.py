"""What a configuration cannot do without: said once where it is missing, instead of for each that names some of it."""

from pathlib import PurePosixPath
from typing import Final, NamedTuple

from processor.loading.draft import Draft
from processor.loading.kinds import Kind, kind_of
from processor.loading.nodes import Document
from processor.loading.report import Report
from processor.model.problem import Severity
from processor.model.source import SourcePlace


class _Part(NamedTuple):
    file: str
    code: str
    severity: Severity


_PARTS: Final = {
    Kind.PROFILE: _Part("profiles", "no_profiles", Severity.ERROR),
    Kind.PLACES: _Part("places.yaml", "no_places", Severity.ERROR),
    Kind.PEOPLE: _Part("people.yaml", "no_people", Severity.WARNING),
}


def check_presence(draft: Draft) -> None:
    """Note each kind of which there is no file though others name what is in it; nothing of it is missed then."""
    there = {kind_of(path) for path in draft.reports} | draft.unread
    for kind, part in _PARTS.items():
        if kind not in there and _is_named(draft, kind):
            place = SourcePlace(f"{_folder(draft)}/{part.file}")
            report = draft.reports.setdefault(place.file, Report(Document(place.file, "")))
            report.note(part.code, place, severity=part.severity)
            draft.unread.add(kind)


def _is_named(draft: Draft, kind: Kind) -> bool:
    if kind is Kind.PLACES:
        return bool(draft.devices)
    if kind is Kind.PROFILE:
        return bool(draft.devices or draft.rules)
    return any(rule.answer.remind for rule in draft.rules.values())


def _folder(draft: Draft) -> str:
    """The configuration folder's own name, as far as a file of it is known."""
    kept = [path for path in draft.reports if kind_of(path) in {*_PARTS, Kind.DEVICES, Kind.OVERRIDES, Kind.CALENDAR}]
    return PurePosixPath(min(kept)).parts[0] if kept else "config"

"""All the texts of a configuration as one typed district, or everything that is wrong with them."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from processor.loading import devices_csv, yaml_strict
from processor.loading.across import check_across
from processor.loading.devices import read_devices
from processor.loading.devices_csv import read_devices_csv
from processor.loading.draft import Draft
from processor.loading.kinds import Kind, kind_of
from processor.loading.nodes import Document, Scalar
from processor.loading.overrides import read_overrides
from processor.loading.people import read_people
from processor.loading.places import read_places
from processor.loading.profiles import read_profile
from processor.loading.report import Report
from processor.loading.rules import read_rules
from processor.loading.schedules import read_calendar
from processor.model.device import Device
from processor.model.district import District
from processor.model.problem import Problem, Severity
from processor.model.profile import Profile
from processor.model.rule import Rule
from processor.model.source import SourcePlace

_NOWHERE = SourcePlace()
# Rules name the zone of the places; the rest is by taste.
_ORDER = (
    Kind.PLACES,
    Kind.CALENDAR,
    Kind.PROFILE,
    Kind.DEVICES,
    Kind.DEVICES_CSV,
    Kind.PEOPLE,
    Kind.RULES,
    Kind.OVERRIDES,
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The district when no problem is an error, else None; and every problem, in the order of the files."""

    district: District | None
    problems: tuple[Problem, ...]


_LOSING: Final = {
    Kind.DEVICES: frozenset({"want_mapping"}),
    Kind.PLACES: frozenset({"want_mapping", "missing_key", "unknown_key", "key_too_deep", "key_too_high", "want_id"}),
    Kind.RULES: frozenset({"wrapped"}),
}
"""By which problems an entry of the file is lost."""


def load(sources: Mapping[str, str], channels: Collection[str] | None = None, unread: Collection[str] = ()) -> Loaded:
    """The district that the texts (by path, as `read_sources` gives them) describe. Reads nothing but the texts.

    `channels` are those of wardwatch.yaml, which the people's must be among; None where they do not matter.
    `unread` are files that could not be read: what they hold is not missed.
    """
    draft = Draft(unread={kind for path in unread if (kind := _held(path)) is not None})
    kinds = {path: kind_of(path) for path in sorted(sources)}
    for kind in _ORDER:
        for path in (path for path, found in kinds.items() if found is kind):
            _read(draft, kind, path, sources[path])
    for path in (path for path, found in kinds.items() if found is None):
        _report(draft, Document(path, sources[path])).add("unknown_file", None)
    check_across(draft, channels)
    problems = tuple(_sorted(draft.reports.values()))
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Loaded(None, problems)
    return Loaded(_district(draft, content_hash(sources)), problems)


def _held(path: str) -> Kind | None:
    kind = kind_of(path)
    return Kind.DEVICES if kind is Kind.DEVICES_CSV else kind


def content_hash(sources: Mapping[str, str]) -> str:
    """The same for the same texts under the same names, in whatever order."""
    digest = hashlib.sha256()
    for path in sorted(sources):
        for part in (path, sources[path]):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)
    return digest.hexdigest()


def _district(draft: Draft, digest: str) -> District:
    return District(
        profiles=draft.profiles,
        places=draft.places.places,
        # Where a row stood is of no use once it is found sound: 80 bytes of each of 100,000 devices.
        devices={name: msgspec.structs.replace(device, place=_NOWHERE) for name, device in draft.devices.items()},
        people=draft.people,
        rules=draft.rules,
        overrides=tuple(draft.overrides),
        hash=digest,
        zone=draft.places.zone,
        calendar=draft.calendar,
    )


def _sorted(reports: Iterable[Report]) -> list[Problem]:
    problems = [problem for report in reports for problem in report.problems]
    return sorted(problems, key=lambda problem: (problem.place, problem.code))


def _report(draft: Draft, document: Document, found: Iterable[Problem] = ()) -> Report:
    report = draft.reports[document.file] = Report(document, found)
    return report


def _read(draft: Draft, kind: Kind, path: str, text: str) -> None:
    if kind is Kind.DEVICES_CSV:
        _read_csv(draft, path, text)
        return
    document, problems = yaml_strict.parse_yaml(path, text)
    report = _report(draft, document, problems)
    if document.root is None:
        draft.unread.add(kind)
        if not problems:
            report.add("file_empty", None)
        return
    if isinstance(document.root, Scalar) and document.root.empty:
        report.add("file_empty", None)
        return
    _READERS[kind](draft, report)
    _mark_lost(draft, kind, report)


def _mark_lost(draft: Draft, kind: Kind, report: Report) -> None:
    """Where an entry of the file got lost for its form, whoever names it is not wrong."""
    if any(problem.code in _LOSING.get(kind, ()) for problem in report.problems):
        draft.unread.add(kind)


def _read_csv(draft: Draft, path: str, text: str) -> None:
    document = Document(path, text.removeprefix("\ufeff"))
    refused = yaml_strict.refuse_unreadable(document, devices_csv.MAX_BYTES)
    report = _report(draft, document, () if refused is None else (refused,))
    devices = read_devices_csv(report) if refused is None else []
    _add_devices(draft, report, devices)
    if report.problems and not devices:
        draft.unread.add(Kind.DEVICES)
    _mark_lost(draft, Kind.DEVICES, report)


def _take_profile(draft: Draft, report: Report) -> None:
    profile = read_profile(report)
    if profile is None:
        draft.unread.add(Kind.PROFILE)
    elif _fresh(report, profile.name, profile.place, draft.profiles.get(profile.name)):
        draft.profiles[profile.name] = profile


def _take_places(draft: Draft, report: Report) -> None:
    draft.places = read_places(report)


def _take_calendar(draft: Draft, report: Report) -> None:
    draft.calendar = read_calendar(report)


def _take_devices(draft: Draft, report: Report) -> None:
    _add_devices(draft, report, read_devices(report))


def _take_people(draft: Draft, report: Report) -> None:
    draft.people = read_people(report)


def _take_rules(draft: Draft, report: Report) -> None:
    for rule in read_rules(report, draft.places.zone):
        if _fresh(report, rule.id, rule.place, draft.rules.get(rule.id)):
            draft.rules[rule.id] = rule


def _take_overrides(draft: Draft, report: Report) -> None:
    draft.overrides = read_overrides(report)


_READERS = {
    Kind.PROFILE: _take_profile,
    Kind.PLACES: _take_places,
    Kind.CALENDAR: _take_calendar,
    Kind.DEVICES: _take_devices,
    Kind.PEOPLE: _take_people,
    Kind.RULES: _take_rules,
    Kind.OVERRIDES: _take_overrides,
}


def _add_devices(draft: Draft, report: Report, devices: Iterable[Device]) -> None:
    for device in devices:
        if _fresh(report, device.id, device.place, draft.devices.get(device.id)):
            draft.devices[device.id] = device


def _fresh(report: Report, name: str, place: SourcePlace, first: Profile | Device | Rule | None) -> bool:
    if first is None:
        return True
    report.note("same_id", place, {"id": name, "first": first.place})
    return False

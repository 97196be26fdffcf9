"""Checks people against places and channels: whoever covers nothing, or is told nowhere, is never told."""

from collections.abc import Collection

from processor.loading.draft import Draft
from processor.loading.kinds import Kind, kind_of
from processor.loading.report import Report, nearest
from processor.model.person import EVERYWHERE, Person
from processor.model.place import PlaceKind
from processor.model.text import Text


def check_people(draft: Draft, channels: Collection[str] | None) -> None:
    """Note people who cover no such place or have no such channel; None: the channels are not known here."""
    report = next((found for path, found in draft.reports.items() if kind_of(path) is Kind.PEOPLE), None)
    if report is None:
        return
    places = _coverable(draft)
    for person in draft.people.values():
        if draft.sure(Kind.PLACES):
            _check(report, person, "covers", person.covers, places, Text(zh="社区或网格", en="community or grid"))
        if channels is not None:
            _check(report, person, "channels", person.channels, channels, Text(zh="通道", en="channel"))


def _coverable(draft: Draft) -> set[str]:
    """Grids, communities and the whole district: what a reminder knows of its subject."""
    places = draft.places.places.values()
    communities = {place.path for place in places if place.kind is PlaceKind.COMMUNITY}
    return {EVERYWHERE, *communities, *(place.grid for place in places if place.grid)}


def _check(  # noqa: PLR0917 - one line of a table each
    report: Report, person: Person, key: str, names: Collection[str], known: Collection[str], kind: Text
) -> None:
    owner = Text(zh=f"人员“{person.id}”", en=f'person "{person.id}"')
    for name in names:
        if name not in known:
            words = {"kind": kind.en, "kind_zh": kind.zh, "name": name}
            place = report.where("people", person.id, key, name)
            report.note("no_such", place, words, owner=owner, suggestion=nearest(name, known))

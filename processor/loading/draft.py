"""What the files say, typed, before anything is checked across them."""

from dataclasses import dataclass, field

from processor.loading.kinds import Kind, kind_of
from processor.loading.places import Places
from processor.loading.report import Report
from processor.model.calendar import Calendar
from processor.model.device import Device
from processor.model.person import Person
from processor.model.profile import Profile
from processor.model.rule import Override, Rule


@dataclass(slots=True)
class Draft:
    """Everything by its id. `unread` are the kinds of which some file was not understood: do not miss what is there."""

    profiles: dict[str, Profile] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    devices: dict[str, Device] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    calendar: Calendar = field(default_factory=Calendar)
    reports: dict[str, Report] = field(default_factory=dict)
    unread: set[Kind] = field(default_factory=set)

    def sure(self, *kinds: Kind) -> bool:
        """Whether nothing of files of these kinds was lost by an error, so that what is missing there truly is."""
        faulty = {kind_of(path) for path, report in self.reports.items() if report.has_errors}
        faulty |= {Kind.DEVICES} if Kind.DEVICES_CSV in faulty else set()
        return not (faulty | self.unread) & set(kinds)

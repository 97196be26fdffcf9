"""What the files say, typed, before anything is checked across them."""

from dataclasses import dataclass, field

from processor.loading.kinds import Kind
from processor.loading.places import Places
from processor.loading.report import Report
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
    reports: dict[str, Report] = field(default_factory=dict)
    unread: set[Kind] = field(default_factory=set)

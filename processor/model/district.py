"""Everything the operators said, as one frozen whole with a content hash."""

import msgspec

from processor.model.calendar import Calendar
from processor.model.device import Device
from processor.model.person import Person
from processor.model.place import Place
from processor.model.profile import Profile
from processor.model.rule import Override, Rule
from processor.model.time import EpochMs


class District(msgspec.Struct, frozen=True):
    """The configuration a core runs on. `hash` is the content hash of every file it came from.

    `probation`: until when the automatic commands of a rule are only shown, because the rule is new or has changed.
    """

    profiles: dict[str, Profile] = {}
    places: dict[str, Place] = {}
    devices: dict[str, Device] = {}
    people: dict[str, Person] = {}
    rules: dict[str, Rule] = {}
    overrides: tuple[Override, ...] = ()
    hash: str = ""
    zone: str = "Asia/Shanghai"
    calendar: Calendar = Calendar()
    probation: dict[str, EpochMs] = {}

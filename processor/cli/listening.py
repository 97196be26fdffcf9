"""What `doctor` hears: which profiles speak, which are silent, whose clock is wrong, what cannot be read."""

from collections import Counter
from statistics import median
from typing import Final

from processor.decode.decoder import Decoder
from processor.decode.topics import Template, parse_template
from processor.model.district import District
from processor.model.profile import Profile
from processor.model.reading import Flag, Reading, Rejection
from processor.model.time import DurationMs
from processor.ports.broker import Message

MOST_DEVICES: Final = 100_000


class Silent:
    """A profile that has devices and of which nothing was heard."""

    def __init__(self, profile: Profile, devices: int) -> None:
        self.name = profile.name
        self.devices = devices
        self.topics = [one.template for one in profile.listen if not (one.reply or one.history)]
        periods = [point.every_ms for point in profile.points.values() if point.every_ms]
        self.period: DurationMs | None = min(periods, default=None)


class Listener:
    """Takes messages as they come and keeps what they tell."""

    def __init__(self, district: District, decoder: Decoder) -> None:
        self._district = district
        self._decoder = decoder
        self._devices = Counter(device.profile for device in district.devices.values())
        self._templates: dict[str, list[Template]] = {
            name: [parse_template(one.template) for one in profile.listen if not (one.reply or one.history)]
            for name, profile in district.profiles.items()
            if self._devices[name]
        }
        self.heard: Counter[str] = Counter()
        self.messages = 0
        self.retained = 0
        self.rejected: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.wrong_clocks: dict[str, None] = {}
        self._differences: dict[str, DurationMs] = {}

    def take(self, message: Message) -> None:
        """One message."""
        self.messages += 1
        self.retained += message.retained
        if not message.retained:  # what the broker kept says nothing about who speaks now
            for name, templates in self._templates.items():
                if any(template.match(message.topic) for template in templates):
                    self.heard[name] += 1
        flags = int(Flag.RETAINED) if message.retained else 0
        for outcome in self._decoder.decode(message.topic, message.payload, message.arrived, flags):
            if isinstance(outcome, Rejection):
                self.rejected[outcome.reason] += 1
                self.examples.setdefault(outcome.reason, f"{outcome.topic}: {outcome.detail}")
            elif isinstance(outcome, Reading) and not message.retained:
                self._compare(outcome)

    def _compare(self, reading: Reading) -> None:
        if reading.flags & (Flag.NO_DEVICE_TIME | Flag.HISTORY) or len(self._differences) >= MOST_DEVICES:
            return
        if reading.flags & (Flag.CLOCK_OFF | Flag.CLOCK_REFUSED):
            self.wrong_clocks[reading.device] = None
        else:
            self._differences[reading.device] = reading.at - reading.arrived

    @property
    def clocks(self) -> int:
        """How many devices told their time."""
        return len(self._differences.keys() | self.wrong_clocks.keys())

    @property
    def typical_difference(self) -> DurationMs:
        """By how much the devices' clocks are ahead of ours, in the middle."""
        return int(median(self._differences.values())) if self._differences else 0

    @property
    def everybody_spoke(self) -> bool:
        """Whether every profile that has devices was heard."""
        return bool(self._templates) and all(self.heard[name] for name in self._templates)

    def silent(self) -> list[Silent]:
        """The profiles that were not heard."""
        quiet = [name for name in self._templates if not self.heard[name]]
        return [Silent(self._district.profiles[name], self._devices[name]) for name in quiet]

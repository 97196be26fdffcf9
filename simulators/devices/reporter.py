"""When a device speaks, and how it answers commands: the same for every kind."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from processor.model.time import DurationMs, EpochMs
from simulators.message import Body, Channel, Command, Event, decode_command, encode, topic_of

REMEMBERED_COMMANDS = 64


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device speaks and listens."""

    device: str
    community: str
    family: str
    wire: str

    def topic(self, channel: Channel) -> str:
        """The device's topic of one channel."""
        return topic_of(community=self.community, family=self.family, wire=self.wire, channel=channel)


class Reporter:
    """Says when a report is due, stamps the reports, and is silent while something silences it."""

    def __init__(self, address: Address, *, period_ms: DurationMs, phase_ms: DurationMs = 0) -> None:
        self.address = address
        self.period_ms = period_ms
        self.clock_offset_ms = 0  # the device's clock error (delivery fault)
        self.silenced_by: dict[str, float] = {}  # causes, in the order they came
        self._topic = address.topic(Channel.TELEMETRY)
        self._phase_ms = phase_ms
        self._due: EpochMs | None = None

    def due(self, now: EpochMs) -> bool:
        """True when the period has passed since the last report."""
        if self._due is None:  # spread the first reports over one period, as a district's devices are
            self._due = now + self._phase_ms
        return now >= self._due

    def hasten(self) -> None:
        """Make the next step report, whatever the period says: something changed."""
        self._due = 0

    def report(self, now: EpochMs, body: Body, shows: tuple[str, ...] = ()) -> list[Event]:
        """The report as an event; withheld when the device is silent, which then shows what silenced it."""
        self._due = now + self.period_ms
        if self.silenced_by:
            return [Event(now, self.address.device, self._topic, b"", tuple(self.silenced_by), withheld=True)]
        stamped: Body = {"ts": now + self.clock_offset_ms, **body}
        return [Event(now, self.address.device, self._topic, encode(stamped), shows)]


class CommandDesk:
    """Takes a device's commands: each id is done once and answered every time with the same words."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._answers: OrderedDict[str, dict[str, bool | int | str]] = OrderedDict()
        self.obeyed = 0

    def receive(self, now: EpochMs, payload: bytes, perform: Callable[[EpochMs, Command], str]) -> list[Event]:
        """The reply to `payload`, none when it is no command. `perform` returns "" or the error's name."""
        command = decode_command(payload)
        if command is None:
            return []  # whom should it answer, about what?
        answer = self._answers.get(command.id)
        if answer is None:
            answer = self._obey(now, command, perform)
            self._remember(command.id, answer)
        return [self._reply(now, answer)]

    def _obey(
        self, now: EpochMs, command: Command, perform: Callable[[EpochMs, Command], str]
    ) -> dict[str, bool | int | str]:
        error = "expired" if command.expired(now) else perform(now, command)
        self.obeyed += not error
        answer: dict[str, bool | int | str] = {"id": command.id}
        port = command.port_number()
        if port is not None:  # the reply of a pile names the port, which is the device
            answer["port"] = port
        answer["ok"] = not error
        if error:
            answer["error"] = error
        return answer

    def _remember(self, command_id: str, answer: dict[str, bool | int | str]) -> None:
        self._answers[command_id] = answer
        if len(self._answers) > REMEMBERED_COMMANDS:
            self._answers.popitem(last=False)

    def _reply(self, now: EpochMs, answer: dict[str, bool | int | str]) -> Event:
        payload = encode({**answer, "ts": now})
        return Event(now, self._address.device, self._address.topic(Channel.REPLY), payload)

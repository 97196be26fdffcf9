"""Topic and bytes become readings, answers to commands, or named rejections: same in, same out, never an error."""

from collections.abc import Sequence
from typing import Final

from processor.decode.faults import Fault, Unfit
from processor.decode.letters import Envelope
from processor.decode.limits import DecodeLimits
from processor.decode.listening import Listening
from processor.decode.registry import Registry
from processor.decode.routes import NoRoute, Outcome, Route, SeveralRoutes
from processor.decode.topics import covering
from processor.model.device import Device
from processor.model.district import District
from processor.model.reading import RejectionReason
from processor.model.time import EpochMs

NOBODY_LISTENS: Final = Fault("", RejectionReason.UNKNOWN_TOPIC, "no profile listens to this topic")


class Decoder:
    """Decodes the messages of one district. ValueError at construction names a profile that cannot be used.

    A topic is looked up once; after that a message costs one dict lookup before its payload is read. Topics that are
    a known device's own are as many as the district has; all others share a bounded memory that is forgotten as a
    whole when it is full, so that endless made-up topics cost time but no memory.
    """

    def __init__(self, district: District, limits: DecodeLimits | None = None) -> None:
        self._limits = limits or DecodeLimits()
        by_profile: dict[str, list[Device]] = {name: [] for name in district.profiles}
        for device in district.devices.values():
            by_profile.setdefault(device.profile, []).append(device)
        self._listenings: dict[int, list[Listening]] = {}
        for profile in district.profiles.values():
            registry = Registry(by_profile[profile.name])
            for index in range(len(profile.listen)):
                listening = Listening(profile, index, registry, self._limits)
                self._listenings.setdefault(listening.template.levels, []).append(listening)
        every = [listening for each in self._listenings.values() for listening in each]
        self.filters: tuple[str, ...] = covering(listening.template.filter for listening in every)
        self._owned: dict[str, Route] = {}
        self._most_owned = max(self._limits.cached_topics, 4 * len(district.devices))
        self._others: dict[str, Route] = {}

    def decode(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Outcome]:
        """What one message says, at least one outcome."""
        try:
            route = self._owned.get(topic) or self._others.get(topic) or self._resolve(topic)
            return route.read(topic, payload, arrived, flags)
        except Exception as error:  # noqa: BLE001 - whatever a hostile payload finds, the next message must be decoded
            why = Unfit(RejectionReason.INTERNAL, f"{type(error).__name__}: {error}")
            return (Envelope(topic, payload, arrived, self._limits).reject(why),)

    def _resolve(self, topic: str) -> Route:
        if len(topic) > self._limits.topic_chars:
            text = f"a topic of {len(topic)} characters; at most {self._limits.topic_chars} are taken"
            return NoRoute(Fault("", RejectionReason.TOO_LARGE, text), self._limits)
        routes: list[Route] = []
        why, owned = NOBODY_LISTENS, True
        for listening in self._listenings.get(topic.count("/") + 1, ()):
            captures = listening.template.match(topic)
            if captures is None:
                continue
            try:
                routes.append(listening.route(captures))
                owned = owned and listening.owned
            except Unfit as unknown:
                why = unknown.fault() if why.reason is not RejectionReason.DEVICE_MISMATCH else why
        return self._keep(topic, routes, why, owned=owned)

    def _keep(self, topic: str, routes: list[Route], why: Fault, *, owned: bool) -> Route:
        route = NoRoute(why, self._limits) if not routes else routes[0] if len(routes) == 1 else SeveralRoutes(routes)
        known, most = self._others, self._limits.cached_topics
        if routes and owned:
            known, most = self._owned, self._most_owned
        if len(known) >= most:
            known.clear()
        known[topic] = route
        return route

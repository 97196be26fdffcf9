"""What really happened: one episode per fault, labelled by the injector and never from a rule's threshold."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from processor.model.rule import Level
from processor.model.time import EpochMs
from simulators.message import Event


class Label(StrEnum):
    """Whether an alert about it would be right."""

    FAULT = "fault"
    NONE = "none"  # a confounder: looks like trouble, is none


class Episode(msgspec.Struct, frozen=True):
    """One cause (DOMAIN.md 5.3). `t_observable` is the first moment a perfect detector could know it from what was
    published, None if never; `t_end` None: it was still there when the simulation ended. `assets` are all devices it
    touches, `related` also those through which it can be known or stopped, `places` where it is. An automatic action
    is right on `action_targets` only; with none, every automatic action is wrong.
    """

    cause_id: str
    type: str
    asset: str
    assets: tuple[str, ...]
    related: tuple[str, ...]
    places: tuple[str, ...]
    community: str
    t_onset: EpochMs
    t_observable: EpochMs | None
    t_end: EpochMs | None
    severity: float
    correct_action: str
    action_targets: tuple[str, ...]
    expected_level: Level | None
    label: Label


class Action(msgspec.Struct, frozen=True):
    """One automatic command that a device obeyed. A port of a pile is a device of its own."""

    device: str
    command: str
    at: EpochMs


class TruthBook:
    """The episodes of one run, in the order of their onset."""

    def __init__(self) -> None:
        self._episodes: dict[str, Episode] = {}

    def begin(self, episode: Episode) -> None:
        """A cause sets in."""
        self._episodes[episode.cause_id] = episode

    def published(self, event: Event) -> None:
        """An event reached the broker (or, withheld, was missed there): what it shows can be known from now on."""
        for cause in event.shows:
            episode = self._episodes.get(cause)
            if episode is not None and (episode.t_observable is None or event.at < episode.t_observable):
                self._episodes[cause] = msgspec.structs.replace(episode, t_observable=event.at)

    def end(self, cause: str, at: EpochMs) -> None:
        """A cause is gone; only the first end counts."""
        episode = self._episodes[cause]
        if episode.t_end is None:
            self._episodes[cause] = msgspec.structs.replace(episode, t_end=at)

    def episodes(self) -> tuple[Episode, ...]:
        """All so far."""
        return tuple(self._episodes.values())


def write_truth(path: Path, episodes: Iterable[Episode]) -> None:
    """Write the episodes as JSON lines, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(b"".join(msgspec.json.encode(episode) + b"\n" for episode in episodes))
    part.replace(path)


def write_actions(path: Path, actions: Iterable[Action]) -> None:
    """Write what devices obeyed as JSON lines."""
    path.write_bytes(b"".join(msgspec.json.encode(action) + b"\n" for action in actions))


def read_actions(path: Path) -> tuple[Action, ...]:
    """The actions of such a file."""
    decoder = msgspec.json.Decoder(Action)
    return tuple(decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip())


def read_truth(path: Path) -> tuple[Episode, ...]:
    """The episodes of a truth file."""
    decoder = msgspec.json.Decoder(Episode)
    return tuple(decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip())

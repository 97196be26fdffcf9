"""Small districts for the decoder's tests."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from processor.decode.decoder import Decoder
from processor.decode.limits import DecodeLimits
from processor.loading.load import load
from processor.model.device import Device
from processor.model.district import District
from processor.model.inputs import CommandReply
from processor.model.profile import Listen, Point, PointKind, Profile, TimeField, TimeFormat
from processor.model.reading import Reading, Rejection

ROOT: Final = Path(__file__).parents[2]
NOW: Final = 1_760_000_000_000
TOPIC: Final = "v1/sunrise/x/d1/telemetry"
TEMPLATE: Final = "v1/{community}/x/{device}/telemetry"
TS: Final = TimeField(path="ts", format=TimeFormat.EPOCH_MS)

Outcomes = Sequence[Reading | Rejection | CommandReply]


def number(name: str, **how: Any) -> Point:  # noqa: ANN401 - the fields of a Point, whatever they are
    return Point(name=name, kind=PointKind.NUMBER, **{"path": name, **how})


def boolean(name: str, **how: Any) -> Point:  # noqa: ANN401
    return Point(name=name, kind=PointKind.BOOLEAN, **{"path": name, **how})


def enum(name: str, members: dict[str, str], **how: Any) -> Point:  # noqa: ANN401
    return Point(name=name, kind=PointKind.ENUM, members=members, **{"path": name, **how})


def text(name: str, **how: Any) -> Point:  # noqa: ANN401
    return Point(name=name, kind=PointKind.TEXT, **{"path": name, **how})


def profile(*points: Point, listen: Sequence[Listen] = (), time: TimeField | None = TS, name: str = "thing") -> Profile:
    return Profile(
        name=name, listen=tuple(listen) or (Listen(template=TEMPLATE),), points={p.name: p for p in points}, time=time
    )


def decoder(*profiles: Profile, devices: Sequence[Device] = (), limits: DecodeLimits | None = None) -> Decoder:
    known = devices or [Device("d1", profiles[0].name, "sunrise")]
    return Decoder(
        District(profiles={each.name: each for each in profiles}, devices={each.id: each for each in known}), limits
    )


def decode(
    used: Profile | Decoder,
    payload: object,
    *,
    topic: str = TOPIC,
    arrived: int = NOW,
    flags: int = 0,
) -> Outcomes:
    """The outcomes of one message; `payload` is bytes, or something to write as JSON."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    by = used if isinstance(used, Decoder) else decoder(used)
    return by.decode(topic, raw, arrived, flags)


def values(outcomes: Outcomes) -> list[dict[str, Any]]:
    return [outcome.values for outcome in outcomes if isinstance(outcome, Reading)]


def reasons(outcomes: Outcomes) -> list[str]:
    return [outcome.reason.value for outcome in outcomes if isinstance(outcome, Rejection)]


def only_reading(outcomes: Outcomes) -> Reading:
    (outcome,) = outcomes
    assert isinstance(outcome, Reading), outcome
    return outcome


def only_rejection(outcomes: Outcomes) -> Rejection:
    (outcome,) = outcomes
    assert isinstance(outcome, Rejection), outcome
    return outcome


def shipped(*devices: Device) -> District:
    """The shipped profiles with these devices."""
    paths = sorted((ROOT / "config/profiles").glob("*.yaml"))
    sources = {f"config/profiles/{path.name}": path.read_text(encoding="utf-8") for path in paths}
    loaded = load(sources)
    assert loaded.district is not None, [problem.render() for problem in loaded.problems]
    return msgspec.structs.replace(loaded.district, devices={device.id: device for device in devices})

"""What decoding one message costs, for each shipped profile of the simulators: `python -m bench.decode_cost`.

The payloads are the examples of docs/simulator-topics.md, so the figures are of what the demo really sends.
"""

import json
import re
import time
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from processor.decode.decoder import Decoder
from processor.loading.load import load
from processor.model.device import Device
from processor.model.district import District
from processor.model.reading import Reading

ROOT: Final = Path(__file__).parents[1]
EXAMPLE: Final = re.compile(r"^## (\w+)\n(?:(?!## ).*\n)*?```json\n([^`]*)```", re.MULTILINE)
ARRIVED: Final = 1_760_000_000_500
ROUNDS: Final = 20_000
REPEATS: Final = 5


def shipped_profiles() -> District:
    """The district of the shipped profiles alone, without any device."""
    paths = sorted((ROOT / "config/profiles").glob("*.yaml"))
    sources = {f"config/profiles/{path.name}": path.read_text(encoding="utf-8") for path in paths}
    sources["config/places.yaml"] = "communities: {sunrise: {grid: g1, buildings: [b1]}}\n"
    loaded = load(sources)
    if loaded.district is None:
        raise SystemExit("\n".join(problem.render() for problem in loaded.problems))
    return loaded.district


def examples() -> dict[str, bytes]:
    """The documented payload of each simulated profile."""
    text = (ROOT / "docs/simulator-topics.md").read_text(encoding="utf-8")
    return {profile: json.dumps(json.loads(body)).encode() for profile, body in EXAMPLE.findall(text)}


def main() -> None:
    district = shipped_profiles()
    print(f"{'profile':28}{'bytes':>7}{'values':>8}{'parts':>7}{'us/message':>12}{'us/part':>9}{'json alone':>12}")
    for name, payload in examples().items():
        telemetry = district.profiles[name].listen[0]
        ids = ("d1-p1", "d1-p2") if telemetry.split else ("d1",)
        devices = {each: Device(each, name, "sunrise") for each in ids}
        decoder = Decoder(msgspec.structs.replace(district, devices=devices))
        topic = telemetry.template.format(community="sunrise", device="d1")
        outcomes = decoder.decode(topic, payload, ARRIVED, 0)
        readings = [outcome for outcome in outcomes if isinstance(outcome, Reading)]
        if len(readings) != len(outcomes):
            raise SystemExit(f"{name}: {outcomes}")
        cost = best(partial(decoder.decode, topic, payload, ARRIVED, 0))
        floor = best(partial(msgspec.json.decode, payload))
        values = sum(len(reading.values) for reading in readings)
        print(
            f"{name:28}{len(payload):7}{values:8}{len(readings):7}{cost:12.2f}{cost / len(readings):9.2f}{floor:12.2f}"
        )


def best(call: Callable[[], object]) -> float:
    """Microseconds of CPU of one call, the best of a few repeats: other work on the machine is not counted."""
    return min(timeit.repeat(call, number=ROUNDS, repeat=REPEATS, timer=time.process_time)) / ROUNDS * 1e6


if __name__ == "__main__":
    main()

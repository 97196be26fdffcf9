"""`python -m bench.unit_costs`: the table in processor/replay/unit_costs.py, measured: µs of the engine for each part.

Each part is taken as a difference: what a reading of one device costs with many of it, less what it costs without.
The same in every run are the values, which go up and down a little; of several rounds the least is taken.
"""

import argparse
import json
import time
from collections.abc import Iterator
from typing import Final

from processor.engine.core import Core
from processor.loading.load import load
from processor.model.district import District
from processor.model.reading import Reading, Value
from processor.model.time import DAY, HOUR, MINUTE, EpochMs
from processor.replay.unit_costs import Span

BEGIN: Final[EpochMs] = 1_790_000_000_000
MANY: Final = 20
ROUNDS: Final = 20
ROUND: Final = 200
POINTS: Final = 5
HIGH: Final = 1_000_000
"""No value comes near it: nothing fires."""

OPERANDS: Final = {"duration": "lit == true", "since": "lit == true", "count": "p0 > 5 W"}
UNITS: Final = {"rate": "W/min", "slope": "W/d", "count": "", "changes": ""}
SHORT: Final = ("avg", "sum", "stddev", "min", "max", "count", "median", "p95", "first", "last", "delta", "rate",
                "changes", "duration")  # fmt: skip
LONG: Final = ("avg", "sum", "stddev", "min", "max", "count", "first", "last", "delta", "rate", "changes", "duration")
DAYS: Final = ("median", "p95", "slope")
AT_SAME_HOUR: Final = ("median", "p95", "avg", "min", "max")
ANY: Final = ("since", "flat")


def district(rules: list[str], points: int = POINTS) -> District:
    """One place with two devices of one kind, and these rules."""
    names = "\n".join(f"  p{number}: {{unit: W}}" for number in range(points))
    sources = {
        "config/profiles/thing.yaml": f'profile: thing\nlisten: "t/{{device}}"\nevery: 60 s\npoints:\n{names}\n'
        "  lit: {type: boolean}\n  held: {type: boolean, on_change: true}\n",
        "config/places.yaml": "communities: {c: {buildings: {b: {}}}}\n",
        "config/devices.yaml": "devices: {d: {profile: thing, place: c/b}, e: {profile: thing, place: c/b}}\n",
        "config/people.yaml": "people: {}\n",
        "rules/all.yaml": "\n".join(rules) or "{}\n",
    }
    loaded = load(sources)
    if loaded.district is None:
        raise SystemExit("\n".join(problem.render() for problem in loaded.problems))
    return loaded.district


def rule(number: int, when: str) -> str:
    """A rule that never fires."""
    return f"R-{number}:\n  name: x\n  applies_to: {{profile: thing}}\n  levels: {{L2: {{when: '{when}'}}}}"


def readings(begin: EpochMs, count: int, points: int) -> Iterator[Reading]:
    """What the device says once a minute."""
    for number in range(count):
        at = begin + number * MINUTE
        values: dict[str, Value] = {f"p{point}": 5.0 + (number * 37 + point) % 11 / 10 for point in range(points)}
        values["lit"] = number % 10 < 5
        values["held"] = False  # as of most such devices, all the time
        yield Reading("d", at, at, values, 0, number & 0xFFFF)


def each(whens: list[str], length_ms: int = HOUR, points: int = POINTS, *, woken: bool = False) -> float:
    """µs for one reading with these conditions, once windows of this length are full; `woken`: with what wakes it."""
    found = district([rule(number, when) for number, when in enumerate(whens)], points)
    core = Core(found)
    core.turn(core.start(BEGIN, None), BEGIN)
    warm = length_ms // MINUTE + ROUND
    for reading in readings(BEGIN, warm, points):
        core.turn([reading], reading.at)
    best = float("inf")
    for number in range(ROUNDS):
        said = list(readings(BEGIN + (warm + number * ROUND) * MINUTE, ROUND, points))
        begin = time.process_time()
        for reading in said:
            if woken and (due := core.next_wake()) is not None and due <= reading.at:
                core.turn(core.wakes(reading.at), reading.at)
            core.turn([reading], reading.at)
        best = min(best, (time.process_time() - begin) / ROUND * 1e6)
    return best


def window(word: str, length: int, unit: str, after: str = "") -> str:
    """A condition over such a window that is never true."""
    operand = OPERANDS.get(word, "p0")
    if word == "flat":
        return f"flat({operand}, {length} {unit})"
    if word == "since":
        return f"since({operand} and p0 > {length} W) > {HIGH} d"
    bound = f"{HIGH} {UNITS.get(word, 'W')}".rstrip() if word != "duration" else f"{length} {unit}"
    return f"{word}({operand}, {length} {unit}){after} > {bound}"


def pair(whens: list[str], length_ms: int, idle: float, test: float) -> tuple[float, float]:
    """µs to feed such a window, and to look at what it says."""
    once = each(whens, length_ms)
    twice = [f"{when} or {when.replace(' > ', ' < -')}" for when in whens if " > " in when]
    read = max(test, (each(twice, length_ms) - once) / len(whens)) if twice else test
    return round(max(0.0, (once - idle) / len(whens) - read), 2), round(read, 2)


def windows(idle: float, test: float) -> dict[str, tuple[float, float]]:
    """By kind and span."""
    spans = [
        (Span.SHORT, SHORT, "min", range(50, 70), ""),
        (Span.LONG, LONG, "h", range(72, 92), ""),
        (Span.DAYS, DAYS, "d", range(8, 28), ""),
        (Span.SAME_HOUR, AT_SAME_HOUR, "d", range(8, 28), " at same hour"),
        (Span.ANY, ANY, "min", range(50, 70), ""),
    ]
    scale = {"min": MINUTE, "h": HOUR, "d": DAY}
    found = {}
    for span, words, unit, lengths, after in spans:
        for word in words:
            whens = [window(word, length, unit, after) for length in lengths]
            found[f"{word} {span}"] = pair(whens, lengths[-1] * scale[unit], idle, test)
    nights = [f"night_min(p{number % POINTS}, 0{number % 4}:00-05:{10 + number}) > {HIGH} W" for number in range(MANY)]
    found[f"night_min {Span.ANY}"] = pair(nights, 2 * DAY, idle, test)
    return found


def parts() -> dict[str, float]:
    """Everything but windows. `idle` has a rule, for a device without any is looked at anew by every message."""
    wide = MANY + POINTS
    idle, idle_wide = each([f"p0 > {HIGH} W"]), each([f"p0 > {HIGH} W"], points=wide)
    several = [f"p{number} > {HIGH} W" for number in range(MANY)]
    test = (each(several, points=wide) - idle_wide) / (MANY - 1)
    sums = each([f"p{number} + p{number + 1} > {HIGH} W" for number in range(MANY)], points=wide)
    asked = each([f"any of devices where p{number} > {HIGH} W by building" for number in range(MANY)], points=wide)
    same = each([f"any of devices where p0 > {HIGH} W by building" for number in range(MANY)], points=wide)
    told = each([f"any of others where p{number} > {HIGH} W by building" for number in range(MANY)], points=wide)
    state = each([f"duration(lit == true, {number} min) > {number} min" for number in range(50, 70)])
    held = each([f"duration(held == true, {number} min) > {number} min" for number in range(50, 70)])
    waits = "duration(held == true, 50 min) > 50 min"
    looked = each([waits, *several], points=wide, woken=True) - each([waits], points=wide, woken=True)
    point = (idle_wide - idle) / MANY
    question = (same - idle_wide) / (MANY - 1)
    return {
        "message": idle - test - (POINTS + 2) * point,
        "point": point,
        "test": test,
        "term": (sums - idle_wide) / MANY - test,
        "question": question,
        "tally": (told - asked) / MANY,
        "asked": (asked - idle_wide) / MANY - test - question,
        "lapse": (held - state) / MANY,
        "looked": looked / MANY - test,
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    plain = {name: round(max(0.0, found), 3) for name, found in parts().items()}
    kinds = windows(each([f"p0 > {HIGH} W"]), plain["test"])
    if given.json:
        print(json.dumps({"parts": plain, "windows": kinds}))
        return
    for name, found in plain.items():
        print(f"{name:16} {found:6.2f} µs")
    for name, (fed, read) in kinds.items():
        print(f"{name:24} fed {fed:6.2f} µs   read {read:6.2f} µs")


if __name__ == "__main__":
    main()

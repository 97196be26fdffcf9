"""The sum of a demonstration: the counters of the daemon as the one JSON object that programs read."""

from collections import Counter
from typing import Any


def figures_of(metrics: str) -> Counter[str]:
    """The daemon's counters by name; what is not there counts 0."""
    pairs = (line.rsplit(" ", 1) for line in metrics.splitlines() if line.startswith("wardwatch_"))
    return Counter({name.removeprefix("wardwatch_"): int(float(value)) for name, value in pairs})


def totals_of(found: Counter[str], published: int) -> dict[str, Any]:
    """What came of everything; `lost` is what did not come to an end that the counters know."""
    received, in_flight = found["readings_received_total"], found["readings_in_flight"]
    dead = _sum(found, "dead_letters_total")
    dropped = _sum(found, "readings_dropped_total")
    ended = found["readings_stored_total"] + found["readings_duplicate_total"] + dead + dropped
    return {
        "received": received,
        "stored": found["readings_stored_total"],
        "duplicates": found["readings_duplicate_total"],
        "dead_letters": dead,
        "dropped": dropped,
        "alerts": found['transitions_total{state="firing"}'],
        "commands_sent": found['commands_total{outcome="sent"}'],
        "commands_verified": found['commands_total{outcome="verified"}'],
        "orders_opened": found['orders_total{state="open"}'],
        "orders_closed": found['orders_total{state="closed"}'],
        "messages_published": published,
        "messages_received": found["messages_received_total"],
        "lost": abs(received - in_flight - ended) + max(0, published - found["messages_received_total"]),
    }


def _sum(found: Counter[str], beginning: str) -> int:
    return sum(value for name, value in found.items() if name.startswith(beginning))

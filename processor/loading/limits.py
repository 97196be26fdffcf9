"""Reads what holds a rule's answers back: parents, cooldown, chatter, floods."""

from collections.abc import Callable
from functools import partial
from typing import Final

from processor.loading import meant
from processor.loading.fields import LONG, Fields
from processor.loading.nodes import Node, Scalar, Sequence
from processor.loading.report import nearest
from processor.loading.schema_rules import REFUSED_WHEN_WATCHING
from processor.loading.typed import read_choice, shown
from processor.model.rule import Rate, Watch
from processor.model.time import DAY, DurationMs

_LONGEST: Final[DurationMs] = 31 * DAY
_MOST: Final = 100_000
_OFF: Final = "off"
_CHATTER: Final = "{times: 3, within: 60 s}"
_FLOOD: Final = "{devices: 10, within: 10 min}"


WATCHED_NAMES: Final = frozenset({"fast", "fast_within", "slow", "slow_within", "hold_factor", "devices", "within"})
"""The parameters of such rules stand in no expression, so that their names may be words of the language."""


def read_watches(fields: Fields) -> Watch | None:
    """Which alerts the rule looks at, None for a rule that looks at points (and where it cannot be told)."""
    chosen = fields.one("watches", partial(read_choice, choices=tuple(Watch)))
    for key in REFUSED_WHEN_WATCHING if fields.has("watches") else ():
        if fields.has(key):
            fields.add("not_when_watching", fields.take(key), key=key)
    return None if chosen is None else Watch(chosen)


def read_cooldown(fields: Fields) -> DurationMs:
    """How long after an answer no other is given."""
    return fields.duration("cooldown", 0, LONG) or 0


def read_chatter(fields: Fields) -> tuple[tuple[Rate, ...], bool]:
    """The rule's own limits of how often one alert may begin, and whether there is any."""
    node = fields.take("chatter")
    if node is None or _is_off(node):
        return (), node is None
    nodes: list[Node] = node.items if isinstance(node, Sequence) else [node]
    return _rates(fields, nodes, key="chatter", count="times", example=_CHATTER), True


def read_limit(fields: Fields) -> tuple[Rate | None, bool]:
    """The rule's own limit of how many devices may fire at once, and whether there is any."""
    node = fields.take("limit")
    if node is None or _is_off(node):
        return None, node is None
    return next(iter(_rates(fields, [node], key="limit", count="devices", example=_FLOOD)), None), True


def _meant_off(text: str) -> str:
    """`off` by another name, or nothing."""
    return _OFF if meant.truth(text) == "false" else nearest(text, (_OFF,))


def _is_off(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text == _OFF


def _rates(parent: Fields, nodes: list[Node], *, key: str, count: str, example: str) -> tuple[Rate, ...]:
    read: Callable[[Node], Rate | None] = partial(_read_rate, parent, key=key, count=count, example=example)
    return tuple(rate for node in nodes if (rate := read(node)) is not None)


def _read_rate(parent: Fields, node: Node, *, key: str, count: str, example: str) -> Rate | None:
    if isinstance(node, Scalar):
        parent.add("want_limit", node, _meant_off(shown(node)), key=key, example=example, text=shown(node))
        return None
    fields = Fields(node, parent.report, parent.owner, key=key, example=example)
    for each in (count, "within"):
        fields.take(each, required=True)
    times, within = fields.integer(count, 0, 2, _MOST), fields.duration("within", 1, _LONGEST)
    fields.finish()
    return Rate(times, within) if times and within else None

"""The struct that msgspec fills for one listen: it holds what the profile names and nothing else.

The JSON decoder skips every other key without building it, and proves types and ranges in C.
"""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from processor.decode.paths import Path, Step, fetch

Raws: TypeAlias = tuple[Any, ...]
Keys: TypeAlias = tuple[str, ...]
ODD: Final = re.compile(r'[\\"\x00-\x1f]')
"""What the name of a struct's field may not hold."""


class Wanted(NamedTuple):
    """One value to take out: where it stands, and what type the JSON decoder may expect there."""

    path: Path
    fast_type: Any = Any


class Leaf(NamedTuple):
    """A wanted value as the struct has it: object keys, then what is left of the path, walked in Python."""

    keys: Keys
    tail: tuple[Step, ...]
    fast_type: Any


class Plan(NamedTuple):
    """The struct, and the function that takes the wanted values from it, in their order.

    `proved` says of each whether the JSON decoder has checked its `fast_type`; what stands in arrays it has not.
    """

    struct: type[msgspec.Struct]
    take: Callable[[Any], Raws]
    proved: tuple[bool, ...]


def plan(wanted: Sequence[Wanted]) -> Plan | None:
    """The plan for `wanted`, or None where a path does not begin with an object's key, or with an odd one."""
    leaves = [_leaf(each) for each in wanted]
    if not all(leaf.keys for leaf in leaves) or any(ODD.search(key) for leaf in leaves for key in leaf.keys):
        return None
    taken = {leaf.keys for leaf in leaves}
    leaves = [_shortened(leaf, taken) for leaf in leaves]
    proved = tuple(not leaf.tail and sum(other.keys == leaf.keys for other in leaves) == 1 for leaf in leaves)
    spot = _Spot()
    for leaf, alone in zip(leaves, proved, strict=True):
        spot.add(leaf.keys, leaf.fast_type if alone else Any)
    names = [spot.attribute(leaf.keys) for leaf in leaves]
    return Plan(spot.struct(), _taker(names, [leaf.tail for leaf in leaves]), proved)


def _leaf(each: Wanted) -> Leaf:
    steps = each.path.steps
    count = next((i for i, step in enumerate(steps) if not isinstance(step, str)), len(steps))
    tail = steps[count:]
    return Leaf(tuple(str(step) for step in steps[:count]), tail, each.fast_type)


def _shortened(leaf: Leaf, taken: set[Keys]) -> Leaf:
    """Where a path leads through another wanted value, that value is taken whole and walked."""
    for n in range(1, len(leaf.keys)):
        if leaf.keys[:n] in taken:
            return Leaf(leaf.keys[:n], (*leaf.keys[n:], *leaf.tail), Any)
    return leaf


class _Spot:
    """One object of the payload: what is wanted of it, each key a leaf (its type) or an object again."""

    def __init__(self) -> None:
        self._kinds: dict[str, Any] = {}

    def add(self, keys: Keys, kind: Any) -> None:  # noqa: ANN401 - a type expression, which has no static type
        if len(keys) == 1:
            self._kinds[keys[0]] = kind
        else:
            self._kinds.setdefault(keys[0], _Spot()).add(keys[1:], kind)

    def attribute(self, keys: Keys) -> str:
        """The dotted attribute of the struct at `keys`."""
        name = f"f{list(self._kinds).index(keys[0])}"
        return name if len(keys) == 1 else f"{name}.{self._kinds[keys[0]].attribute(keys[1:])}"

    def struct(self) -> type[msgspec.Struct]:
        """An absent or null key becomes None, an absent object an empty one."""
        fields: list[Any] = []
        for i, kind in enumerate(self._kinds.values()):
            if isinstance(kind, _Spot):
                inner = kind.struct()
                fields.append((f"f{i}", inner, msgspec.field(default_factory=inner)))
            else:
                fields.append((f"f{i}", kind if kind is Any else kind | None, None))
        names = {f"f{i}": key for i, key in enumerate(self._kinds)}
        return msgspec.defstruct("Payload", fields, rename=names, gc=False)


def _taker(names: Sequence[str], tails: Sequence[tuple[Step, ...]]) -> Callable[[Any], Raws]:
    """One attrgetter call takes all values; those inside arrays are walked to afterwards."""
    walks = [(i, _walk(tail)) for i, tail in enumerate(tails) if tail]
    if not names:
        return lambda _: ()
    take: Callable[[Any], Any] = attrgetter(*names)
    if len(names) == 1:
        return lambda struct: (fetch(take(struct), tails[0]),)
    if not walks:
        return take

    def walked(struct: object) -> Raws:
        raws = [*take(struct)]
        for i, walk in walks:
            raws[i] = walk(raws[i])
        return tuple(raws)

    return walked


def _walk(tail: tuple[Step, ...]) -> Callable[[object], object]:
    """The way from a field of the struct to what stands inside it; `a[0]` is by far the most frequent."""
    index = tail[0]
    if len(tail) > 1 or not isinstance(index, int):
        return lambda raw: fetch(raw, tail)

    def element(raw: object) -> object:
        if isinstance(raw, list) and index < len(raw):
            return raw[index]
        return fetch(raw, tail)

    return element

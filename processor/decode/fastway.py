"""The fast way through a payload: one msgspec decoder per listen, which raises where anything is not as hoped."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

import msgspec

from processor.decode.faults import Unfit, wrong_type
from processor.decode.paths import Path, Step
from processor.decode.shape import Raws, Wanted, plan
from processor.model.reading import RejectionReason

GIVE_UP: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, Unfit)
"""What the fast way ends with; the exact way then finds out what it was."""


NO_ARRAY: Final = "the array of the parts is missing"


class Absent(Unfit):
    """There is no array to split: nothing the exact way could say better."""


def no_array() -> Absent:
    """The fault of a payload without the array that the profile splits."""
    return Absent(RejectionReason.MISSING_FIELD, NO_ARRAY)


class FastWhole(NamedTuple):
    """Takes all wanted values out of a payload that is not split; `proved` as in `shape.Plan`."""

    read: Callable[[bytes], Raws]
    proved: tuple[bool, ...]


class FastParts(NamedTuple):
    """The same of each element of a split payload."""

    read: Callable[[bytes], Sequence[Raws]]
    proved: tuple[bool, ...]


NO_WAY: Final = FastParts(lambda _: (), ())


def whole_reader(wanted: Sequence[Wanted]) -> FastWhole | None:
    """The reader of payloads that are not split, or None where only the exact way can follow the paths."""
    planned = plan(wanted)
    if planned is None:
        return None
    decode, take = msgspec.json.Decoder(planned.struct).decode, planned.take
    return FastWhole(lambda payload: take(decode(payload)), planned.proved)


def parts_reader(steps: tuple[Step, ...], wanted: Sequence[Wanted], most: int) -> FastParts | None:
    """The reader of payloads split at `steps`: root values, then each element's, then all in the order of `wanted`."""
    on_root = [i for i, each in enumerate(wanted) if each.path.root]
    on_element = [i for i, each in enumerate(wanted) if not each.path.root]
    elements = plan([wanted[i] for i in on_element])
    if elements is None or not all(isinstance(step, str) for step in steps) or (not steps and on_root):
        return None
    element_type = list[elements.struct]  # type: ignore[name-defined]  # made at run time
    if not steps:
        decode_list, take_one = msgspec.json.Decoder(element_type).decode, elements.take
        return FastParts(
            lambda payload: [take_one(element) for element in _fitting(decode_list(payload), most)], elements.proved
        )
    roots = plan([*(wanted[i] for i in on_root), Wanted(Path(root=True, steps=steps), element_type)])
    if roots is None or not roots.proved[-1]:  # another path leads into the array
        return None
    decode, take_root, take = msgspec.json.Decoder(roots.struct).decode, roots.take, elements.take
    placed = [*on_root, *on_element]
    order = itemgetter(*(placed.index(i) for i in range(len(placed)))) if len(placed) > 1 else tuple

    def read(payload: bytes) -> Sequence[Raws]:
        *root, found = take_root(decode(payload))
        head = tuple(root)
        return [order(head + take(element)) for element in _fitting(found, most)]

    proved = dict(zip(placed, (*roots.proved[:-1], *elements.proved), strict=True))
    return FastParts(read, tuple(proved[i] for i in range(len(wanted))))


def _fitting(found: list[msgspec.Struct] | None, most: int) -> list[msgspec.Struct]:
    if found is None:
        raise no_array()
    if not found or len(found) > most:
        raise wrong_type(found, "an array that fits")
    return found

"""What waiting alone can make true or false: `since(x) >= 48 h`, `duration(valve == open, 1 h) >= 30 min`.

Only windows that end now move while nothing comes: those whose points are all on-change.
"""

from collections.abc import Iterable, Iterator, Sequence

from processor.language.canonical import window_key
from processor.language.compiled import Lapse, WindowSpec
from processor.language.plan import Compared, Constant, OneOfNumbers, Plan, Windowed, parts_of


def lapses(bound: Plan, specs: Sequence[WindowSpec]) -> tuple[Lapse, ...]:
    """The windows of a condition that time alone may carry over a bound, with that bound where it is one number."""
    held = {spec.key: index for index, spec in enumerate(specs) if spec.held}
    found = {Lapse(held[key], number) for window, number in _windows(bound) if (key := window_key(window)) in held}
    return tuple(sorted(found, key=lambda lapse: (lapse.window, lapse.bound is not None, lapse.bound or 0)))


def _windows(found: Plan) -> Iterator[tuple[Windowed, float | None]]:
    """The windows that are read when the condition is; one inside another is only read when a reading comes."""
    match found:
        case Windowed():
            yield found, None
        case Compared(left=Windowed() as window, right=Constant() as constant):
            yield window, float(constant.value)
        case OneOfNumbers(subject=Windowed() as window):
            yield from ((window, value) for value in found.values)
        case _:
            yield from _below(parts_of(found))


def _below(parts: Iterable[Plan]) -> Iterator[tuple[Windowed, float | None]]:
    for part in parts:
        yield from _windows(part)

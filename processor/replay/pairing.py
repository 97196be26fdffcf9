"""What of two runs belongs together: by what it is about, then by overlap in time, then by nearness."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from processor.model.time import DurationMs, EpochMs

_NEVER: Final = 1 << 62


class Timed(Protocol):
    """Something with a beginning, an end (None: not yet), and what it is about."""

    @property
    def began(self) -> EpochMs: ...
    @property
    def ended(self) -> EpochMs | None: ...
    @property
    def key(self) -> Hashable: ...


T = TypeVar("T", bound=Timed)


def end_of(found: Timed) -> EpochMs:
    """When it ended; long after everything where it has not."""
    return _NEVER if found.ended is None else found.ended


def paired(before: Iterable[T], after: Iterable[T], near_ms: DurationMs) -> Iterator[tuple[T | None, T | None]]:
    """What belongs together, each once; None where the other run has nothing like it."""
    olds, news = _by_key(before), _by_key(after)
    for key in [*olds, *(key for key in news if key not in olds)]:
        yield from _paired_one_key(olds.get(key, []), news.get(key, []), near_ms)


def _paired_one_key(olds: list[T], news: list[T], near_ms: DurationMs) -> Iterator[tuple[T | None, T | None]]:
    pairs, olds, news = _matched(olds, news, _overlap)
    yield from pairs
    pairs, olds, news = _matched(olds, news, lambda old, new: abs(old.began - new.began) <= near_ms)
    yield from pairs
    yield from ((old, None) for old in olds)
    yield from ((None, new) for new in news)


def _matched(
    olds: Sequence[T], news: Sequence[T], together: Callable[[T, T], bool]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """(pairs, olds left, news left). One pass: of one key, what begins earlier ends earlier."""
    pairs: list[tuple[T, T]] = []
    old_left: list[T] = []
    new_left: list[T] = []
    i = j = 0
    while i < len(olds) and j < len(news):
        if together(olds[i], news[j]):
            pairs.append((olds[i], news[j]))
            i, j = i + 1, j + 1
        elif olds[i].began <= news[j].began:
            old_left.append(olds[i])
            i += 1
        else:
            new_left.append(news[j])
            j += 1
    return pairs, [*old_left, *olds[i:]], [*new_left, *news[j:]]


def _by_key(found: Iterable[T]) -> dict[Hashable, list[T]]:
    keyed: dict[Hashable, list[T]] = {}
    for each in sorted(found, key=lambda one: one.began):
        keyed.setdefault(each.key, []).append(each)
    return keyed


def _overlap(old: Timed, new: Timed) -> bool:
    return old.began <= end_of(new) and new.began <= end_of(old)

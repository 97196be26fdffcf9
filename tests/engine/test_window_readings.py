"""Many readings taken at once leave a window as if each had come by itself."""

from hypothesis import given, settings
from hypothesis import strategies as st

from processor.engine.window_readings import MAX_SAMPLES, Readings
from processor.engine.windows import running_window
from processor.language.compiled import WindowKind, WindowSpec
from processor.model.time import MINUTE, SECOND

KINDS = (WindowKind.AVG, WindowKind.STDDEV, WindowKind.MEDIAN, WindowKind.DELTA, WindowKind.CHANGES)


def spec(kind: WindowKind) -> WindowSpec:
    """A window of ten minutes over a periodic point."""
    return WindowSpec(
        key="w",
        kind=kind,
        slots=frozenset({0}),
        length_ms=10 * MINUTE,
        gap_ms=None,
        held=False,
        sample=lambda _view, _now: None,
    )


def filled(kind: WindowKind) -> Readings:
    """An empty window that keeps its readings."""
    window = running_window(spec(kind))
    assert isinstance(window, Readings)
    return window


@settings(deadline=None)
@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.integers(1, 400), st.integers(-50, 50)), max_size=30),
    st.lists(st.tuples(st.integers(1, 400), st.integers(-50, 50)), min_size=1, max_size=30),
)
def test_a_window_extended_by_a_run_is_as_if_each_reading_had_been_added(
    kind: WindowKind, before: list[tuple[int, int]], run: list[tuple[int, int]]
) -> None:
    one, other = filled(kind), filled(kind)
    at = 0
    for wait, value in before:
        at += wait * SECOND
        one.add(at, value / 7)
        other.add(at, value / 7)
    ats, values = [], []
    for wait, value in run:
        at += wait * SECOND
        one.add(at, value / 7)
        ats.append(at)
        values.append(value / 7)
    other.extend(ats, values)
    assert other.dump() == one.dump()
    assert other.value(at) == one.value(at)
    one.add(at + SECOND, 3.5)
    other.add(at + SECOND, 3.5)
    assert other.value(at + SECOND) == one.value(at + SECOND)


def test_a_run_that_is_a_flood_or_holds_what_is_no_number_is_taken_one_by_one() -> None:
    for values in ([1.0] * (MAX_SAMPLES + 5), [1.0, float("inf"), 2.0]):
        one, other = filled(WindowKind.AVG), filled(WindowKind.AVG)
        ats = list(range(len(values)))
        for at, value in zip(ats, values, strict=True):
            one.add(at, value)
        other.extend(ats, values)
        assert (other.dump(), other.value(ats[-1])) == (one.dump(), one.value(ats[-1]))

"""Random expressions that are without fault on the district's profile, and random devices to ask them of."""

from hypothesis import strategies as st

from processor.language.compiled import WindowKind
from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Group,
    Length,
    Missing,
    Name,
    Negative,
    NightMin,
    Node,
    Not,
    Number,
    Or,
    Quoted,
    Since,
    TagTest,
    TimeIn,
    Truth,
)
from processor.model.reading import Value
from processor.model.time import DAY, HOUR, MINUTE
from tests.language.district import NOW, POINTS, VOCABULARY, View

OPERATORS = ("<", "<=", "==", "!=", ">=", ">")
MEMBERS = {"leak": ("dry", "wet", "湿"), "breaker": ("open", "closed"), "switch": ("open", "closed")}
SAME_UNIT = (WindowKind.AVG, WindowKind.MIN, WindowKind.MAX, WindowKind.MEDIAN, WindowKind.LAST)

wholes = st.integers(0, 6).map(str)
lengths: st.SearchStrategy[Length] = st.builds(
    Number, st.integers(1, 9).map(str), st.sampled_from(("s", "min", "h", "d"))
) | st.just(Name("silent_after"))


def member(text: str) -> Node:
    return Name(text) if text.isascii() else Quoted(text)


def amounts(*units: str) -> st.SearchStrategy[Node]:
    """A number in one of the units."""
    return st.builds(Number, wholes | st.sampled_from(("0.5", "0.003", "2.5")), st.sampled_from(units))


def names(*words: str) -> st.SearchStrategy[Node]:
    return st.sampled_from(words).map(Name)


def windows(operand: st.SearchStrategy[Node], *kinds: WindowKind) -> st.SearchStrategy[Node]:
    return st.builds(Aggregate, st.sampled_from(kinds), operand, lengths)


@st.composite
def of_days(draw: st.DrawFn, *points: str) -> Node:
    """Percentiles, baselines and nights, in the point's unit."""
    point, number = Name(draw(st.sampled_from(points))), str(draw(st.integers(4, 9)))
    match draw(st.sampled_from(("rank", "hour", "night"))):
        case "rank":
            return Aggregate(WindowKind.PERCENTILE, point, draw(lengths), percent=draw(st.integers(1, 99)))
        case "hour":
            kinds = (WindowKind.AVG, WindowKind.MIN, WindowKind.MAX, WindowKind.MEDIAN)
            return Aggregate(draw(st.sampled_from(kinds)), point, Number(number, "d"), same_hour=True)
        case _:
            nights = draw(st.sampled_from((None, Name("sensors"), Number(number, "nights"))))
            return NightMin(point, 60, draw(st.integers(61, 1439)), nights)


def sums(operand: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Anything of one unit that + and - and plain factors make of `operand`."""
    factor = st.builds(Number, st.integers(1, 4).map(str))
    return st.one_of(
        st.builds(Arithmetic, st.sampled_from(("+", "-")), operand, operand),
        st.builds(Arithmetic, st.just("*"), operand, factor),
        st.builds(Arithmetic, st.just("/"), operand, factor | st.just(Name("starts"))),
        st.builds(Negative, names("residual_current", "supply_current")),
    )


def quantities(points: st.SearchStrategy[Node], *units: str) -> st.SearchStrategy[Node]:
    leaves = points | windows(points, *SAME_UNIT, WindowKind.SUM, WindowKind.DELTA)
    return leaves | sums(leaves | amounts(*units)) | sums(sums(leaves))


currents = quantities(names("residual_current", "supply_current"), "mA", "A")
measured = of_days("residual_current", "supply_current")
celsius = names("cable_temperature") | windows(names("cable_temperature"), *SAME_UNIT)
shifted = st.builds(Arithmetic, st.sampled_from(("+", "-")), celsius, amounts("K")) | celsius
kelvins = st.builds(Arithmetic, st.just("-"), shifted, celsius | amounts("degC")) | windows(
    celsius, WindowKind.DELTA, WindowKind.STDDEV
)
compared_numbers = st.one_of(
    st.builds(Compare, st.sampled_from(OPERATORS), currents, currents | amounts("mA", "A") | names("alarm", "danger")),
    st.builds(Compare, st.sampled_from(OPERATORS), names("alarm") | amounts("mA"), currents),
    st.builds(Compare, st.sampled_from(OPERATORS), measured, amounts("mA", "A") | measured),
    st.builds(Compare, st.sampled_from(OPERATORS), shifted, celsius | amounts("degC")),
    st.builds(Compare, st.sampled_from(OPERATORS), kelvins, amounts("K")),
    st.builds(Compare, st.sampled_from(OPERATORS), windows(names("power"), WindowKind.RATE), amounts("W/min", "kW/h")),
    st.builds(
        Compare,
        st.sampled_from(OPERATORS),
        st.builds(Aggregate, st.just(WindowKind.SLOPE), names("power"), st.builds(Number, st.just("14"), st.just("d"))),
        amounts("W/min", "kW/h"),
    ),
    st.builds(Compare, st.sampled_from(OPERATORS), names("power"), amounts("W", "kW")),
    st.builds(Compare, st.sampled_from(OPERATORS), names("starts"), names("sensors") | amounts("")),
    st.builds(Among, names("power"), st.tuples(amounts("W"), amounts("kW"))),
)


@st.composite
def compared_texts(draw: st.DrawFn) -> Node:
    point = draw(st.sampled_from(sorted(MEMBERS)))
    values = MEMBERS[point]
    if draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
        return Among(Name(point), tuple(member(value) for value in chosen))
    other = draw(st.sampled_from(values).map(member) | st.just(Name("switch")))
    return Compare(draw(st.sampled_from(("==", "!="))), Name(point), other)


minutes = st.integers(0, 24 * 60 - 1)
tests = st.one_of(
    compared_numbers,
    compared_texts(),
    names("leak_alarm", "producing", "enabled"),
    st.builds(Truth, st.booleans()),
    st.builds(Missing, st.none() | st.sampled_from(sorted(POINTS)).map(Name), lengths),
    st.builds(TimeIn, minutes, minutes),
    st.builds(
        TagTest,
        st.sampled_from(("room", "role", "nothing")),
        st.lists(st.sampled_from(("electric", "feeder", "湿 1")), min_size=1, max_size=2).map(tuple),
    ),
)


def _joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    counts = windows(inner, WindowKind.COUNT, WindowKind.CHANGES)
    return st.one_of(
        st.builds(Not, inner),
        st.builds(And, parts),
        st.builds(Or, parts),
        st.builds(Compare, st.sampled_from(("==", "!=")), names("leak_alarm", "producing"), inner),
        st.builds(Compare, st.sampled_from(OPERATORS), counts, amounts("") | names("sensors")),
        st.builds(Compare, st.sampled_from(OPERATORS), windows(inner, WindowKind.DURATION), amounts("s", "min")),
        st.builds(Compare, st.sampled_from(OPERATORS), st.builds(Since, inner), amounts("s", "min")),
        windows(inner, WindowKind.FLAT),
    )


conditions: st.SearchStrategy[Node] = st.recursive(tests, _joined, max_leaves=6)

groups: st.SearchStrategy[Node] = st.builds(
    Group,
    aggregate=st.just("count"),
    of=st.sampled_from(("devices", "floors")),
    where=conditions,
    operator=st.sampled_from(OPERATORS),
    limit=st.builds(Number, wholes) | st.just(Name("sensors")),
    within=st.none() | lengths,
    by=st.just("riser"),
) | st.builds(
    Group,
    aggregate=st.sampled_from(("any", "all")),
    of=st.just("devices"),
    where=conditions,
    operator=st.just(""),
    limit=st.none(),
    within=st.none() | lengths,
    by=st.just("riser"),
)


def _values(name: str) -> st.SearchStrategy[Value | None]:
    if name in MEMBERS:
        return st.none() | st.sampled_from(MEMBERS[name])
    if name in {"leak_alarm", "producing"}:
        return st.none() | st.booleans()
    if name == "end_reason":
        return st.none() | st.just("overload")
    return st.none() | st.integers(-3, 6).map(float) | st.sampled_from((300.0, 500.0, 2.5, float("nan")))


@st.composite
def devices(draw: st.DrawFn) -> View:
    """A device with any values, last heard of just now, at the edges of staleness, or long ago."""
    silences = st.sampled_from((0, 1, MINUTE, 2 * MINUTE, 2 * MINUTE + 1, 5 * MINUTE + 1, HOUR, HOUR + 1, 3 * DAY))
    return View(
        values=[draw(_values(point.name)) for point in VOCABULARY.points],
        arrivals=[NOW - draw(silences) for _ in VOCABULARY.points],
        last_arrival=NOW - draw(silences),
    )

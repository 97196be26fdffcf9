"""Paths into payloads."""

import pytest

from processor.decode.faults import Unfit
from processor.decode.paths import Path, Select, fetch, parse_path


@pytest.mark.parametrize(
    ("text", "root", "steps"),
    [
        ("a", False, ("a",)),
        ("a.b", False, ("a", "b")),
        ("$.a.b", True, ("a", "b")),
        ("$", True, ()),
        (".", False, ()),
        ("", False, ()),
        ("temp[0]", False, ("temp", 0)),
        ("a[0][12].b", False, ("a", 0, 12, "b")),
        ("$[1].a", True, (1, "a")),
        ("switch:0.on", False, ("switch:0", "on")),
        ("温度", False, ("温度",)),
        ('"odd name".x', False, ("odd name", "x")),
        ('"a.b"."c[0]"', False, ("a.b", "c[0]")),
        (r'"say \"hi\""', False, ('say "hi"',)),
        ('a["b c"].d', False, ("a", "b c", "d")),
        ("list[name=power].value", False, ("list", Select("name", "power"), "value")),
    ],
)
def test_a_path_is_read(text: str, root: bool, steps: tuple[object, ...]) -> None:
    assert parse_path(text) == Path(root, steps)  # type: ignore[arg-type]  # the steps of the table are of all kinds


@pytest.mark.parametrize("text", ["a.", "a..b", "a[", "a[x]", "a[-1]", 'a"b"', "[]", '"', "a]b", ".a", "$x.[", "a[0]b"])
def test_a_path_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        parse_path(text)


TREE = {"a": {"b": [1, {"c": None}]}, "points": [{"n": "p", "v": 1}, 7, {"n": 2.0, "v": 3}], "s": "text"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b[0]", 1),
        ("a.b[1].c", None),
        ("a.b[1].c.d.e", None),  # below null there is nothing
        ("a.b[2]", None),
        ("a.x.y", None),
        ("points[n=p].v", 1),
        ("points[n=2].v", 3),
        ("points[n=z].v", None),
        (".", TREE),
    ],
)
def test_a_path_is_followed(text: str, value: object) -> None:
    assert fetch(TREE, parse_path(text).steps) == value


@pytest.mark.parametrize("text", ["s.x", "s[0]", "a[0]", "a.b.c", "s[n=p]", "a[n=p]"])
def test_another_type_on_the_way_is_a_fault(text: str) -> None:
    with pytest.raises(Unfit):
        fetch(TREE, parse_path(text).steps)

import resource
import time

import pytest

from processor.loading.nodes import Mapping, Node, Scalar
from processor.loading.scalars import plain_value
from processor.loading.yaml_strict import MAX_BYTES, MAX_DEPTH, parse_yaml


def codes(text: str) -> list[str]:
    return [problem.code for problem in parse_yaml("f.yaml", text)[1]]


def entry(text: str, key: str) -> Node:
    document, problems = parse_yaml("f.yaml", text)
    assert problems == []
    assert isinstance(document.root, Mapping)
    return document.root.entries[key]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("010", 10),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("1.5e3", 1500.0),
        ("-7", -7),
        ("'7'", "7"),
        ("~", None),
        ("null", None),
        (".nan", ".nan"),
        ("=", "="),
    ],
)
def test_words_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    assert plain_value(entry(f"k: {written}\n", "k")) == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\n", "anchor"),
        ("a: *x\n", "alias"),
        ("a: !!int 1\n", "tag"),
        ("a: !python/object:os.system x\n", "tag"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "tag"),
        ("<<: {a: 1}\n", "merge_key"),
        ("a: 1\nb: 2\na: 3\n", "duplicate_key"),
        ("a: 1\n---\nb: 2\n", "second_document"),
        ("[1, 2]: 3\n", "key_not_text"),
        ("a: b: c\n", "syntax_colon"),
        ("a:\n\tb: 1\n", "syntax_tab"),
        ("a: {b: 1\nc: 2\n", "syntax_brace"),
        ("a: [1, 2\nc: 2\n", "syntax_bracket"),
        ('a: "x\n', "syntax_quote"),
        ("a: 1\n  b: 2\n", "syntax_colon"),
        ("a: 1\nb\n", "syntax_no_colon"),
        ("a:\n    b: 1\n  c: 2\n", "syntax_indent"),
        ("a: @x\n", "syntax_token"),
        ('a: "\\q"\n', "syntax_escape"),
        ("a: {when: avg(x, 5 min) > 3 W, for: 1 s}\n", "flow_comma"),
        ("a: \x07\n", "bad_character"),
        ("a: \ud800\n", "bad_character"),
    ],
)
def test_what_may_not_stand_in_a_file_is_named(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_a_repeated_key_is_placed_at_the_second_and_names_the_first() -> None:
    _, problems = parse_yaml("f.yaml", "a: 1\nb:\n  c: 1\n  c: 2\n")
    assert [problem.render() for problem in problems] == [
        'f.yaml:4:3: "c" is said twice; the first is at line 3, column 3'
    ]


def test_every_repeated_key_is_reported_at_once() -> None:
    assert codes("a: 1\na: 2\nb: {c: 1, c: 2}\n<<: 1\n") == ["duplicate_key", "duplicate_key", "merge_key"]


@pytest.mark.parametrize("text", ["\ufeffa: 1\r\nb: x y\r\n", "a: 1\nb: x y\n", "---\na: 1\nb: x y\n...\n"])
def test_byte_order_marks_line_ends_and_document_marks_do_not_matter(text: str) -> None:
    node = entry(text, "b")
    assert isinstance(node, Scalar)
    assert (node.text, node.column) == ("x y", 4)


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("a: abc def\n", 4, 1, 8),
        ('a: "abc def"\n', 4, 1, 9),
        ("a: 'abc def'\n", 4, 1, 9),
        ("甲: 乙 def\n", 2, 1, 6),
        ("a: abc\n   def\n", 4, 2, 4),
        ("a: |\n  abc\n  def\n", 4, 3, 3),
        ("a: >\n  abc\n  def\n", 4, 3, 3),
        ("a: >-\n\n  abc\n", 0, 3, 3),
        ("a: abc\r\n   def\r\n", 5, 2, 5),
    ],
)
def test_a_character_inside_a_value_is_found_in_the_file(text: str, offset: int, line: int, column: int) -> None:
    document, _ = parse_yaml("f.yaml", text)
    assert isinstance(document.root, Mapping)
    node = next(iter(document.root.entries.values()))
    assert isinstance(node, Scalar)
    place = document.place_inside(node, offset)
    assert (place.line, place.column) == (line, column)


def alias_bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("ten megabytes", "a: x\n" * 2_000_000, "too_large"),
        ("just too large", "a: " + "x" * MAX_BYTES, "too_large"),
        ("a deep list", "[" * 1_000_000, "too_deep"),
        ("a deep mapping", "{a: " * 40_000, "too_deep"),
        ("a deeper mapping", "{a: " * 500_000, "too_many_entries"),
        ("a deep block", "".join(f"{' ' * n}a:\n" for n in range(1_900)), "too_deep"),
        ("aliases of aliases", alias_bomb(), "anchor"),
        ("a million dashes", "- " * 1_000_000, "too_deep"),
        ("a million questions", "? " * 1_000_000, "too_deep"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_a_bomb_is_refused_quickly_and_cheaply(name: str, text: str, code: str) -> None:
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert codes(text) == [code], name
    assert time.process_time() - begun < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_the_allowed_depth_is_allowed() -> None:
    assert codes("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []

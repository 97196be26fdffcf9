"""What was perhaps meant by an expression that cannot be read: other signs, other words, a bracket left open."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from processor.language.expected import wanted
from processor.language.fault import ASKED_OTHERWISE, ExpressionFault, closest, fault
from processor.language.grammar import KEYWORDS
from processor.language.idioms import idiom
from processor.language.window_faults import no_patterns

FUNCTIONS: Final = (
    "avg", "min", "max", "sum", "count", "median", "p95", "p99", "stddev", "delta", "rate", "slope", "changes", "flat",
    "duration", "first", "last", "since", "night_min", "missing", "tag",
)  # fmt: skip

_CALLED: Final = {
    "average": "avg", "mean": "avg", "maximum": "max", "minimum": "min", "total": "sum", "percentile": "p95",
    "std": "stddev", "stdev": "stddev", "diff": "delta", "difference": "delta", "change": "changes", "speed": "rate",
    "derivative": "rate", "trend": "slope", "constant": "flat", "time_since": "since", "absent": "missing",
    "silent": "missing", "timer": "duration", "latest": "last", "previous": "first", "prev": "first", "lag": "first",
    "exists": "missing", "isnull": "missing", "is_null": "missing", "no_data": "missing", "nodata": "missing",
    "stale": "missing", "offline": "missing", "increase": "delta", "moving_average": "avg", "rolling_mean": "avg",
    "quantile": "p95", "held": "duration", "integral": "sum", "stuck": "flat", "unchanged": "flat", "age": "since",
}  # fmt: skip

_SIGNS: Final = {
    "&": "and", "&&": "and", "|": "or", "||": "or", "!": "not", "=": "==", "===": "==", "=>": ">=", "=<": "<=",
    "<>": "!=", "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "“": '"', "”": '"', "‘": '"', "’": '"',
    "'": '"', "`": '"', "「": '"', "」": '"', "《": '"', "》": '"', "、": ",", "。": ".",
}  # fmt: skip
"""What people write who have another language, or another keyboard, in their fingers."""

_WORDS: Final = {
    "且": "and", "并且": "and", "而且": "and", "和": "and", "与": "and", "同时": "and", "或": "or", "或者": "or",
    "不": "not", "非": "not", "没有": "not", "大于": ">", "小于": "<", "等于": "==", "不等于": "!=", "大于等于": ">=",
    "小于等于": "<=", "不小于": ">=", "不大于": "<=", "为": "==", "是": "==", "真": "true", "假": "false",
}  # fmt: skip

_RUN: Final = re.compile(r"[=<>!&|＝＜＞！＆｜]+|[\u3400-\u9fff]+|.", re.DOTALL)
_HALF: Final = re.compile(r"[<>!=]\s+$")
_VALUE_BEFORE: Final = re.compile(r"[=(,]\s*$")
_NAME_BEFORE: Final = re.compile(r"[a-z][a-z0-9_]*\s*$")
_CALL_BEFORE: Final = re.compile(r"([a-z][a-z0-9_]*)\s*\(([^()]*)$")
_WINDOW_AFTER: Final = re.compile(r"\s*(?:over|in|within|during|for)\s+(?:the\s+)?(?:last\s+)?(\d+)\s*([a-z]+)")
_PATTERNS: Final = frozenset({"matches", "match", "like", "regex", "contains", "startswith", "endswith"})
"""What people write who look for a pattern in a text."""

_OUTSIDE: Final = frozenset({"<", "<=", "==", "!=", ">=", ">", "and", "or"})
"""Where one of these cannot stand within a bracket, the bracket should have been closed."""


def unfinished(text: str, accepted: Collection[str] = ()) -> ExpressionFault:
    """The text ends before it is complete."""
    column = len(text.rstrip()) + 1
    if text.count("(") > text.count(")"):
        return _open_bracket(column)
    want = wanted(accepted)
    zh, en = f"表达式没有写完{want.zh}", f"the expression ends before it is complete{want.en}"
    return fault("unfinished", column, zh=zh, en=en)


def character_fault(text: str, place: int) -> ExpressionFault:
    """A character that cannot stand at `place`."""
    character = text[place]
    if character == '"':
        return fault("unclosed_quote", place + 1, zh="双引号没有闭合", en="the double quote is not closed")
    half = _HALF.search(text[:place])
    if character == "=" and half is not None:
        return fault(
            "split_sign",
            half.start() + 1,
            zh="比较符号中间不能有空格",
            en="there is no space inside a sign of comparison",
            suggestion=f"{text[half.start()]}=",
        )
    foreign = idiom(text, place)
    if foreign is not None:
        return foreign
    found = _RUN.match(text, place)
    run = character if found is None else found.group()
    known = (
        f'"{run}"'
        if run.isascii() or len(run) > 1
        else f'"{run}" (U+{ord(run):04X} {unicodedata.name(run, "unnamed")})'
    )
    if character.isascii() and character.isupper():
        known = f'"{character}"'
    if "\u3400" <= run[0] <= "\u9fff" and run not in _WORDS and not _VALUE_BEFORE.search(text[:place]):
        return fault(
            "not_a_name",
            place + 1,
            zh=f"“{run}”不是名字：测点要写模板里的名字（小写字母、数字和 _）",
            en=f'"{run}" is not a name: a point is written by its name in the profile (small letters, digits and _)',
        )
    return fault(
        "unexpected_character",
        place + 1,
        zh=f"这里不能出现字符 {known}",
        en=f"the character {known} cannot stand here" if len(run) == 1 else f"{known} cannot stand here",
        suggestion=_meant(text, place, run),
    )


def _meant(text: str, place: int, run: str) -> str:
    plain = unicodedata.normalize("NFKC", run)
    if run in _SIGNS or plain in _SIGNS:
        return _SIGNS.get(run) or _SIGNS[plain]
    if run in _WORDS:
        return _WORDS[run]
    if plain.isascii():
        word = re.match(r"[A-Za-z0-9_]+", text[place:]) if plain.isupper() else None
        return word.group().lower() if word else plain if plain != run else ""
    return f'"{run}"' if "\u3400" <= run[0] <= "\u9fff" and _VALUE_BEFORE.search(text[:place]) else ""


def token_fault(text: str, word: str, column: int, accepted: Collection[str] = ()) -> ExpressionFault:
    """A word or sign that cannot stand at `column`, where one of the `accepted` kinds of token may."""
    if word in _PATTERNS:
        return no_patterns(column, word)
    foreign = idiom(text, column - 1) or _without_window(text, word, column, accepted)
    if foreign is not None:
        return foreign
    before = text[: column - 1]
    named = _NAME_BEFORE.search(before)
    if word == "(" and named is not None:
        return _unknown_function(named.group().rstrip(), named.start() + 1)
    if word in _OUTSIDE and before.count("(") > before.count(")"):
        return _open_bracket(column)
    if word == ")" and before.count("(") <= before.count(")"):
        return fault("closed_bracket", column, zh="多了一个“)”，删去即可", en='one ")" too many: leave it out')
    reserved, want = word in KEYWORDS, wanted(accepted)
    return fault(
        "unexpected_word",
        column,
        zh=f"这里不能出现“{word}”" + ("（保留字）" if reserved else "") + want.zh,
        en=f'"{word}" cannot stand here' + (" (it is a reserved word)" if reserved else "") + want.en,
    )


def _without_window(text: str, word: str, column: int, accepted: Collection[str]) -> ExpressionFault | None:
    """A function of time that is closed before it says over which time."""
    opened = _CALL_BEFORE.search(text[: column - 1])
    if word != ")" or "COMMA" not in accepted or opened is None:
        return None
    name, inner = opened.group(1), opened.group(2).strip()
    length = "02:00-04:00" if name == "night_min" else "5 min"
    said = _WINDOW_AFTER.match(text, column)
    if said is not None and name != "night_min":
        length = f"{said.group(1)} {said.group(2)}"
    return fault(
        "window_without_length",
        column,
        zh=f"“{name}”缺少时间窗：在逗号之后写，例如 {length}",
        en=f'"{name}" lacks its window of time: it stands after a comma, such as {length}',
        suggestion=f"{name}({inner}, {length})",
    )


def _unknown_function(name: str, column: int) -> ExpressionFault:
    return fault(
        "unknown_function",
        column,
        zh=f"没有函数“{name}”，可用的是：{', '.join(FUNCTIONS)}",
        en=f'there is no function "{name}"; there are: {", ".join(FUNCTIONS)}',
        suggestion=_CALLED.get(name) or ASKED_OTHERWISE.get(name) or closest(name, FUNCTIONS),
    )


def _open_bracket(column: int) -> ExpressionFault:
    return fault(
        "open_bracket",
        column,
        zh="此处之前缺“)”：每个“(”都要配对关上",
        en='a ")" is missing before this place: close each "("',
        suggestion=")",
    )

"""How other systems say a thing, and how it is said here: for who comes from SQL, PromQL or plain speech.

Long because it is one table.

Looked at only where an expression cannot be read; the first form that lies over the place of the fault is the answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from processor.language.fault import READINGS, ExpressionFault, fault, meant_unit
from processor.model.text import Text

Mend: TypeAlias = Callable[[re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Idiom:
    """A form that is not of this language, what is said of it, and what to write instead."""

    form: str
    case: re.RegexFlag
    said: Text
    mend: Mend


_AROUND: Final = 100
"""How far from the fault a form may reach: what is longer costs time, and is no slip of a person."""

_Q: Final = r"-?\d+(?:\.\d+)?\s?[A-Za-z°℃%/]*"
_NAME: Final = r"[A-Za-z_]\w*"
_OF: Final = r"(devices|others|floors|rooms|risers|buildings|gateways)"


def idiom(text: str, place: int) -> ExpressionFault | None:
    """The fault of a form known from elsewhere that lies over `place` (from 0), or None."""
    begin, end = max(0, place - _AROUND), place + _AROUND
    for each in _IDIOMS:
        for found in re.compile(each.form, each.case).finditer(text, begin, end):
            if found.start() <= place < found.end():
                column = found.start() + len(found[0]) - len(found[0].lstrip()) + 1
                return fault("foreign_form", column, zh=each.said.zh, en=each.said.en, suggestion=each.mend(found))
    return None


def _form(form: str, zh: str, en: str, mend: str | Mend, case: re.RegexFlag = re.IGNORECASE) -> Idiom:
    said = Text(zh=zh, en=en)
    if not isinstance(mend, str):
        return Idiom(form, case, said, mend)
    return Idiom(form, case, said, lambda found: found.expand(mend))


def _hold(found: re.Match[str]) -> str:
    number, unit = found[1], found[2]
    if unit.lower() in READINGS:
        return f"samples: {number}"
    return f"for: {number} {meant_unit(unit, time=True) or unit}"


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour):02}:{minute or '00'}"


def _span(found: re.Match[str]) -> str:
    return f"time in {_clock(found[1], found[2])}-{_clock(found[3], found[4])}"


def _after(found: re.Match[str]) -> str:
    clock = _clock(found[2], found[3])
    return f"time in {clock}-00:00" if found[1][0] in ">aA" else f"time in 00:00-{clock}"


def _between(found: re.Match[str]) -> str:
    template = r"(\1 < \3 or \1 > \4)" if found[2] else r"\1 >= \3 and \1 <= \4"
    return found.expand(template)


def _bracketed(found: re.Match[str]) -> str:
    unit = meant_unit(found[4], time=True) or found[4]
    return f"{(found[1] or 'avg').lower().removesuffix('_over_time')}({found[2]}, {found[3]} {unit})"


def _bare_name(found: re.Match[str]) -> str:
    parts = found[0].strip("${}@# ").split(".")
    last = parts[-1].strip()
    return parts[0] if last in {"value", "val", "v", "state"} else last


def _snake(found: re.Match[str]) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", found[0]).lower()


def _chosen(found: re.Match[str]) -> str:
    values = re.findall(r"[^,;\s\[\](){}]+", found[1])
    return f"in ({', '.join(values)})"


def _compared(found: re.Match[str]) -> str:
    said = found[0].lower()
    equal = "or equal" in said or "at " in said
    more = any(word in said for word in ("great", "more", "high", "large", "big", "least"))
    return (">" if more else "<") + ("=" if equal else "")


_SIGNS: Final = ("比较要用符号：> >= < <= == !=", "things are compared by signs: > >= < <= == !=")
_DAY: Final = ("一天中的时段写成 time in 22:00-06:00", "a part of the day is written: time in 22:00-06:00")
_SILENCE: Final = ("有没有数据用 missing(…) 来问", "whether anything came is asked with missing(…)")
_BRACKETS: Final = (
    "in 之后的取值放在圆括号里，用逗号分开",
    'the values after "in" stand in round brackets, with commas between',
)
_GROUP: Final = (
    "群组条件写成：count of devices where 条件 >= 3 by riser",
    "a group test is written: count of devices where CONDITION >= 3 by riser",
)

_IDIOMS: Final = (
    _form(
        r"(?:\b(?:for|during|lasting|lasts)|持续)\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+|[\u3400-\u9fff]{1,2})",
        "条件须持续多久、连续几次，写在条件旁边，各用单独的键",
        "how long, or on how many readings, a condition must hold stands beside it, under a key of its own",
        _hold,
    ),
    _form(
        r"\btime\s+(?:is\s+)?(?:in|between|from)\s*\(?\s*(\d{1,2})(?:[:：](\d\d))?\s*(?:and|to|[-–~～至到])\s*(\d{1,2})(?:[:：](\d\d))?",
        *_DAY,
        _span,
    ),
    _form(
        r"\btime\s*(>=?|<=?|after|before)\s*(\d{1,2})(?:[:：](\d\d))?",
        *_DAY,
        _after,
    ),
    _form(
        rf"\b({_NAME})\s+(?:is\s+)?(not\s+)?between\s+({_Q})\s+and\s+({_Q})",
        "没有 between：用 and 连接两个比较",
        'there is no "between": two comparisons are joined with and',
        _between,
    ),
    _form(
        rf"\b({_NAME})\s+in\s*[(\[]?\s*({_Q})\s*(?:\.\.+|to\b|~|～)\s*({_Q})\s*[)\]]?",
        "没有范围写法：用 and 连接两个比较",
        "there are no ranges of numbers: two comparisons are joined with and",
        r"\1 >= \2 and \1 <= \3",
    ),
    _form(
        rf"\b({_NAME})\s+(?:is\s+not|!=)\s+(?:null|none|nil|missing|empty)\b",
        *_SILENCE,
        r"not missing(\1, 15 min)",
    ),
    _form(
        rf"\b({_NAME})\s+is\s+(?:null|none|nil|missing|empty|unknown|stale)\b",
        *_SILENCE,
        r"missing(\1, 15 min)",
    ),
    _form(
        r"\b(?:is\s+)?(?:greater|more|higher|larger|bigger|less|lower|smaller|fewer)\s+than(?:\s+or\s+equal(?:\s+to)?)?\b|\b(?:is\s+)?at\s+(?:least|most)\b",
        *_SIGNS,
        _compared,
    ),
    _form(
        r"\b(?:exceeds|above|over|gt)\b(?!\s*\()",
        *_SIGNS,
        ">",
    ),
    _form(
        r"\b(?:below|under|lt)\b(?!\s*\()",
        *_SIGNS,
        "<",
    ),
    _form(
        r"\bis\s+not\b",
        *_SIGNS,
        "!=",
    ),
    _form(
        r"\b(?:is|equals|eq)\b(?!\s*\()",
        *_SIGNS,
        "==",
    ),
    _form(
        r"^\s*(?:if|when|where)\b\s*(?!\(.*,)(.*?)(?:\s*\bthen\b.*)?$|\bthen\b.*$",
        "条件单独写，不用 if、then；成立时做什么写在 answer 之下",
        'a condition stands alone, without "if" and "then"; what is done when it is true stands under "answer"',
        lambda found: (found[1] or "").strip() if len(found[1] or "") < 80 else "",  # noqa: PLR2004  # fits a line
    ),
    _form(
        r"\?[^:]*:.*$|\bif\s*\(.*$|\bcase\s+when\b.*$",
        "没有“如果…否则…”：条件单独写；不同的情形写成不同的等级，或用 and、or 连接",
        "there is no choice between two values: write the condition alone; other cases are other levels, or joined "
        "with and, or",
        "",
    ),
    _form(r"\bunless\b", "“除非”写成 and not", '"unless" is written: and not', "and not"),
    _form(
        rf"(?:\b({_NAME})\s*\(\s*)?\b({_NAME})\s*\[\s*(\d+)\s*([A-Za-z]+)\s*\](?:\s*\))?",
        "时间窗写在函数里，放在逗号之后",
        "a window of time stands within a function, after a comma",
        _bracketed,
    ),
    _form(
        r"\bin\s*[\[{]([^\[\]{}]*)[\]}]",
        *_BRACKETS,
        _chosen,
    ),
    _form(
        r'\bin\s+("[^"]*"|[a-z]\w*)(?![\w-])',
        *_BRACKETS,
        _chosen,
    ),
    _form(
        rf"\b(count|share|any|all)(?:\s*\(\s*(?:of\s+)?|\s+){_OF}\b(?:\s+where\b)?",
        *_GROUP,
        lambda found: f"{found[1].lower()} of {found[2].lower()}",
    ),
    _form(
        rf"\b(\d+)\s+(?:of\s+)?{_OF}\s+where\b",
        *_GROUP,
        r"count of \2 where … >= \1 by …",
    ),
    _form(
        rf"\bby\s+({_NAME})\s+within\s+({_Q})",
        "“within”写在“by”之前",
        '"within" stands before "by"',
        r"within \2 by \1",
    ),
    _form(r"\bat\s+the\s+same\s+hour\b", "写成 at same hour", 'it is written "at same hour"', "at same hour"),
    _form(
        r"(\d+\s*\w+)\s+at\s+same\s+hour\s*\)",
        "“at same hour”写在右括号之后",
        '"at same hour" stands after the closing bracket',
        r"\1) at same hour",
    ),
    _form(
        rf"[$@#]?\{{\{{?\s*{_NAME}(?:\.{_NAME})*\s*\}}?\}}|[$@]{_NAME}|\b{_NAME}(?:\.{_NAME})+",
        "测点只写名字，不加前缀、括号和点",
        "a point is written by its name alone: no braces, no dots, no signs before it",
        _bare_name,
    ),
    _form(
        r"[=!]~",
        "没有正则表达式；文字只能与完整的取值比较：==、!=、in (…)",
        "there are no regular expressions: a text is compared with whole values, by ==, != or in (...)",
        "==",
    ),
    _form(
        r"[;；。]\s*$",
        "表达式末尾不加标点",
        "no sign ends an expression: leave it out",
        "",
    ),
    _form(
        r"(?:#|//|--\s).*$",
        "注释写在引号之外，以“ #”开头",
        'a remark stands outside the quotes, behind " #"',
        "",
    ),
    _form(
        r'"(\d+(?:\.\d+)?\s*[A-Za-z%/°]*)"',
        "数字和时间不加引号",
        "numbers and times have no quotes",
        r"\1",
    ),
    _form(
        r"\b(\d+(?:\.\d+)?e[+-]?\d{1,3})(?:\s*[A-Za-z]+)?",
        "数字要写全，不用科学计数法",
        "a number is written out, without a power of ten",
        lambda found: f"{float(found[1]):.15g}" if 1e-6 < float(found[1]) < 1e15 else "",  # noqa: PLR2004  # what %g writes out
    ),
    _form(r"(?<=\d),(?=\d)", "小数点写“.”", 'the decimal sign is "."', "."),
    _form(r"(?<=[\d%A-Za-z])\s+[x×]\s+\d", "乘号写“*”", 'the sign for "times" is "*"', "*"),
    _form(
        r"\b[a-z]{3,}(?:[A-Z][a-z0-9]*)+\b",
        "名字只用小写字母、数字和 _",
        "names are of small letters, digits and _",
        _snake,
        re.RegexFlag(0),
    ),
)

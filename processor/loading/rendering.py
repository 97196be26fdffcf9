"""Problems as a person reads them: the sentence, the line of the file, and a mark below the place."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from processor.model.problem import Problem, Severity
from processor.model.text import Text

_WARNING: Final = Text(zh="警告：", en="warning: ")
_WIDEST: Final = 100
ALIKE_SHOWN: Final = 50
LINES_SHOWN: Final = 20


def render_problems(problems: Iterable[Problem], language: str = "en") -> str:
    """The problems, each with its line and a mark, and how many there were.

    Of many of one kind in one file the first `ALIKE_SHOWN` are told in full, and of the others the lines.
    """
    found = list(problems)
    lines, kinds = [], dict[tuple[str, str], list[Problem]]()
    for each in found:
        alike = kinds.setdefault((each.place.file, each.code), [])
        alike.append(each)
        if len(alike) <= ALIKE_SHOWN:
            lines.append(render(each, language))
    lines += [_more(alike[ALIKE_SHOWN:]).pick(language) for alike in kinds.values() if len(alike) > ALIKE_SHOWN]
    return "\n".join([*lines, _count(found).pick(language)])


def render(problem: Problem, language: str = "en") -> str:
    """One problem in one to three lines."""
    warning = _WARNING.pick(language) if problem.severity is Severity.WARNING else ""
    lines = [warning + problem.render(language)]
    if problem.line_text.strip() and problem.place.column > 0:
        lines += _marked(problem.line_text, problem.place.column - 1)
    return "\n".join(lines)


def _marked(line: str, at: int) -> Sequence[str]:
    """The line, cut around the place when it is long, and the mark below it."""
    line = line.replace("\t", " ")
    begin = max(0, at - _WIDEST // 2)
    shown = line[begin : begin + _WIDEST]
    before = shown[: at - begin]
    cut = "…" if begin else ""
    pad = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in before) + len(cut)
    return f"    {cut}{shown}", f"    {' ' * pad}^"


def _more(others: Sequence[Problem]) -> Text:
    file, count = others[0].place.file, len(others)
    numbers = ", ".join(str(each.place.line) for each in others[:LINES_SHOWN]) + (", …" if count > LINES_SHOWN else "")
    return Text(
        zh=f"{file}：同类问题还有 {count} 个，位于第 {numbers} 行（--json 列出全部）",
        en=f"{file}: {count} more of this kind, in the lines {numbers} (--json lists them all)",
    )


def _count(problems: Sequence[Problem]) -> Text:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    return Text(zh=f"{errors} 个错误，{warnings} 个警告", en=f"errors: {errors}, warnings: {warnings}")

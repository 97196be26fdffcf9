"""Checks expressions against the kinds of devices they will run on, and puts the faults at their place in the file."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from processor.language.check import check
from processor.language.fault import NOTHING
from processor.language.faults import ExpressionFault, fault
from processor.language.nodes import Aggregate, Group, Name, NightMin, Node, Since
from processor.language.parse import parse
from processor.language.vocabulary import Vocabulary
from processor.language.walking import walk
from processor.loading.nodes import Scalar
from processor.loading.report import About
from processor.model.problem import Problem, Severity
from processor.model.rule import Parameter
from processor.model.source import SourceText
from processor.model.text import Text

NO_PARAMETERS: Mapping[str, Parameter] = {}
_FEW: Final = 3
_WORD: Final = re.compile(r"[\s<>=!()]")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an expression may name beside points."""

    parameters: Mapping[str, Parameter]
    zone: str
    tags: Collection[str] | None


def _nobody(_word: str) -> str:
    return ""


def read_tree(about: About, text: SourceText, called: Callable[[str], str] = _nobody) -> Node | None:
    """The expression's tree, or None with its fault noted; `called` knows points by what people call them."""
    if not text.text:
        return None  # its absence is already noted
    parsed = parse(text.text)
    if isinstance(parsed, ExpressionFault):
        if parsed.code == "not_a_name":
            parsed = replace(parsed, suggestion=called(_WORD.split(text.text[parsed.column - 1 :], 1)[0]))
        note(about, text, parsed)
        return None
    return parsed


def check_on(
    about: About,
    text: SourceText,
    tree: Node,
    kinds: Sequence[Vocabulary],
    around: Surroundings,
    *,
    peers: bool = False,
) -> None:
    """Note every fault of a condition over one device; one that only some kinds have names these kinds."""
    found = {kind.profile: faults_on(tree, kind, around, peers=peers) for kind in kinds}
    note_all(about, text, found)


def faults_on(tree: Node, kind: Vocabulary, around: Surroundings, *, peers: bool = False) -> list[ExpressionFault]:
    """What is wrong with a condition over a device of this kind; with `peers`, group tests may stand in it."""
    found = check(tree, kind, around.parameters, zone=around.zone, tags=around.tags, peers=peers)
    return [one for one in found if not _of_profile(one, tree)]


def _of_profile(one: ExpressionFault, tree: Node) -> bool:
    """Whether it is the unit of a point that nobody knows: that is noted in the profile."""
    if one.code != "unknown_unit":
        return False
    return any(isinstance(part, Name) and part.column == one.column for part in walk(tree))


def note_all(about: About, text: SourceText, found: Mapping[str, Iterable[ExpressionFault]]) -> None:
    """Note faults by kind; those that every kind has are noted once, without naming any."""
    kinds_of: dict[tuple[str, int, Text], list[str]] = {}
    first: dict[tuple[str, int, Text], ExpressionFault] = {}
    for kind, faults in found.items():
        for one in faults:
            key = (one.code, one.column, one.what)  # what was meant may differ by kind; so may what there is
            same = first.setdefault(key, one)
            if same.hint != one.hint:
                first[key] = replace(same, hint=NOTHING)
            kinds_of.setdefault(key, []).append(kind)
    for key, kinds in kinds_of.items():
        everywhere = len(kinds) == len(found)
        one, others = first[key], sorted(found.keys() - set(kinds))
        if one.code == "unknown_name" and 0 < len(others) <= _FEW:
            one = replace(one, suggestion=f"applies_to: {{profile: {_listed(others)}}}", hint=NOTHING)
        note(about, text, one, () if everywhere else kinds)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def refuse_windows(about: About, text: SourceText, tree: Node) -> None:
    """Note windows and group tests: a precheck or a proof looks at newest values only."""
    for part in walk(tree):
        if isinstance(part, Aggregate | Since | NightMin | Group):
            said = fault(
                "window_in_proof",
                part.column,
                zh="预检和验证只看最新值，不能用时间窗或群组条件",
                en="a precheck or proof looks at newest values only: no windows, no group tests",
            )
            note(about, text, said)


def note(
    about: About,
    text: SourceText,
    one: ExpressionFault,
    kinds: Sequence[str] = (),
    severity: Severity = Severity.ERROR,
) -> None:
    """Note one fault at its character in the file."""
    report, owner = about.report, about.owner
    if report.full:
        return
    node = report.marked.get(text.place)
    place = text.place
    if isinstance(node, Scalar):
        place = report.document.place_inside(node, one.column - 1)
    about_en, about_zh = (f'for "{", ".join(kinds)}": ', f"对“{'、'.join(kinds)}”：") if kinds else ("", "")
    said = Text(zh=f"{one.what.zh}{one.hint.zh}", en=f"{one.what.en}{one.hint.en}")
    what = Text(zh=f"{owner.zh}：{about_zh}{said.zh}", en=f"{owner.en}: {about_en}{said.en}")
    line = report.document.line_text(place.line)
    report.problems.append(Problem(place, one.code, what, one.suggestion, severity, line))

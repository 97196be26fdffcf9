"""Checks expressions against the kinds of devices they will run on, and puts the faults at their place in the file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from processor.language.check import check
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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an expression may name beside points."""

    parameters: Mapping[str, Parameter]
    zone: str
    tags: Collection[str] | None


def read_tree(about: About, text: SourceText) -> Node | None:
    """The expression's tree, or None with its fault noted."""
    if not text.text:
        return None  # its absence is already noted
    parsed = parse(text.text)
    if isinstance(parsed, ExpressionFault):
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
    kinds_of: dict[ExpressionFault, list[str]] = {}
    first: dict[tuple[str, int, Text], ExpressionFault] = {}
    for kind, faults in found.items():
        for one in faults:
            same = first.setdefault((one.code, one.column, one.what), one)  # what was meant may differ by kind
            kinds_of.setdefault(same, []).append(kind)
    for one, kinds in kinds_of.items():
        everywhere = len(kinds) == len(found)
        note(about, text, one, () if everywhere else kinds)


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
    what = Text(zh=f"{owner.zh}：{about_zh}{one.what.zh}", en=f"{owner.en}: {about_en}{one.what.en}")
    line = report.document.line_text(place.line)
    report.problems.append(Problem(place, one.code, what, one.suggestion, severity, line))

"""Checks the texts of rules: what stands in braces must be something that is known when people are told."""

from collections.abc import Sequence

from processor.language.fault import ExpressionFault, closest, fault
from processor.language.placeholders import ALWAYS_KNOWN, Placeholder, read_template
from processor.language.vocabulary import Vocabulary
from processor.loading.expressions import note
from processor.loading.nodes import Scalar
from processor.loading.report import About
from processor.model.rule import Rule
from processor.model.source import SourceText


def check_text(about: About, rule: Rule, kinds: Sequence[Vocabulary], *, single: bool) -> set[str]:
    """Note placeholders of the rule's text that nobody can fill; only a rule over `single` devices has points.

    Gives the names that the text uses.
    """
    points = {point.name for kind in kinds for point in kind.points} if single else set()
    used: set[str] = set()
    known = [*ALWAYS_KNOWN, *rule.parameters, *sorted(points)]
    for node in _texts(about, rule):
        text = SourceText(node.text, about.report.mark(node, about.report.document.place_inside(node, 0)))
        parts, faults = read_template(node.text)
        names = [part for part in parts if isinstance(part, Placeholder)]
        used.update(part.name for part in names)
        # where no kind of device is known, a name may be a point of it
        unknown = [_unknown(part, known) for part in names if part.name not in known and (kinds or not single)]
        for one in sorted([*faults, *unknown], key=lambda each: each.column):
            note(about, text, one)
    return used


def _texts(about: About, rule: Rule) -> list[Scalar]:
    """The text in each language, or the one that stands for both."""
    above = about.report.node(rule.id, "text")
    nodes = [above] if isinstance(above, Scalar) else [about.report.node(rule.id, "text", key) for key in ("zh", "en")]
    return [node for node in nodes if isinstance(node, Scalar) and not node.empty]


def _unknown(part: Placeholder, known: Sequence[str]) -> ExpressionFault:
    meant = closest(part.name, known)
    return fault(
        "unknown_placeholder",
        part.column,
        zh=f"“{{{part.name}}}”既不是规则的参数，也不是测点，也不是 {'、'.join(ALWAYS_KNOWN)} 之一",
        en=f'"{{{part.name}}}" is no parameter of the rule, no point, and none of {", ".join(ALWAYS_KNOWN)}',
        suggestion=f"{{{meant}}}" if meant else "",
    )

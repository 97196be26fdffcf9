"""Tags in conditions that no device has with that value, though one has it spelt nearly so."""

from processor.language.fault import fault
from processor.language.nodes import Node, TagTest
from processor.language.walking import walk
from processor.loading.expressions import note
from processor.loading.rule_check import RuleCheck
from processor.model.problem import Severity
from processor.model.source import SourceText


def check_tags(check: RuleCheck, text: SourceText, tree: Node) -> None:
    """Warn of values of tags that look like a slip; one that is merely new may belong to devices that are to come."""
    for part in walk(tree):
        known = check.fleet.values.get(part.tag, set()) if isinstance(part, TagTest) else set()
        if not isinstance(part, TagTest) or check.about.report.full:
            continue
        for value in (each for each in part.values if known and each not in known):
            meant = check.about.report.suggest(value, known)
            if meant:
                said = fault(
                    "no_such_tag_value",
                    part.column,
                    zh=f"没有设备的标签“{part.tag}”是“{value}”",
                    en=f'no device has "{value}" for its tag "{part.tag}"',
                    suggestion=meant,
                )
                note(check.about, text, said, severity=Severity.WARNING)

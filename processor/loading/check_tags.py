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
    tests = [part for part in walk(tree) if isinstance(part, TagTest)]
    for test, value in [(each, value) for each in tests for value in each.values]:
        meant = check.value_meant(test.tag, value)
        if meant:
            said = fault(
                "no_such_tag_value",
                test.column,
                zh=f"没有设备的标签“{test.tag}”是“{value}”",
                en=f'no device has "{value}" for its tag "{test.tag}"',
                suggestion=meant,
            )
            note(check.about, text, said, severity=Severity.WARNING)

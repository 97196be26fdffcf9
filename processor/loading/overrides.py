"""Reads overrides.yaml: other values of rules' parameters for some profile, place or device."""

from typing import Final

from processor.loading.fields import Fields
from processor.loading.nodes import Sequence
from processor.loading.parameters import read_value
from processor.loading.report import Report
from processor.model.rule import Override, OverrideLayer

_LAYERS: Final = {
    "profile": OverrideLayer.PROFILE,
    "community": OverrideLayer.COMMUNITY,
    "building": OverrideLayer.BUILDING,
    "device": OverrideLayer.DEVICE,
}
_EXAMPLE: Final = "{rule: EL-01, device: el-1, set: {alarm: 400 mA}}"


def read_overrides(report: Report) -> list[Override]:
    """Every changed parameter, one override each, in the file's order."""
    root = report.document.root
    if root is None:
        return []
    fields = Fields(root, report, key="overrides", example="{overrides: [...]}")
    node = fields.take("overrides", required=True)
    found: list[Override] = []
    if node is not None and not isinstance(node, Sequence):
        fields.add("want_list", node, key="overrides", example=f"[{_EXAMPLE}]")
    elif node is not None:
        for item in node.items:
            found += _read_entry(Fields(item, report, key="overrides", example=_EXAMPLE))
    fields.finish()
    return found


def _read_entry(fields: Fields) -> list[Override]:
    rule = fields.text("rule", required=True)
    targets = {key: text for key in _LAYERS if (text := fields.text(key))}
    values = fields.mapping("set", "{alarm: 400 mA}", required=True)
    fields.finish()
    if len(targets) != 1:
        fields.add("override_target", fields.node)
        return []
    key, target = targets.popitem()
    found = []
    for parameter, node in values.items():
        read = read_value(fields, parameter, node)
        if read is not None:
            place = fields.report.mark(fields.node, fields.report.document.place(node))
            found.append(Override(rule, parameter, _LAYERS[key], target, read[0], read[1], place))
    return found

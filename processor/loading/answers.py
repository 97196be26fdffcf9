"""Reads what a rule does: whom to remind, which order to open, which command to send."""

from typing import Final

from processor.loading.fields import Fields
from processor.loading.nodes import Node, Sequence
from processor.model.rule import Answer, CommandAnswer, Verification
from processor.model.source import SourceText
from processor.model.time import HOUR, SECOND

_EXAMPLE: Final = "{target: valve, command: close}"


def read_answer(parent: Fields, node: Node) -> Answer:
    """The answer that `node` describes."""
    fields = Fields(node, parent.report, parent.owner, key="answer", example="{remind: [grid_worker]}")
    answer = Answer(remind=fields.ids("remind"), order=fields.identity("order"), commands=_read_commands(fields))
    fields.finish()
    return answer


def _read_commands(fields: Fields) -> tuple[CommandAnswer, ...]:
    node = fields.take("command")
    if node is None:
        return ()
    nodes = node.items if isinstance(node, Sequence) else [node]
    return tuple(
        _read_command(Fields(each, fields.report, fields.owner, key="command", example=_EXAMPLE)) for each in nodes
    )


def _read_command(fields: Fields) -> CommandAnswer:
    verify = fields.take("verify")
    answer = CommandAnswer(
        target=fields.text("target", "self"),
        command=fields.text("command", required=True),
        precheck=fields.expression("precheck"),
        verify=None if verify is None else _read_verify(fields, verify),
        place=fields.report.mark(fields.node),
    )
    fields.finish()
    return answer


def _read_verify(parent: Fields, node: Node) -> Verification:
    fields = Fields(
        node, parent.report, parent.owner, key="verify", example="{target: flow_meter, when: ..., within: 60 s}"
    )
    within = fields.duration("within", SECOND, HOUR)
    verification = Verification(
        target=fields.text("target", "self"),
        when=fields.expression("when", required=True) or SourceText(""),
        within_ms=30 * SECOND if within is None else within,
    )
    fields.finish()
    return verification

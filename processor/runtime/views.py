"""What the store holds, as people see it."""

from typing import Final

from processor.ports.console import AlertView, DeadLetterView
from processor.ports.dead_letters import DeadLetter
from processor.ports.records import AlertRecord

PAYLOAD_SHOWN: Final = 400


def alert_view(found: AlertRecord, *, latched: bool) -> AlertView:
    """An alert of the store as people see it."""
    step = found.transition
    return AlertView(
        alert=step.alert,
        number=step.number,
        rule=step.rule,
        rule_name=found.rule_name,
        subject=step.subject,
        community=step.community,
        state=step.after,
        level=step.level,
        opened_at=step.opened_at,
        changed_at=step.decided_at,
        reading_at=step.reading_at,
        evidence=step.evidence,
        latched=latched,
        order=found.order,
        withheld=step.withheld,
        withheld_by=step.withheld_by,
    )


def dead_letter_view(found: DeadLetter) -> DeadLetterView:
    """A dead letter as people see it: the beginning of its payload as text."""
    rejection = found.rejection
    return DeadLetterView(
        sequence=found.id,
        reason=rejection.reason,
        topic=rejection.topic,
        payload=rejection.payload[:PAYLOAD_SHOWN].decode("utf-8", "replace"),
        size=rejection.size,
        arrived=rejection.arrived,
        detail=rejection.detail,
        device=rejection.device,
    )

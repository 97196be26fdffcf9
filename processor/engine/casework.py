"""One alert being looked at, and the small judgements about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from processor.engine.alerts import AlertRecord, Moment, Terms, reached_level
from processor.engine.subjects import Subject
from processor.model.alert import AlertState
from processor.model.disposition import Interlock
from processor.model.effect import Effect
from processor.model.evidence import Evidence, Verdict
from processor.model.rule import Gap, Level

# Evidence is for people and topics: beyond this it is cut (a topic's payload, a group text of 2,048 bytes).
EVIDENCE_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class Case:
    """One alert being looked at: on what evidence, what it is about, and where its effects go."""

    record: AlertRecord
    terms: Terms
    moment: Moment
    subject: Subject
    explain: Callable[[], str]
    interlock: Callable[[Level], Interlock | None]
    effects: list[Effect]
    proofs: Sequence[bool | None] | None = None


def level_after(record: AlertRecord, terms: Terms, after: AlertState) -> Level:
    """The level an alert has in its next state: what was reached, or what a pending one will reach first."""
    if after is AlertState.PENDING:
        running = [(h, state) for h, state in zip(terms.holds, record.triggers, strict=True) if state.verdict]
        return min(((state.since or 0) + hold.for_ms, hold.level) for hold, state in running)[1]
    return reached_level(record, terms) if after in (AlertState.FIRING, AlertState.RECOVERING) else record.level


def begins(verdicts: Sequence[Verdict], terms: Terms) -> bool:
    """Whether an ok subject leaves ok: something is true (or silence counts as true)."""
    if any(verdicts):
        return True
    return terms.rule.gap is Gap.RAISE and None in verdicts


def words_of(found: Sequence[Evidence]) -> str:
    """The evidence in one line, each thing said once, cut to what a message can hold."""
    # Levels that differ only in their hold say the same words: once is enough.
    text = "; ".join(dict.fromkeys(evidence.text for evidence in found))
    return text if len(text) <= EVIDENCE_LENGTH else text[: EVIDENCE_LENGTH - 1] + "…"

"""What of a message must be looked at by every device of one blueprint: worked out once for each set of points."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from processor.language.compiled import Evaluate
from processor.language.looks import Holds, Look, Said, fewest

if TYPE_CHECKING:
    from processor.engine.blueprint import Asked, BoundRule

Question: TypeAlias = "tuple[int, Asked]"
"""Which of the device's tallies an answer belongs to, and of what the answer is made."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What must be looked at after a message with certain points, as every device of one blueprint says them.

    `looks`: one of them is true if any rule is. `strict`: of rules to which unknown counts as true.
    """

    looks: tuple[Holds, ...]
    strict: tuple[Evaluate, ...]
    asked: tuple[tuple[Evaluate | None, tuple[Question, ...]], ...]


def glance(rules: "Iterable[BoundRule]", asked: Iterable[Question], present: frozenset[int]) -> Glance:
    """What these rules and questions leave to be looked at after a message with the points `present`."""
    looks: list[Look] = []
    strict: list[Evaluate] = []
    for bound in rules:
        for trigger in bound.triggers:
            left = trigger.condition.said(present)
            if not bound.raises:
                looks += left.looks
            elif left.verdict is not None:
                strict.append(left.verdict)
    return Glance(fewest(looks), tuple(strict), _answers(asked, present))


def _answers(
    asked: Iterable[Question], present: frozenset[int]
) -> tuple[tuple[Evaluate | None, tuple[Question, ...]], ...]:
    """The questions by what they ask, so that each thing is asked once."""
    found: list[tuple[Said, list[Question]]] = []
    for question in asked:
        said = question[1].condition.said(present)
        known = next((questions for other, questions in found if other.plan == said.plan), None)
        if known is None:
            found.append((said, [question]))
        else:
            known.append(question)
    return tuple((said.verdict, tuple(questions)) for said, questions in found)

"""One pass over one expression: every name found, every unit converted, and every fault noted at once.

`Resolver.condition(node)` answers with the plan, or None when something in it is wrong; `Resolver.faults` then says
what. Checking and compiling both go through here, so they cannot disagree.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeVar

from processor.language import faults, nodes, quantities
from processor.language.faults import ExpressionFault
from processor.language.format import format_node, format_word
from processor.language.plan import (
    Calculated,
    ConditionPlan,
    Constant,
    Converted,
    NumberPlan,
    PointNumber,
    PointValue,
    Settled,
    Windowed,
)
from processor.language.vocabulary import PointSlot, Vocabulary
from processor.model.rule import Parameter
from processor.model.text import Text
from processor.model.time import DurationMs


@dataclass(frozen=True, slots=True)
class TextConstant:
    """A text known at compile time."""

    value: str


Operand: TypeAlias = NumberPlan | ConditionPlan | PointValue | TextConstant
NUMBERS: Final = (Constant, PointNumber, Calculated, Converted, Windowed)

_T = TypeVar("_T")


@dataclass(slots=True)
class Resolver:
    """One pass over one expression."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Parameter]
    attributes: Mapping[str, str]
    zone: str
    forms: "Mapping[type, Form]"
    tags: Collection[str] | None = None
    peers: bool = False
    rule: str = ""
    faults: list[ExpressionFault] = field(default_factory=list)

    def refuse(self, fault: ExpressionFault) -> None:
        """Keep a fault; resolving goes on, to find the others."""
        self.faults.append(fault)

    def noted(self, answer: _T | ExpressionFault) -> _T | None:
        """The answer, or None with its fault kept."""
        if isinstance(answer, ExpressionFault):
            self.faults.append(answer)
            return None
        return answer

    def condition(self, node: nodes.Node) -> ConditionPlan | None:
        """The plan of a condition."""
        operand = self.operand(node)
        if operand is None:
            return None
        if isinstance(operand, (*NUMBERS, PointValue, TextConstant)):
            self.refuse(faults.not_a_condition(node.column, described(node, operand), _compared_with(operand)))
            return None
        return operand

    def number(self, node: nodes.Node) -> NumberPlan | None:
        """The plan of a number."""
        operand = self.operand(node)
        if operand is None or isinstance(operand, NUMBERS):
            return operand
        expected = Text(zh="数值", en="a number")
        self.refuse(faults.wrong_kind(node.column, described(node, operand), expected, bare_number(node)))
        return None

    def operand(self, node: nodes.Node) -> Operand | None:
        """The plan of anything."""
        return self.forms[type(node)](self, node)

    def length(self, node: nodes.Length) -> DurationMs | None:
        """A length of time in milliseconds."""
        if isinstance(node, nodes.Name):
            return self._length_parameter(node)
        found = self.noted(quantities.literal(node.text, node.unit, node.column))
        return None if found is None else self.noted(quantities.milliseconds(found, node.column))

    def _length_parameter(self, node: nodes.Name) -> DurationMs | None:
        if node.name not in self.parameters:
            self.refuse(self.no_length(node, f"{node.name}, 5 min"))
            return None
        found = self.parameter(node)
        if found is None:
            return None
        if not isinstance(found, Constant):
            expected = Text(zh="时间长度", en="a length of time")
            self.refuse(faults.wrong_kind(node.column, described(node, found), expected))
            return None
        return self.noted(quantities.milliseconds(found, node.column))

    def no_length(self, node: nodes.Name, meant: str) -> ExpressionFault:
        """Why a name that is no parameter is no length of time; `meant` is the mend where it is a point."""
        if node.name in self.vocabulary.slots:
            return faults.point_for_time(node.name, node.column, meant)
        return faults.not_a_parameter(node.name, node.column, self.parameters)

    def parameter(self, node: nodes.Name) -> Constant | Settled | TextConstant | None:
        """The value of a parameter that exists."""
        parameter = self.parameters[node.name]
        value = parameter.value
        if isinstance(value, bool):
            return Settled(value, f"{node.name} {str(value).lower()}")
        if isinstance(value, str):
            return TextConstant(value)
        if not math.isfinite(value):
            self.refuse(faults.bad_parameter(node.name, node.column))
            return None
        return self.noted(quantities.literal(repr(float(value)), parameter.unit, node.column, node.name))

    def knows(self, name: str) -> bool:
        """Whether the name is a point or a parameter."""
        return name in self.parameters or name in self.vocabulary.slots

    def point(self, name: str) -> PointSlot | None:
        """The point of that name, if the profile has one."""
        return self.vocabulary.get(name)


_BARE_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?\s*[A-Za-z%/°]*")


def bare_number(node: nodes.Node) -> str:
    """The number that somebody put in quotes, without them; or ""."""
    return node.value if isinstance(node, nodes.Quoted) and _BARE_NUMBER.fullmatch(node.value) else ""


def _compared_with(operand: Operand) -> str:
    """An example of what it can be compared with."""
    if isinstance(operand, PointValue) and operand.point.members:
        return f"== {format_word(operand.point.members[0])}"
    if isinstance(operand, PointValue | TextConstant):
        return '== "…"'
    said = operand.unit.text if isinstance(operand, PointNumber) else "mA"
    return ">= 300 mA" if said == "mA" else f">= 10 {said}".rstrip()


def described(node: nodes.Node, operand: Operand) -> Text:
    """What a piece of an expression is, in words."""
    shown = format_node(node)
    if isinstance(operand, NUMBERS):
        return Text(zh=f"数值“{shown}”", en=f'the number "{shown}"')
    if isinstance(operand, PointValue | TextConstant):
        return Text(zh=f"文字“{shown}”", en=f'the text "{shown}"')
    return Text(zh=f"条件“{shown}”", en=f'the condition "{shown}"')


Form: TypeAlias = Callable[[Resolver, Any], Operand | None]
"""How one type of node is resolved; `resolve.py` has the table that pairs each type with its own."""

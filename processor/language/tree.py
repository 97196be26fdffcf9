"""From the parser's callbacks to the tree, bottom up and without recursion.

Two things the grammar cannot decide are decided here. A comparison that stands last after `where` belongs to the group
(`count of devices where leak == wet >= 3`): so everything that ends in a comparison also carries the same thing
without it (`bare`). And `tag(x)` is only meaningful as the subject of a comparison.
"""

from dataclasses import replace
from typing import Any, Final

from lark import Token, Transformer, v_args

from processor.language import faults, group_faults, window_terms
from processor.language.built import Built, Tail, join
from processor.language.format import format_node
from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Group,
    Missing,
    Name,
    Negative,
    Not,
    Number,
    Or,
    Quoted,
    Since,
    TagTest,
    Truth,
)
from processor.language.window_terms import column_of, length_of

LIMITED: Final = frozenset({"count", "share"})
"""The group tests that need a limit."""


def _compared(subject: Built, tail: Tail) -> Built:
    if subject.tag and isinstance(subject.node, TagTest):
        return _tag_test(subject.node, tail)
    if isinstance(subject.node, Group):
        subject = _with_limit_last(subject, subject.node, tail)
    column = subject.node.column
    nodes = tuple(operand.node for operand in tail.operands)
    if tail.operator in {"in", "not in"}:
        built = join(Among(subject.node, nodes, column), (subject, *tail.operands))
        return built if tail.operator == "in" else join(Not(built.node, column), (built,))
    return join(Compare(tail.operator, subject.node, nodes[0], column), (subject, *tail.operands))


def _with_limit_last(subject: Built, group: Group, tail: Tail) -> Built:
    """A group test whose limit stands behind its place: its fault shows both in their order."""
    limit = tail.operands[0].node
    if group.limit is not None or group.aggregate not in LIMITED or not isinstance(limit, Number):
        return subject
    meant = f"{tail.operator} {format_node(limit)} by {group.by}"
    return replace(subject, fault=group_faults.group_without_limit(group.column, group.aggregate, meant))


def _tag_test(subject: TagTest, tail: Tail) -> Built:
    values, fault = [], None
    for operand in tail.operands:
        match operand.node:
            case Name(name=value) | Quoted(value=value):
                values.append(value)
            case wrong:
                fault = fault or faults.tag_value(wrong.column)
    if tail.operator not in {"in", "not in", "==", "!="}:
        fault = fault or faults.unordered(subject.column, tail.operator)
    built = Built(TagTest(subject.tag, tuple(values), subject.column), 1, fault)
    return built if tail.operator in {"in", "=="} else join(Not(built.node, subject.column), (built,))


def _number(token: Token) -> Number:
    text = str(token)
    end = next((place for place, character in enumerate(text) if not (character.isdecimal() or character == ".")), None)
    return Number(text[:end], text[end:].strip() if end is not None else "", column_of(token))


@v_args(inline=True)
class TreeBuilder(Transformer[Token, Any]):
    """What lark calls for each rule of the grammar, children first."""

    def quantity(self, token: Token) -> Built:
        return Built(_number(token))

    def name(self, token: Token) -> Built:
        return Built(Name(str(token), column_of(token)))

    def quoted(self, token: Token) -> Built:
        return Built(Quoted(str(token)[1:-1], column_of(token)))

    def truth(self, word: Token) -> Built:
        return Built(Truth(word == "true", column_of(word)))

    def parenthesised(self, inner: Built) -> Built:
        return replace(inner, bare=None, tail=None)

    def tag(self, _word: Token, name: Token) -> Built:
        return Built(TagTest(str(name), (), column_of(_word)), tag=True)

    def negative(self, minus: Token, operand: Built) -> Built:
        if isinstance(operand.node, Number) and not operand.node.text.startswith("-"):
            return Built(Number(f"-{operand.node.text}", operand.node.unit, column_of(minus)))
        return join(Negative(operand.node, column_of(minus)), (operand,))

    def arithmetic(self, left: Built, operator: Token, right: Built) -> Built:
        return join(Arithmetic(str(operator), left.node, right.node, left.node.column), (left, right))

    def compared(self, operator: Token, right: Built) -> Tail:
        return Tail(str(operator), (right,))

    def choices(self, *choices: Built) -> tuple[Built, ...]:
        return choices

    def among(self, _in: Token, choices: tuple[Built, ...]) -> Tail:
        return Tail("in", choices)

    def not_among(self, _not: Token, _in: Token, choices: tuple[Built, ...]) -> Tail:
        return Tail("not in", choices)

    def chain(self, first: Built, *tails: Tail) -> Built:
        if not tails:
            return first
        built, bare = _compared(first, tails[0]), first
        if len(tails) > 1:
            chained = faults.chained(tails[1].operands[0].node.column)
            # with two tails the second may still be a group's limit; with more there is no such excuse
            bare = built if len(tails) == 2 else replace(built, fault=built.fault or chained)  # noqa: PLR2004 - as said above
            built = replace(built, fault=built.fault or chained)
        return replace(built, bare=bare, tail=tails[-1])

    def negated(self, word: Token, operand: Built) -> Built:
        column = column_of(word)
        built = join(Not(operand.node, column), (operand,))
        if operand.bare is None:
            return built
        return replace(built, bare=join(Not(operand.bare.node, column), (operand.bare,)), tail=operand.tail)

    def both(self, *parts: Built) -> Built:
        return self._several(And, parts)

    def either(self, *parts: Built) -> Built:
        return self._several(Or, parts)

    def _several(self, kind: type[And | Or], parts: tuple[Built, ...]) -> Built:
        built = join(kind(tuple(part.node for part in parts), parts[0].node.column), parts)
        last = parts[-1]
        if last.bare is None:
            return built
        rest = (*parts[:-1], last.bare)
        bare = join(kind(tuple(part.node for part in rest), parts[0].node.column), rest)
        return replace(built, bare=bare, tail=last.tail)

    def length(self, value: Built) -> Built:
        return value

    def point(self, value: Built) -> Built:
        return value

    def within(self, value: Built) -> Built:
        return value

    def aggregate(self, word: Token, operand: Built, length: Built, same_hour: Token | None) -> Built:
        return window_terms.window(word, operand, length, same_hour=same_hour is not None)

    def since(self, word: Token, operand: Built) -> Built:
        return join(Since(operand.node, column_of(word)), (operand,))

    def night_min(self, word: Token, operand: Built, clock: Token, nights: Built | None) -> Built:
        return window_terms.night(word, operand, clock, nights)

    def missing_device(self, word: Token, length: Built) -> Built:
        return join(Missing(None, length_of(length), column_of(word)), (length,))

    def missing_point(self, word: Token, point: Built, length: Built) -> Built:
        name = point.node if isinstance(point.node, Name) else None
        return join(Missing(name, length_of(length), column_of(word)), (point, length))

    def time_in(self, word: Token, _in: Token, clock: Token) -> Built:
        return window_terms.time_in(word, clock)

    def group(self, word: Token, of: Token, where: Built, within: Built | None, by: Token) -> Built:
        return _group(word, of, where, within, by)


def _is_condition(where: Built, limit: Number | Name, aggregate: str) -> bool:
    """Whether what looks like a limit is the condition's: without it a number is left, and its unit is no limit's."""
    bare = None if where.bare is None else where.bare.node
    if not isinstance(bare, Name | Aggregate | Arithmetic | Negative) or not isinstance(limit, Number):
        return False
    return limit.unit not in ({""} if aggregate == "count" else {"", "%"})


def _group(word: Token, of: Token, where: Built, within: Built | None, by: Token) -> Built:
    aggregate, column = str(word), column_of(word)
    operator, limit, body, fault = "", None, where, None
    parts: list[Built] = [within] if within is not None else []
    if aggregate in LIMITED:
        if where.bare is None or where.tail is None or where.tail.operator in {"in", "not in"}:
            fault = group_faults.group_without_limit(column, aggregate)
        else:
            body, operator, limit_built = where.bare, where.tail.operator, where.tail.operands[0]
            parts.append(limit_built)
            if isinstance(limit_built.node, Number | Name) and not _is_condition(where, limit_built.node, aggregate):
                limit = limit_built.node
            else:
                fault = group_faults.group_without_limit(column, aggregate)
    node = Group(
        aggregate=aggregate,
        of=str(of),
        where=body.node,
        operator=operator,
        limit=limit,
        within=length_of(within) if within is not None else None,
        by=str(by),
        column=column,
        of_column=column_of(of),
        by_column=column_of(by),
    )
    return join(node, (body, *parts), fault)

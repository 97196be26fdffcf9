"""From the parser's callbacks to the tree, bottom up and without recursion.

Two things the grammar cannot decide are decided here. A comparison that stands last after `where` belongs to the group
(`count of devices where leak == wet >= 3`): so everything that ends in a comparison also carries the same thing
without it (`bare`). And `tag(x)` is only meaningful as the subject of a comparison.
"""

from dataclasses import replace
from typing import Any

from lark import Token, Transformer, v_args

from processor.language import faults, group_faults
from processor.language.built import Built, Tail, join
from processor.language.compiled import WindowKind
from processor.language.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Compare,
    Group,
    Length,
    Missing,
    Name,
    Negative,
    Not,
    Number,
    Or,
    Quoted,
    TagTest,
    TimeIn,
    Truth,
)


def _column(token: Token) -> int:
    return (token.start_pos or 0) + 1


def _compared(subject: Built, tail: Tail) -> Built:
    if subject.tag and isinstance(subject.node, TagTest):
        return _tag_test(subject.node, tail)
    column = subject.node.column
    nodes = tuple(operand.node for operand in tail.operands)
    if tail.operator in {"in", "not in"}:
        built = join(Among(subject.node, nodes, column), (subject, *tail.operands))
        return built if tail.operator == "in" else join(Not(built.node, column), (built,))
    return join(Compare(tail.operator, subject.node, nodes[0], column), (subject, *tail.operands))


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
    return Number(text[:end], text[end:].strip() if end is not None else "", _column(token))


@v_args(inline=True)
class TreeBuilder(Transformer[Token, Any]):
    """What lark calls for each rule of the grammar, children first."""

    def quantity(self, token: Token) -> Built:
        return Built(_number(token))

    def name(self, token: Token) -> Built:
        return Built(Name(str(token), _column(token)))

    def quoted(self, token: Token) -> Built:
        return Built(Quoted(str(token)[1:-1], _column(token)))

    def truth(self, word: Token) -> Built:
        return Built(Truth(word == "true", _column(word)))

    def parenthesised(self, inner: Built) -> Built:
        return replace(inner, bare=None, tail=None)

    def tag(self, _word: Token, name: Token) -> Built:
        return Built(TagTest(str(name), (), _column(_word)), tag=True)

    def negative(self, minus: Token, operand: Built) -> Built:
        if isinstance(operand.node, Number) and not operand.node.text.startswith("-"):
            return Built(Number(f"-{operand.node.text}", operand.node.unit, _column(minus)))
        return join(Negative(operand.node, _column(minus)), (operand,))

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
        column = _column(word)
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

    def aggregate(self, word: Token, operand: Built, length: Built) -> Built:
        return join(Aggregate(WindowKind(str(word)), operand.node, _length(length), _column(word)), (operand, length))

    def missing_device(self, word: Token, length: Built) -> Built:
        return join(Missing(None, _length(length), _column(word)), (length,))

    def missing_point(self, word: Token, point: Built, length: Built) -> Built:
        name = point.node if isinstance(point.node, Name) else None
        return join(Missing(name, _length(length), _column(word)), (point, length))

    def time_in(self, word: Token, _in: Token, clock: Token) -> Built:
        return _time_in(str(clock), _column(word))

    def group(self, word: Token, of: Token, where: Built, within: Built | None, by: Token) -> Built:
        return _group(word, of, where, within, by)


def _length(built: Built) -> Length:
    if isinstance(built.node, Number | Name):
        return built.node
    raise TypeError(built.node)  # the grammar admits nothing else


def _time_in(clock: str, column: int) -> Built:
    minutes = []
    for side in clock.split("-"):
        hour, minute = (int(part) for part in side.strip().split(":"))
        minutes.append(hour * 60 + minute if minute < 60 else -1)  # noqa: PLR2004  # minutes of an hour
    begin, end = minutes
    day = 24 * 60
    fine = 0 <= begin < day and 0 <= end <= day
    fault = None if fine else faults.bad_clock(column, clock)
    return Built(TimeIn(begin, end % day, column), 1, fault)


def _group(word: Token, of: Token, where: Built, within: Built | None, by: Token) -> Built:
    aggregate, column = str(word), _column(word)
    operator, limit, body, fault = "", None, where, None
    parts: list[Built] = [within] if within is not None else []
    if aggregate in {"count", "share"}:
        if where.bare is None or where.tail is None or where.tail.operator in {"in", "not in"}:
            fault = group_faults.group_without_limit(column, aggregate)
        else:
            body, operator, limit_built = where.bare, where.tail.operator, where.tail.operands[0]
            parts.append(limit_built)
            if isinstance(limit_built.node, Number | Name):
                limit = limit_built.node
            else:
                fault = group_faults.group_without_limit(column, aggregate)
    node = Group(
        aggregate=aggregate,
        of=str(of),
        where=body.node,
        operator=operator,
        limit=limit,
        within=_length(within) if within is not None else None,
        by=str(by),
        column=column,
        of_column=_column(of),
        by_column=_column(by),
    )
    return join(node, (body, *parts), fault)

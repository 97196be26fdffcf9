"""Text to tree: `parse(text)` answers with the node, or with the one fault that kept it from being read.

One grammar serves conditions over a device and over a group. A hostile text costs little: its length and the depth of
its tree are limited, and neither the parser nor the builder recurses.
"""

from functools import cache
from typing import Final

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from processor.language.built import Built
from processor.language.faults import ExpressionFault, fault, tag_not_compared
from processor.language.grammar import GRAMMAR
from processor.language.nodes import Node
from processor.language.slips import character_fault, token_fault, unfinished
from processor.language.tree import TreeBuilder

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 40


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", transformer=TreeBuilder(), propagate_positions=False)


def parse(text: str) -> Node | ExpressionFault:
    """The tree of an expression, or why there is none."""
    if len(text) > MAX_LENGTH:
        return fault(
            "too_long",
            1,
            zh=f"表达式有 {len(text)} 个字符，最多 {MAX_LENGTH} 个",
            en=f"the expression has {len(text)} characters, at most {MAX_LENGTH} are allowed",
        )
    if not text.strip():
        return fault("empty", 1, zh="表达式是空的", en="the expression is empty")
    try:
        built = _parser().parse(text)
    except UnexpectedInput as unexpected:
        return _syntax_fault(text, unexpected)
    if not isinstance(built, Built):
        raise TypeError(type(built))
    if built.depth > MAX_DEPTH:
        return fault(
            "too_deep",
            1,
            zh=f"表达式嵌套了 {built.depth} 层，最多 {MAX_DEPTH} 层",
            en=f"the expression is nested {built.depth} levels deep, at most {MAX_DEPTH} are allowed",
        )
    return built.fault or (tag_not_compared(built.node.column) if built.tag else built.node)


def _syntax_fault(text: str, unexpected: UnexpectedInput) -> ExpressionFault:
    if isinstance(unexpected, UnexpectedCharacters):
        return character_fault(text, unexpected.pos_in_stream or 0)
    if not isinstance(unexpected, UnexpectedToken):
        return unfinished(text)
    accepted = unexpected.accepts or unexpected.expected
    if unexpected.token.type == "$END":
        return unfinished(text, accepted)
    return token_fault(text, str(unexpected.token), (unexpected.token.start_pos or 0) + 1, accepted)

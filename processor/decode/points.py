"""One raw value of a payload becomes a point's value, or is Unfit."""

import re
import sys
from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple, TypeAlias

import msgspec

from processor.decode.faults import Unfit, out_of_range, wrong_type
from processor.decode.limits import DecodeLimits
from processor.decode.paths import canonical
from processor.decode.units import EXACT, Affine
from processor.model.profile import Point, PointKind
from processor.model.reading import RejectionReason, Value

Convert: TypeAlias = Callable[[Any], Value]
"""Raises Unfit where the raw value (never None) is not fit for the point."""

NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
NUMBER_CHARS: Final = 64
WORDS: Final = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
SHOWN_MEMBERS: Final = 12


class Reader(NamedTuple):
    """How a point is read. `fast_type` is what the JSON decoder is told to expect; where that alone is proof enough
    of a good value `fast` is None. `exact` takes any raw value and decides by itself."""

    fast_type: Any
    fast: Convert | None
    exact: Convert


def reader(point: Point, affine: Affine, limits: DecodeLimits, *, text_numbers: bool = False) -> Reader:
    """How `point` is read; `text_numbers`: the payload is bare text, so numbers are text by nature."""
    if point.kind is PointKind.NUMBER:
        return _number(point, affine, as_text=text_numbers or point.number_as_text)
    if point.kind is PointKind.BOOLEAN:
        return _boolean(point, words=text_numbers)
    exact = _enum(point) if point.kind is PointKind.ENUM else _text(point, limits.text_chars)
    return Reader(Any, exact, exact)


def _number(point: Point, affine: Affine, *, as_text: bool) -> Reader:
    low = -sys.float_info.max if point.low is None else point.low
    high = sys.float_info.max if point.high is None else point.high
    allowed = f"{low:g} to {high:g} {point.unit}".rstrip()
    scaled = _scaled(affine, low, high, allowed)
    mapped = {text: float(value) for text, value in point.members.items()}

    def exact(raw: Any) -> float:  # noqa: ANN401 - whatever the payload has
        if mapped and (text := canonical(raw)) in mapped:
            return mapped[text]
        if raw.__class__ is float or (raw.__class__ is int and -EXACT <= raw <= EXACT):
            return scaled(float(raw))
        try:
            return scaled(_plain_number(raw, as_text=as_text))
        except OverflowError:
            raise out_of_range(raw, allowed) from None

    if mapped or as_text:
        return Reader(Any, exact, exact)
    if affine.identity:
        return Reader(Annotated[float, msgspec.Meta(ge=low, le=high)], None, exact)
    return Reader(float, scaled, exact)


def _scaled(affine: Affine, low: float, high: float, allowed: str) -> Callable[[float], float]:
    """The conversion with its range check."""
    convert, divisor = affine.function(), affine.divisor

    def scaled(raw: float) -> float:
        value = convert(raw)
        if not low <= value <= high:
            raise out_of_range(value, allowed)
        return value

    def divided(raw: float) -> float:  # the same without a call inside, for what nearly every scaled point is
        value = raw / divisor
        if not low <= value <= high:
            raise out_of_range(value, allowed)
        return value

    return divided if divisor else scaled


def _plain_number(raw: object, *, as_text: bool) -> float:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    if as_text and isinstance(raw, str):
        text = raw.strip()
        if len(text) <= NUMBER_CHARS and NUMBER.fullmatch(text):
            return float(text)
    raise wrong_type(raw, "a number")


def _boolean(point: Point, *, words: bool) -> Reader:
    mapped = {text: value == "true" for text, value in point.members.items()}

    def exact(raw: object) -> bool:
        text = canonical(raw)
        if text is not None and text in mapped:
            return mapped[text]
        if isinstance(raw, bool):
            return raw
        if words and not mapped and text is not None and (known := WORDS.get(text.lower())) is not None:
            return known
        raise wrong_type(raw, "true or false" if not mapped else f"one of {_listed(mapped)}")

    return Reader(Any, exact, exact) if mapped or words else Reader(bool, None, exact)


def _enum(point: Point) -> Convert:
    members = dict(point.members)
    listed = _listed(members)

    def exact(raw: object) -> str:
        text = canonical(raw)
        if text is None:
            raise wrong_type(raw, "a member of an enum")
        member = members.get(text)
        if member is None:
            raise out_of_range(raw, listed)
        return member

    return exact


def _text(point: Point, longest: int) -> Convert:
    members = dict(point.members)

    def exact(raw: object) -> str:
        if members and (text := canonical(raw)) is not None and text in members:
            return members[text]
        if not isinstance(raw, str):
            raise wrong_type(raw, "a text")
        if len(raw) > longest:
            raise Unfit(RejectionReason.OUT_OF_RANGE, f"a text of {len(raw)} characters; at most {longest} are taken")
        if "\x00" in raw or (not raw.isascii() and any("\ud800" <= letter <= "\udfff" for letter in raw)):
            raise Unfit(RejectionReason.OUT_OF_RANGE, "a text with characters that no store can keep")
        return raw

    return exact


def _listed(members: dict[str, Any]) -> str:
    names = list(members)
    return ", ".join(names[:SHOWN_MEMBERS]) + (", …" if len(names) > SHOWN_MEMBERS else "")

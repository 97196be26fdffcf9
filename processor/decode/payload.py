"""Whether a payload may be looked into at all, and the exact reader of its JSON."""

import json
import math
import re
from itertools import accumulate
from typing import Final, NoReturn

from processor.decode.faults import Unfit
from processor.decode.limits import DecodeLimits
from processor.model.reading import RejectionReason

BOM: Final = b"\xef\xbb\xbf"
# The closing quote may be missing: then the text runs to the end and is matched once, so that time stays linear.
TEXTS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
LEVELS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
OTHERS: Final = bytes(set(range(256)) - set(LEVELS))
LONGEST_INTEGER: Final = 400  # digits; no float reaches that far, and Python itself refuses 4,300


def checked(payload: bytes, limits: DecodeLimits) -> bytes:
    """The payload without a byte order mark; Unfit where it is too large, too deep or no UTF-8."""
    if len(payload) > limits.payload_bytes:
        raise Unfit(RejectionReason.TOO_LARGE, f"{len(payload)} bytes; at most {limits.payload_bytes} are taken")
    if not payload.isascii():
        payload = payload.removeprefix(BOM)
        try:
            payload.decode()
        except UnicodeDecodeError as error:
            raise Unfit(RejectionReason.UNDECODABLE, f"not UTF-8 at byte {error.start}") from None
    if payload.count(b"{") + payload.count(b"[") > limits.depth and depth(payload) > limits.depth:
        raise Unfit(RejectionReason.TOO_DEEP, f"nested deeper than {limits.depth} levels")
    return payload


def depth(payload: bytes) -> int:
    """How deep objects and arrays are nested; what stands inside texts does not count."""
    brackets = TEXTS.sub(b"", payload).translate(None, OTHERS)
    return max(accumulate(map(LEVELS.__getitem__, brackets)), default=0)


def tree(payload: bytes) -> object:
    """The whole payload as JSON, numbers out of any range as infinity; Unfit where it is not JSON."""
    if not payload:
        raise Unfit(RejectionReason.UNDECODABLE, "the payload is empty")
    try:
        return EXACT_JSON.decode(payload.decode())
    except json.JSONDecodeError as error:
        raise Unfit(RejectionReason.UNDECODABLE, f"not JSON: {error.msg} at character {error.pos}") from None


def _integer(digits: str) -> float:
    return int(digits) if len(digits) < LONGEST_INTEGER else math.inf


def _constant(word: str) -> NoReturn:
    raise Unfit(RejectionReason.UNDECODABLE, f"{word} is not JSON")


EXACT_JSON: Final = json.JSONDecoder(parse_int=_integer, parse_constant=_constant)

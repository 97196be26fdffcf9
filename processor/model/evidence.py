"""Why a verdict is what it is: a tree that mirrors the expression."""

from typing import TypeAlias

import msgspec

Verdict: TypeAlias = bool | None
"""True, false, or None for **unknown**: no value, a stale one, a bad one. Unknown never resolves and never commands."""


class Evidence(msgspec.Struct, frozen=True):
    """One expression's words and verdict, such as ("residual_current 412 mA >= 300 mA", True), and its parts'."""

    text: str
    verdict: Verdict
    parts: tuple["Evidence", ...] = ()

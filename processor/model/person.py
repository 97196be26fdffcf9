"""Who is told. Names and numbers stay in the people file and in the worker's own message (DESIGN.md 5.12)."""

from typing import Final

import msgspec

EVERYWHERE: Final = "*"
"""Covers the whole district."""


class Person(msgspec.Struct, frozen=True):
    """One worker. `covers` lists grids, communities or "*" for the whole district; `channels` name where to tell."""

    id: str
    name: str
    roles: tuple[str, ...]
    covers: tuple[str, ...]
    channels: tuple[str, ...] = ()
    phone: str = ""
    language: str = "zh"

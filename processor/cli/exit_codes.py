"""How every verb ends (docs/exit-codes.md)."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Scripts and service managers rely on these numbers: never renumber."""

    OK = 0
    PROBLEM = 1
    CONFIGURATION = 2
    UNREACHABLE = 3
    STORE = 4
    INTERRUPTED = 130

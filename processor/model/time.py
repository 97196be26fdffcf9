"""Core time: whole milliseconds, because devices report milliseconds and every JSON reader keeps them exactly."""

from typing import Final, TypeAlias

EpochMs: TypeAlias = int
"""An instant: milliseconds since 1970-01-01T00:00:00Z."""

DurationMs: TypeAlias = int
"""A length of time in milliseconds."""

SECOND: Final[DurationMs] = 1_000
MINUTE: Final[DurationMs] = 60 * SECOND
HOUR: Final[DurationMs] = 60 * MINUTE
DAY: Final[DurationMs] = 24 * HOUR

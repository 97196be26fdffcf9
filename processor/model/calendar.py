"""The district's holidays: which days are not worked, and which weekend days are worked instead (调休)."""

from datetime import date

import msgspec


class Calendar(msgspec.Struct, frozen=True):
    """Days that differ from their weekday. A day in both is a mistake the loader refuses."""

    holidays: dict[date, str] = {}
    workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day."""
        if day in self.workdays:
            return True
        return day not in self.holidays and day.weekday() < 5  # noqa: PLR2004 - Saturday

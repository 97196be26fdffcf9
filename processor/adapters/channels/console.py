"""Reminders as readable lines, for a terminal or a log. It names no person."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

from processor.model.effect import RemindPeople
from processor.model.person import Person
from processor.ports.broker import Outcome, Sent, Unreachable

_PARTS: Final = {
    "zh": "{time} {title}：{body} [{place} · {subject}] → {roles}（{count} 人）",
    "en": "{time} {title}: {body} [{place} · {subject}] -> {roles} ({count} on duty)",
}


class ConsoleChannel:
    """Writes one line per reminder with `write`, in `language` ("zh" or "en"), times in `zone`.

    Level and lateness stand in the reminder's title, the order in its body: they are not said again.
    """

    def __init__(self, name: str, write: Callable[[str], None], *, language: str = "zh", zone: tzinfo = UTC) -> None:
        self.name = name
        self._write = write
        self._language = language if language in _PARTS else "en"
        self._zone = zone

    async def tell(self, reminder: RemindPeople, people: tuple[Person, ...]) -> Outcome:
        try:
            self._write(self.line(reminder, len(people)))
        except (OSError, ValueError) as error:  # a closed or full output
            return Unreachable(f"cannot write: {type(error).__name__}")
        return Sent()

    async def close(self) -> None:
        """Nothing is held open here; the output belongs to who gave it."""

    def line(self, reminder: RemindPeople, count: int) -> str:
        """What is written."""
        language = self._language
        when = datetime.fromtimestamp(reminder.decided_at / 1000, tz=self._zone)
        return _printable(
            _PARTS[language].format(
                time=when.strftime("%Y-%m-%d %H:%M:%S"),
                title=reminder.title.pick(language),
                body=reminder.body.pick(language),
                place=reminder.grid or reminder.scope,
                subject=reminder.subject,
                roles=", ".join(reminder.roles),
                count=count,
            )
        )


def _printable(text: str) -> str:
    """One line without control or direction characters: names come from files and payloads, a terminal obeys them."""
    return "".join(" " if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else sign for sign in text)

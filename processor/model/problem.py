"""What is wrong with an operator's file, said so that the operator can mend it."""

from enum import StrEnum

import msgspec

from processor.model.source import SourcePlace
from processor.model.text import Text


class Severity(StrEnum):
    """An error keeps the files from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Problem(msgspec.Struct, frozen=True):
    """One problem: where, what (zh and en), and perhaps what was meant. `code` is stable, for tests and docs."""

    place: SourcePlace
    code: str
    what: Text
    suggestion: str = ""
    severity: Severity = Severity.ERROR
    line_text: str = ""

    def render(self, language: str = "en") -> str:
        """One line: "file:line:col: what (did you mean "x"?)"."""
        hint = ""
        if self.suggestion:
            hint = f"（是否想写“{self.suggestion}”？）" if language == "zh" else f' (did you mean "{self.suggestion}"?)'
        return f"{self.place}: {self.what.pick(language)}{hint}"

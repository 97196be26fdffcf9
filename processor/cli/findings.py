"""What `doctor` found: one named check, how it stands, and the cure."""

from enum import StrEnum

import msgspec

from processor.model.text import Text


class Standing(StrEnum):
    """How a check stands."""

    OK = "ok"
    NOTE = "note"  # worth knowing; nothing has to be done
    WRONG = "wrong"
    SKIPPED = "skipped"  # it could not be looked at, because of something else that is wrong


class Finding(msgspec.Struct, frozen=True):
    """One check in plain words. `cure` is what to do, where something is to be done."""

    check: str
    standing: Standing
    what: Text
    cure: Text = Text()


def well(check: str, zh: str, en: str) -> Finding:
    """It is as it should be."""
    return Finding(check, Standing.OK, Text(zh=zh, en=en))


def note(check: str, what: Text, cure: Text = Text()) -> Finding:  # noqa: B008 - frozen, so it may be shared
    """Worth knowing."""
    return Finding(check, Standing.NOTE, what, cure)


def wrong(check: str, what: Text, cure: Text = Text()) -> Finding:  # noqa: B008 - as above
    """Something must be done."""
    return Finding(check, Standing.WRONG, what, cure)


def skipped(check: str, zh: str, en: str) -> Finding:
    """It could not be looked at."""
    return Finding(check, Standing.SKIPPED, Text(zh=zh, en=en))

"""Why a message, a part of it, or one point of it cannot be used; caught inside this package, never seen outside."""

from typing import Final, NamedTuple

from processor.model.reading import RejectionReason

SHOWN_CHARS: Final = 40
HUGE_BITS: Final = 128


class Fault(NamedTuple):
    """What is wrong with one named value (`name` "": with the message or part as a whole).

    What is kept is kept as this, never as the exception: that would keep the frames it came through, and the payload.
    """

    name: str
    reason: RejectionReason
    detail: str


class Unfit(Exception):  # noqa: N818 - names the state of the value, it is no programming error
    """This value, or this whole message, cannot be used."""

    def __init__(self, reason: RejectionReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    def fault(self, name: str = "") -> Fault:
        """The same as a value, said of `name`."""
        return Fault(name, self.reason, self.detail)


def wrong_type(raw: object, wanted: str) -> Unfit:
    """The fault of a value of another type than `wanted`, such as "a number"."""
    return Unfit(RejectionReason.WRONG_TYPE, f"{shown(raw)} is not {wanted}")


def out_of_range(raw: object, allowed: str) -> Unfit:
    """The fault of a value outside `allowed`."""
    return Unfit(RejectionReason.OUT_OF_RANGE, f"{shown(raw)} is outside {allowed}")


def shown(raw: object) -> str:
    """A value as a person may read it, never longer than a few words."""
    if isinstance(raw, dict):
        return "an object"
    if isinstance(raw, list):
        return "an array"
    if isinstance(raw, int) and raw.bit_length() > HUGE_BITS:  # its digits may be more than Python writes out
        return "a huge integer"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    text = ascii(raw) if isinstance(raw, str) and not raw.isprintable() else repr(raw)
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…"

"""One batch, the same in every runtime: messages and other inputs in, a Batch to commit out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from processor.engine.core import Core
from processor.model.effect import Effect
from processor.model.inputs import CommandReply, Input
from processor.model.reading import Flag, Reading, Rejection
from processor.model.time import EpochMs
from processor.ports.broker import Message
from processor.ports.journal import Batch, Block, Counts
from processor.runtime.recent import Recent

Decoded: TypeAlias = Reading | Rejection | CommandReply
Answer: TypeAlias = Callable[[Sequence[Effect]], None]
"""Called after the commit with what a control input caused."""


class Decode(Protocol):
    """Topic and bytes to outcomes; `processor.decode.decoder.Decoder` is one."""

    def decode(self, topic: str, payload: bytes, arrived: EpochMs, flags: int) -> Sequence[Decoded]: ...


@dataclass(frozen=True, slots=True)
class Control:
    """Inputs that somebody waits for: a person's action, the outcome of a delivery, a dead letter tried again.

    `settles` names the dead letters that these inputs were: they are done with in the same commit.
    """

    given: Sequence[Input]
    answer: Answer | None = None
    settles: Sequence[int] = ()


@dataclass(slots=True)
class Work:
    """A batch ready to be committed, and what is to be done once it is."""

    batch: Batch
    receipts: list[object] = field(default_factory=list)
    answers: list[tuple[Answer, Sequence[Effect]]] = field(default_factory=list)


@dataclass(slots=True)
class Asked:
    """What the controls of one batch came to."""

    kept: list[Input] = field(default_factory=list)
    effects: list[tuple[str, Effect]] = field(default_factory=list)
    answers: list[tuple[Answer, Sequence[Effect]]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    readings: int = 0
    duplicates: int = 0


class Step:
    """Turns messages, controls and wake-ups into one batch. It reads no clock: `now` comes in."""

    def __init__(self, core: Core, decoder: Decode, recent: Recent | None = None) -> None:
        self.core = core
        self.decoder = decoder
        self._recent = recent or Recent()

    def turn(
        self,
        messages: Sequence[Message],
        controls: Sequence[Control],
        now: EpochMs,
        *,
        backlog: bool,
        arrived: Callable[[int], None],
    ) -> Work:
        """Decode and handle in order: messages, then controls, then the wake-ups that are due.

        Messages come first: a reading that is here already must not lose against a clock that runs out in this batch.
        `backlog`: the broker may still be handing over what it kept. `arrived(n)` is told how many more parts than
        messages there were.
        """
        decoded, receipts = self._decode(messages, Flag.BACKLOG.value if backlog else 0)
        readings = [each for each in decoded if each.__class__ is not Rejection]
        rejections = [each for each in decoded if isinstance(each, Rejection)]
        replies = sum(1 for each in readings if each.__class__ is CommandReply)
        # After a connection came up, or where the broker says so, messages may have come before.
        again = backlog or any(message.redelivered for message in messages)
        new = self._recent.new_among(readings) if again and readings else readings
        turned = self.core.turn(new, now)  # type: ignore[arg-type]  # rejections were taken out
        effects, kept = turned.effects, turned.kept
        asked = self._take(controls, now)
        effects += asked.effects
        kept += asked.kept
        duplicates = turned.duplicates + len(readings) - len(new) + asked.duplicates
        woken = self.core.turn(self.core.wakes(now), now)
        effects += woken.effects
        kept += woken.kept
        # An answer to a command is no reading; a dead letter that is tried again comes as a control and is one.
        parts = len(decoded) - replies + asked.readings
        arrived(parts - len(messages))
        counts = Counts(
            received=parts,
            stored=parts - duplicates - len(rejections),
            duplicates=duplicates,
            dead_letters=len(rejections),
        )
        self._recent.add(kept, indexed=again)
        batch = Batch(Block(now, self.core.district.hash, kept), effects, rejections, counts, asked.settled)
        return Work(batch, receipts, asked.answers)

    def _take(self, controls: Sequence[Control], now: EpochMs) -> Asked:
        asked = Asked()
        for control in controls:
            told = self.core.turn(control.given, now)
            asked.readings += sum(1 for given in control.given if given.__class__ is Reading)
            asked.settled += control.settles
            asked.duplicates += told.duplicates
            asked.effects += told.effects
            asked.kept += told.kept
            if control.answer is not None:
                asked.answers.append((control.answer, [effect for _, effect in told.effects]))
        return asked

    def _decode(self, messages: Sequence[Message], common: int) -> tuple[list[Decoded], list[object]]:
        decode = self.decoder.decode
        decoded: list[Decoded] = []
        receipts: list[object] = []
        for topic, payload, retained, redelivered, receipt, arrived in messages:
            flags = common
            if retained or redelivered:
                flags |= (retained and Flag.RETAINED.value) | (redelivered and Flag.REDELIVERED.value)
            decoded += decode(topic, payload, arrived, flags)
            if receipt is not None:
                receipts.append(receipt)
        return decoded, receipts

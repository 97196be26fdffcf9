"""Dead letters tried again after a profile was mended."""

import asyncio
from collections.abc import Sequence

from processor.model.inputs import Input
from processor.model.reading import Flag, Reading, Rejection
from processor.ports.console import Retried
from processor.ports.dead_letters import DeadLetter
from processor.runtime.embedded import Embedded


async def retry(embedded: Embedded, found: Sequence[DeadLetter]) -> Retried:
    """Decode them again under today's profiles. What now is whole is taken as late, and settled in the same commit."""
    waiting = []
    stored = 0
    for letter in found:
        inputs = _mended(embedded, letter)
        if inputs:
            waiting.append(embedded.submit(*inputs, settles=(letter.id,)))
            stored += sum(1 for given in inputs if isinstance(given, Reading))
    await asyncio.gather(*waiting)
    return Retried(retried=len(found), stored=stored, still_dead=len(found) - len(waiting))


def _mended(embedded: Embedded, letter: DeadLetter) -> list[Input]:
    rejection = letter.rejection
    if len(rejection.payload) != rejection.size:
        return []  # only its beginning was kept
    outcomes = embedded.decoder.decode(rejection.topic, rejection.payload, rejection.arrived, Flag.RETRIED)
    taken: list[Input] = []
    for outcome in outcomes:
        if isinstance(outcome, Rejection):
            return []
        taken.append(outcome)
    return taken

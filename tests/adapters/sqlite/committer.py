"""A process that commits batch after batch and says each offset only after `commit` returned, until it is killed."""

import sys
from pathlib import Path

from processor.adapters.sqlite.store import SqliteStore
from processor.ports.journal import Batch, Checkpoint
from tests.ports.batches import RULES, T0, alert, batch, reading, rejection


def numbered(number: int) -> Batch:
    """The batch that a journal must have at this offset: readings, an alert and a dead letter, all saying so."""
    readings = [reading(f"device-{number}-{step}", T0 + number, number=float(number)) for step in range(number % 50)]
    return batch(
        readings,
        now=T0 + number,
        effects=[alert(1, name=f"A{number}")],
        rejections=[rejection(str(number))] if number % 3 == 0 else [],
    )


def main() -> None:
    with SqliteStore(Path(sys.argv[1])) as store:
        while True:
            number = store.journal.last_offset() + 1
            store.journal.commit(numbered(number))
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            if number % 10 == 0:
                store.journal.save_checkpoints([Checkpoint("sunrise", number, T0 + number, RULES, b"%d" % number)])


if __name__ == "__main__":
    main()

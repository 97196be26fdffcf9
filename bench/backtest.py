"""`python -m bench.backtest`: readings a second and core that a backtest takes on ten rules, from each kind of source.

Each source is read in a process of its own, three times; the best is told, with the greatest memory of all.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb

from bench.district import NORMAL, community, device_id, write_configuration
from processor.adapters.sqlite.store import SqliteStore
from processor.cli.collecting import seldom_collected
from processor.cli.wire_history import FileHistory, SqliteHistory, open_files, open_store_history
from processor.loading.load import load
from processor.loading.sources import read_sources
from processor.model.district import District
from processor.model.inputs import Input, Started
from processor.model.reading import Reading
from processor.model.time import MINUTE, EpochMs
from processor.ports.journal import Batch, Block, Counts
from processor.replay.backtest import Asked, Backtest

BEGIN: Final[EpochMs] = 1_790_000_000_000
BLOCK: Final = 200  # what a daemon under 10,000 messages a second puts into one
SOURCES: Final = ("journal", "csv", "parquet")
ALARMS: Final = 0.0002  # the share of readings that a rule takes at once


def readings(devices: int, minutes: int) -> Iterator[Reading]:
    """Each device once a minute, evenly spread."""
    chance = random.Random(1)  # noqa: S311 - the same readings every time, no secret
    for minute in range(minutes):
        for number in range(devices):
            at = BEGIN + minute * MINUTE + number * MINUTE // devices
            values = {name: round(value + chance.random(), 2) for name, value in NORMAL.items()}
            if chance.random() < ALARMS:
                values["temperature"] = 95.0
            yield Reading(device_id(number), at, at, dict(values), 0, minute * devices + number)


def district(folder: Path) -> District:
    """The configuration in the folder."""
    found = load(read_sources(folder, folder / "rules")[0]).district
    assert found is not None
    return found


def make(folder: Path, devices: int, minutes: int) -> None:
    """The configuration and the three sources."""
    store = folder / "store.db"
    write_configuration(folder, devices=devices, rules=10, port=1, http_port=1, store=store)
    starts: list[Input] = [Started(name, BEGIN, None, BEGIN) for name in sorted({community(n) for n in range(devices)})]
    with SqliteStore(store) as kept, (folder / "said.csv").open("w", encoding="utf-8") as file:
        file.write(f"time,device,{','.join(NORMAL)}\n")
        block: list[Input] = starts
        for reading in readings(devices, minutes):
            file.write(f"{reading.at},{reading.device},{','.join(str(value) for value in reading.values.values())}\n")
            block.append(reading)
            if len(block) >= BLOCK:
                kept.journal.commit(Batch(Block(reading.at, "x", block), (), (), Counts()))
                block = []
        kept.journal.commit(Batch(Block(BEGIN + minutes * MINUTE, "x", block), (), (), Counts()))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE said AS FROM read_csv('{folder / 'said.csv'}')")
        connection.execute(f"COPY said TO '{folder / 'said.parquet'}' (FORMAT parquet)")


def opened(folder: Path, source: str, found: District) -> FileHistory | SqliteHistory:
    """The source to measure."""
    if source == "journal":
        return open_store_history(folder / "store.db")
    path = folder / f"said.{source}"
    return open_files(found, csv=[path]) if source == "csv" else open_files(found, parquet=[path])


def measure(folder: Path, source: str) -> dict[str, float]:
    """One source in this process: readings a second of processor time, and the most memory in MB."""
    found = district(folder)
    best, alerts = 0.0, 0
    for _ in range(3):
        history = opened(folder, source, found)
        began = time.process_time()
        with seldom_collected():
            result = Backtest(history, [("bench", found)], Asked()).run()
        best = max(best, result.source.readings / (time.process_time() - began))
        alerts = sum(rule.alerts for rule in result.account.rules)
        history.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"readings/s per core": best, "MB": memory, "alerts": alerts, "readings": result.source.readings}


def main() -> int:
    """Make the sources, measure each, print one line for each; 1 where they do not come to the same."""
    parser = argparse.ArgumentParser(prog="python -m bench.backtest", description=__doc__)
    parser.add_argument("--devices", type=int, default=2_000)
    parser.add_argument("--minutes", type=int, default=240)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--of", nargs=2, metavar=("FOLDER", "SOURCE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.of:
        print(json.dumps(measure(Path(chosen.of[0]), chosen.of[1])))
        return 0
    with tempfile.TemporaryDirectory(prefix="wardwatch-bench-") as name:
        make(Path(name), chosen.devices, chosen.minutes)
        figures = {}
        for source in SOURCES:
            command = (sys.executable, "-m", "bench.backtest", "--of", name, source)
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            figures[source] = json.loads(done.stdout)
    if chosen.json:
        print(json.dumps(figures))
    else:
        for source, found in figures.items():
            print(f"{source:8} {found['readings/s per core']:10,.0f} readings/s per core  {found['MB']:6,.0f} MB")
    return 1 if len({found["alerts"] for found in figures.values()}) > 1 else 0


if __name__ == "__main__":
    sys.exit(main())

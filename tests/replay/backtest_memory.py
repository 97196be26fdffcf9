"""Run by `test_backtest_memory` in a process of its own: backtests a file and prints the most memory it took, in MB."""

import resource
import sys
from pathlib import Path

from processor.cli.wire_history import open_files
from processor.replay.backtest import Asked, Backtest
from tests.runtime.town import sources, town

PEOPLE = "people: {li: {name: Li, roles: [grid_worker], covers: ['*']}}\n"

if __name__ == "__main__":
    district = town({**sources(), "config/people.yaml": PEOPLE})
    history = open_files(district, csv=[Path(sys.argv[1])])
    result = Backtest(history, [("all", district)], Asked()).run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{result.source.readings} {peak:.0f}\n")

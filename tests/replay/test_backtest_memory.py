"""A backtest takes no more memory for a source that is longer: 161 MB for 300,000 readings, and for 1,200,000."""

import subprocess
import sys
from pathlib import Path

from tests.replay.recording import T0

ROOT = Path(__file__).parents[2]
SHORT, LONG = 250_000, 650_000  # the short one fills all that is bounded: 100,000 at once, while others are read
DEVICES = ("e-m1", "w-m1", "w-m2")
# Between two runs of one length the peak differs by some MB; 400,000 more readings kept would be 200 MB and more.
MORE_MB = 40


def peak(path: Path, rows: int) -> int:
    """The most memory that a backtest of a file of so many rows takes, in MB."""
    with path.open("w", encoding="utf-8") as file:
        file.write("time,device,current\n")
        file.writelines(
            f"{T0 + 20_000 * row},{DEVICES[row % 3]},{500 if row // 3 % 500 < 10 else 100 + row % 7}\n"
            for row in range(rows)
        )
    command = (sys.executable, "-m", "tests.replay.backtest_memory", str(path))
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=110)
    readings, memory = map(int, done.stdout.split())
    assert readings == rows
    return memory


def test_memory_does_not_grow_with_the_length_of_the_history(tmp_path: Path) -> None:
    short, long = peak(tmp_path / "said.csv", SHORT), peak(tmp_path / "said.csv", LONG)
    assert long - short < MORE_MB, f"{short} MB for {SHORT} readings, {long} MB for {LONG}"

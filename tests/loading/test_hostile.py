"""No file takes the check more than a second and 100 MB, and each is refused with a problem that says what is wrong.

The second is processor time of the process that reads the file, from opening it to the last problem, so that a busy
machine does not decide; the program's own start is not the file's doing. Memory is the whole process's peak.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.loading.sound import SOUND
from tests.shape.tree import ROOT

SECONDS: Final = 1.0
MEGABYTES: Final = 100
DEADLINE: Final = 300
"""Of all files together, on the slowest machine: against a check that never ends."""

HEAD: Final = "H-1:\n  name: x\n  applies_to: {profile: feeder}\n"
END: Final = "  levels: {L2: {when: residual_current > 1 mA}}\n"


def asking(when: str, more: str = "") -> str:
    """A rule with this condition."""
    return f'{HEAD}{more}  levels: {{L2: {{when: "{when}"}}}}\n'


def naming(key: str, names: str, count: int) -> str:
    """A rule with very many names at one place."""
    return HEAD.replace("profile: feeder", f"{key}: [{', '.join(f'{names}{n}' for n in range(count))}]") + END


BOMB: Final = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(50))
BOXES: Final = " and ".join(f"(residual_current > {n} mA or temperature > {n} degC)" for n in range(25))
TEXTS: Final[dict[str, tuple[str | bytes, str]]] = {
    "ten megabytes": ("a: " + "x" * 10_000_000, "too_large"),
    "ten megabytes of rules": (END * 200_000, "too_large"),
    "two megabytes of rules": (
        "".join(f"R-{n}: {{name: x}}\n" for n in range(110_000))[:2_000_000],
        "too_many_entries",
    ),
    "100,000 keys of a rule": (HEAD + "".join(f"  k{n}: 1\n" for n in range(100_000)), "too_many_entries"),
    "24,000 keys of a rule": (HEAD + "".join(f"  k{n}: 1\n" for n in range(24_000)) + END, "unknown_key"),
    "24,000 times one key": ("a: 1\n" * 24_000, "duplicate_key"),
    "24,000 parameters": (
        HEAD + "  parameters:\n" + "".join(f"    p{n}: 1\n" for n in range(24_000)) + END,
        "too_many_of",
    ),
    "4,000 rules": ("".join(HEAD.replace("H-1", f"R-{n}") + END for n in range(4_000)), "too_many_of"),
    "20,000 triggers": (
        HEAD
        + "  levels:\n    L2:\n"
        + "".join(f"      - {{when: residual_current > {n} mA}}\n" for n in range(20_000)),
        "too_many_of",
    ),
    "48,000 devices": (naming("device", "el-x", 48_000), "no_such"),
    "48,000 profiles": (naming("profile", "feeeder", 48_000), "no_such"),
    "48,000 parents": (HEAD + f"  suppressed_by: [{', '.join(f'R-{n}' for n in range(48_000))}]\n" + END, "no_such"),
    "48,000 levels": (HEAD + "  levels: {" + ", ".join(f"L{n}: a" for n in range(9, 24_000)) + "}\n", "want_choice"),
    "10,000 brackets": ("[" * 10_000, "too_deep"),
    "10,000 braces": ("{a: " * 10_000 + "1" + "}" * 10_000, "too_deep"),
    "10,000 dashes": ("- " * 10_000, "too_deep"),
    "1,900 indents": ("".join(" " * n + "a:\n" for n in range(1_900)), "too_deep"),
    "an alias bomb": (BOMB, "anchor"),
    "an alias alone": ("a: *b\n", "alias"),
    "a merge key": ("a: {<<: {b: 1}}\n", "merge_key"),
    "a tag that runs code": ("a: !!python/object/apply:os.system [id]\n", "tag"),
    "5,000 parentheses": (asking("(" * 5_000 + "residual_current > 1 mA" + ")" * 5_000), "too_long"),
    "300 times not": (asking("not (" * 300 + "residual_current > 1 mA" + ")" * 300), "too_deep"),
    "what makes regular expressions explode": (asking("(a+)+" * 300 + "$"), "unexpected_word"),
    "a rule that asks 2 to the 25th cases": (asking(BOXES) + "  latched: yes\n", "want_boolean"),
    "a number of 1,900 digits": (asking("residual_current > " + "9" * 1_900 + " mA"), "number_too_large"),
    "a division by zero": (asking("residual_current / 0 > 1 mA"), "division_by_zero"),
    "a division by what comes to zero": (asking("residual_current / (1 - 1) > 1 mA"), "division_by_zero"),
    "not-a-number in a condition": (asking("residual_current > nan mA"), "unexpected_word"),
    "infinity in a condition": (asking("residual_current > .inf"), "unexpected_character"),
    "not-a-number in a parameter": (asking("residual_current > p", "  parameters: {p: .nan}\n"), "not_finite"),
    "infinity in a parameter": (asking("residual_current > p", "  parameters: {p: -.inf}\n"), "not_finite"),
    "a number too large": (asking("residual_current > p", "  parameters: {p: 1e400}\n"), "not_finite"),
    "a window of ten years": (asking("avg(residual_current, 3650 d) > 1 mA"), "bad_length"),
    "a hold of a hundred years": (
        HEAD + "  levels: {L2: {when: residual_current > 1 mA, for: 36500 d}}\n",
        "want_duration",
    ),
    "a time of a million digits": (HEAD + "  cooldown: " + "1" * 1_000_000 + " s\n" + END, "want_duration"),
    "a unit of 100,000 characters": (HEAD + "  parameters: {a: 1 " + "kg/" * 33_000 + "s}\n" + END, "unknown_unit"),
    "a text of a million braces": (HEAD + '  text: "' + "{" * 1_000_000 + '"\n' + END, "text_too_long"),
    "an unclosed text of escapes": ('a: "' + "\\x41" * 400_000, "syntax_quote"),
    "a byte that is not UTF-8": (b"a: \xff\n", "not_utf8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "not_utf8"),
    "a surrogate in UTF-8": (b"a: \xed\xa0\x80\n", "not_utf8"),
    "a null byte": ("a: \0\n", "bad_character"),
    "an escape sign": ("a: \x1b[2J\n", "bad_character"),
    "a tab for an indent": ("a:\n\tb: 1\n", "syntax_tab"),
    "only a byte order mark": ("\ufeff", "file_empty"),
    "nothing but line ends": ("\n" * 49_000, "file_empty"),
    "a list of nothing": ("- \n" * 20_000, "want_mapping"),
}

CHILD: Final = """
import json, sys, time
from pathlib import Path
from processor.loading.load import load
from processor.loading.sources import read_sources

for folder in map(Path, sys.stdin.read().splitlines()):
    begin = time.process_time()
    texts, unread = read_sources(folder / "config")
    problems = [*unread, *load(texts).problems]
    spent = time.process_time() - begin
    status = Path("/proc/self/status").read_text()  # unlike getrusage it does not count what forked this process
    peak = int(status.partition("VmHWM:")[2].split()[0])
    told = [[each.code, each.place.file, len(each.render("zh")) + len(each.render("en"))] for each in problems]
    print(json.dumps({"name": folder.name, "seconds": spent, "peak": peak, "problems": told}), flush=True)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What one process says of every file, one after the other, and what that cost."""
    folders = [_written(tmp_path_factory.mktemp("hostile") / name, text) for name, (text, _) in TEXTS.items()]
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input="\n".join(map(str, folders)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return {told["name"]: told for told in map(json.loads, done.stdout.splitlines())}


def _written(folder: Path, text: str | bytes) -> Path:
    for name, sound in SOUND.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sound, "utf-8")
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "rules" / "hostile.yaml").write_bytes(data)
    return folder


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_file_is_refused_in_a_second_with_its_reason(name: str, outcomes: dict[str, dict[str, Any]]) -> None:
    told = outcomes[name]
    codes = {code for code, _, _ in told["problems"]}
    assert TEXTS[name][1] in codes, codes
    assert {file for _, file, _ in told["problems"]} == {"rules/hostile.yaml"}
    assert told["seconds"] < SECONDS
    assert len(told["problems"]) <= 1_000
    assert max(length for _, _, length in told["problems"]) < 2_000  # a problem is read by people


def test_no_hostile_file_takes_much_memory(outcomes: dict[str, dict[str, Any]]) -> None:
    kilobytes = max(told["peak"] for told in outcomes.values())
    assert kilobytes < MEGABYTES * 1_000

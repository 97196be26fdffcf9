"""The project stands alone: it names no machine it was written on, no package index, no author's tool.

The patterns below are written so that they do not match themselves.
"""

import re
from pathlib import Path

import pytest

from tests.shape.tree import files, listed, modules, name

_HOSTS = (
    r"pypi[.]or[g]|pythonhoste[d][.]|anacond[a]|npmjs[.]or[g]|proxy[.]golan[g]|docker[.]i[o]/|ghcr[.]i[o]|quay[.]i[o]"
)
_MACHINE = r"/wor[k]/|/roo[t]/|/hom[e]/[a-z]|/User[s]/[a-z]|[.][.]/share[d]\b|[.]librar[y]/|localdomai[n]"
_TOOLS = r"clau[d]e|anthropi[c]|chatgp[t]|copilo[t]|open ?a[i]\b|language mode[l]|sub-?agen[t]s?\b"
_FORBIDDEN = re.compile(f"{_HOSTS}|{_MACHINE}|{_TOOLS}", re.IGNORECASE)

_IGNORE = re.compile(r"#\s*(type:\s*ignore|noqa|pragma)")
_WHICH = r"type:\s*ignore\[[a-z0-9, -]+\]|noqa:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|pragma: no cover"
_CODE = re.compile(r"[A-Z]+[0-9]+|(?<=\[)[a-z-]+(?=\])")
_IGNORE_WITH_REASON = re.compile(rf"#\s*({_WHICH})\s*(#|-|–|:)?\s*\w.{{4,}}")


def texts() -> list[Path]:
    """Every file that is text."""
    return [path for path in files() if b"\0" not in path.read_bytes()[:4096]]


def test_no_file_names_a_machine_an_index_or_a_tool() -> None:
    found = {name(path): [match.group() for match in _FORBIDDEN.finditer(path.read_text("utf-8"))] for path in texts()}
    guilty = {where: words for where, words in found.items() if words}
    assert not guilty, listed(guilty)


@pytest.mark.parametrize(
    "text",
    [
        "https://pypi" + ".org/simple",
        "/ro" + "ot/x",
        "cd /wo" + "rk/main",
        "/ho" + "me/li/x",
        "see ../sha" + "red/notes",
    ],
)
def test_the_patterns_catch_what_they_are_for(text: str) -> None:
    assert _FORBIDDEN.search(text)


def silent(text: str) -> list[str]:
    """The lines that silence a check and say nowhere in the file why; a reason given once covers its repeats."""
    explained: set[str] = set()
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if "_IGNORE" in line or not _IGNORE.search(line):
            continue
        codes = set(_CODE.findall(line[_IGNORE.search(line).start() :]))  # type: ignore[union-attr]  # searched above
        if _IGNORE_WITH_REASON.search(line):
            explained |= codes
        elif not codes or codes - explained:
            found.append(f"{number}: {line.strip()}")
    return found


def test_every_silenced_check_says_which_and_why() -> None:
    guilty = [f"{name(path)}:{line}" for path in modules() for line in silent(path.read_text("utf-8"))]
    assert not guilty, listed(guilty)


def test_a_reason_given_once_covers_its_repeats_only() -> None:
    mark = "x  # no" + "qa: "
    assert silent(f"{mark}E501 - a table reads better wide\n{mark}E501\n") == []
    assert len(silent(f"{mark}E501\n{mark}E501 - a table reads better wide\n{mark}N818\n")) == 2


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("x = 1  # type: " + "ignore", False),
        ("x = 1  # type: " + "ignore[misc]", False),
        ("x = 1  # type: " + "ignore[misc]  # the stub is wrong here", True),
        ("x = 1  # no" + "qa", False),
        ("x = 1  # no" + "qa: E501", False),
        ("x = 1  # no" + "qa: E501 - a table reads better wide", True),
    ],
)
def test_a_reason_is_more_than_a_code(*, line: str, explained: bool) -> None:
    assert bool(_IGNORE_WITH_REASON.search(line)) is explained


def test_text_is_utf_8_without_a_mark_and_with_plain_line_ends() -> None:
    odd = []
    for path in texts():
        raw = path.read_bytes()
        raw.decode("utf-8")
        windows = b"\r\n" in raw and "bad_rules" not in path.parts and path.suffix != ".csv"
        if raw.startswith(b"\xef\xbb\xbf") or windows:
            odd.append(name(path))
    assert not odd, listed(odd)

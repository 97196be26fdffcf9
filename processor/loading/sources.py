"""Reads the configuration's files from the disk; everything else in loading works on texts."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from processor.loading import devices_csv, yaml_strict
from processor.loading.kinds import TEST_ENDING, Kind, kind_of
from processor.loading.messages import problem
from processor.loading.rule_folder import rule_files
from processor.model.problem import Problem
from processor.model.source import SourcePlace

RULES: Final = "rules"
SETTINGS: Final = "wardwatch"

_BEGIN: Final = 64


def read_sources(config: Path, rules: Path | None = None) -> tuple[dict[str, str], list[Problem]]:
    """The texts of a configuration folder and a rules folder, by path relative to the folder above `config`.

    `rules` defaults to "rules" inside `config` or beside it; it may be `config` itself, then all that has none of a
    configuration's names are rules. The second part says which files could not be read.
    """
    config = config.resolve()
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, path in _named(config, rules_folder(config, rules)):
        limit = devices_csv.MAX_BYTES if kind_of(name) is Kind.DEVICES_CSV else yaml_strict.MAX_BYTES
        read = read_text(path, name, limit)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            texts[name] = read
    return texts, problems


def read_text(path: Path, name: str, limit: int) -> str | Problem:
    """The text of one file, never more than `limit` bytes of it in memory."""
    where = SourcePlace(name)
    try:
        with path.open("rb") as file:
            data = file.read(limit + 4)
        size = path.stat().st_size
    except FileNotFoundError:
        return problem("no_file", where)
    except OSError as error:
        return problem("unreadable_file", where, {"reason": error.strerror or error})
    if len(data) > limit + 3:  # a byte order mark is not counted
        return problem("too_large", where, {"limit": f"{limit // (1024 * 1024)} MiB", "size": size})
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(name, data, error.start)


def _not_utf8(name: str, data: bytes, at: int) -> Problem:
    """Where the first letter of another encoding stands, with its line where the encoding can be told."""
    begin = data.rfind(b"\n", 0, at) + 1
    line, end = data.count(b"\n", 0, at) + 1, data.find(b"\n", at)
    try:
        text, looks = data[begin : None if end < 0 else end].decode("gb18030").rstrip("\r"), "GBK"
    except UnicodeDecodeError:
        text, looks = "", ""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data[:_BEGIN]:
        text, looks, line = "", "UTF-16", 1
    known = bool(text) and text.isprintable()
    place = SourcePlace(name, line, len(data[begin:at].decode("ascii", "replace")) + 1) if known else SourcePlace(name)
    words = {"byte": f"0x{data[at]:02X}", "position": at + 1, "looks": f" ({looks}?)" if looks else ""}
    return problem("not_utf8", place, words, line_text=text if known else "")


def rules_folder(config: Path, rules: Path | None = None) -> Path:
    """Where the rules are: `rules`, or in the usual place inside `config` or beside it."""
    return _rules_folder(config.resolve()) if rules is None else rules.resolve()


def _rules_folder(config: Path) -> Path:
    inside = config / "rules"
    return inside if inside.is_dir() else config.parent / "rules"


def stray_files(config: Path) -> list[str]:
    """The YAML and CSV files in a configuration folder that are not read, for they have none of its names."""
    return [path.name for path in _listed(config) if kind_of(f"config/{path.name}") is None and path.stem != SETTINGS]


def _named(config: Path, rules: Path) -> Iterator[tuple[str, Path]]:
    for folder in (config, config / "profiles"):
        for path in _listed(folder):
            name = path.relative_to(config.parent).as_posix()
            if kind_of(name) is not None:
                yield name, path
    # A rules folder by another name holds rules all the same.
    above = Path(os.path.relpath(rules, config.parent)).as_posix() if rules.name == RULES else RULES
    for below, path in rule_files(rules):
        if rules != config or (path.parent == config and below in stray_files(config)):
            yield f"{above}/{below}", path


def _listed(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if _wanted(path)) if folder.is_dir() else []


def _wanted(path: Path) -> bool:
    return path.suffix in {".yaml", ".yml", ".csv"} and not path.name.endswith(TEST_ENDING) and path.is_file()

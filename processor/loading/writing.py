"""Puts operators' files back on the disk: each at once, all or none, with a copy of what they replace."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from processor.loading.kinds import TEST_ENDING, kind_of

REPLACED: Final = "replaced"
"""The folder beside config/ that holds what was replaced, by time."""


class WrongPlace(ValueError):  # noqa: N818 - what is wrong with the name, in the operator's words
    """A file is none of a configuration, or lies in another folder."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was written and taken away (paths relative to the folder above config/), and where the old ones are."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    backup: Path | None


def replace_files(
    config: Path,
    rules: Path,
    before: Mapping[str, str],
    after: Mapping[str, str],
    *,
    at: datetime,
    more: Mapping[str, str] | None = None,
) -> Replaced:
    """Make the files of these two folders those of `after` where they were those of `before`; `more` is only written.

    Every new text is on the disk, and every old file copied, before the first is put in place. OSError where that
    fails: nothing was changed then. WrongPlace for a name that is none of a configuration.
    """
    config, above = config.resolve(), config.resolve().parent
    folders = (config, config / "profiles", rules.resolve())
    texts = {**{name: text for name, text in after.items() if before.get(name) != text}, **(more or {})}
    removed = tuple(sorted(before.keys() - after.keys()))
    targets = {name: _inside(above, folders, name) for name in (*texts, *removed)}
    if not targets:
        return Replaced((), (), None)
    backup = _copied(above, targets, at)
    prepared: dict[str, Path] = {}
    try:
        for name, text in texts.items():
            prepared[name] = _beside(targets[name], text)
        for name, ready in prepared.items():
            ready.replace(targets[name])
        for name in removed:
            targets[name].unlink(missing_ok=True)
    except OSError:
        _put_back(targets, backup)
        raise
    finally:
        for ready in prepared.values():
            ready.unlink(missing_ok=True)
    for folder in {target.parent for target in targets.values()}:
        _sync(folder)
    return Replaced(tuple(sorted(texts)), removed, backup)


def _inside(above: Path, folders: Sequence[Path], name: str) -> Path:
    """Where a file belongs. Its name comes from a store or another folder: it must be one of a configuration."""
    path = Path(os.path.normpath(above / name))
    if not _is_in(path, folders) or (kind_of(name) is None and not name.endswith(TEST_ENDING)):
        raise WrongPlace(f"{name} is no file of this configuration's folders")
    return path


def _is_in(path: Path, folders: Sequence[Path]) -> bool:
    """The last folder is the rules', which may have folders of its own; hidden ones are not read."""
    *_, rules = folders
    if not path.is_relative_to(rules):
        return path.parent in folders
    return not any(part.startswith(".") for part in path.relative_to(rules).parts)


def _copied(above: Path, targets: Mapping[str, Path], at: datetime) -> Path | None:
    there = {name: path for name, path in targets.items() if path.exists()}
    if not there:
        return None
    backup = next(folder for folder in _names(above / REPLACED, at) if not folder.exists())
    for name, path in there.items():
        copy = backup / _flat(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
        _sync(copy)
    return backup


def _names(folder: Path, at: datetime) -> Iterator[Path]:
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    yield folder / stamp
    number = 2
    while True:
        yield folder / f"{stamp}-{number}"
        number += 1


def _flat(name: str) -> Path:
    """A name below the backup's folder, also for rules that lie elsewhere."""
    return Path(*[part for part in Path(name).parts if part != ".."])


def _beside(target: Path, text: str) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    ready = target.with_name(f".{target.name}.new")  # no ending of ours: nobody reads it meanwhile
    with ready.open("wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, ready)
    else:
        ready.chmod(0o644)
    return ready


def _put_back(targets: Mapping[str, Path], backup: Path | None) -> None:
    for name, target in targets.items():
        copy = backup / _flat(name) if backup is not None else None
        if copy is not None and copy.exists():
            shutil.copy2(copy, target)
        else:
            target.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""`wardwatch store backup|restore|vacuum`: a store as one file that can be carried away and put back."""

import os
import shutil
import sqlite3
from pathlib import Path

import msgspec

from processor.adapters.sqlite.check import Finding, Progress, check, silent
from processor.adapters.sqlite.connection import Reader, Writer
from processor.adapters.sqlite.locking import StoreLock
from processor.model.text import Text
from processor.ports.journal import JournalBroken, JournalFull

_PAGES_AT_ONCE = 1024


class Restored(msgspec.Struct, frozen=True):
    """How a restore ended: with `findings` nothing was changed; `replaced` is where the store it replaced went."""

    findings: tuple[Finding, ...] = ()
    replaced: Path | None = None


def backup(path: Path, target: Path, progress: Progress = silent) -> int:
    """Copy the store as it is at this moment into one new file, while a daemon runs on it; its bytes.

    Raises JournalBroken where there is no store or `target` exists, JournalFull where the target's disk is full.
    """
    if target.exists():
        raise JournalBroken(f"{target} exists; name a new file, a backup never overwrites one")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    reader = Reader(path)
    try:
        with reader.snapshot():  # without it, each commit of the daemon would make the copy start again
            reader.copy_to(partial, _PAGES_AT_ONCE, progress)
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise JournalBroken(f"cannot write the backup {target}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
        reader.close()
    return target.stat().st_size


def restore(source: Path, path: Path, *, replace: bool = False, progress: Progress = silent) -> Restored:
    """Put the backup `source` where the daemon looks for its store, after checking every block of it.

    An existing store stays unless `replace`; then it is kept beside, under `replaced`. Before the very last step, a
    rename, the old store is untouched. Raises JournalBroken where a daemon runs on it or it exists.
    """
    incoming = path.with_name(path.name + ".restoring")
    lock = StoreLock(path)
    try:
        if path.exists() and not replace:
            raise JournalBroken(f"there is a store at {path}; say that it is to be replaced, or move it away")
        findings = _bring_in(source, incoming, progress)
        if findings:
            return Restored(tuple(findings))
        kept = _put_aside(path)
        incoming.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise JournalBroken(f"cannot restore {source} to {path}: {error.strerror}") from error
    finally:
        _remove_log(incoming, None)
        incoming.unlink(missing_ok=True)
        lock.release()
    return Restored(replaced=kept)


def vacuum(path: Path) -> tuple[int, int]:
    """Rewrite the store without its free pages (the daemon must not run); its bytes before and after."""
    if not path.is_file():
        raise JournalBroken(f"there is no store at {path}")
    lock = StoreLock(path)
    try:
        before = path.stat().st_size
        writer = Writer(path)
        try:
            writer.rewrite()
        finally:
            writer.close()
        return before, path.stat().st_size
    finally:
        lock.release()


def _bring_in(source: Path, incoming: Path, progress: Progress) -> list[Finding]:
    """Copy the backup beside the store, bring it to this version, and look at every block of it."""
    _remove_log(incoming, None)
    shutil.copyfile(source, incoming)
    try:
        Writer(incoming).close()
    except (JournalBroken, JournalFull) as error:
        return [Finding("unreadable", Text(f"备份无法打开：{error}", f"the backup cannot be opened: {error}"))]
    _sync(incoming)
    return check(incoming, progress)


def _put_aside(path: Path) -> Path | None:
    """A second name for the old store, complete in one file: its write-ahead log must never meet the new one."""
    if not path.exists():
        _remove_log(path, None)
        return None
    kept = path.with_name(path.name + ".replaced")
    try:
        old = sqlite3.connect(path, isolation_level=None)
        try:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            old.close()
    except sqlite3.Error:
        pass  # the old store is broken, which is why it is replaced; its log goes aside with it
    kept.unlink(missing_ok=True)
    os.link(path, kept)
    _remove_log(path, kept)
    return kept


def _remove_log(path: Path, kept: Path | None) -> None:
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    log = path.with_name(path.name + "-wal")
    if log.exists() and kept is not None:
        log.replace(kept.with_name(kept.name + "-wal"))
    log.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until the disk has the file, or the directory's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

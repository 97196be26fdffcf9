"""`wardwatch store check`: is everything in the store whole, and does it add up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
import zstandard

from processor.adapters.sqlite.blocks import Unpacker, expand
from processor.adapters.sqlite.connection import Reader
from processor.adapters.sqlite.kept_files import hash_of
from processor.model.effect import Effect
from processor.model.reading import Reading
from processor.model.text import Text
from processor.ports.journal import JournalBroken, JournalFull

Progress: TypeAlias = Callable[[int, int], None]
"""Called with (done, of how many) now and then during long work."""

_PAGE: Final = 256


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong with a store. `code` is stable; `what` says it and its cure in both languages."""

    code: str
    what: Text


def silent(_done: int, _total: int) -> None:
    """For callers who do not show progress."""


def check(path: Path, progress: Progress = silent) -> list[Finding]:
    """What is wrong with the store at `path`; an empty list where nothing is. A daemon may run on it meanwhile."""
    try:
        reader = Reader(path)
    except (JournalBroken, JournalFull) as error:
        return [Finding("unreadable", Text(f"无法打开存储：{error}", f"the store cannot be opened: {error}"))]
    try:
        damage = [_damage(str(row[0])) for row in reader.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
        if damage:
            return damage  # what follows would only say the same in more words
        with reader.snapshot():
            return [finding for examine in _EXAMINATIONS for finding in examine(reader, progress)]
    except JournalBroken as error:
        return [_damage(str(error))]
    finally:
        reader.close()


def _damage(words: str) -> Finding:
    return Finding(
        "damaged", Text(f"文件已损坏：{words}；请恢复备份", f"the file is damaged: {words}; restore a backup")
    )


def _offsets(reader: Reader, _progress: Progress) -> Iterator[Finding]:
    blocks, first, last = reader.one("SELECT count(*), min(offset), max(offset) FROM journal") or (0, None, None)
    newest = reader.one("SELECT seq FROM sqlite_sequence WHERE name = 'journal'")
    given = int(newest[0]) if newest else 0
    dropped = _count(reader, "retained_blocks")
    if blocks + dropped != given or (blocks and (first != dropped + 1 or last != given)):
        yield Finding(
            "holes",
            Text(
                f"日志序号不连续：应有 {given} 块，现存 {blocks} 块，按保留策略删除 {dropped} 块；请恢复备份",
                f"the journal has holes: {given} blocks were written, {blocks} are here, retention dropped {dropped}; "
                "restore a backup",
            ),
        )


def _blocks(reader: Reader, progress: Progress) -> Iterator[Finding]:
    total = int((reader.one("SELECT count(*) FROM journal") or (0,))[0])
    unpacker = Unpacker()
    after = done = 0
    while rows := reader.rows(
        "SELECT offset, readings, block FROM journal WHERE offset > ? ORDER BY offset LIMIT ?", (after, _PAGE)
    ):
        for offset, readings, block in rows:
            try:
                found = sum(isinstance(each, Reading) for each in unpacker.unpack(offset, block))
            except JournalBroken as error:
                yield Finding("block", Text(f"日志块 {offset} 无法读取：{error}", str(error)))
                continue
            if found != readings:
                english = f"block {offset} holds {found} readings, its row says {readings}; restore a backup"
                yield Finding(
                    "block", Text(f"日志块 {offset} 有 {found} 条读数，记录为 {readings} 条；请恢复备份", english)
                )
        after, done = rows[-1][0], done + len(rows)
        progress(done, total)


def _counts(reader: Reader, _progress: Progress) -> Iterator[Finding]:
    received, stored, duplicates, dead, dropped = (
        _count(reader, name) for name in ("received", "stored", "duplicates", "dead_letters", "dropped")
    )
    if received != stored + duplicates + dead + dropped:
        sums = f"{received} != {stored} + {duplicates} + {dead} + {dropped}"
        zh = f"计数不符：收到 ≠ 已存 + 重复 + 死信 + 丢弃（{sums}）；请报告此问题"
        yield Finding(
            "counts", Text(zh, f"received != stored + duplicates + dead letters + dropped ({sums}); report it")
        )
    kept = int((reader.one("SELECT coalesce(sum(readings), 0) FROM journal") or (0,))[0])
    gone = _count(reader, "retained_readings")
    if kept + gone != stored:
        english = f"{stored} readings were counted as stored, the journal has {kept} and retention dropped {gone}"
        yield Finding(
            "readings", Text(f"计为已存的读数 {stored} 条，日志现有 {kept} 条，按保留策略删除 {gone} 条", english)
        )


def _outbox(reader: Reader, _progress: Progress) -> Iterator[Finding]:
    decoder = msgspec.json.Decoder(Effect)
    after = 0
    while rows := reader.rows(
        "SELECT sequence, key, effect FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?", (after, _PAGE)
    ):
        for sequence, key, effect in rows:
            try:
                wrong = getattr(decoder.decode(effect), "key", None) != key
            except msgspec.MsgspecError:
                wrong = True
            if wrong:
                english = f"outbox row {sequence} does not hold the effect of its key {key}; restore a backup"
                yield Finding("outbox", Text(f"发件箱第 {sequence} 行与其键 {key} 不符；请恢复备份", english))
        after = rows[-1][0]


def _checkpoints(reader: Reader, _progress: Progress) -> Iterator[Finding]:
    last = int((reader.one("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'") or (0,))[0])
    dropped = _count(reader, "retained_blocks")
    for scope, offset, state in reader.rows("SELECT scope, offset, state FROM checkpoints"):
        try:
            expand(state)
            reachable = dropped <= offset <= last
        except (zstandard.ZstdError, ValueError):
            reachable = False
        if not reachable:
            english = f"the checkpoint of {scope} at {offset} cannot be used with blocks {dropped + 1} to {last}"
            yield Finding(
                "checkpoint", Text(f"{scope} 的检查点（{offset}）无法与日志 {dropped + 1}–{last} 衔接", english)
            )


def _projections(reader: Reader, _progress: Progress) -> Iterator[Finding]:
    for table, steps, key in (("alerts", "transitions", "alert"), ("orders", "order_steps", "id")):
        query = f"""SELECT {key}, number, newest FROM {table} LEFT JOIN
            (SELECT {key}, max(number) AS newest FROM {steps} GROUP BY {key}) USING ({key})
            WHERE newest IS NOT number LIMIT 20"""  # noqa: S608 - constant names
        for name, number, newest in reader.rows(query):
            english = f"{table}: {name} stands at step {number}, its newest step is {newest}; restore a backup"
            yield Finding(
                "projection", Text(f"{table}：{name} 停在第 {number} 步，最新为第 {newest} 步；请恢复备份", english)
            )


def _kept_files(reader: Reader, _progress: Progress) -> Iterator[Finding]:
    """The operators' files of former sets, without which a past under them cannot be told."""
    query = """SELECT rules_hash, path, kept_files.hash, text FROM kept_files LEFT JOIN kept_texts USING (hash)
        GROUP BY kept_files.hash"""
    for rules_hash, path, known, text in reader.rows(query):
        try:
            whole = hash_of(expand(text).decode()) == known
        except (TypeError, ValueError, zstandard.ZstdError):
            whole = False
        if not whole:
            english = f"{path} of the rule set {rules_hash[:12]} is lost or damaged; restore a backup"
            yield Finding("kept_files", Text(f"规则集 {rules_hash[:12]} 的 {path} 丢失或损坏；请恢复备份", english))


def _count(reader: Reader, name: str) -> int:
    row = reader.one("SELECT value FROM counts WHERE name = ?", (name,))
    return int(row[0]) if row else 0


_EXAMINATIONS: Final = (_offsets, _blocks, _counts, _outbox, _checkpoints, _projections, _kept_files)

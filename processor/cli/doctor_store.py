"""`doctor` at the disk: is there a store, is it ours and whole enough to open, is there room."""

import os
import shutil
from pathlib import Path
from typing import Final

from processor.cli.findings import Finding, note, well, wrong
from processor.cli.wire_doctor import holder_of_lock
from processor.cli.wire_store import JournalBroken, JournalFull, open_records, store_path
from processor.loading.settings_model import Settings
from processor.model.text import Text

MIB: Final = 1024 * 1024
TOO_LITTLE: Final = 100 * MIB
LITTLE: Final = 1024 * MIB
ROOM_CURE: Final = Text(
    zh="请清理磁盘，或减小 store.retention_days / retention_bytes；磁盘满时不再确认消息，腾出空间后自动恢复。",
    en="Free some space, or lower store.retention_days or retention_bytes. When the disk is full nothing more is "
    "acknowledged; it recovers alone.",
)


def look_at_store(settings: Settings, *, daemon_answers: bool) -> list[Finding]:
    """Everything that the disk shows."""
    path = store_path(settings)
    found = [_opened(settings, path), *_room(path.absolute().parent)]
    holder = None if daemon_answers else holder_of_lock(settings)
    if holder is not None:
        found.append(
            wrong(
                "store",
                Text(
                    zh=f"进程 {holder} 占用着存储，但在 console 地址没有应答。",
                    en=f"Process {holder} holds the store, but does not answer at the console's address.",
                ),
                Text(
                    zh="它的 console.host/port 与此处一致吗？若它已停住，请重启它。",
                    en="Is its console.host and port the same as here? If it hangs, restart it.",
                ),
            )
        )
    return found


def _opened(settings: Settings, path: Path) -> Finding:
    folder = path.absolute().parent
    if not path.exists():
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            what = Text(zh=f"目录 {folder} 不存在或不可写。", en=f"The folder {folder} is not there, or not writable.")
            cure = Text(
                zh="请创建目录并授权，或修改 store.path。",
                en="Make it, give us the right to write, or change store.path.",
            )
            return wrong("store", what, cure)
        what = Text(
            zh=f"{path} 还不存在；首次启动时创建。", en=f"There is no store at {path} yet; the first start makes it."
        )
        return note("store", what)
    try:
        open_records(settings).close()
    except (JournalBroken, JournalFull) as error:
        return wrong("store", Text(zh=f"存储无法使用：{error}", en=f"The store cannot be used: {error}"))
    size = sum(each.stat().st_size for each in (path, path.with_name(path.name + "-wal")) if each.exists()) / MIB
    return well("store", f"存储 {path} 可以打开，{size:.1f} MiB。", f"The store {path} opens; {size:.1f} MiB.")


def _room(folder: Path) -> list[Finding]:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    what = Text(
        zh=f"{folder} 所在磁盘剩余 {free / MIB:.0f} MiB。", en=f"{free / MIB:.0f} MiB are free on the disk of {folder}."
    )
    if free < TOO_LITTLE:
        return [wrong("disk", what, ROOM_CURE)]
    return [note("disk", what, ROOM_CURE) if free < LITTLE else well("disk", what.zh, what.en)]

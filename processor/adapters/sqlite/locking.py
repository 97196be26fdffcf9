"""One daemon to a store: a lock that the operating system gives back however the daemon ends."""

import fcntl
import os
from pathlib import Path

from processor.ports.journal import JournalBroken


class StoreLock:
    """Held from construction to `release`. Readers do not ask for it."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".lock")
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise JournalBroken(
                f"cannot write {self.path} ({error.strerror}); the store's directory must exist and be writable"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise JournalBroken(
                f"store {store} is open in another wardwatch (process {holder}); stop that one first"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give the store up. The file stays: removing it would let two hold two files of one name."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

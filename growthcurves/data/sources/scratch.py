"""Temporary folders: they go when nothing needs them any more, and those of killed processes with the next one made.

A process that is killed removes nothing. So every folder holds a file that its process keeps locked; the lock goes with
the process, however it ends, and a folder whose file can be locked has lost its owner.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from functools import cache
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows knows no such locks: what a killed process left there stays
    fcntl = None  # type: ignore[assignment]

PREFIX, LOCK = "growthcurves-", "in-use"


class Scratch:
    """A temporary folder that goes when nothing needs it any more.

    Examples
    --------
    >>> scratch = Scratch()
    >>> path = scratch.path
    >>> del scratch
    >>> path.exists()
    False
    """

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _locked(self.path / f"{LOCK}.new")
        (self.path / f"{LOCK}.new").rename(self.path / LOCK)
        weakref.finalize(self, _remove, self.path, lock, os.getpid())


@cache
def sweep() -> None:
    """Remove the folders of this user's processes that were killed, once in a process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    if fcntl is None or folder.is_symlink() or not (folder / LOCK).is_file():
        return False
    try:
        if folder.stat().st_uid != os.getuid():
            return False
        _locked(folder / LOCK).close()
    except OSError:  # it is locked, or gone by now
        return False
    return True


def _locked(path: Path) -> IO[bytes]:
    """The file, opened and locked as long as it is open; an error where another process has it locked."""
    file = path.open("ab")
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise
    return file


def _remove(path: Path, lock: IO[bytes], owner: int) -> None:
    lock.close()
    if os.getpid() == owner:  # a copy of the process, made while it ran, has copies of its objects
        shutil.rmtree(path, ignore_errors=True)

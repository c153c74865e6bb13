"""The one door to files: everything is written beside its place and moved there in one step.

With a full disk, an interrupt or an end of the process in the middle, the old file is whole.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from growthcurves.errors import DataError, brief

#: Bytes of the name of a file or a folder.
_LONGEST = 255


def path_of(name: str | Path) -> Path:
    """The path of a file that a user named; `~` is a home folder where there is one of that name.

    Raises
    ------
    DataError
        For what is no name of a file.

    Examples
    --------
    >>> path_of("~$trial.xlsx").name
    '~$trial.xlsx'
    """
    if not isinstance(name, str | os.PathLike) or "\0" in str(name):
        raise DataError(f"The name of a file is needed, not {brief(name)}.")
    if not _can_be_named(str(name)):
        raise DataError(f"{brief(name)} cannot be the name of a file.")
    try:
        return Path(name).expanduser()
    except RuntimeError:  # no such home folder: the name begins with this sign
        return Path(name)


def _can_be_named(path: str) -> bool:
    """Whether every part of a path has signs that files can be called by, and not too many of them."""
    try:
        return all(len(part) <= _LONGEST for part in path.encode().replace(b"\\", b"/").split(b"/"))
    except UnicodeEncodeError:
        return False


@contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes the place of `path` when everything is written.

    A link stays a link, and what it leads to is replaced; an existing file keeps its permissions. A device or a pipe
    is written into directly.

    Raises
    ------
    OSError
        Where the system refuses; the error names `path`, the old file is as it was, and nothing is left beside it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "words.txt"
    >>> with whole_file(path) as file:
    ...     _ = file.write(b"whole")
    >>> path.read_bytes(), len(list(path.parent.iterdir()))
    (b'whole', 1)
    """
    target = Path(os.path.realpath(path_of(path)))
    try:
        if target.exists() and not target.is_file():
            with open(target, "wb") as file:
                yield file
            return
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        beside = target.with_name(f".{target.name[:80]}.{secrets.token_hex(6)}.part")
        try:
            with open(beside, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, beside)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise _naming(error, path) from error


def write_text(path: str | Path, text: str) -> Path:
    """Write a text (UTF-8, line feeds) in the place of `path`, whole or not at all; returns the path."""
    path = path_of(path)
    with whole_file(path) as file:
        file.write(text.encode("utf-8"))
    return path


def _naming(error: OSError, path: str | Path) -> OSError:
    """The same error about the file that the user named."""
    return type(error)(error.errno, error.strerror, str(path)) if error.errno else error

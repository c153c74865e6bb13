"""The file around a saved fit: its format, its version, and a seal that tells a changed file from a whole one."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

from growthcurves.errors import DataError, GrowthCurvesError, NotAvailableError, brief
from growthcurves.output.files import path_of

FORMAT = "growthcurves fit"
VERSION = 10

#: What reading a file that is not whole may end in.
DAMAGE = (
    GrowthCurvesError, ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RecursionError,
    TypeError, ValueError, NotImplementedError, zlib.error,
)  # fmt: skip


def sealed(content: Any) -> str:
    """The text of the file."""
    whole = {"format": FORMAT, "version": VERSION, "seal": _seal(content), "fit": content}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)


def opened(path: str | Path) -> tuple[Any, Any]:
    """What a file holds, and its seal.

    Raises
    ------
    DataError
        When there is no such file, it is no saved fit, or it is one of another version.
    """
    path = path_of(path)
    if not path.exists():
        raise DataError(f"There is no file {brief(path, 150)}.")
    if not path.is_file():
        raise DataError(f"{brief(path, 150)} is a folder, not a file.")
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, MemoryError):
        whole = None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise DataError(f"{brief(path, 150)} is not a fit saved by growthcurves, or it is damaged: save the fit anew.")
    if whole.get("version") != VERSION:
        raise DataError(
            f"{brief(path, 150)} was saved by another version of growthcurves (file version "
            f"{brief(whole.get('version'))}; this one reads {VERSION}): fit the model anew."
        )
    return whole.get("fit"), whole.get("seal")


def is_whole(content: Any, seal: Any) -> bool:
    """Whether the content of a file is what was written."""
    return bool(seal == _seal(content))


def refused(path: str | Path, error: Exception, whole: bool, given: bool) -> GrowthCurvesError:
    """One sentence about a file that cannot be read: it is damaged, or what the user gives is not what it needs.

    Parameters
    ----------
    path : str or Path
    error : Exception
        What reading it ended in.
    whole : bool
        Whether the file is as it was written.
    given : bool
        Whether it was read with functions or classes of the user's own.
    """
    if whole and isinstance(error, NotAvailableError):
        return error
    if whole and given:
        return NotAvailableError(
            f"{brief(path, 100)} cannot be read with the functions= and parts= that were given: give those that the "
            f"fit was made with ({_said(error)})."
        )
    return _damaged(path, error)


def _damaged(path: str | Path, error: BaseException) -> DataError:
    return DataError(f"{brief(path, 100)} is a damaged file of a fit: save the fit anew ({_said(error)}).")


def _said(error: BaseException) -> str:
    return (str(error).rstrip(".") if isinstance(error, GrowthCurvesError) else type(error).__name__)[:160]


def refuse_broken(path: str | Path, content: Any, seal: Any) -> None:
    """Refuse a file of which anything was changed after it was written.

    Raises
    ------
    DataError
    """
    if not is_whole(content, seal):
        raise _damaged(path, DataError("it was changed after it was saved"))


def _seal(content: Any) -> str:
    plain = json.dumps(content, ensure_ascii=True, allow_nan=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()

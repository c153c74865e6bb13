"""Values as JSON that a person can read: lists, names and numbers, with nothing that would be run."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from growthcurves.errors import DataError, NotAvailableError, brief
from growthcurves.output.files import path_of
from growthcurves.version import VERSION

#: Lists of so few short values stand on one line of a file.
LINE = 118


def plain(value: Any) -> Any:
    """A value as JSON has it: tuples are lists, arrays are lists of their rows.

    Raises
    ------
    NotAvailableError
        For a number that is infinite or missing, and what is no plain value.

    Examples
    --------
    >>> plain({"knots": (1.0, np.float64(2.5)), "of": np.eye(2)})
    {'knots': [1.0, 2.5], 'of': [[1.0, 0.0], [0.0, 1.0]]}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise NotAvailableError(f"A file that a person can read cannot hold {brief(value)} ({type(value).__name__}).")


def frozen(value: Any) -> Any:
    """What was read of JSON, with tuples in the place of its lists."""
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return tuple(frozen(item) for item in value) if isinstance(value, list) else value


def seal_of(content: Any) -> str:
    """SHA-256 of plain values: the same values in the same order have the same."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def written(value: Any, indent: int = 0) -> str:
    """Plain values as JSON whose short lists and records stand on one line."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, (dict, list)) or not value or len(line) + indent <= LINE:
        return line
    inside = " " * (indent + 2)
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {written(item, indent + 2)}" for key, item in value.items()]
        opened, closed = "{", "}"
    else:
        items, opened, closed = [written(item, indent + 2) for item in value], "[", "]"
    return opened + "\n" + ",\n".join(inside + item for item in items) + "\n" + " " * indent + closed


def sealed(kind: str, version: int, content: dict[str, Any]) -> str:
    """The text of a file: what it is, by what it was made, its seal, and its content."""
    head = {"format": kind, "version": version, "growthcurves": VERSION, "seal": seal_of(content)}
    return written({**head, **content}) + "\n"


def opened(path: Any, kind: str, version: int, what: str, again: str) -> tuple[dict[str, Any], str]:
    """The content of such a file, and the version of growthcurves that made it.

    Parameters
    ----------
    path : str or Path
    kind, version : str, int
        What the file must be.
    what, again : str
        What it is called, and what to do where it is not whole.

    Raises
    ------
    DataError
        When there is no such file, it is another, it was cut short or changed since it was written: the file is named.
    """
    path = path_of(path)
    whole = _read(path, what, again)
    if whole.pop("format", None) != kind:
        raise DataError(f"{brief(path, 100)} is not {what}: it does not begin as one ({kind!r}).")
    found, made_by, seal = (whole.pop(name, None) for name in ("version", "growthcurves", "seal"))
    if found != version:
        raise DataError(
            f"{brief(path, 100)} has the file version {brief(found)}, and this growthcurves reads {version}: {again} "
            f"with the version that all sites use."
        )
    try:
        same = seal == seal_of(whole)
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise DataError(f"{brief(path, 100)} was changed after it was written: {again}.")
    return whole, str(made_by)


def _read(path: Path, what: str, again: str) -> dict[str, Any]:
    if not path.exists():
        raise DataError(f"There is no file {brief(path, 150)}.")
    if not path.is_file():
        raise DataError(f"{brief(path, 150)} is a folder, not a file.")
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(f"{brief(path, 100)} is not {what}: it is no text.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(
            f"{brief(path, 100)} is not {what}, or it was cut short{where}: send the whole file again, or {again}."
        ) from None
    if not isinstance(whole, dict):
        raise DataError(f"{brief(path, 100)} is not {what}.")
    return whole

"""A fingerprint of the data that were used, so that another analyst can tell whether theirs are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd


def fingerprint(frame: pd.DataFrame, columns: Iterable[str]) -> str:
    """SHA-256 of columns of a table: each column's name, then its values in the order of the rows.

    Numbers count as 64-bit floats (so an integer 3 and a 3.0 are the same), all else as text.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": [0, 1]})
    >>> fingerprint(frame, ["day"]) == fingerprint(frame.astype(float), ["day"])
    True
    """
    digest = hashlib.sha256()
    for name in columns:
        digest.update(f"{name}\n".encode())
        digest.update(_bytes(frame[name]))
    return digest.hexdigest()


def fingerprint_of_tables(tables: Callable[[], Iterable[pd.DataFrame]], columns: Iterable[str]) -> str:
    """The fingerprint of the table that these make one below the other; they are gone through once for each column.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["a", "b", "a"], "y": [1, 2, 3]})
    >>> fingerprint_of_tables(lambda: [frame[:1], frame[1:]], frame) == fingerprint(frame, frame)
    True
    """
    digest = hashlib.sha256()
    for name in columns:
        digest.update(f"{name}\n".encode())
        for number, frame in enumerate(tables()):
            if number and not _is_number(frame[name]):
                digest.update(b"\n")
            digest.update(_bytes(frame[name]))
    return digest.hexdigest()


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype)


def _bytes(column: pd.Series) -> bytes:
    if _is_number(column):
        return column.to_numpy(dtype="<f8", na_value=np.nan).tobytes()
    return "\n".join(column.astype(str).to_numpy(dtype=object).tolist()).encode()

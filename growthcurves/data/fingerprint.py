"""A fingerprint of the data that were used, so that another analyst can tell whether theirs are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

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


def _bytes(column: pd.Series) -> bytes:
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        return column.to_numpy(dtype="<f8", na_value=np.nan).tobytes()
    return "\n".join(column.astype(str).to_numpy(dtype=object).tolist()).encode()

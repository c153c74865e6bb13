"""Whole numbers beyond what a double holds exactly: kept as whole numbers where some are missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

#: Whole numbers up to this one are exact as float64.
EXACT = 2**53


def with_missing(column: pd.Series, missing: np.ndarray) -> pd.Series:
    """The column with missing values at a mask; whole numbers that no float holds become ``Int64``.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> ids = pd.Series([1234567890123456789, 7])
    >>> with_missing(ids, np.array([False, True])).tolist()
    [1234567890123456789, <NA>]
    """
    return column.astype(nullable(column.dtype)).mask(missing) if _inexact(column) else column.mask(missing)


def room_for_missing(values: Any) -> Any:
    """An array that can take missing values without changing a number: itself, or as ``Int64``."""
    return pd.array(values, dtype=nullable(values.dtype)) if _inexact(values) else values


def nullable(dtype: Any) -> str:
    """The nullable type of whole numbers with the same range."""
    return "UInt64" if dtype.kind == "u" else "Int64"


def whole_numbers(column: pd.Series) -> pd.Series:
    """Objects that are whole numbers (and missing) as ``Int64``, objects that are numbers as float64; others as is.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> whole_numbers(pd.Series([1, np.nan, 3], dtype=object)).dtype
    Int64Dtype()
    """
    if not pd.api.types.is_object_dtype(column.dtype):
        return column
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind not in ("integer", "floating", "mixed-integer-float"):
        return column
    if kind == "integer":
        try:
            return column.astype("Int64")
        except (OverflowError, TypeError):  # beyond 64 bits: a measure, no id
            return column.astype("float64")
    return column.astype("float64")


def _inexact(values: Any) -> bool:
    dtype = values.dtype
    if not isinstance(dtype, np.dtype) or dtype.kind not in "iu" or dtype.itemsize < 8 or not len(values):
        return False
    return bool(values.max() >= EXACT or values.min() <= -EXACT)

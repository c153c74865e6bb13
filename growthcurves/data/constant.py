"""Whether a column is constant within groups of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.data.levels import told_apart


def first_difference(values: Any, groups: np.ndarray, first_rows: np.ndarray) -> int | None:
    """The first row whose value is not that of its group's first row; None where there is none.

    Missing is a value like any other: the same as missing, different from the rest.

    Parameters
    ----------
    values : array, shape (rows,)
        The column.
    groups : ndarray of int, shape (rows,)
        Group of each row.
    first_rows : ndarray of int, shape (groups,)
        First row of each group.

    Examples
    --------
    >>> age = np.array([30.0, 30.0, np.nan, np.nan, 41.0])
    >>> first_difference(age, np.array([0, 0, 1, 1, 1]), np.array([0, 2]))
    4
    """
    if not (isinstance(values, np.ndarray) and values.dtype.kind in "fiub"):
        values = told_apart(values)[0]
    changed = different(values, values[first_rows][groups])
    return int(changed.argmax()) if changed.any() else None


def different(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two arrays differ; missing numbers are alike."""
    differs = one != other
    if one.dtype.kind == "f" and differs.any():
        differs &= ~(np.isnan(one) & np.isnan(other))
    return differs

"""Few different values among many, without sorting all of them."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def few_distinct(values: Array, most: int) -> tuple[Array, Array] | None:
    """A number for each value (n,), and where each different one comes first; None where there are more than `most`.

    Examples
    --------
    >>> codes, first = few_distinct(np.array([7, 5, 7, 9]), 3)
    >>> codes.tolist(), first.tolist()
    ([1, 0, 1, 2], [1, 0, 3])
    >>> few_distinct(np.arange(10), 3)
    """
    table = np.unique(values[: 4 * most + 16])
    while len(table) <= most:
        codes = np.minimum(np.searchsorted(table, values), len(table) - 1)
        missing = values[table[codes] != values]
        if not missing.size:
            first = np.empty(len(table), dtype=np.intp)
            first[codes[::-1]] = np.arange(len(values))[::-1]
            return codes, first
        table = np.union1d(table, np.unique(missing[: 4 * most + 16]))
    return None

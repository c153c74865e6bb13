"""Few different values among many, without sorting all of them."""

from __future__ import annotations

from collections.abc import Sequence

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


def numbered(values: Array) -> tuple[Array, Array]:
    """Where each different value comes first, in the order of the values, and the number of each value, (n,).

    Whole numbers in a range that is not much longer than they are many are looked up and not sorted.

    Examples
    --------
    >>> first, codes = numbered(np.array([7, 5, 7, 9]))
    >>> first.tolist(), codes.tolist()
    ([1, 0, 3], [1, 0, 1, 2])
    """
    low, high = (int(values.min()), int(values.max())) if values.size and values.dtype.kind in "iu" else (0, -1)
    if not 0 <= high - low <= 4 * values.size:
        _, first, codes = np.unique(values, return_index=True, return_inverse=True)
        return first, codes.reshape(-1)
    places = (values - low).astype(np.intp, copy=False)
    first = np.full(high - low + 1, values.size, dtype=np.intp)
    first[places[::-1]] = np.arange(values.size - 1, -1, -1)
    there = first < values.size
    return first[there], (np.cumsum(there) - 1)[places]


def numbered_within(labels: Sequence[Array]) -> list[tuple[Array, Array]]:
    """What `numbered` says of the labels (n,) of each level, innermost first: one is of its own in each unit above.

    Examples
    --------
    >>> classes, schools = np.array([1, 2, 1]), np.array(["a", "a", "b"])
    >>> [codes.tolist() for _, codes in numbered_within([classes, schools])]
    [[0, 1, 2], [0, 0, 1]]
    """
    found: list[tuple[Array, Array]] = []
    above = np.zeros(len(labels[0]) if labels else 0, dtype=np.intp)
    for column in reversed(labels):
        names, codes = numbered(column)
        first, above = numbered(above * np.int64(len(names)) + codes)
        found.insert(0, (first, above))
    return found

"""The one pass over the rows: Gram matrices of (1, b_1, ..., b_m, y) by person, in cache-sized chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from growthcurves.numerics.arrays import Array, upper
from growthcurves.numerics.threads import each

CHUNK_ROWS = 1 << 15


class Centres(NamedTuple):
    """About what sums are taken.

    Z'Z of persons with the same times is the same to the last bit where it is taken about the same centres, so that
    batches of rows that are added up share them.

    Attributes
    ----------
    rows : (m + 2,) array
        Of the constant (always 0), the stored columns, and the outcome.
    weights : (r + 1,) array
        Of the constant (always 0) and the weights.
    """

    rows: Array
    weights: Array


@lru_cache(maxsize=64)
def pair_index(width: int) -> NDArray[np.intp]:
    """Symmetric table of the position of each pair of columns in the packed Gram matrix."""
    table = np.empty((width, width), dtype=np.intp)
    rows, columns = upper(width)
    table[rows, columns] = table[columns, rows] = np.arange(rows.size)
    table.flags.writeable = False
    return table


def provisional_centre(values: NDArray) -> float:
    """An observed value near the mean: differences from it are small, and exact for whole numbers.

    Being an observed value, it makes a constant column exactly zero.
    """
    if values.size == 0:
        return 0.0
    sample = values[:: max(1, values.size // 500)]
    return float(sample[np.abs(sample - sample.mean(dtype=np.float64)).argmin()])


def centred_about(columns: Sequence[NDArray]) -> Array:
    """Provisional centres of the constant (always 0) and the columns, (1 + len(columns),)."""
    return np.array([0.0, *map(provisional_centre, columns)])


def person_gram(
    columns: Sequence[NDArray],
    centre: Array,
    count: int,
    starts: NDArray[np.integer] | None,
    codes: NDArray[np.integer] | None,
    stands: Array | None = None,
) -> Array:
    """Packed Gram matrix of (1, columns - centre) for every person.

    Parameters
    ----------
    columns : sequence of (n,) arrays
    centre : (1 + len(columns),) array
        What is subtracted from each column; its first entry, for the constant, is 0.
    count : int
        Number of persons N.
    starts : (N,) array or None
        First row of each person where every person's rows lie together; otherwise `codes` says whose row it is.
    codes : (n,) array or None
    stands : (n,) array, optional
        How many rows of its person each stands for.

    Returns
    -------
    (pairs, N) array
        Component first; the pairs are those of `upper`.
    """
    width = len(columns) + 1
    gram = np.empty((width * (width + 1) // 2, count))
    if starts is None:
        assert codes is not None
        _accumulate(columns, centre, codes, gram, stands)
        return gram
    ends = np.append(starts, len(columns[0]))

    def piece(persons: slice) -> None:
        rows = slice(int(ends[persons.start]), int(ends[persons.stop]))
        sizes = np.diff(ends[persons.start : persons.stop + 1])
        local = np.repeat(np.arange(sizes.size), sizes)
        own = None if stands is None else stands[rows]
        _accumulate([column[rows] for column in columns], centre, local, gram[:, persons], own)

    each(piece, _whole_persons(ends))
    return gram


def _whole_persons(ends: NDArray[np.integer]) -> list[slice]:
    """Slices of persons whose rows fit the cache, one person at least."""
    count, first, out = len(ends) - 1, 0, []
    while first < count:
        last = int(np.searchsorted(ends, ends[first] + CHUNK_ROWS, side="right")) - 1
        last = min(max(last, first + 1), count)
        out.append(slice(first, last))
        first = last
    return out


def _accumulate(
    columns: Sequence[NDArray], centre: Array, codes: NDArray[np.integer], out: Array, stands: Array | None
) -> None:
    count = out.shape[1]
    out[0] = np.bincount(codes, weights=stands, minlength=count)
    for row, values in enumerate(_products(columns, centre), start=1):
        weighted = values if stands is None else values * stands
        out[row] = np.bincount(codes, weights=weighted, minlength=count)


def _products(columns: Sequence[NDArray], centre: Array) -> Iterator[Array]:
    """The columns about their centres, then the products of two of them."""
    shifted = [np.subtract(column, c, dtype=np.float64) for column, c in zip(columns, centre[1:], strict=True)]
    yield from shifted
    for i, left in enumerate(shifted):
        for right in shifted[i:]:
            yield left * right

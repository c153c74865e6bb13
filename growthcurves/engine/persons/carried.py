"""What residuals of occasions that were seen say of residuals at other occasions of the same persons.

With r = R(new, seen) R(seen, seen)^-1, what is expected of an outcome is x' beta + z' u + r (y - X beta - Z u): as if
the row were (x' - r X, z' - r Z), r y added, and its residual had what is left of its variance (docs/residuals.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class RowsOf:
    """Rows of some persons.

    Attributes
    ----------
    codes : (n,) array of int
        Whose row it is; -1 for nobody's.
    occasions : Occasions
    """

    codes: Array
    occasions: Occasions


@dataclass(frozen=True)
class Carried:
    """What is carried over to rows.

    Attributes
    ----------
    values : (n, k) array
        r times the values at the rows that were seen.
    explained : (n,) array
        By how much that lessens the variance of the residual.
    """

    values: Array
    explained: Array


def carried(residual: Any, wanted: RowsOf, seen: RowsOf, values: Array) -> Carried:
    """What the residuals of seen rows say at wanted ones; nothing at an occasion that was seen itself.

    Parameters
    ----------
    residual : Residual
        With its estimates.
    wanted, seen : RowsOf
    values : (n seen, k) array
    """
    out = Carried(np.zeros((len(wanted.codes), values.shape[1])), np.zeros(len(wanted.codes)))
    for rows, known in _alike(wanted.codes, seen.codes):
        here, there = wanted.occasions.take(rows), seen.occasions.take(known)
        across = _matrices(residual, here, there)
        across[_same(here, there).any(axis=2)] = 0.0
        r = np.swapaxes(np.linalg.solve(_matrices(residual, there), np.swapaxes(across, 1, 2)), 1, 2)
        out.values[rows] = r @ values[known]
        out.explained[rows] = (r * across).sum(axis=2)
    return out


def _alike(wanted: Array, seen: Array) -> Iterator[tuple[Array, Array]]:
    """Rows (N, m) that are wanted and rows (N, n) that were seen, of N persons with as many of both."""
    size = max(wanted.max(initial=-1), seen.max(initial=-1)) + 1
    m, n = (np.bincount(codes[codes >= 0], minlength=size) for codes in (wanted, seen))
    for pair in np.unique(np.column_stack([m, n])[(m > 0) & (n > 0)], axis=0):
        persons = np.flatnonzero((m == pair[0]) & (n == pair[1]))
        yield _rows_of(wanted, persons), _rows_of(seen, persons)


def _rows_of(codes: Array, persons: Array) -> Array:
    """The rows of persons that have as many each, (N, n)."""
    order = np.argsort(codes, kind="stable")
    return order[np.isin(codes[order], persons)].reshape(len(persons), -1)


def _same(here: Occasions, there: Occasions) -> Array:
    """Whether an occasion is one of those that were seen, (N, m, n)."""
    left, right = (at.time if at.wave is None else at.wave for at in (here, there))
    return left[:, :, None] == right[:, None, :]


def _matrices(residual: Any, rows: Occasions, columns: Occasions | None = None) -> Array:
    """Covariances, (N, m, n): structures of the package take persons side by side, others one by one."""
    if hasattr(residual, "derivatives"):
        return np.array(residual.matrix(rows, columns))

    def of(i: int) -> Array:
        one = np.asarray(i)
        return residual.matrix(rows.take(one), None if columns is None else columns.take(one))

    return np.stack([of(i) for i in range(len(rows.time))])

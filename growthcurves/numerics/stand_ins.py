"""Rows with given sums: what stands in for rows that are not there, wherever only their sums are asked."""

from __future__ import annotations

import numpy as np
from scipy.linalg import qr

from growthcurves.numerics.arrays import Array

#: A direction in which the rows' columns scatter by less than this share of the whole is rounding; and where there are
#: more directions than rows are free for, one by less than that.
ROUNDING, LOST = 1e-12, 1e-8


def stand_ins(known: Array, sums: Array, products: Array) -> Array:
    """Rows V (n, d) with known' V = sums and V' V = products.

    V = known B + U R, with B the regression of what is sought on what is known, R'R what products hold beside that, and
    U orthonormal columns beside those known: any U will do, as all rows with these sums are alike to whoever asks
    sums alone (docs/sites.md, section 2).

    Parameters
    ----------
    known : (n, k) array
        Columns that are known of each row; their rank may be less than k.
    sums : (k, d) array
    products : (d, d) array

    Raises
    ------
    ValueError
        When no n rows have these sums.

    Examples
    --------
    >>> made = stand_ins(np.ones((4, 1)), np.array([[10.0]]), np.array([[30.0]]))
    >>> float(made.sum()), round(float((made**2).sum()), 12)
    (10.0, 30.0)
    """
    basis, into = _orthonormal(known)
    size = np.sqrt(np.maximum(np.diag(products), 0.0))
    size = np.where(size > 0.0, size, 1.0)
    along = into.T @ sums / size
    rest = products / np.outer(size, size) - along.T @ along
    values, vectors = np.linalg.eigh((rest + rest.T) / 2.0)
    if values.min(initial=0.0) < -LOST:
        raise ValueError("no rows have these sums: products are smaller than the sums say")
    used = values > ROUNDING
    if int(used.sum()) > len(basis) - basis.shape[1]:
        used = values > LOST
    beside = _beside(basis, int(used.sum()))
    away = beside @ (np.sqrt(values[used])[:, None] * vectors[:, used].T)
    return np.asarray((basis @ along + away) * size)


def _orthonormal(known: Array) -> tuple[Array, Array]:
    """An orthonormal basis Q (n, r) of columns, and A with Q = known A, so that Q'V = A' known'V."""
    length = np.linalg.norm(known, axis=0)
    scale = np.where(length > 0.0, length, 1.0)
    Q, R, order = qr(known / scale, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(R)) > 1e-9).sum())
    into = np.zeros((known.shape[1], rank))
    into[order[:rank]] = np.linalg.solve(R[:rank, :rank], np.eye(rank))
    return Q[:, :rank], into / scale[:, None]


def _beside(basis: Array, count: int) -> Array:
    """Orthonormal columns (n, count) beside those of a basis (n, r): what it leaves of the first cosines."""
    n, rank = basis.shape
    if count > n - rank:
        raise ValueError(f"no {n} rows have these sums: they would need {rank + count}")
    if count == 0:
        return np.zeros((n, 0))
    waves = np.cos(np.pi * np.outer(np.arange(n) + 0.5, np.arange(min(n, rank + count))) / n)
    for _ in range(2):
        waves = waves - basis @ (basis.T @ waves)
    Q = qr(waves, mode="economic", pivoting=True)[0][:, :count]
    return np.asarray(Q - basis @ (basis.T @ Q))

"""Projections on products of cones of positive semidefinite matrices, many points side by side.

A point is the svec of each matrix, one after the other: its entries on and below the diagonal, those below times
sqrt(2), so that lengths are those of the matrices. A cone of size one is a half-line.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from growthcurves.numerics.arrays import Array

#: Iterations, and the change of a point (relative to its length) below which they end.
MOST_STEPS = 5000
SETTLED = 1e-10


def svec(A: Array) -> Array:
    """The svec of symmetric matrices (..., r, r)."""
    rows, columns = np.tril_indices(A.shape[-1])
    return A[..., rows, columns] * np.where(rows == columns, 1.0, np.sqrt(2.0))


def smat(k: Array, r: int) -> Array:
    """Symmetric matrices (..., r, r) from their svec."""
    rows, columns = np.tril_indices(r)
    A = np.zeros((*k.shape[:-1], r, r))
    A[..., rows, columns] = A[..., columns, rows] = k / np.where(rows == columns, 1.0, np.sqrt(2.0))
    return A


def entries(sizes: Sequence[int]) -> list[slice]:
    """Where the svec of each matrix lies."""
    ends = np.cumsum([0, *(r * (r + 1) // 2 for r in sizes)]).tolist()
    return [slice(first, last) for first, last in zip(ends[:-1], ends[1:], strict=True)]


def nearest(points: Array, sizes: Sequence[int]) -> Array:
    """The nearest point of the cone in ordinary length, points (n, k)."""
    out = np.empty_like(points)
    for r, part in zip(sizes, entries(sizes), strict=True):
        if r == 1:
            out[:, part] = np.maximum(points[:, part], 0.0)
            continue
        values, vectors = np.linalg.eigh(smat(points[:, part], r))
        out[:, part] = svec((vectors * np.maximum(values, 0.0)[:, None, :]) @ vectors.swapaxes(1, 2))
    return out


def projected(points: Array, metric: Array, sizes: Sequence[int]) -> Array:
    """The nearest point K of the cone in the length (z - K)' metric (z - K), for every point z of (n, k).

    Accelerated projected gradient steps, begun anew where they turn back (O'Donoghue and Candes 2015); a point leaves
    when it has settled.
    """
    found = nearest(points, sizes)
    step = 1.0 / np.linalg.eigvalsh(metric)[-1]
    open_ = np.flatnonzero((found != points).any(axis=1))
    K, ahead, speed = found[open_], found[open_], np.ones((len(open_), 1))
    for _ in range(MOST_STEPS):
        if not open_.size:
            break
        new = nearest(ahead - step * (ahead - points[open_]) @ metric, sizes)
        moved = new - K
        back = ((ahead - new) * moved).sum(axis=1, keepdims=True) > 0
        speed = np.where(back, 1.0, speed)
        faster = (1.0 + np.sqrt(1.0 + 4.0 * speed**2)) / 2.0
        ahead = new + np.where(back, 0.0, (speed - 1.0) / faster) * moved
        K, speed = new, faster
        found[open_] = K
        size = np.abs(points[open_]).max(axis=1)
        on = np.abs(moved).max(axis=1) > SETTLED * size
        open_, K, ahead, speed = open_[on], K[on], ahead[on], speed[on]
    return found

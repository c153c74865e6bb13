"""Products of matrices one side of which is as long as there are persons.

A BLAS with threads of its own shares out every product beyond a certain size. For a few rows by many persons that
costs more than the product itself, and far more where other processes (or our own threads) hold the cores. So long
products are made in tiles that it does alone; sums over tiles are added in their order, whatever the threads.
"""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array

#: Multiplications in one product up to which OpenBLAS keeps to one thread (its SMP_THRESHOLD_MIN times
#: GEMM_MULTITHREAD_THRESHOLD), and numbers of a matrix up to which it does so in matrix times vector.
ALONE = 1 << 18
ALONE_VECTOR = 9_000


def long_sum(left: Array, right: Array) -> Array:
    """left (m, n) @ right (n, k), summed over many n."""
    m, n = left.shape
    k = right.shape[1]
    tile = _tile(m, k)
    if n <= tile:
        return left @ right
    whole = n - n % tile
    out = _tiles(left, whole, tile) @ right[:whole].reshape(-1, tile, k)
    total: Array = out.sum(axis=0)
    return total if whole == n else total + left[:, whole:] @ right[whole:]


def wide(left: Array, right: Array) -> Array:
    """left (m, k) @ right (k, n), for many columns n."""
    m, k = left.shape
    n = right.shape[1]
    tile = _tile(m, k)
    if n <= tile:
        return left @ right
    out = np.empty((m, n))
    whole = n - n % tile
    np.matmul(left, _tiles(right, whole, tile), out=_tiles(out, whole, tile))
    if whole < n:
        np.matmul(left, right[:, whole:], out=out[:, whole:])
    return out


def kron(left: Array, right: Array) -> Array:
    """The Kronecker product of two matrices."""
    rows, columns = np.multiply(left.shape, right.shape)
    return (left[:, None, :, None] * right[None, :, None, :]).reshape(rows, columns)


def _tile(m: int, k: int) -> int:
    return max((ALONE_VECTOR if min(m, k) == 1 else ALONE) // max(m * k, 1), 1)


def _tiles(rows: Array, whole: int, tile: int) -> Array:
    """The first `whole` columns of rows (m, n) as tiles (whole / tile, m, tile), a view."""
    return rows[:, :whole].reshape(len(rows), -1, tile).transpose(1, 0, 2)

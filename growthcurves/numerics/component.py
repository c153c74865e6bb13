"""Products of many small matrices, component first: arrays (rows, columns, n)."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def times(left: Array, right: Array) -> Array:
    """A_i B_i, (a, c, n), of A (a, b, n) and B (b, c, n); either may be one matrix for all, (a, b, 1)."""
    total = left[:, 0, None] * right[None, 0]
    for b in range(1, left.shape[1]):
        total = total + left[:, b, None] * right[None, b]
    return total


def turned(matrices: Array) -> Array:
    """A_i'."""
    return matrices.swapaxes(0, 1)


def identity(size: int) -> Array:
    """The unit matrix as one for all, (size, size, 1)."""
    return np.eye(size)[:, :, None]


def pairs(left: Array, right: Array) -> Array:
    """Sum over n of L_i x R_i, (a, b, c, d), of L (a, b, n) and R (c, d, n)."""
    flat = left.reshape(-1, left.shape[-1]) @ right.reshape(-1, right.shape[-1]).T
    return flat.reshape(*left.shape[:2], *right.shape[:2])


def outer(left: Array, right: Array) -> Array:
    """L_i x R_i of each, (a, b, c, d, n), of L (a, b, n) and R (c, d, n)."""
    return left[:, :, None, None] * right[None, None]

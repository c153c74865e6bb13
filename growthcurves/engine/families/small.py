"""Cholesky factors of many small matrices at once, component first, written out."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def factored(H: Array) -> tuple[Array, Array] | None:
    """log|H| (n,) and the upper triangular C with C C' = H^-1 (q, q, n); None where one is not positive definite.

    C is the inverse of the transposed Cholesky factor.
    """
    q, n = len(H), H.shape[2]
    L, C, log_det = np.zeros_like(H), np.zeros_like(H), np.zeros(n)
    for j in range(q):
        pivot = H[j, j] - sum((L[j, c] ** 2 for c in range(j)), np.zeros(n))
        if not (pivot > 0.0).all():
            return None
        log_det += np.log(pivot)
        L[j, j] = np.sqrt(pivot)
        for i in range(j + 1, q):
            L[i, j] = (H[i, j] - sum((L[i, c] * L[j, c] for c in range(j)), np.zeros(n))) / L[j, j]
    for j in range(q):  # C' = L^-1, column by column
        C[j, j] = 1.0 / L[j, j]
        for i in range(j + 1, q):
            C[j, i] = -sum((L[i, c] * C[j, c] for c in range(j, i)), np.zeros(n)) / L[i, i]
    return log_det, C


def times(C: Array, v: Array) -> Array:
    """C v of every matrix (q, q, n) and vector (q, ...), whose axes between are kept."""
    return np.stack([sum(C[a, b] * v[b] for b in range(len(v))) for a in range(len(C))]) if len(C) else v


def transposed(C: Array) -> Array:
    return C.swapaxes(0, 1)


def product(A: Array, B: Array) -> Array:
    """A B of every pair of matrices (q, q, n)."""
    q = len(A)
    out = np.empty_like(A)
    for a in range(q):
        for b in range(q):
            out[a, b] = sum(A[a, c] * B[c, b] for c in range(q))
    return out

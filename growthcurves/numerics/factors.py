"""Factors of small positive semidefinite matrices, for many of them at once."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.products import kron, wide

#: Eigenvalues below this fraction of the largest are rounding errors of zero.
NOTHING = 1e-11
#: Smallest eigenvalue of cross-products with unit diagonal from which they have an inverse.
DETERMINED = 1e-9


def shrinkage(G: Array, D: Array) -> tuple[Array, Array]:
    """log|I + G_i D| (N,) and M_i = D (I + G_i D)^-1 (q, q, N), written out over components."""
    return shrunk(G, square_root(D))


def shrunk(G: Array, L: Array) -> tuple[Array, Array]:
    """The same for D = L L'.

    The matrix I + L'G_i L is factored by an unrolled Cholesky decomposition R'R, which cannot break down since its
    eigenvalues are at least 1; then M_i = W'W with W = R^-T L'.
    """
    q, n = G.shape[0], G.shape[2]
    return unrolled(wide(kron(L.T, L.T), G.reshape(q * q, n)).reshape(q, q, n), L[..., None])


def unrolled(inner: Array, L: Array) -> tuple[Array, Array]:
    """log|I + L'GL| and L (I + L'GL)^-1 L', component first, for inner = L'GL (k, k, ...), which is overwritten.

    The entries of L (q, k, ...) broadcast against those of `inner`.
    """
    k, shape = len(inner), inner.shape[2:]
    q = len(L)
    W, pivots = np.empty((k, q, *shape)), np.ones(shape)
    W[:] = L.swapaxes(0, 1)
    for j in range(k):
        inner[j, j] += 1.0
    for j in range(k):  # row j of R and of W, and what they take from the rows below
        pivots *= inner[j, j]
        root = np.sqrt(inner[j, j])
        W[j] /= root
        inner[j, j + 1 :] /= root
        for i in range(j + 1, k):
            inner[i, i:] -= inner[j, i] * inner[j, i:]
            W[i] -= inner[j, i] * W[j]
    M = np.empty((q, q, *shape))
    for a in range(q):
        M[a, : a + 1] = M[: a + 1, a] = dot(W[:, a, None], W[:, : a + 1])
    return np.log(pivots), M


def square_root(D: Array) -> Array:
    """A factor L with L L' = D for a positive semidefinite D of any rank, (q, q), or of each of (..., q, q)."""
    values, vectors = np.linalg.eigh(D)
    return vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]


def triangular_root(S: Array, size: Array | float | None = None) -> Array:
    """The lower triangular factor L with L L' = S for positive semidefinite S of any rank, (..., q, q).

    It is Cholesky's, in the order of the columns, with a column of zeros where nothing of a pivot is left: relative to
    its own diagonal entry, so that units do not matter, or to `size` (one, or one per column) where S is itself a
    difference. Other than eigenvectors, whose signs and order rounding may turn, it moves little where S does: draws
    through it do not depend on the order in which rows were summed.

    Examples
    --------
    >>> triangular_root(np.array([[4.0, 2.0], [2.0, 1.0]]))
    array([[2., 0.],
           [1., 0.]])
    """
    left, L = np.array(S, dtype=float), np.zeros(np.shape(S))
    own = np.einsum("...aa->...a", S)
    least = NOTHING * np.maximum(own if size is None else np.broadcast_to(size, own.shape), 1e-300)
    for j in range(left.shape[-1]):
        pivot = left[..., j, j]
        there = pivot > least[..., j]
        root = np.sqrt(np.where(there, pivot, 1.0))
        L[..., j:, j] = np.where(there[..., None], left[..., j:, j] / root[..., None], 0.0)
        left[..., j:, j:] -= L[..., j:, j, None] * L[..., None, j:, j]
    return L


def psd_root(S: Array, size: float) -> Array:
    """A factor (n, rank) with S = factor factor', for a positive semidefinite S; zeros are relative to `size`."""
    values, vectors = np.linalg.eigh(S)
    there = values > NOTHING * size
    return vectors[:, there] * np.sqrt(values[there])


def dot(left: Array, right: Array) -> Array:
    """Sum over c of left[c] * right[c], (n,)."""
    total = left[0] * right[0]
    for c in range(1, len(left)):
        total += left[c] * right[c]
    return total


def condition(gram: Array) -> Array:
    """Smallest eigenvalue of cross-products (n, q, q) in units that make their diagonals one, (n,)."""
    if gram.shape[1] == 1:
        return (gram[:, 0, 0] > 0).astype(float)
    size = np.sqrt(np.einsum("naa->na", gram))
    size[size == 0] = 1.0
    values = np.linalg.eigvalsh(gram / (size[:, :, None] * size[:, None, :]))
    return values[:, 0]


def inverted(gram: Array) -> Array:
    """Inverses of cross-products (n, q, q), NaN of those that have none.

    Examples
    --------
    >>> inverted(np.array([[[4.0]], [[0.0]]])).ravel()
    array([0.25,  nan])
    """
    out, able = np.full_like(gram, np.nan), condition(gram) > DETERMINED
    out[able] = np.linalg.solve(gram[able], np.broadcast_to(np.eye(gram.shape[1]), gram[able].shape))
    return out

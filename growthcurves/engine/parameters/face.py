"""Parameters of a relative covariance matrix D of given rank: a trapezoidal factor in rotated coordinates.

A matrix D of rank r within a block of size s is N T T' N' with N orthogonal (range first) and T (s, r)
lower trapezoidal. At full rank N is the identity and T the usual Cholesky factor, free of sign. On a face of
the cone the factor has r s - r (r - 1) / 2 parameters and no ridge. See docs/engine.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from growthcurves.numerics.arrays import Array

#: Eigenvalues of D (relative to sigma^2, unit-scale Z) below this are candidates for exact zeros.
SMALL = 1e-6
#: Eigenvalues of D below this are rounding errors of a zero.
ZERO = 1e-14


@dataclass(frozen=True)
class Face:
    """A rank of D in every block, and coordinates for the matrices of that rank near a given one.

    Attributes
    ----------
    rotation : (q, q) orthogonal array
    free : tuple of (i, j)
        Entries of the factor T that are parameters; column j belongs to a block's j-th direction.
    """

    rotation: Array
    free: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        return len(self.free)

    @cached_property
    def _rows(self) -> list[int]:
        return [i for i, _ in self.free]

    @cached_property
    def _columns(self) -> list[int]:
        return [j for _, j in self.free]

    @cached_property
    def _same_column(self) -> Array:
        columns = np.array(self._columns)
        return (columns[:, None] == columns).astype(float)

    def factor(self, theta: Array) -> Array:
        """N T, (q, q), with zero columns beyond the rank."""
        T = np.zeros_like(self.rotation)
        T[self._rows, self._columns] = theta
        return self.rotation @ T

    def matrix(self, theta: Array) -> Array:
        """D, (q, q)."""
        F = self.factor(theta)
        return F @ F.T

    def directions(self, theta: Array) -> Array:
        """dD / dtheta, (size, q, q)."""
        F = self.factor(theta)
        half = self.rotation.T[self._rows][:, :, None] * F.T[self._columns][:, None, :]
        return half + half.swapaxes(1, 2)

    def gradient(self, theta: Array, S: Array) -> Array:
        """d deviance / dtheta for a symmetric gradient S in D."""
        return (self.rotation.T @ (2.0 * S @ self.factor(theta)))[self._rows, self._columns]

    def hessian(self, theta: Array, S: Array, H: Array) -> Array:
        """d^2 deviance / dtheta^2 for gradient S and Hessian H in D."""
        q = len(S)
        E = self.directions(theta).reshape(self.size, q * q)
        curved = E @ H.reshape(q * q, q * q) @ E.T
        inner = 2.0 * self.rotation.T @ S @ self.rotation
        curved += self._same_column * inner[self._rows][:, self._rows]
        return (curved + curved.T) / 2


def scale_of(D: Array) -> float:
    """Rounding errors of D's eigenvalues grow with the largest; thresholds for zeros are multiplied by this."""
    return max(1.0, float(np.trace(D)))


@lru_cache(maxsize=256)
def square(block: tuple[int, ...]) -> tuple[Array, ...]:
    """The index of the entries of a matrix between the members of a block."""
    return np.ix_(block, block)


def spectrum(D: Array, partition: tuple[tuple[int, ...], ...]) -> list[tuple[tuple[int, ...], Array, Array]]:
    """Eigenvalues (descending) and eigenvectors of D within each block."""
    out = []
    for block in partition:
        values, vectors = np.linalg.eigh(D[square(block)])
        out.append((block, values[::-1], vectors[:, ::-1]))
    return out


def face_of(D: Array, partition: tuple[tuple[int, ...], ...], zero: float) -> tuple[Face, Array]:
    """The face on which D lies when eigenvalues not above `zero` count as zero, and D's parameters there."""
    q = len(D)
    rotation = np.eye(q)
    T = np.zeros((q, q))
    free = []
    limit = zero * scale_of(D)
    for block, values, vectors in spectrum(D, partition):
        rank = int((values > limit).sum())
        index = np.ix_(block, block[:rank])
        if rank == len(block):
            T[index] = np.linalg.cholesky(D[square(block)])
        else:
            rotation[square(block)] = vectors
            T[index] = np.eye(len(block))[:, :rank] * np.sqrt(values[:rank])
        free += [(block[i], block[j]) for j in range(rank) for i in range(j, len(block))]
    face = Face(rotation, tuple(free))
    return face, T[face._rows, face._columns]


def null_space(D: Array, partition: tuple[tuple[int, ...], ...], zero: float) -> list[Array]:
    """For each block, an orthonormal basis (q, k) of the directions that do not vary."""
    out = []
    for block, values, vectors in spectrum(D, partition):
        basis = np.zeros((len(D), len(block)))
        basis[list(block)] = vectors
        out.append(basis[:, values <= zero * scale_of(D)])
    return out

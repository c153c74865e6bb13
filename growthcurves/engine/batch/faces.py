"""Faces of the cone of covariance matrices for many replicates side by side: `face.py` with a leading axis.

Replicates whose D has the same ranks block by block share the positions of the factor's free entries; each has
its own rotation. The factor is always the trapezoidal one in the eigenvectors of D (docs/engine.md, 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from growthcurves.numerics.arrays import Array

Partition = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Faces:
    """Faces of the same ranks at B matrices.

    Attributes
    ----------
    rotation : (B, q, q) array
    rows, columns : (m,) arrays
        Where the free entries of the factor stand.
    """

    rotation: Array
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    @property
    def size(self) -> int:
        return len(self.rows)

    def take(self, index: NDArray) -> Faces:
        return replace(self, rotation=self.rotation[index])

    def factor(self, theta: Array) -> Array:
        """N T for theta (B, m): (B, q, q), with zero columns beyond the rank."""
        T = np.zeros(self.rotation.shape)
        T[:, self.rows, self.columns] = theta
        return self.rotation @ T

    def gradient(self, F: Array, S: Array) -> Array:
        """Derivatives of the deviances in theta, (B, m), for gradients S in D."""
        return 2.0 * (self.rotation.swapaxes(1, 2) @ (S @ F))[:, self.rows, self.columns]

    def hessian(self, F: Array, S: Array, H: Array) -> Array:
        """Second derivatives in theta, (B, m, m), for gradients S and Hessians H (B, q q, q q) in D."""
        B, q = F.shape[:2]
        half = self.rotation[:, :, self.rows].swapaxes(1, 2)[:, :, :, None]
        E = half * F[:, :, self.columns].swapaxes(1, 2)[:, :, None, :]
        E = (E + E.swapaxes(2, 3)).reshape(B, self.size, q * q)
        inner = 2.0 * self.rotation.swapaxes(1, 2) @ S @ self.rotation
        curved = E @ H @ E.swapaxes(1, 2)
        curved += (self.columns[:, None] == self.columns) * inner[:, self.rows][:, :, self.rows]
        return (curved + curved.swapaxes(1, 2)) / 2.0


def spectra(D: Array, partition: Partition) -> tuple[Array, Array]:
    """Eigenvalues (B, q), descending within each block, and eigenvectors (B, q, q), zero between blocks."""
    values, vectors = np.zeros(D.shape[:2]), np.zeros(D.shape)
    for block in partition:
        index = np.ix_(range(len(D)), block, block)
        values[:, block], found = (part[..., ::-1] for part in np.linalg.eigh(D[index]))
        vectors[index] = found
    return values, vectors


def scales(D: Array) -> Array:
    """`face.scale_of` of every D, (B, 1)."""
    return np.maximum(1.0, np.einsum("zii->z", D))[:, None]


def ranks_of(values: Array, limit: Array, partition: Partition) -> NDArray[np.intp]:
    """Number of eigenvalues above the limit in each block, (B, blocks)."""
    above = values > limit
    out = np.empty((len(values), len(partition)), dtype=np.intp)
    for column, block in enumerate(partition):
        out[:, column] = above[:, block].sum(axis=1)
    return out


def same_ranks(
    D: Array, partition: Partition, zero: float
) -> Iterator[tuple[NDArray[np.intp], tuple[int, ...], Faces, Array]]:
    """Replicates by the ranks that D has when eigenvalues not above `zero` count as zero.

    Yields their places, the ranks, the faces and the parameters of D there.
    """
    values, vectors = spectra(D, partition)
    ranks = ranks_of(values, zero * scales(D), partition)
    kinds, kind = np.unique(ranks, axis=0, return_inverse=True)
    for number, rank in enumerate(kinds):
        place = np.flatnonzero(kind.reshape(-1) == number)
        free = free_entries(partition, rank)
        rows, columns = (np.array(part, dtype=np.intp) for part in zip(*free, strict=True)) if free else _NONE
        theta = np.where(rows == columns, np.sqrt(np.maximum(values[place][:, rows], 0.0)), 0.0)
        yield place, tuple(rank.tolist()), Faces(vectors[place], rows, columns), theta


_NONE = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))


def free_entries(partition: Partition, ranks: Array) -> list[tuple[int, int]]:
    """Entries of the trapezoidal factor that are parameters at these ranks of the blocks."""
    pairs = zip(partition, ranks, strict=True)
    return [(block[i], block[j]) for block, rank in pairs for j in range(rank) for i in range(j, len(block))]

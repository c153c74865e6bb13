"""Which products make the columns of X and Z, and how centring and scaling act on them exactly.

A row of the panel carries *row columns* b_0 = 1, b_1, ..., b_m (functions of time and time-varying
covariates); a person carries *weights* w_0 = 1, w_1, ..., w_r (level-2 predictors). Every column of X is a
product b_k * w_l and every column of Z is one b_k, so cross-products of X and Z follow from the Gram matrix
of (b, y) by person. See docs/engine.md, section 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

Array = np.ndarray

#: A column of X whose part orthogonal to the columns before it is shorter than this fraction of its own
#: centred length is linearly dependent on them (R's `lm` uses 1e-7 on columns that are not centred).
RANK_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Terms:
    """The columns of X and Z in terms of row columns and weights.

    Attributes
    ----------
    x : tuple of (k, w)
        Column j of X is row column k times weight w.
    z : tuple of k
        Column a of Z is row column k.
    blocks : tuple of tuples
        Partition of the columns of Z; G is unstructured within a block and zero between blocks.
    """

    x: tuple[tuple[int, int], ...]
    z: tuple[int, ...]
    blocks: tuple[tuple[int, ...], ...]

    @cached_property
    def x_closed(self) -> tuple[tuple[int, int], ...]:
        """The terms of X with all lower products, so that a change of centre stays within them."""
        closed = {pair for k, w in self.x for pair in ((k, 0), (0, w), (k, w))}
        return tuple(sorted(closed | {(0, 0)}, key=lambda pair: ((pair[0] > 0) + (pair[1] > 0), pair)))

    @cached_property
    def z_closed(self) -> tuple[int, ...]:
        """The columns of Z with the constant where another column needs it for a change of centre."""
        return tuple(sorted({*self.z, *(0 for k in self.z if k)}))

    def lift_x(self, row_shift: Array, weight_shift: Array) -> Array:
        """Coefficients of X in centred closed products: X = X_closed @ lift, (p_closed, p)."""
        return self._lift_pairs(self.x, row_shift, weight_shift)

    def translate_x(self, row_shift: Array, weight_shift: Array) -> Array:
        """The same for the closed products themselves, (p_closed, p_closed)."""
        return self._lift_pairs(self.x_closed, row_shift, weight_shift)

    def _lift_pairs(self, pairs: tuple[tuple[int, int], ...], row_shift: Array, weight_shift: Array) -> Array:
        place = {pair: i for i, pair in enumerate(self.x_closed)}
        lift = np.zeros((len(place), len(pairs)))
        for j, (k, w) in enumerate(pairs):
            c = row_shift[k] if k else 0.0
            d = weight_shift[w] if w else 0.0
            lift[place[(k, w)], j] += 1.0
            if k:
                lift[place[(0, w)], j] += c
            if w:
                lift[place[(k, 0)], j] += d
            if k and w:
                lift[place[(0, 0)], j] += c * d
        return lift

    def lift_z(self, row_shift: Array) -> Array:
        """Coefficients of Z in centred closed columns, (q_closed, q)."""
        return self._lift_rows(self.z, row_shift)

    def translate_z(self, row_shift: Array) -> Array:
        """The same for the closed columns themselves, (q_closed, q_closed)."""
        return self._lift_rows(self.z_closed, row_shift)

    def _lift_rows(self, rows: tuple[int, ...], row_shift: Array) -> Array:
        place = {k: i for i, k in enumerate(self.z_closed)}
        lift = np.zeros((len(place), len(rows)))
        for j, k in enumerate(rows):
            lift[place[k], j] += 1.0
            if k:
                lift[place[0], j] += row_shift[k]
        return lift

    def select(self, x: tuple[int, ...], z: tuple[int, ...]) -> Terms:
        """The terms with only some columns of X and Z kept."""
        place = {old: new for new, old in enumerate(z)}
        blocks = tuple(tuple(place[a] for a in block if a in place) for block in self.blocks)
        return Terms(
            tuple(self.x[j] for j in x), tuple(self.z[a] for a in z), tuple(block for block in blocks if block)
        )


@dataclass(frozen=True)
class Standard:
    """An exactly invertible change of coordinates, found from a Gram matrix alone.

    Attributes
    ----------
    into : (closed, p) array
        Standardised columns = closed centred columns @ into; they are orthonormal.
    back : (p, p) upper-triangular array
        Original (kept) columns = standardised columns @ back.
    kept : tuple of int
        Which original columns are kept; the others are linear combinations of those before them.
    """

    into: Array
    back: Array
    kept: tuple[int, ...]


def sequential_cholesky(gram: Array, lengths: Array, tolerance: float) -> tuple[Array, list[int]]:
    """Upper-trapezoidal R with R'R = gram, leaving out columns that depend on those before them.

    Returns R (rank, p) and the list of columns that are independent. `lengths` are the lengths against
    which a remainder counts as nothing.
    """
    p = gram.shape[0]
    rest = gram.copy()
    rows: list[Array] = []
    kept: list[int] = []
    for j in range(p):
        pivot = rest[j, j]
        if pivot > (tolerance * lengths[j]) ** 2 and pivot > 0:
            row = rest[j] / np.sqrt(pivot)
            row[kept] = 0.0
            rest = rest - np.outer(row, row)
            rows.append(row)
            kept.append(j)
        else:
            rest[j, :] = 0.0
            rest[:, j] = 0.0
    return np.array(rows).reshape(len(rows), p), kept


def standardise(gram: Array, lift: Array, own: Array) -> Standard:
    """Orthonormal coordinates for the columns `closed @ lift`, given the Gram matrix of `closed`.

    The closed columns are centred, so their Cholesky factor is accurate; the original columns are then
    orthogonalised by QR in those coordinates, where nothing cancels however far the origin is.

    Parameters
    ----------
    gram : (closed, closed) array
    lift : (closed, p) array
    own : (p,) array of int
        The closed column that carries each original column's own centred content.
    """
    lengths = np.sqrt(np.diag(gram))
    factor, independent = sequential_cholesky(gram, lengths, RANK_TOLERANCE)
    columns = factor @ lift
    basis, kept = _gram_schmidt(columns, lengths[own])
    back = basis.T @ columns[:, kept]
    into = np.zeros((gram.shape[0], len(kept)))
    into[independent] = np.linalg.solve(factor[:, independent], basis)
    return Standard(into, np.triu(back), tuple(kept))


def _gram_schmidt(columns: Array, lengths: Array) -> tuple[Array, list[int]]:
    """Orthonormal basis of the columns in their order, twice orthogonalised; dependent ones are left out."""
    basis = np.zeros_like(columns)
    kept: list[int] = []
    for j in range(columns.shape[1]):
        column = columns[:, j]
        found = basis[:, : len(kept)]
        for _ in range(2 if kept else 0):
            column = column - found @ (found.T @ column)
        length = float(np.sqrt(column @ column))
        rounding = 1e-13 * float(np.sqrt(columns[:, j] @ columns[:, j]))
        if length > max(RANK_TOLERANCE * lengths[j], rounding):
            basis[:, len(kept)] = column / length
            kept.append(j)
    return basis[:, : len(kept)], kept

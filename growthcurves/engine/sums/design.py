"""Which products make the columns of X and Z, and how centring and scaling act on them exactly.

A row of the panel carries *stored columns* g_0 = 1, g_1, ..., g_m (well-behaved functions of time, and time-varying
covariates); the model's *row columns* b_0 = 1, b_1, ... are fixed linear combinations of them (a quadratic in calendar
years, say, of powers about the middle of the data). A person carries *weights* w_0 = 1, w_1, ..., w_r (level-2
predictors). Every column of X is a product b_k * w_l and every column of Z is one b_k, so cross-products of X and Z
follow from the Gram matrix of (g, y) by person. See docs/engine.md, section 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from growthcurves.numerics.arrays import Array

#: A column of X whose part orthogonal to the columns before it is shorter than this fraction of its own
#: centred length is linearly dependent on them (R's `lm` uses 1e-7 on columns that are not centred).
RANK_TOLERANCE = 1e-6

#: A row column as a combination of stored columns: pairs of stored column and coefficient.
Combination = tuple[tuple[int, float], ...]
#: Whose columns of Z are: units and how many columns each has, persons first.
Owners = tuple[tuple[str, int], ...]


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
    made : tuple of Combination
        How each row column is made of stored columns; empty where they are the stored columns themselves.
    units : tuple of float
        What stored columns g_1, ..., g_m are measured in, powers of two; empty where in the units of the data.
    constant : bool
        Whether the constant is estimated; not where thresholds of ordered categories take its place.
    levels : tuple of (str, int)
        Whose the columns of Z are where they are not all persons': unit and number, persons first.
    """

    x: tuple[tuple[int, int], ...]
    z: tuple[int, ...]
    blocks: tuple[tuple[int, ...], ...]
    made: tuple[Combination, ...] = ()
    units: tuple[float, ...] = ()
    constant: bool = True
    levels: Owners = ()

    @property
    def places(self) -> dict[str, slice]:
        """Where the columns of Z of each unit lie."""
        out, first = {}, 0
        for unit, count in self.levels or (("person", len(self.z)),):
            out[unit], first = slice(first, first + count), first + count
        return out

    def with_columns(
        self,
        x: Sequence[tuple[int, int]],
        z: Sequence[int],
        blocks: tuple[tuple[int, ...], ...],
        levels: Owners | None = None,
    ) -> Terms:
        """Other columns of the same row columns; `levels` where their owners are others."""
        owners = self.levels if levels is None else levels
        return replace(self, x=tuple(x), z=tuple(z), blocks=blocks, levels=owners)

    def combination(self, k: int) -> Combination:
        """Row column k in stored columns."""
        made = self.made[k] if self.made else ((k, 1.0),)
        return tuple((g, c * self.units[g - 1]) if g else (g, c) for g, c in made) if self.units else made

    def leading(self, k: int) -> int:
        """The stored column that carries the own content of row column k: the last in its combination."""
        return max(g for g, _ in self.combination(k))

    @cached_property
    def x_closed(self) -> tuple[tuple[int, int], ...]:
        """Products of stored columns and weights that hold the terms of X whatever the centres."""
        closed = {(0, 0)}
        for k, w in self.x:
            for g in (0, *(g for g, _ in self.combination(k))):
                closed |= {(g, 0), (g, w)}
        return tuple(sorted(closed, key=lambda pair: ((pair[0] > 0) + (pair[1] > 0), pair)))

    @cached_property
    def z_closed(self) -> tuple[int, ...]:
        """The stored columns of Z, with the constant where another column needs it for a change of centre."""
        stored = {g for k in self.z for g, _ in self.combination(k)}
        return tuple(sorted(stored | ({0} if any(stored) else set())))

    def rows(self, columns: Sequence[int], stored: Sequence[int], row_shift: Array) -> Array:
        """Row columns in centred stored columns, (len(stored), len(columns)); `stored` begins with the constant
        where anything is shifted."""
        place = {g: i for i, g in enumerate(stored)}
        out = np.zeros((len(stored), len(columns)))
        for j, k in enumerate(columns):
            for g, coefficient in self.combination(k):
                out[place[g], j] += coefficient
                if g and row_shift[g]:
                    out[place[0], j] += coefficient * row_shift[g]
        return out

    def lift_x(self, row_shift: Array, weight_shift: Array) -> Array:
        """Coefficients of X in centred closed products: X = X_closed @ lift, (p_closed, p); a constant that is not
        estimated is zero."""
        lift = self._lift_pairs(self.x, row_shift, weight_shift)
        if not self.constant:
            lift[:, [j for j, pair in enumerate(self.x) if pair == (0, 0)]] = 0.0
        return lift

    def translate_x(self, row_shift: Array, weight_shift: Array) -> Array:
        """The same for the closed products themselves, (p_closed, p_closed)."""
        return self._stored._lift_pairs(self.x_closed, row_shift, weight_shift)

    @cached_property
    def _stored(self) -> Terms:
        """The closed products as terms of their own, whose row columns are the stored ones."""
        return Terms(self.x_closed, self.z_closed, ())

    def _lift_pairs(self, pairs: tuple[tuple[int, int], ...], row_shift: Array, weight_shift: Array) -> Array:
        place = {pair: i for i, pair in enumerate(self.x_closed)}
        lift = np.zeros((len(place), len(pairs)))
        for j, (k, w) in enumerate(pairs):
            for g, coefficient in self._shifted(k, row_shift):
                lift[place[(g, w)], j] += coefficient
                if w:
                    lift[place[(g, 0)], j] += coefficient * weight_shift[w]
        return lift

    def _shifted(self, k: int, row_shift: Array) -> list[tuple[int, float]]:
        """Row column k in stored columns about their centres."""
        combination = list(self.combination(k))
        return combination + [(0, c * float(row_shift[g])) for g, c in combination if g and row_shift[g]]

    def lift_z(self, row_shift: Array) -> Array:
        """Coefficients of Z in centred closed columns, (q_closed, q)."""
        return self.rows(self.z, self.z_closed, row_shift)

    def translate_z(self, row_shift: Array) -> Array:
        """The same for the closed columns themselves, (q_closed, q_closed)."""
        return self._stored.rows(self.z_closed, self.z_closed, row_shift)

    def select(self, x: tuple[int, ...], z: tuple[int, ...]) -> Terms:
        """The terms with only some columns of X and Z kept."""
        place = {old: new for new, old in enumerate(z)}
        blocks = tuple(tuple(place[a] for a in block if a in place) for block in self.blocks)
        kept = tuple(block for block in blocks if block)
        levels = tuple((unit, sum(here.start <= a < here.stop for a in z)) for unit, here in self.places.items())
        return replace(
            self,
            x=tuple(self.x[j] for j in x),
            z=tuple(self.z[a] for a in z),
            blocks=kept,
            levels=levels if self.levels else (),
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
    basis, kept = _gram_schmidt(columns, lengths[own] * np.abs(lift[own, np.arange(len(own))]))
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

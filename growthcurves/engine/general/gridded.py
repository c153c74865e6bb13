"""The likelihood where few occasions are common to all: sums over patterns of what persons have at them.

Each V_i is a part of one matrix V over the T different occasions. With P_k the inverse of pattern k's part, zero where
nothing was seen, value, gradient and Hessian are linear in sums of products of two entries of P_k and P_k X_k, which
are made before any derivative of V enters: their cost hardly depends on the number of parameters (docs/engine.md, 7.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.general.outcomes import Shared, pairwise
from growthcurves.engine.general.stacks import Closed, Common, Stack, mixed_keys
from growthcurves.engine.general.whitened import inverse_factors
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distinct import few_distinct

#: The most occasions, different rows of columns at them, and patterns of these.
MOST_OCCASIONS, MOST_ROWS, MOST_PATTERNS = 24, 1024, 20_000


@dataclass(frozen=True, eq=False)
class Gridded:
    """Sums over the persons of each pattern: what occasions they have, and which columns there.

    Attributes
    ----------
    whole : Stack
        One schedule of all occasions, at which V and its derivatives are asked for.
    seen : (S, T) array of bool
    counts : (S,) array
        Persons of each pattern.
    data : Shared
        Of all occasions; columns and outcomes are zero where nothing was seen.
    """

    whole: Stack
    seen: Array
    counts: Array
    data: Shared

    @classmethod
    def of(cls, rows: Rows, closed: Closed, common: Common) -> Gridded | None:
        """None where occasions, columns at them or patterns are many, or random effects have columns of persons."""
        grid, places = common
        if grid is None or places is None or not 0 < len(grid.time) <= MOST_OCCASIONS:
            return None
        at = np.empty(len(grid.time), dtype=np.intp)
        at[places[::-1]] = np.arange(len(places))[::-1]
        random = [closed.stored[g - 1] for g in closed.z_columns if g]
        kinds = _kinds([places, *closed.stored]) if all((one[at][places] == one).all() for one in random) else None
        if kinds is None:
            return None
        cells = np.zeros((rows.persons, len(at)), dtype=np.intp)
        cells[rows.codes, places] = kinds[0] + 1
        _, first, codes = np.unique(mixed_keys([cells]), return_index=True, return_inverse=True)
        if len(first) > MOST_PATTERNS or not (cells == cells[first[codes]]).all():
            return None
        cells = cells[first]
        columns = np.where((cells > 0)[..., None], closed.columns(kinds[1])[cells - 1], 0.0)
        counts, sums = _summed(rows, closed, places, codes, len(at))
        r = closed.weights.shape[1]
        data = Shared(columns, sums[:, :r, :r], sums[:, :r, r:], sums[:, r:, r:], closed.pairs, closed.into)
        return cls(_whole(closed, common, at), cells > 0, counts, data)

    def at(self, V: Array) -> AtMatrix | None:
        """The patterns at V of all occasions, (T, T); None where a part of it is not positive definite."""
        both = self.seen[:, :, None] & self.seen[:, None, :]
        found = inverse_factors(np.where(both, V, np.eye(len(V))), self.counts)
        if found is None:
            return None
        half, log_det = found
        return AtMatrix(self, (np.swapaxes(half, 1, 2) @ half) * both, log_det)

    def as_they_are(self, v: Array) -> tuple[Array, Array]:
        """Sums of products of two residuals over persons who have both occasions, and how many have, (T, T) each."""
        return self.data.residuals(v).sum(axis=0), self.both

    @cached_property
    def both(self) -> Array:
        """Persons who have both of two occasions, (T, T)."""
        seen = self.seen.astype(float)
        return seen.T @ (self.counts[:, None] * seen)


def _kinds(columns: list[Array]) -> tuple[Array, Array] | None:
    """Different rows of columns: which each row is, and where each comes first; None where there are many."""
    found = few_distinct(mixed_keys([column[:, None] for column in columns]), MOST_ROWS)
    if found is None or not all((column[found[1]][found[0]] == column).all() for column in columns):
        return None
    return found


def _summed(rows: Rows, closed: Closed, places: Array, codes: Array, T: int) -> tuple[Array, Array]:
    """Persons of each pattern, and sums of products of weights and outcomes beside each other, (S, r + T, r + T)."""
    outcome = np.zeros((rows.persons, T))
    outcome[rows.codes, places] = closed.outcome
    both = np.concatenate([closed.weights, outcome], axis=1)[np.argsort(codes, kind="stable")]
    counts = np.bincount(codes)
    ends = np.cumsum(counts)
    sums = np.stack([both[a:b].T @ both[a:b] for a, b in zip(ends - counts, ends, strict=True)])
    return counts.astype(float), sums


def _whole(closed: Closed, common: Common, first: Array) -> Stack:
    """All occasions as one schedule of one person; `first` are rows at each."""
    T, at = len(first), first[None]
    data = Shared(
        closed.columns(at), np.zeros((1, 1, 1)), np.zeros((1, 1, T)), np.zeros((1, T, T)), closed.pairs, closed.into
    )
    nobody = np.zeros(0, dtype=np.intp)
    assert common.grid is not None
    occasions = common.grid.take(np.arange(T)[None])
    return Stack(occasions, closed.Z(at), np.ones(1), data, nobody, nobody[None], nobody, np.arange(T)[None])


@dataclass(frozen=True, eq=False)
class AtMatrix:
    """The patterns at a matrix V of all occasions.

    Attributes
    ----------
    sums : Gridded
    P : (S, T, T) array
        Inverse of each pattern's part of V, zero elsewhere.
    log_det : float
        Sum over persons of log|V_i|.
    """

    sums: Gridded
    P: Array
    log_det: float

    @cached_property
    def curves(self) -> Array:
        """P X of each pattern for each stored column, (S, T, g)."""
        return self.P @ self.sums.data.columns

    @cached_property
    def counted(self) -> Array:
        """Persons times P, (S, T, T)."""
        return self.sums.counts[:, None, None] * self.P

    def squares(self) -> Array:
        """[X y]' V^-1 [X y], (p + 1, p + 1)."""
        of = self.sums.data
        with_y = np.einsum("stg,swt->gw", self.curves, of.weighted, optimize=True)
        y = float(np.vdot(self.P, of.outcomes))
        return of.closed(np.swapaxes(of.columns, 1, 2) @ self.curves, with_y, y)

    def spread(self, S: Array) -> Array:
        """P S P of each pattern."""
        return self.P @ S @ self.P

    def bilinear(self, dV: Array, R: Array) -> Array:
        """sum tr(dV_i P dV_j R) over patterns, (m, m)."""
        (S, T, _), flat = self.P.shape, dV.reshape(len(dV), -1)
        table = (self.P.reshape(S, -1).T @ R.reshape(S, -1)).reshape(T, T, T, T)  # b, c; d, a
        return flat @ table.transpose(3, 0, 1, 2).reshape(T * T, T * T) @ flat.T

    def crossed(self, dV: Array, v: Array) -> Array:
        """sum X' P dV_j P [X y] v, (m, p)."""
        of, (S, T, size) = self.sums.data, self.curves.shape
        g, w = of.pairs
        right = of.deviations(v)[1] @ self.P
        table = (self.curves.reshape(S, -1).T @ right.reshape(S, -1)).reshape(T, size, -1, T)  # b, g; w, c
        found = dV.reshape(len(dV), -1) @ table.transpose(0, 3, 1, 2).reshape(T * T, -1)
        return found.reshape(len(dV), size, -1)[:, g, w] @ of.into[:-1, :-1]

    def inner(self, dV: Array) -> Array:
        """sum X' P dV_j P X, (m, p, p)."""
        of, (S, T, size) = self.sums.data, self.curves.shape
        r, m, flat = of.weights.shape[-1], len(dV), self.curves.reshape(S, -1)
        grams = np.empty((m, r, r, size, size))
        for w in range(r):
            for u in range(w + 1):
                table = (flat.T @ (of.weights[:, w, u, None] * flat)).reshape(T, size, T, size)
                one = dV.reshape(m, -1) @ table.transpose(0, 2, 1, 3).reshape(T * T, -1)
                grams[:, w, u] = grams[:, u, w] = one.reshape(m, size, size)
        (g, w), into = of.pairs, of.into[:-1, :-1]
        return into.T @ grams[:, w[:, None], w, g[:, None], g] @ into

    def summed(self, N: Array) -> Array:
        """sum X' N X over patterns, (p, p)."""
        of, into = self.sums.data, self.sums.data.into[:-1, :-1]
        return into.T @ pairwise(np.swapaxes(of.columns, 1, 2) @ N @ of.columns, of.weights, *of.pairs) @ into

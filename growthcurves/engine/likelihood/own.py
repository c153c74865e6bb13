"""Persons one by one, component first: long vectors and no small matrices, many persons at a time on every core.

Standard columns of Z are made anew, chunk by chunk in the cache, whenever they are needed: that costs less than keeping
them. Columns of X stay products of a stored column and a weight, x_(k, w) = g_k w: with S_a = Z_a'[g y] (q, m, n), in
the place of the larger C = Z'[X y], every sum over persons is one of products of S by products of two weights, and goes
into standard columns of X when it is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.likelihood.blocks import Curvature, Designs, Reduction, linking, standard_products
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.rows import pair_index
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array, upper
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.factors import dot, shrunk, square_root
from growthcurves.numerics.products import kron, long_sum, wide
from growthcurves.numerics.threads import in_order

#: Up to so many numbers, the products of few persons are kept as if each had a schedule to itself.
FEW = 1 << 17


@dataclass(frozen=True)
class OwnBlocks:
    """Persons one by one.

    Attributes
    ----------
    people : PersonMoments
    into_z, into_xy : arrays
        Standard columns of Z and of [X y] = closed centred columns @ into.
    """

    people: PersonMoments
    into_z: Array
    into_xy: Array

    def designs(self) -> Iterator[Designs]:
        for part, (G, _) in self._products():
            counts = np.ones(G.shape[2]) if self._mass is None else self._mass[part]
            yield Designs(counts, self.people.gram[0, part], G.transpose(2, 0, 1))

    def transformed(self, into_z: Array, into_xy: Array) -> OwnBlocks:
        return OwnBlocks(self.people, self.into_z @ into_z, self.into_xy @ into_xy)

    def roots(self, column: int) -> list[Array]:
        return [row for part, (_, C) in self._products() for row in self._rooted(C[column, :-1], part).T[:, None]]

    @property
    def _mass(self) -> Array | None:
        """How many persons each stands for; None where each counts once."""
        return self.people.mass

    def _rooted(self, rows: Array, part: slice) -> Array:
        return rows if self._mass is None else rows * np.sqrt(self._mass[part])

    def _counted(self, rows: Array, part: slice) -> Array:
        """Rows (..., n) of some persons, each as often as it counts."""
        return rows if self._mass is None else rows * self._mass[part]

    def _products(self) -> Iterator[tuple[slice, tuple[Array, Array]]]:
        for part in chunks(self.people.count):
            yield part, standard_products(self.people.take(part), self.into_z, self.into_xy)

    @cached_property
    def _few(self) -> SharedBlocks | None:
        """Persons as schedules of one, where there are few of them."""
        size = self.into_z.shape[1] * self.into_xy.shape[1]
        if self.people.count * size * size > FEW:
            return None
        G, C = standard_products(self.people, self.into_z, self.into_xy)
        C = C.transpose(2, 0, 1)
        counts = np.ones(len(C)) if self._mass is None else self._mass
        T = C[:, :, :, None, None] * C[:, None, None] * counts[:, None, None, None, None]
        lengths = self.people.gram[0]
        return SharedBlocks(Schedules(counts, lengths, np.ascontiguousarray(G.transpose(2, 0, 1)), T))

    @cached_property
    def _factored(self) -> Factored:
        return Factored.of(self.people, self.into_z, self.into_xy)

    def _pieces(self) -> list[slice]:
        return chunks(self.people.count)

    def reduce(self, D: Array) -> Reduction:
        if self._few is not None:
            return self._few.reduce(D)
        here, L = self._factored, square_root(D)

        def piece(part: slice) -> tuple[float, Array]:
            G, S = here.products(part)
            log_det, M = shrunk(G, L)
            return float(self._counted(log_det, part).sum()), here.weighed(self._counted(_explained(M, S), part), part)

        log_dets, sums = zip(*in_order(piece, self._pieces()), strict=True)
        return Reduction(sum(log_dets), here.explained(_total(sums)))

    def contract(self, weights: Callable[[Array], Array]) -> Array:
        here = self._factored

        def piece(part: slice) -> Array:
            G, S = here.products(part)
            made = _explained(weights(G.transpose(2, 0, 1)).transpose(1, 2, 0), S)
            return here.weighed(self._counted(made, part), part)

        return here.explained(_total(list(in_order(piece, self._pieces()))))

    def linked(self, D: Array, weight: Array) -> Array:
        return self.contract(linking(D, weight))

    def curvature(self, D: Array, weight: Array) -> Curvature:
        if self._few is not None:
            return self._few.curvature(D, weight)
        here, L = self._factored, square_root(D)
        q = len(D)
        coefficients = here.coefficients(weight)

        def piece(part: slice) -> tuple[Array, ...]:
            G, S = here.products(part)
            P, U = _rotated(G, S, shrunk(G, L)[1])
            flat = P.reshape(q * q, -1)
            inner = _quadratic(U, wide(coefficients, here.weights(part))).reshape(q * q, -1)
            counted = self._counted(flat, part)
            uu = here.weighed(self._counted(_pairs(U), part), part)
            return uu, counted.sum(axis=1), long_sum(counted, flat.T), long_sum(counted, inner.T)

        uu, p, pp, pk = (_total(sums) for sums in zip(*in_order(piece, self._pieces()), strict=True))
        shape = (q, q, q, q)
        return Curvature(here.uu(uu), p.reshape(q, q), pp.reshape(shape), pk.reshape(shape))


@dataclass(frozen=True)
class Factored:
    """Where the products of stored columns and weights lie that X and Z are made of.

    Attributes
    ----------
    people : PersonMoments
    into_z, into_xy : arrays
    within, across : (q_closed, q_closed), (q_closed, m) arrays of int
        Rows of the persons' Gram matrices: Z'Z, and Z'[g y] for the m - 1 stored columns g of X.
    column, factor : (p_closed + 1,) arrays of int
        Which of the m columns, and which weight (0 is the constant), make a closed column of [X y].
    """

    people: PersonMoments
    into_z: Array
    into_xy: Array
    within: NDArray[np.intp]
    across: NDArray[np.intp]
    column: NDArray[np.intp]
    factor: NDArray[np.intp]

    @classmethod
    def of(cls, people: PersonMoments, into_z: Array, into_xy: Array) -> Factored:
        terms, pairs = people.terms, people.pairs
        stored = sorted({k for k, _ in terms.x_closed})
        used = sorted({w for _, w in terms.x_closed} | {0})
        column = [*(stored.index(k) for k, _ in terms.x_closed), len(stored)]
        factor = [*(used.index(w) for _, w in terms.x_closed), 0]
        all_used = len(used) == len(people.weights) + 1
        weights = people.weights if all_used else people.weights[[w - 1 for w in used[1:]]]
        kept = replace(people, weights=weights, labels=None)
        closed = list(terms.z_closed)
        return cls(
            kept, into_z, into_xy, pairs[np.ix_(closed, closed)], pairs[np.ix_(closed, [*stored, -1])],
            np.array(column), np.array(factor),
        )  # fmt: skip

    @cached_property
    def _both_z(self) -> Array:
        """Standard Z'Z from closed Z'Z, both flat."""
        return np.ascontiguousarray(kron(self.into_z, self.into_z).T)

    def products(self, part: slice) -> tuple[Array, Array]:
        """Z'Z (q, q, n) and S = Z'[g y] (q, m, n) of some persons, in standard columns of Z."""
        closed, q = self.into_z.shape
        gram = self.people.gram
        G = wide(self._both_z, gram[self.within, part].reshape(closed * closed, -1))
        S = wide(self.into_z.T, gram[self.across, part].reshape(closed, -1))
        return G.reshape(q, q, -1), S.reshape(q, self.across.shape[1], -1)

    def weights(self, part: slice) -> Array:
        """Products of two weights, packed, (pairs of weights, n)."""
        weights = self.people.weights[:, part]
        table = pair_index(len(weights) + 1)
        out = np.empty((int(table[-1, -1]) + 1, weights.shape[1]))
        out[0] = 1.0
        out[table[0, 1:]] = weights
        for i, row in enumerate(weights):
            np.multiply(weights[i:], row, out=out[table[i + 1, i + 1] : table[i + 1, -1] + 1])
        return out

    def weighed(self, rows: Array, part: slice) -> Array:
        """Sums over some persons of rows (l, n) times the products of two weights."""
        return long_sum(rows, self.weights(part).T)

    @property
    def _factors(self) -> NDArray[np.intp]:
        return pair_index(len(self.people.weights) + 1)[np.ix_(self.factor, self.factor)]

    def explained(self, sums: Array) -> Array:
        """Standard (p + 1, p + 1) from sums by pairs of columns and pairs of weights."""
        pairs = pair_index(self.across.shape[1])[np.ix_(self.column, self.column)]
        return self.into_xy.T @ sums[pairs, self._factors] @ self.into_xy

    def uu(self, sums: Array) -> Array:
        """Standard (q, p + 1, q, p + 1) from sums by pairs of (random effect, column) and pairs of weights."""
        q, m = self.into_z.shape[1], self.across.shape[1]
        rows = (np.arange(q)[:, None] * m + self.column).ravel()
        closed = sums[pair_index(q * m)[np.ix_(rows, rows)], np.tile(self._factors, (q, q))]
        width = len(self.column)
        half = closed.reshape(q * width, q, width) @ self.into_xy
        return (self.into_xy.T @ half.reshape(q, width, -1)).reshape(q, -1, q, self.into_xy.shape[1])

    def coefficients(self, weight: Array) -> Array:
        """What turns products of two weights into K between columns: (pairs of columns, pairs of weights)."""
        m, r = self.across.shape[1], len(self.people.weights) + 1
        full = np.zeros((m * r, m * r))
        place = self.column * r + self.factor
        full[np.ix_(place, place)] = self.into_xy @ weight @ self.into_xy.T
        K = full.reshape(m, r, m, r).transpose(0, 2, 1, 3)
        both: Array = K + K.swapaxes(2, 3)
        both[:, :, range(r), range(r)] /= 2.0
        factors = upper(r)
        return both[upper(m)][:, factors[0], factors[1]]


def _total(sums: tuple[Array, ...] | list[Array]) -> Array:
    """The sum in the order given: the same whatever the number of threads."""
    total = np.zeros_like(sums[0])
    for part in sums:
        total += part
    return total


def _explained(M: Array, S: Array) -> Array:
    """S'M S of every person, packed, for symmetric M (q, q, n): (pairs of columns, n)."""
    m, n = S.shape[1:]
    table = pair_index(m)
    MS = [_combine(row, S) for row in M]
    out = np.empty((int(table[-1, -1]) + 1, n))
    for k in range(m):
        here = out[table[k, k] : table[k, -1] + 1]
        np.multiply(S[0, k], MS[0][k:], out=here)
        for a in range(1, len(S)):
            here += S[a, k] * MS[a][k:]
    return out


def _rotated(G: Array, S: Array, M: Array) -> tuple[Array, Array]:
    """P = G - G M G (q, q, n) and U = S - G M S (q, m, n)."""
    P, U = np.empty_like(G), np.empty_like(S)
    for a in range(len(G)):
        GM = _combine(G[a], M.swapaxes(0, 1))  # row a of G M, (q, n)
        np.subtract(S[a], _combine(GM, S), out=U[a])
        for b in range(a + 1):
            np.subtract(G[a, b], dot(GM, G[b]), out=P[a, b])
            P[b, a] = P[a, b]
    return P, U


def _pairs(U: Array) -> Array:
    """Products of two entries of U (q, m, n), packed."""
    rows = U.reshape(-1, U.shape[2])
    table = pair_index(len(rows))
    out = np.empty((int(table[-1, -1]) + 1, rows.shape[1]))
    for i, row in enumerate(rows):
        np.multiply(rows[i:], row, out=out[table[i, i] : table[i, -1] + 1])
    return out


def _quadratic(U: Array, K: Array) -> Array:
    """U_a' K U_b of every person, (q, q, n), for K packed (pairs of columns, n)."""
    q, m, n = U.shape
    table = pair_index(m)
    out = np.empty((q, q, n))
    for a in range(q):
        KU = np.array([dot(K[table[k]], U[a]) for k in range(m)])
        for b in range(a + 1):
            out[a, b] = out[b, a] = dot(KU, U[b])
    return out


def _combine(coefficients: Array, rows: Array) -> Array:
    """Sum over c of coefficients[c] * rows[c], (k, n) for rows of shape (q, k, n)."""
    total = coefficients[0] * rows[0]
    for c in range(1, len(rows)):
        total += coefficients[c] * rows[c]
    return total

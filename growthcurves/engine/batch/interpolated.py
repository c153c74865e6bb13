"""The sums of very many persons with own times near one D, as polynomials in D.

Replicates without one person of thousands end close to the estimates of all, each at a D of its own: there the sums of
all are polynomials to the last digits, made of their exact values at some points. Elsewhere they are summed anew. How
far the polynomials reach is measured at points that they were not made of. See docs/engine.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from operator import add

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.batch.blocks import PersonBatch, Piece, Sums
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array, upper
from growthcurves.numerics.factors import square_root

#: Degree of the polynomials by the number of variances and covariances.
DEGREES = {1: 8, 3: 5, 6: 4}
#: Points for each coefficient; points at which the polynomials are tried; persons for each point from which they pay.
POINTS, TRIED, PAYS = 1.5, 12, 4
#: Largest relative error there, the relative change of D that is tried first, and how often a smaller one is.
EXACT, REACH, TRIES = 1e-11, 0.03, 3
#: Smallest eigenvalue of D, relative to the largest, about which nodes lie inside the cone.
INSIDE = 1e-6


@dataclass(frozen=True)
class Interpolated:
    """Persons whose sums are known near D = L L': at L (I + reach X) L' for symmetric X with entries up to one.

    Attributes
    ----------
    everyone : PersonBatch
        The same persons in all replicates.
    into : (q, q) array
        L^-1.
    reach : float
    degree : int
    values : (c, w) array
        Coefficients of log determinant, explained part, `uu` and `p`, one after the other.
    pp : (1, q, q, q, q) array
        At D itself, as is
    pk : (k, q, q, q, q) array
        for every weight that is one in an entry on or above the diagonal.
    """

    everyone: PersonBatch
    into: Array
    reach: float
    degree: int
    values: Array
    pp: Array
    pk: Array

    @classmethod
    def near(cls, everyone: PersonBatch, D: Array, persons: int, width: int) -> PersonBatch:
        """The sums of persons near D; those persons where polynomials would not do or not pay.

        `width` is p + 1.
        """
        q = len(D)
        size = q * (q + 1) // 2
        degree = DEGREES.get(size)
        spread = np.linalg.eigvalsh(D)
        if degree is None or spread[0] <= INSIDE * spread[-1] or PAYS * _points(size, degree) > persons:
            return everyone
        L, reach = np.linalg.cholesky(D), REACH
        into = np.linalg.solve(L, np.eye(q))
        for _ in range(TRIES):
            values, error = _fitted(everyone, L, reach, degree, width)
            if error <= EXACT:
                return cls(everyone, into, reach, degree, values, *_second(everyone, L, width))
            reach *= 0.8 * (EXACT / error) ** (1.0 / (degree + 1))
        return everyone

    def pieces(self, count: int) -> Iterator[Piece]:
        """All persons at once."""
        yield self

    def take(self, index: NDArray[np.intp]) -> Interpolated:
        """The same for some of the replicates."""
        return self

    def transformed(self, into_z: Array, into_xy: Array) -> PersonBatch:
        """The persons in columns Z @ into_z and [X y] @ into_xy."""
        return self.everyone.transformed(into_z, into_xy)

    def alone(self, replicate: int) -> SharedBlocks:
        """One replicate as a layout of its own."""
        return SharedBlocks(self.schedules(replicate))

    def schedules(self, replicate: int) -> Schedules:
        """The persons as schedules."""
        return self.everyone.schedules(0)

    def reduce(self, F: Array) -> tuple[Array, Array]:
        """See `SharedBatch.reduce`."""
        x, near = self._standard(F)
        width = self._width
        out = np.empty((len(F), 1 + width * width))
        out[near] = _basis(x[near], self.degree) @ self.values[:, : out.shape[1]]
        if not near.all():
            out[~near] = _reduced(self.everyone, F[~near])
        return out[:, 0], out[:, 1:].reshape(-1, width, width)

    def curvature(self, F: Array, weight: Array) -> Sums:
        """See `SharedBatch.curvature`; `pp` and `pk`, of which steps alone are made, are those at D."""
        x, near = self._standard(F)
        B, q, width = len(F), F.shape[1], self._width
        flat = _basis(x, self.degree) @ self.values[:, 1 + width * width :]
        uu, p = flat[:, : q * q * width * width].reshape(B, q, q, width, width), flat[:, -q * q :].reshape(B, q, q)
        pk = np.tensordot(weight[:, *upper(width)], self.pk, 1)
        found = Sums(uu, p, np.repeat(self.pp, B, axis=0), pk)
        if not near.all():
            for mine, exact in zip(found, _curved(self.everyone, F[~near], weight[~near]), strict=True):
                mine[~near] = exact
        return found

    @cached_property
    def _width(self) -> int:
        """p + 1, of which (p + 1)(p + 2) / 2 pairs are weighed."""
        return int(np.sqrt(2.0 * len(self.pk)))

    def _standard(self, F: Array) -> tuple[Array, NDArray[np.bool_]]:
        """X of every D, by its entries (B, m), and which of them are known."""
        root = self.into @ F
        q = len(self.into)
        X = (root @ root.swapaxes(1, 2) - np.eye(q)) / self.reach
        x = X[:, *upper(q)]
        near = (np.abs(x) <= 1.0).all(axis=1)
        return np.where(near[:, None], x, 0.0), near


def _points(size: int, degree: int) -> int:
    """At how many points polynomials of so many variables are made and tried."""
    return int(POINTS * len(_powers(size, degree))) + TRIED


def _powers(size: int, degree: int) -> list[tuple[int, ...]]:
    """Degrees of the terms in each variable."""
    return [powers for powers in product(range(degree + 1), repeat=size) if sum(powers) <= degree]


def _basis(x: Array, degree: int) -> Array:
    """Products of Chebyshev polynomials of total degree up to `degree` at points x (B, m)."""
    each = np.polynomial.chebyshev.chebvander(x, degree)
    out = np.ones((len(x), len(_powers(x.shape[1], degree))))
    for place, powers in enumerate(_powers(x.shape[1], degree)):
        for variable, power in enumerate(powers):
            if power:
                out[:, place] *= each[:, variable, power]
    return out


def _fitted(everyone: PersonBatch, L: Array, reach: float, degree: int, width: int) -> tuple[Array, float]:
    """Coefficients of polynomials in the entries of X, and their largest error at points that are tried."""
    q = len(L)
    size = q * (q + 1) // 2
    x = np.cos(np.pi * np.random.default_rng(1).uniform(size=(_points(size, degree), size)))
    F = L @ square_root(np.eye(q) + reach * _symmetric(x, q))
    reduced, sums = _reduced(everyone, F), _curved(everyone, F, np.zeros((len(F), width, width)))
    exact = np.concatenate([reduced, sums.uu.reshape(len(F), -1), sums.p.reshape(len(F), -1)], axis=1)
    basis = _basis(x, degree)
    values = np.linalg.lstsq(basis[:-TRIED], exact[:-TRIED], rcond=None)[0]
    off = np.abs(basis[-TRIED:] @ values - exact[-TRIED:]).max(axis=0)
    return values, float((off / np.maximum(_sizes(reduced[0], sums.uu[0], sums.p[0]), 1e-300)).max())


def _sizes(reduced: Array, uu: Array, p: Array) -> Array:
    """What the sums of one point are measured by: a product of two entries by the roots of both their squares."""
    q, width = len(p), uu.shape[-1]
    whole = uu.transpose(0, 2, 1, 3).reshape(q * width, q * width)
    parts = [_of_squares(part) for part in (reduced[1:].reshape(width, width), whole, p)]
    parts[1] = parts[1].reshape(q, width, q, width).transpose(0, 2, 1, 3)
    return np.concatenate([np.abs(reduced[:1]), *(part.ravel() for part in parts)])


def _of_squares(part: Array) -> Array:
    size = np.sqrt(np.abs(np.diag(part)))
    return np.outer(size, size)


def _second(everyone: PersonBatch, L: Array, width: int) -> tuple[Array, Array]:
    """`pp`, and `pk` for every weight that is one in an entry on or above the diagonal, and in the one below."""
    rows, columns = upper(width)
    weight = np.zeros((len(rows), width, width))
    each = np.arange(len(rows))
    weight[each, rows, columns] = weight[each, columns, rows] = 1.0
    found = _curved(everyone, np.repeat(L[None], len(rows), axis=0), weight)
    return found.pp[:1], found.pk


def _symmetric(x: Array, q: int) -> Array:
    """Symmetric matrices (B, q, q) from their entries on and above the diagonal."""
    X = np.zeros((len(x), q, q))
    rows, columns = upper(q)
    X[:, rows, columns] = X[:, columns, rows] = x
    return X


def _reduced(everyone: PersonBatch, F: Array) -> Array:
    """Log determinants and explained parts, side by side."""
    found = [piece.reduce(F) for piece in everyone.pieces(len(F))]
    flat = [np.concatenate([logs[:, None], explained.reshape(len(F), -1)], axis=1) for logs, explained in found]
    return reduce(add, flat)


def _curved(everyone: PersonBatch, F: Array, weight: Array) -> Sums:
    found = [piece.curvature(F, weight) for piece in everyone.pieces(len(F))]
    return Sums(*(reduce(add, parts) for parts in zip(*found, strict=True)))

"""Persons with own times whose standard products are kept, for the many evaluations that profiles need.

A fit evaluates its sums a dozen times, and large panels do best to make their products anew in the cache. Profiles
of a model with several random effects evaluate them a hundred times, of panels of some hundred persons.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np

from growthcurves.engine.likelihood.blocks import Curvature, Reduction, standard_products
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import CHUNK_PERSONS
from growthcurves.numerics.factors import dot, square_root, unrolled

#: Multiplications in a matrix product above which BLAS shares it among threads: for products this small a loss.
ONE_THREAD = 1 << 18


def for_many_evaluations(problem: Problem) -> Problem:
    """The same problem with what its blocks make anew at every evaluation kept, where that is not much."""
    return replace(problem, blocks=tuple(kept(block) for block in problem.blocks))


@singledispatch
def kept(block: Any) -> Any:
    """The same block; a layout that can keep something registers its own way here."""
    return block


@kept.register
def _(block: OwnBlocks) -> OwnBlocks:
    return KeptBlocks.of(block) if block.people.count <= CHUNK_PERSONS else block


class Shrunk(NamedTuple):
    """What value and derivatives at the same D share: log|I + G_i D|, M_i and M_i C_i."""

    D: Array
    logs: Array
    M: Array
    MC: Array


@dataclass(frozen=True, eq=False)
class KeptBlocks(OwnBlocks):
    """Persons one by one in c pieces of n, component first; nobodies, who add nothing, fill the last piece.

    A product over one piece is too small for BLAS to share it among threads.

    Attributes
    ----------
    G : (q, q, c, n) array
        Z_i'Z_i.
    C : (q, p + 1, c, n) array
        Z_i'[X_i y_i].
    """

    G: Array
    C: Array
    _last: list[Shrunk] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, block: OwnBlocks) -> KeptBlocks:
        """The same persons with their products kept."""
        G, C = standard_products(block.people, block.into_z, block.into_xy)
        q, width, count = C.shape
        n = min(max(ONE_THREAD // (q * width) ** 2, 64), count)
        pieces = -(-count // n)
        G, C = (np.pad(part, ((0, 0), (0, 0), (0, pieces * n - count))) for part in (G, C))
        return cls(
            block.people, block.into_z, block.into_xy, G.reshape(q, q, pieces, n), C.reshape(q, width, pieces, n)
        )

    def _shrunk(self, D: Array) -> Shrunk:
        """What belongs to D, remembered for one D: value and derivatives are asked one after the other."""
        for last in self._last:
            if np.array_equal(last.D, D):
                return last
        q = len(D)
        L = square_root(D)
        outer = np.einsum("ai,bj->ijab", L, L).reshape(q * q, q * q)
        inner = _times(outer, self.G.reshape(q * q, *self.G.shape[2:]))
        logs, M = unrolled(inner.reshape(self.G.shape), L[..., None, None])
        found = Shrunk(D, logs, M, np.stack([_combine(row, self.C) for row in M]))
        self._last[:] = [found]
        return found

    def reduce(self, D: Array) -> Reduction:
        here = self._shrunk(D)
        explained = sum(_inner(C, MC) for C, MC in zip(self.C, here.MC, strict=True))
        return Reduction(float(here.logs.sum()), np.asarray(explained))

    def curvature(self, D: Array, weight: Array) -> Curvature:
        q, width = self.C.shape[:2]
        here = self._shrunk(D)
        U, P = np.empty_like(self.C), np.empty_like(self.G)
        for a, row in enumerate(self.G):
            np.subtract(self.C[a], _combine(row, here.MC), out=U[a])
            GM = _combine(row, here.M)  # row a of G M, (q, c, n)
            for b in range(a + 1):
                P[a, b] = P[b, a] = self.G[a, b] - dot(GM, self.G[b])
        flat, P2 = U.reshape(q * width, *U.shape[2:]), P.reshape(q * q, *P.shape[2:])
        uKu = _quadratic(U, weight).reshape(P2.shape)
        shape = (q, q, q, q)
        return Curvature(
            _inner(flat, flat).reshape(q, width, q, width),
            P2.sum(axis=(1, 2)).reshape(q, q),
            _inner(P2, P2).reshape(shape),
            _inner(P2, uKu).reshape(shape),
        )


def _inner(left: Array, right: Array) -> Array:
    """Sum over all persons of left x right, (l, r), for rows (l, c, n) and (r, c, n)."""
    return (left.swapaxes(0, 1) @ right.transpose(1, 2, 0)).sum(axis=0)


def _times(matrix: Array, rows: Array) -> Array:
    """A matrix (k, l) times rows (l, c, n) of every person, (k, c, n)."""
    return np.ascontiguousarray((matrix @ rows.swapaxes(0, 1)).swapaxes(0, 1))


def _combine(coefficients: Array, rows: Array) -> Array:
    """Sum over b of coefficients[b] (c, n) times rows[b] (k, c, n)."""
    total = coefficients[0] * rows[0]
    for b in range(1, len(rows)):
        total += coefficients[b] * rows[b]
    return total


def _quadratic(U: Array, weight: Array) -> Array:
    """U_a' K U_b of every person, (q, q, c, n)."""
    q = len(U)
    out = np.empty((q, q, *U.shape[2:]))
    for a in range(q):
        weighted = _times(weight, U[a])
        for b in range(a + 1):
            out[a, b] = out[b, a] = np.einsum("jcn,jcn->cn", weighted, U[b])
    return out

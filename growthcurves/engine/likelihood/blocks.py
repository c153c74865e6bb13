"""Contractions over persons, in two layouts that answer the same questions, so that nobody asks which one it is.

`SharedBlocks` keeps one small array per schedule (persons with the same Z'Z), `OwnBlocks` one column per
person. In standardised coordinates, with D the relative covariance of the random effects, G_i = Z_i'Z_i and
C_i = Z_i'[X_i y_i]:

    Q_i = (I + G_i D)^-1,  P_i = Q_i G_i = Z_i' W_i Z_i,  U_i = Q_i C_i = Z_i' W_i [X_i y_i],  M_i = D Q_i,

where W_i = (I + Z_i D Z_i')^-1. See docs/engine.md, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.factors import dot, psd_root, shrinkage


class Reduction(NamedTuple):
    """What the criterion needs at D: sum of log|I + G_i D| and the sum of C_i' M_i C_i, (p + 1, p + 1)."""

    log_det: float
    explained: Array


class Curvature(NamedTuple):
    """What derivatives need at D and for a weight matrix K, (p + 1, p + 1).

    `uu` (q, p+1, q, p+1) = sum U_i x U_i; `p` (q, q) = sum P_i; `pp` (q, q, q, q) = sum P_i x P_i;
    `pk` (q, q, q, q) = sum P_i x (U_i K U_i').
    """

    uu: Array
    p: Array
    pp: Array
    pk: Array


class Designs(NamedTuple):
    """Some of the persons' Z: how many persons have each (k,), their numbers of occasions (k,), Z'Z (k, q, q)."""

    counts: Array
    lengths: Array
    G: Array


class Blocks(Protocol):
    """One layout of persons."""

    def designs(self) -> Iterator[Designs]:
        """The persons' designs, in pieces that fit the cache."""
        ...

    def transformed(self, into_z: Array, into_xy: Array) -> Blocks:
        """The same persons in columns Z @ into_z and [X y] @ into_xy."""
        ...

    def roots(self, column: int) -> list[Array]:
        """For every design, in the order of `designs`, R (r, p) with R'R = sum X_i'z_i z_i'X_i, z a column of Z."""
        ...

    def reduce(self, D: Array) -> Reduction: ...

    def curvature(self, D: Array, weight: Array) -> Curvature: ...

    def contract(self, weights: Callable[[Array], Array]) -> Array:
        """Sum of C_i' N_i C_i, (p + 1, p + 1), for weights N (k, q, q) that are made from Z'Z (k, q, q)."""
        ...


@dataclass(frozen=True)
class SharedBlocks:
    """Persons compressed by schedule.

    Attributes
    ----------
    schedules : Schedules
        In standard coordinates.
    """

    schedules: Schedules

    def designs(self) -> Iterator[Designs]:
        yield Designs(self.schedules.counts, self.schedules.lengths, self.schedules.G)

    def transformed(self, into_z: Array, into_xy: Array) -> SharedBlocks:
        return SharedBlocks(self.schedules.transformed(into_z, into_xy))

    def roots(self, column: int) -> list[Array]:
        return [psd_root(T, float(np.trace(T)) or 1.0).T for T in self.schedules.T[:, column, :-1, column, :-1]]

    def _rotate(self, Q: Array) -> Array:
        K, q, width = self.schedules.T.shape[:3]
        half = Q @ self.schedules.T.reshape(K, q, width * q * width)
        half = half.reshape(K, q * width, q, width).swapaxes(1, 2).reshape(K, q, q * width * width)
        return (Q @ half).reshape(K, q, q, width, width)

    def reduce(self, D: Array) -> Reduction:
        q = len(D)
        B = self.schedules.G @ D
        B[:, range(q), range(q)] += 1.0
        M = np.linalg.solve(B.swapaxes(1, 2), np.broadcast_to(D, B.shape))
        log_det = float(self.schedules.counts @ np.linalg.slogdet(B)[1]) if q else 0.0
        explained = np.einsum("kab,kaibj->ij", M, self.schedules.T)
        return Reduction(log_det, explained)

    def contract(self, weights: Callable[[Array], Array]) -> Array:
        return np.einsum("kab,kaibj->ij", weights(self.schedules.G), self.schedules.T)

    def curvature(self, D: Array, weight: Array) -> Curvature:
        K, q, width = self.schedules.T.shape[:3]
        B = self.schedules.G @ D
        B[:, range(q), range(q)] += 1.0
        Q = np.linalg.solve(B, np.broadcast_to(np.eye(q), B.shape))
        P = Q @ self.schedules.G
        P = (P + P.swapaxes(1, 2)) / 2
        rotated = self._rotate(Q)  # (K, b, a, i, j): row b of the second, row a of the first factor
        uu = rotated.sum(axis=0).transpose(1, 2, 0, 3)
        ukU = (rotated.reshape(K, q, q, width * width) @ weight.ravel()).reshape(K, q * q)
        flat = P.reshape(K, q * q)
        weighted = self.schedules.counts[:, None] * flat
        shape = (q, q, q, q)
        return Curvature(
            uu, weighted.sum(axis=0).reshape(q, q), (weighted.T @ flat).reshape(shape), (flat.T @ ukU).reshape(shape)
        )


@dataclass(frozen=True)
class OwnBlocks:
    """Persons one by one, component first: long vectors and no small matrices.

    Standard cross-products are made anew, chunk by chunk in the cache, whenever they are needed: that costs
    less than keeping them.

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
        for part, (G, _) in zip(chunks(self.people.count), self._chunks(), strict=True):
            yield Designs(np.ones(G.shape[2]), self.people.gram[0, part], G.transpose(2, 0, 1))

    def transformed(self, into_z: Array, into_xy: Array) -> OwnBlocks:
        return OwnBlocks(self.people, self.into_z @ into_z, self.into_xy @ into_xy)

    def roots(self, column: int) -> list[Array]:
        return [row for _, C in self._chunks() for row in C[column, :-1].T[:, None]]

    def _chunks(self) -> Iterator[tuple[Array, Array]]:
        for part in chunks(self.people.count):
            yield standard_products(self.people.take(part), self.into_z, self.into_xy)

    def reduce(self, D: Array) -> Reduction:
        log_det = 0.0
        width = self.into_xy.shape[1]
        explained = np.zeros((width, width))
        for G, C in self._chunks():
            piece, M = shrinkage(G, D)
            log_det += float(piece.sum())
            for a in range(len(M)):
                explained += C[a] @ _combine(M[a], C).T
        return Reduction(log_det, explained)

    def contract(self, weights: Callable[[Array], Array]) -> Array:
        width = self.into_xy.shape[1]
        total = np.zeros((width, width))
        for G, C in self._chunks():
            N = weights(G.transpose(2, 0, 1)).transpose(1, 2, 0)
            for a in range(len(N)):
                total += C[a] @ _combine(N[a], C).T
        return total

    def curvature(self, D: Array, weight: Array) -> Curvature:
        q, width = self.into_z.shape[1], self.into_xy.shape[1]
        uu = np.zeros((q * width, q * width))
        p = np.zeros(q * q)
        pp = np.zeros((q * q, q * q))
        pk = np.zeros((q * q, q * q))
        for G, C in self._chunks():
            P, U = self._rotate(G, C, D)
            flat = U.reshape(q * width, -1)
            uu += flat @ flat.T
            P2 = P.reshape(q * q, -1)
            p += P2.sum(axis=1)
            pp += P2 @ P2.T
            pk += P2 @ _quadratic(U, weight).reshape(q * q, -1).T
        shape = (q, q, q, q)
        return Curvature(uu.reshape(q, width, q, width), p.reshape(q, q), pp.reshape(shape), pk.reshape(shape))

    @staticmethod
    def _rotate(G: Array, C: Array, D: Array) -> tuple[Array, Array]:
        """P_i and U_i of one chunk of persons."""
        q = len(G)
        _, M = shrinkage(G, D)
        P, U = np.empty_like(G), np.empty_like(C)
        for a in range(q):
            GM = _combine(G[a], M.swapaxes(0, 1))  # row a of G M, (q, n)
            np.subtract(C[a], _combine(GM, C), out=U[a])
            for b in range(a + 1):
                np.subtract(G[a, b], dot(GM, G[b]), out=P[a, b])
                P[b, a] = P[a, b]
        return P, U


def standard_products(people: PersonMoments, into_z: Array, into_xy: Array) -> tuple[Array, Array]:
    """G_i = Z_i'Z_i (q, q, n) and C_i = Z_i'[X_i y_i] (q, p + 1, n) of some persons in standard coordinates."""
    q, width = into_z.shape[1], into_xy.shape[1]
    closed = people.terms.z_closed
    G = people.block(closed, closed).reshape(into_z.shape[0] ** 2, -1)
    C = people.cross_products().reshape(into_z.shape[0] * into_xy.shape[0], -1)
    G = np.kron(into_z, into_z).T @ G
    C = np.kron(into_z, into_xy).T @ C
    return G.reshape(q, q, -1), C.reshape(q, width, -1)


def _quadratic(U: Array, weight: Array) -> Array:
    """U_a' K U_b of every person, (q, q, n)."""
    q = len(U)
    out = np.empty((q, q, U.shape[2]))
    for a in range(q):
        weighted = weight @ U[a]
        for b in range(a + 1):
            out[a, b] = out[b, a] = np.einsum("in,in->n", weighted, U[b])
    return out


def _combine(coefficients: Array, rows: Array) -> Array:
    """Sum over c of coefficients[c] * rows[c], (k, n) for rows of shape (q, k, n)."""
    total = coefficients[0] * rows[0]
    for c in range(1, len(rows)):
        total += coefficients[c] * rows[c]
    return total

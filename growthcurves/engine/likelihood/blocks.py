"""Contractions over persons: what every layout of them answers, so that nobody asks which one it is.

`SharedBlocks` (shared.py) keeps one small array per schedule (persons with the same Z'Z), `OwnBlocks` (own.py) one
column per person. In standardised coordinates, with D the relative covariance of the random effects, G_i = Z_i'Z_i and
C_i = Z_i'[X_i y_i]:

    Q_i = (I + G_i D)^-1,  P_i = Q_i G_i = Z_i' W_i Z_i,  U_i = Q_i C_i = Z_i' W_i [X_i y_i],  M_i = D Q_i,

where W_i = (I + Z_i D Z_i')^-1. See docs/engine.md, section 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np

from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.products import kron, wide


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

    def expected_hessian(self) -> Array:
        """sum_i tr(E P_i F P_i) as a (q q, q q) matrix: expected second derivative of the log determinants."""
        q = len(self.p)
        return self.pp.transpose(3, 0, 1, 2).reshape(q * q, q * q)


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

    def reduce(self, D: Array) -> Reduction: ...

    def curvature(self, D: Array, weight: Array) -> Curvature: ...

    def linked(self, D: Array, weight: Array) -> Array:
        """Sum of U_u' E P_uv F U_v, (p + 1, p + 1), over pairs of units, weight (q, q, q, q) the sum of E x F."""
        ...


class PersonBlocks(Blocks, Protocol):
    """One layout of persons without units above them."""

    def transformed(self, into_z: Array, into_xy: Array) -> PersonBlocks: ...

    def roots(self, column: int) -> list[Array]:
        """For every design, in the order of `designs`, R (r, p) with R'R = sum X_i'z_i z_i'X_i, z a column of Z."""
        ...

    def contract(self, weights: Callable[[Array], Array]) -> Array:
        """Sum of C_i' N_i C_i, (p + 1, p + 1), for weights N (k, q, q) that are made from Z'Z (k, q, q)."""
        ...


def linking(D: Array, weight: Array) -> Callable[[Array], Array]:
    """What a person's C_i is multiplied by on both sides for `linked`, made from Z'Z."""
    q = len(D)
    flat = weight.transpose(1, 2, 0, 3).reshape(q * q, q * q)

    def weights(G: Array) -> Array:
        B = G @ D
        B[:, range(q), range(q)] += 1.0
        Q = np.linalg.solve(B, np.broadcast_to(np.eye(q), B.shape))
        P = Q @ G
        N = (P.reshape(-1, q * q) @ flat).reshape(P.shape)
        return Q.swapaxes(1, 2) @ N @ Q

    return weights


def standard_products(people: PersonMoments, into_z: Array, into_xy: Array) -> tuple[Array, Array]:
    """G_i = Z_i'Z_i (q, q, n) and C_i = Z_i'[X_i y_i] (q, p + 1, n) of some persons in standard coordinates."""
    q, width = into_z.shape[1], into_xy.shape[1]
    closed = people.terms.z_closed
    G = people.block(closed, closed).reshape(into_z.shape[0] ** 2, people.count)
    C = people.cross_products().reshape(into_z.shape[0] * into_xy.shape[0], people.count)
    G = wide(kron(into_z, into_z).T, G)
    C = wide(kron(into_z, into_xy).T, C)
    return G.reshape(q, q, people.count), C.reshape(q, width, people.count)

"""Cluster-robust covariance of the fixed effects from persons' cross-products, and its Satterthwaite df.

Everything happens in an orthonormal basis of the span of each person's columns, r small numbers long, where V_i
acts as on its own and outside of which it is sigma^2 times the identity. See docs/inference-df.md, section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.contracts.likelihood import Frame
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks

#: Squared lengths below this fraction of the largest are directions that a person's columns do not span.
RANK = 1e-12
#: What is left of a person's residual below this fraction of its variance is nothing.
DETERMINED = 1e-10


@dataclass(frozen=True)
class Reduced:
    """Persons in orthonormal bases of their own columns, or row by row, standard coordinates; n persons, r dimensions.

    Attributes
    ----------
    X : (n, r, p) array
    V : (n, r, r) array
        Covariance matrix of the outcomes.
    e : (n, r) array
        Residuals y - X beta.
    Z : (n, r, q) array, optional
        Columns of the random effects.
    """

    X: Array
    V: Array
    e: Array
    Z: Array | None = None


@dataclass(frozen=True)
class Sandwich:
    """A robust covariance matrix and, for contrasts, the moments that its degrees of freedom are made of.

    Attributes
    ----------
    cov : (p, p) array
        In the original coding.
    mean : (k, k) array
        Expectation of the robust covariance matrix of the contrasts under the model.
    variance : (k, k) array
        Variance of each of its entries under the model.
    """

    cov: Array
    mean: Array
    variance: Array


def sandwich(
    persons: Iterable[Reduced], Phi: Array, frame: Frame, kind: str, L: Array, count: int | None = None
) -> Sandwich:
    """Robust covariance matrix of beta, and the moments of L cov L' under the model.

    Parameters
    ----------
    persons : iterable of Reduced
        All persons, some at a time.
    Phi : (p, p) array
        The model's covariance of beta in standard coordinates.
    frame : Frame
        These coordinates.
    kind : {"CR0", "CR1", "CR2"}
    L : (k, p) array
        Contrasts in the original coding.
    count : int, optional
        How many there are, where they are not the persons of the frame but units that hold them.
    """
    count = int(frame.persons) if count is None else count
    Jx = frame.original_x()
    contrasts = Phi @ (Jx.T @ L.T)  # (p, k)
    k, p = len(L), frame.p
    meat = np.zeros((p, p))
    sums = Spread.zero(k, p)
    factor = count / (count - 1.0) if kind == "CR1" else 1.0
    for reduced in persons:
        F = weighted(reduced, Phi, kind)
        score = np.einsum("nrp,nr->np", F, reduced.e)
        meat += score.T @ score
        u = F @ contrasts
        sums = sums.plus(u.swapaxes(1, 2) @ reduced.V @ u, reduced.X.swapaxes(1, 2) @ u, Phi)
    outer = Jx @ Phi
    return Sandwich(factor * outer @ meat @ outer.T, factor * sums.mean(Phi), factor**2 * sums.variance(Phi))


def reduced_persons(solution: Solution, people: PersonMoments) -> Iterator[Reduced]:
    """The persons of a solution, from their cross-products."""
    at = solution.optimum.at
    for part in chunks(people.count):
        yield reduce(solution.problem, at.D, at.sigma2, at.beta, people.take(part))


def reduce(problem: Problem, D: Array, sigma2: float, beta: Array, people: PersonMoments) -> Reduced:
    """Cross-products of some persons as X, V and e in an orthonormal basis of each person's columns."""
    terms = people.terms
    stored = sorted({*(g for g, _ in terms.x_closed), *terms.z_closed})
    place = {g: i for i, g in enumerate(stored)}
    rows, outcome = root(people.block(stored, stored).transpose(2, 0, 1), people.block(stored, [-1])[:, 0].T)
    weights = np.concatenate([np.ones((1, people.count)), people.weights])
    closed = np.empty((people.count, len(stored), len(terms.x_closed) + 1))
    for j, (g, w) in enumerate(terms.x_closed):
        closed[:, :, j] = rows[:, :, place[g]] * weights[w][:, None]
    closed[:, :, -1] = outcome
    wide = closed @ problem.into_xy
    Z = rows[:, :, [place[g] for g in terms.z_closed]] @ problem.into_z
    V = sigma2 * (Z @ D @ Z.swapaxes(1, 2) + np.eye(len(stored)))
    return Reduced(wide[:, :, :-1], V, wide[:, :, -1] - wide[:, :, :-1] @ beta, Z)


def root(gram: Array, target: Array) -> tuple[Array, Array]:
    """R (n, r, r) with R'R = gram, and the coordinates (n, r) of a column whose cross-products are `target`.

    Directions that a person's columns do not span are left zero.
    """
    size = np.sqrt(np.einsum("naa->na", gram))
    size[size == 0] = 1.0
    values, vectors = np.linalg.eigh(gram / (size[:, :, None] * size[:, None, :]))
    there = values > RANK * np.maximum(values[:, -1:], 1e-300)
    length = np.sqrt(np.where(there, values, 0.0))
    inverse = np.divide(1.0, length, out=np.zeros_like(length), where=there)
    transposed = vectors.swapaxes(1, 2)
    rows = length[:, :, None] * transposed * size[:, None, :]
    return rows, inverse * np.einsum("nra,na->nr", transposed, target / size)


def weighted(reduced: Reduced, Phi: Array, kind: str) -> Array:
    """A_i V_i^-1 X_i of each person, (n, r, p): what the residuals are multiplied by."""
    W = np.linalg.solve(reduced.V, reduced.X)
    return adjustment(reduced, Phi) @ W if kind == "CR2" else W


def adjustment(reduced: Reduced, Phi: Array) -> Array:
    """A_i with A_i (V_i - X_i Phi X_i') A_i' = V_i, symmetric, (n, r, r) (Bell and McCaffrey 2002; clubSandwich).

    C' (C (V - X Phi X') C')^{-1/2} C with V = C'C, any C; where a person alone determines an effect, the
    generalised inverse.
    """
    C = np.linalg.cholesky(reduced.V).swapaxes(1, 2)
    CX = C @ reduced.X
    whole = C @ reduced.V @ C.swapaxes(1, 2)
    left = whole - CX @ Phi @ CX.swapaxes(1, 2)
    values, vectors = np.linalg.eigh((left + left.swapaxes(1, 2)) / 2)
    there = values > DETERMINED * np.einsum("nij,nik,nkj->nj", vectors, whole, vectors, optimize=True)
    power = np.where(there, 1.0 / np.sqrt(np.where(there, values, 1.0)), 0.0)
    half = vectors.swapaxes(1, 2) @ C
    return half.swapaxes(1, 2) @ (power[:, :, None] * half)


@dataclass(frozen=True)
class Spread:
    """Sums over persons that give mean and variance of L cov L' (docs/inference-df.md, equations 5.4 to 5.6).

    For contrasts s and t, u_is = A_i V_i^-1 X_i Phi l_s, a_i = (u_is' V_i u_it), h_is = X_i'u_is,
    b_i = (h_is' Phi h_it).

    Attributes
    ----------
    a : (k, k) array
        Sum of a_i.
    squares : (k, k) array
        Sum over persons of what the entries with i = j add to the variance.
    H : (k, k, p, p) array
        Sum of h_is h_it'.
    """

    a: Array
    squares: Array
    H: Array

    @classmethod
    def zero(cls, k: int, p: int) -> Spread:
        return cls(np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k, p, p)))

    def plus(self, a: Array, h: Array, Phi: Array, counts: Array | float = 1.0) -> Spread:
        """With some persons more, of whom a is (n, k, k) and h is (n, p, k); `counts` of them are alike."""
        n, p, k = h.shape
        counts = np.broadcast_to(counts, n)
        b = h.swapaxes(1, 2) @ Phi @ h
        diagonal = np.einsum("nss->ns", a), np.einsum("nss->ns", b)
        squares = paired(*diagonal, counts) + np.tensordot(counts, a**2 - 2.0 * a * b, 1)
        flat = h.transpose(2, 1, 0).reshape(-1, n)
        H = ((flat * counts) @ flat.T).reshape(k, p, k, p).swapaxes(1, 2)
        return Spread(self.a + np.tensordot(counts, a, 1), self.squares + squares, self.H + H)

    def mean(self, Phi: Array) -> Array:
        return self.a - np.einsum("stij,ij->st", self.H, Phi)

    def variance(self, Phi: Array) -> Array:
        PhiH = Phi @ self.H
        other = PhiH.swapaxes(0, 1)
        return self.squares + np.einsum("stij,stji->st", PhiH, other) + np.einsum("stij,stji->st", other, other)


def paired(a: Array, b: Array, counts: Array) -> Array:
    """sum over persons of a_s a_t - a_s b_t - b_s a_t, (k, k), for a, b of shape (n, k), `counts` (n,) of each."""
    weighted = a.T * counts
    cross = weighted @ b
    return weighted @ a - cross - cross.T

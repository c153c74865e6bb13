"""Each person's own least-squares growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.schedules import shared_schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import DETERMINED, condition

#: Smallest eigenvalue of cross-products with unit diagonal from which they give a person's growth to nearly all digits.
SURE = 1e-4
#: Of more persons it is looked whether many have the same design.
MANY = 1_000
#: What is left of a column beside those before it, as a share of its length, that is nothing but rounding.
DEPENDENT = 1e-12


@dataclass(frozen=True)
class OwnGrowth:
    """Each person's own least-squares growth parameters.

    Attributes
    ----------
    estimates : (K, N) array
        NaN where a person's occasions do not determine them.
    inverse : (K, K, N) array
        Inverse of the person's basis cross-products: their sampling covariance per unit of residual variance.
    sure : (N,) array of bool
        Whose cross-products hold them to nearly all digits; the others are to be found from their rows.
    """

    estimates: Array
    inverse: Array
    sure: Array

    def with_rows(self, basis: Array, outcome: Array, codes: Array) -> OwnGrowth:
        """The same with those of some persons found from their rows, in an orthonormal basis of each person's own.

        Parameters
        ----------
        basis : (n, K) array
            The growth basis at all rows of these persons.
        outcome : (n,) array
        codes : (n,) array of int
            Whose rows they are.
        """
        estimates, inverse = self.estimates.copy(), self.inverse.copy()
        order = np.argsort(codes, kind="stable")
        persons, starts, sizes = np.unique(codes[order], return_index=True, return_counts=True)
        for size in np.unique(sizes):
            same = sizes == size
            rows = order[starts[same][:, None] + np.arange(size)]
            found, spread = _least_squares(basis[rows], outcome[rows])
            estimates[:, persons[same]] = found.T
            inverse[:, :, persons[same]] = spread.transpose(1, 2, 0)
        return replace(self, estimates=estimates, inverse=inverse, sure=np.ones_like(self.sure))

    def rate(self, contrast: Array) -> Array:
        """A combination of the growth parameters, (N,); `contrast` is (K,) or one column per person, (K, N)."""
        return np.einsum("kn,kn->n", np.broadcast_to(_columns(contrast), self.estimates.shape), self.estimates)

    def sampling(self, contrast: Array) -> Array:
        """Its sampling variance per unit of residual variance, (N,)."""
        wide = np.broadcast_to(_columns(contrast), self.estimates.shape)
        return np.einsum("an,abn,bn->n", wide, self.inverse, wide)


def _columns(contrast: Array) -> Array:
    return contrast[:, None] if contrast.ndim == 1 else contrast


def own_growth(people: PersonMoments, columns: Sequence[int]) -> OwnGrowth:
    """Least squares of each person's outcome on the growth basis, given as row columns."""
    terms = people.terms
    stored = sorted({0, *(g for k in columns for g, _ in terms.combination(k))})
    basis = terms.rows(columns, stored, people.row_centre)
    used = np.flatnonzero(basis.any(axis=1))
    stored, basis = [stored[i] for i in used], basis[used]
    firsts, place = _designs(people, stored)
    gram = people.take(firsts).block(stored, stored).transpose(2, 0, 1)
    target = people.block(stored, [-1])[:, 0].T
    level = people.take(firsts).block(stored, [0])[:, 0].T
    back = np.eye(len(columns))
    exact = len(stored) == len(columns)
    if exact:  # solve where nothing cancels, and change coordinates afterwards
        back = np.linalg.solve(basis, back)
    else:
        gram, target, level = basis.T @ gram @ basis, target @ basis, level @ basis
    least = condition(gram)
    able = least > DETERMINED
    found = np.full(gram.shape, np.nan)
    found[able] = np.linalg.solve(gram[able], np.broadcast_to(np.eye(len(columns)), gram[able].shape))
    constant = np.broadcast_to(back[:, 0], level.shape)
    if not exact or stored[0] != 0:
        constant = (found @ level[:, :, None])[:, :, 0]
    estimates = (found[place] @ target[:, :, None])[:, :, 0] @ back.T + people.row_centre[-1] * constant[place]
    inverse = (back @ found @ back.T)[place]
    return OwnGrowth(estimates.T, inverse.transpose(1, 2, 0), (least > SURE)[place])


def _designs(people: PersonMoments, stored: Sequence[int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """One person of each design of stored columns, (m,), and the design of each person, (N,): equal to the last bit."""
    rows = sorted(set(people.pairs[np.ix_(stored, stored)].ravel().tolist()))
    place = shared_schedules([people.gram[row] for row in rows], people.count / 8) if people.count > MANY else None
    if place is None:
        return np.arange(people.count), np.arange(people.count)
    firsts = np.empty(int(place.max()) + 1, dtype=np.intp)
    firsts[place[::-1]] = np.arange(people.count)[::-1]
    return firsts, place


def _least_squares(basis: Array, outcome: Array) -> tuple[Array, Array]:
    """Coefficients (m, K) and the inverse of B'B (m, K, K) of persons of as many rows, B (m, n, K); NaN without rank.

    By QR of the columns in units of their lengths, so that conditions are not squared (Golub and Van Loan 2013, 5.3).
    """
    m, n, K = basis.shape
    estimates, inverse = np.full((m, K), np.nan), np.full((m, K, K), np.nan)
    if n < K:
        return estimates, inverse
    size = np.linalg.norm(basis, axis=1)
    Q, R = np.linalg.qr(basis / np.where(size > 0.0, size, 1.0)[:, None, :])
    able = (np.abs(np.einsum("mkk->mk", R)) > DEPENDENT).all(axis=1)
    back = np.linalg.solve(R[able], np.broadcast_to(np.eye(K), R[able].shape)) / size[able][:, :, None]
    estimates[able] = np.einsum("mak,mnk,mn->ma", back, Q[able], outcome[able])
    inverse[able] = back @ back.swapaxes(1, 2)
    return estimates, inverse

"""Each person's own least-squares growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class OwnGrowth:
    """Each person's own least-squares growth parameters.

    Attributes
    ----------
    estimates : (K, N) array
        NaN where a person's occasions do not determine them.
    inverse : (K, K, N) array
        Inverse of the person's basis cross-products: their sampling covariance per unit of residual variance.
    """

    estimates: Array
    inverse: Array

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
    gram = people.block(stored, stored).transpose(2, 0, 1)
    target = people.block(stored, [-1])[:, 0].T
    level = people.block(stored, [0])[:, 0].T
    back = np.eye(len(columns))
    exact = len(stored) == len(columns)
    if exact:  # solve where nothing cancels, and change coordinates afterwards
        back = np.linalg.solve(basis, back)
    else:
        gram, target, level = basis.T @ gram @ basis, target @ basis, level @ basis
    estimates = np.full((people.count, len(columns)), np.nan)
    inverse = np.full((people.count, len(columns), len(columns)), np.nan)
    able = _determined(gram)
    found = np.linalg.solve(gram[able], np.broadcast_to(np.eye(len(columns)), gram[able].shape))
    constant = back[:, 0] if exact and stored[0] == 0 else (found @ level[able][:, :, None])[:, :, 0]
    estimates[able] = (found @ target[able][:, :, None])[:, :, 0] @ back.T + people.row_centre[-1] * constant
    inverse[able] = back @ found @ back.T
    return OwnGrowth(estimates.T, inverse.transpose(1, 2, 0))


def _determined(gram: Array) -> np.ndarray:
    """Persons whose basis has full column rank."""
    if gram.shape[1] == 1:
        return gram[:, 0, 0] > 0
    size = np.sqrt(np.einsum("naa->na", gram))
    size[size == 0] = 1.0
    values = np.linalg.eigvalsh(gram / (size[:, :, None] * size[:, None, :]))
    return values[:, 0] > 1e-12

"""Unstructured residuals: a variance for every wave and a covariance for every pair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Array, Occasions, Parameter
from growthcurves.model.covariance.by_waves import ByWaves
from growthcurves.model.covariance.structure import correlation, residual_sd


@cache
def _triangle(count: int) -> tuple[Array, Array]:
    """Rows and columns of a lower triangle with its diagonal, row after row."""
    return np.tril_indices(count)


@cache
def _pairs(count: int) -> tuple[Array, Array]:
    """The first and the second of every pair of waves."""
    return np.triu_indices(count, 1)


@dataclass(frozen=True)
class Unstructured(ByWaves):
    """An SD for every wave and a correlation for every pair of waves.

    Inside stands the Cholesky factor L of R / sigma^2, row after row, whose diagonal is exp of a number (Pinheiro and
    Bates 1996); its first entry is one, sigma being the SD of the first wave.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.Unstructured())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.63, 0.71, 0.6]
    """

    name = "un"
    linear = True
    contains = frozenset({
        "independent", "het", "cs", "csh", "ar1", "arh1", "arma11", "toep", "toeph", "ad", "adh",
    })  # fmt: skip
    text = "e ~ N(0, R), R unstructured over waves"
    unequal = True
    saturated = True

    def _begin(self) -> tuple[float, ...]:
        return (0.0,) * (self.count * (self.count + 1) // 2 - 1)

    def _named(self, group: str) -> list[Parameter]:
        names = [self._label(j) for j in range(self.count)]
        pairs = zip(*_pairs(self.count), strict=True)
        cors = [correlation("cor:residual", names[j], names[k], group) for j, k in pairs]
        return [*(residual_sd(name, group) for name in names), *cors]

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        R = self.whole(own)
        sds = np.sqrt(np.diagonal(R, axis1=-2, axis2=-1))
        upper = _pairs(self.count)
        cors = (R / (sds[..., :, None] * sds[..., None, :]))[..., upper[0], upper[1]]
        return [*(sd * one for one in np.moveaxis(sds, -1, 0)), *np.moveaxis(cors, -1, 0)]

    def _seed(self, relative: Array) -> Array:
        L = np.linalg.cholesky(relative)
        a, b = (places[1:] for places in _triangle(self.count))
        return np.where(a == b, np.log(np.where(a == b, L[a, b], 1.0)), L[a, b])

    def curvature(self, M: Array, rows: Occasions) -> Array:
        """In closed form: tr(M L L') is a quadratic function of L."""
        if self.groups is not None:
            return super().curvature(M, rows)
        n = M.shape[-1]
        sums, at = np.zeros((self.count, self.count)), self._waves(rows).reshape(-1, n)
        np.add.at(sums, (at[:, :, None], at[:, None, :]), M.reshape(-1, n, n))
        a, b = (places[1:] for places in _triangle(self.count))
        L = self._factor(self.working)
        slope = 2.0 * sums @ L
        inner = np.where(a == b, L[a, b], 1.0)
        found = 2.0 * sums[a[:, None], a] * (b[:, None] == b) * inner[:, None] * inner
        return self.scale * (found + np.diag(np.where(a == b, slope[a, b] * L[a, b], 0.0)))

    def whole(self, own: Array) -> Array:
        L = self._factor(own)
        return L @ np.swapaxes(L, -1, -2)

    def _factor(self, own: Array) -> Array:
        rows, columns = _triangle(self.count)
        L = np.zeros((*own.shape[:-1], self.count, self.count), dtype=own.dtype)
        L[..., rows[1:], columns[1:]] = np.where(rows[1:] == columns[1:], np.exp(own), own)
        L[..., 0, 0] = 1.0
        return L

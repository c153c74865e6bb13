"""Compound symmetry: one correlation of any two occasions of a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Array, Occasions, Parameter
from growthcurves.model.covariance.by_waves import ByWaves
from growthcurves.model.covariance.structure import (
    Structure,
    as_matrices,
    correlation,
    logistic,
    residual_sd,
    same_rows,
)


@dataclass(frozen=True)
class CS(Structure):
    """Compound symmetry: residuals of one SD, any two of a person with the same correlation.

    The correlation may be negative, down to -1/(m - 1) with m the most occasions of any person.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.CS())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.69, 0.69, 0.69]
    """

    name = "cs"
    linear = True
    text = "e ~ N(0, R), R compound symmetric"
    repeats = True

    def _begin(self) -> tuple[float, ...]:
        return (-1.0,)

    def _named(self, group: str) -> list[Parameter]:
        return [residual_sd(group), correlation("cs", group, low=lowest(self.most))]

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        return [sd, self._rho(own)]

    def _rho(self, own: Array) -> Array:
        return above(lowest(self.most), own[..., 0])

    def _relative(self, own: Array, rows: Occasions, columns: Occasions | None) -> Array:
        rho, same = as_matrices(self._rho(own)), same_rows(rows, columns)
        return rho + (1.0 - rho) * np.broadcast_to(same, (*rows.time.shape, same.shape[-1]))


@dataclass(frozen=True)
class CSH(ByWaves):
    """Heterogeneous compound symmetry: an SD for every wave, any two waves with the same correlation.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.CSH())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [6.23, 4.73, 7.61, 7.4]
    """

    name = "csh"
    contains = frozenset({"independent", "het", "cs"})
    text = "e ~ N(0, R), R compound symmetric with an SD for every wave"
    unequal = True

    def _begin_correlation(self) -> tuple[float, ...]:
        return (-1.0,)

    def _named_correlation(self, group: str) -> list[Parameter]:
        return [correlation("cs", group, low=lowest(self.most))]

    def _natural_correlation(self, own: Array) -> list[Any]:
        return [above(lowest(self.most), own[..., 0])]

    def _correlations(self, own: Array) -> Array:
        rho, eye = as_matrices(above(lowest(self.most), own[..., 0])), np.eye(self.count)
        return rho + (1.0 - rho) * eye


def lowest(most: int | None) -> float:
    """The least correlation that `most` occasions can share: at it, their covariance matrix is singular."""
    return -1.0 / max((most or 2) - 1, 1)


def above(low: float, own: Array) -> Array:
    """A correlation between an end and one, from a number without bounds."""
    return low + (1.0 - low) * logistic(own)

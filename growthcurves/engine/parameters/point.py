"""A point: fixed effects, the covariance of each level's random effects, and the residual covariance.

Answers evaluate their functions at a point and do not know what else is in it. Random effects are the *standard*
ones, in which nothing cancels however far the origin of time is; `Estimates.standard_rows` translates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Point:
    """Values of all parameters, in the units of the data; arrays may have one leading axis, of replicates.

    Attributes
    ----------
    beta : (p,) array
        Fixed effects.
    levels : mapping of unit to (q, q) array
        Covariance of the standard random effects of each unit, "person" the first.
    residual : Residual or None
        None where outcomes have no residual of their own.
    family : Family or None
        What the linear predictor says of the outcome; None for normal outcomes. Of replicates a tuple of them.
    """

    beta: Array
    levels: Mapping[str, Array]
    residual: Any = None
    family: Any = None

    def between(self, rows: Array, columns: Array | None = None, unit: str = "person") -> Any:
        """A G B' for rows A and B of standard random effects, single ones (q,) or several (k, q); B is A by default."""
        right = rows if columns is None else columns
        return rows @ self.levels[unit] @ right.T

    def variances(self, rows: Array, unit: str = "person") -> Array:
        """a' G a of each row of A (k, q), (k,)."""
        return ((rows @ self.levels[unit]) * rows).sum(axis=-1)

    def covariances(self, rows: Array, columns: Array, unit: str = "person") -> Array:
        """a' G b of each row of A and B (k, q), (k,)."""
        return ((rows @ self.levels[unit]) * columns).sum(axis=-1)

    def total(self, unit: str = "person") -> Array:
        """The covariance matrix of the standard random effects of a unit, (q, q)."""
        return self.levels[unit]

    def residual_variance(self, time: float | None = None) -> Any:
        """Variance of a residual at a time, the mean one without; NaN where outcomes have no residual."""
        if self.residual is None:
            return float("nan")
        value = self.residual.variance(None if time is None else Occasions(np.atleast_1d(float(time))))
        return value if np.ndim(value) == 0 or time is None else value[0]

    def residual_variances(self, at: Occasions) -> Any:
        """Variances of residuals at occasions."""
        return float("nan") if self.residual is None else self.residual.variance(at)

    def within(self, rows: Occasions, columns: Occasions | None = None) -> Array | None:
        """Covariance of the residuals of a person's occasions; None where outcomes have none."""
        return None if self.residual is None else self.residual.matrix(rows, columns)

    def raised(self) -> Point:
        """The point with the variance of a residual more in every random effect, so that all vary."""
        unit = 1.0 if self.residual is None else float(self.residual_variance())
        levels = {name: G + unit * np.eye(len(G)) for name, G in self.levels.items()}
        return replace(self, levels=levels)

    def withheld(self) -> Point:
        """The fixed effects alone: variances are NaN, where data cannot tell them apart."""
        levels = {unit: np.full_like(G, np.nan) for unit, G in self.levels.items()}
        return replace(self, levels=levels, residual=_withheld(self.residual))

    def with_beta(self, beta: Array) -> Point:
        """The point with other fixed effects."""
        return replace(self, beta=beta)

    def each(self) -> Iterator[Point]:
        """The points of replicates, whose arrays have a leading axis, one by one."""
        for i, beta in enumerate(self.beta):
            levels = {unit: G[i] for unit, G in self.levels.items()}
            family = self.family[i] if isinstance(self.family, tuple) else self.family
            yield Point(beta, levels, _one_of(self.residual, i), family)


def _one_of(residual: Any, place: int) -> Any:
    """The residual structure of one of many replicates; None where there is none."""
    if residual is None:
        return None
    working = residual.working
    return residual.moved(float(residual.scale[place]), working[place] if working.ndim > 1 else working)


def _withheld(residual: Any) -> Any:
    """A residual structure of which nothing is told."""
    return None if residual is None else residual.moved(float("nan"), np.full_like(residual.working, np.nan))

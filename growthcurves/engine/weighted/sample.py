"""How persons were sampled: sampling units in strata, and the covariance of totals over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from growthcurves.numerics.arrays import Array

#: What a stratum of one sampling unit adds: nothing, or its distance from the mean of all.
SINGLE = ("certainty", "centred")


@dataclass(frozen=True, eq=False)
class Sample:
    """Sampling units in strata.

    Attributes
    ----------
    units : (N,) array of int
        The sampling unit of each person of the fit.
    strata : (units,) array of int
        The stratum of each sampling unit; of units of whom nobody is in the fit, too.
    unit : float
        What a weight of one is in the weights that were given: these are measured by their mean.
    single : {"certainty", "centred"}
        What strata of one sampling unit add.
    replicates : (R, N) array, optional
        Replicate weights of persons, or of the units of a level, in the unit of their weights.
    factors : (R,) array, optional
        What the squared difference of each replicate from the estimate counts.
    of : int
        Whose replicate weights they are: 0 the persons, 1 the units of the first level above them, and so on.
    """

    units: NDArray[np.intp]
    strata: NDArray[np.intp]
    unit: float = 1.0
    single: str = "certainty"
    replicates: Array | None = None
    factors: Array | None = None
    of: int = 0

    @property
    def df(self) -> int:
        """Sampling units less strata."""
        return len(self.strata) - int(self.strata.max(initial=-1)) - 1

    def totals(self, values: Array, units: NDArray[np.intp] | None = None) -> Array:
        """Sums by sampling unit, (units, k), of values (N, k) of persons; `units` are those of other rows."""
        count, whose = len(self.strata), self.units if units is None else units
        return np.array([np.bincount(whose, weights=column, minlength=count) for column in values.T]).T

    def spread(self, totals: Array) -> Array:
        """Covariance (k, k) of the sum of totals (units, k): by stratum, n / (n - 1) times squares about the mean."""
        sizes = np.bincount(self.strata)
        means = np.array([np.bincount(self.strata, weights=column) for column in totals.T]).T / sizes[:, None]
        alone = sizes == 1
        if self.single == "centred":
            means[alone] = totals.mean(axis=0)
        factors = np.where(alone, 1.0, sizes / np.maximum(sizes - 1.0, 1.0))
        away = (totals - means[self.strata]) * np.sqrt(factors[self.strata])[:, None]
        return np.asarray(away.T @ away)

"""Coordinates of likelihoods that work in the units of the data: only the random effects are standard ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class PlainFrame:
    """See `contracts.likelihood.Frame`: one outcome unit is one standard unit, and fixed effects are as they are."""

    p: int
    rows: int
    persons: int
    reml: bool
    partition: tuple[tuple[int, ...], ...]
    back_z: Array

    @classmethod
    def of(cls, sums: Sums, reml: bool) -> PlainFrame:
        """For the columns that the sums keep."""
        back = sums.coordinates.z.back
        return cls(len(sums.kept), sums.rows, sums.persons, reml, sums.terms.blocks, back)

    @property
    def q(self) -> int:
        return len(self.back_z)

    @property
    def scale(self) -> float:
        return 1.0

    @property
    def offset(self) -> Array:
        return np.zeros(self.p)

    @property
    def deviance_shift(self) -> float:
        """Deviances are those of the original coding already."""
        return 0.0

    @property
    def back_x(self) -> Array:
        return np.eye(self.p)

    def beta(self, standard: Array) -> Array:
        return standard

    def original_x(self) -> Array:
        return np.eye(self.p)

    def original_z(self) -> Array:
        return np.linalg.solve(self.back_z, np.eye(self.q))

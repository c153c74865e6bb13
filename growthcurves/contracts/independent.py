"""Independent residuals of one variance: the residual structure where no other is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import INFINITY, Array, Occasions, Parameter


@dataclass(frozen=True)
class Independent:
    """R_i = sigma^2 I.

    Attributes
    ----------
    scale : float or (B,) array
        The variance; an array for replicates side by side.
    """

    scale: Any = 1.0
    name = "independent"
    words = "e ~ N(0, sigma^2)"

    def parameters(self) -> tuple[Parameter, ...]:
        return (Parameter("sd:residual", "residual", "sd", 0.0, INFINITY),)

    def values(self) -> tuple[Any, ...]:
        return (np.sqrt(self.scale),)

    @property
    def working(self) -> Array:
        return np.zeros(0)

    def moved(self, scale: Any, working: Array) -> Independent:
        return Independent(scale)

    def matrix(self, rows: Occasions, columns: Occasions | None = None) -> Array:
        if columns is None:
            return self.scale * np.eye(len(rows.time))
        return np.zeros((len(rows.time), len(columns.time)))

    def variance(self, at: Occasions | None = None) -> Any:
        """The same wherever it is asked for."""
        return self.scale

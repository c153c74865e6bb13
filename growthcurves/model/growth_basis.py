"""The growth basis over the rows of a panel, which formulas of the random part may multiply."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.model.shapes import BoundShape


@dataclass(frozen=True, eq=False)
class Growth:
    """The curves of growth parameters at the rows of a panel.

    Attributes
    ----------
    shape : bound shape
    times : (n,) array
        At which the basis is read.
    values : (n, c) array or None
        Person-level columns of the shape, by row.
    """

    shape: BoundShape
    times: np.ndarray
    values: np.ndarray | None

    @property
    def names(self) -> tuple[str, ...]:
        """All that may vary between persons: growth parameters and extra random effects."""
        return self.shape.random_names

    @cached_property
    def basis(self) -> np.ndarray:
        """(n, K)."""
        return self.shape.basis(self.times, self.values)

    def column(self, name: str) -> np.ndarray:
        """The curve that a unit of a random effect makes, (n,)."""
        return np.ascontiguousarray(self.basis @ self.shape.effects(name))

    def of_time(self, time: np.ndarray) -> np.ndarray | None:
        """Time itself as a combination of growth parameters, (K,); None where the shape does not hold it."""
        if not {"intercept", "slope"} <= set(self.names):
            return None
        line = self.shape.effects("slope") + self.shape.origin * self.shape.effects("intercept")
        near = np.abs(self.basis @ line - time) <= 1e-9 * np.abs(time).max(initial=1.0)
        return line if near.all() else None

"""Straight-line growth: an intercept (status at the origin) and a slope (rate of change)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Linear:
    """Linear growth, pi_0 + pi_1 (t - origin)."""

    name: str = "linear"
    parameters: tuple[str, ...] = ("intercept", "slope")
    default_random: tuple[str, ...] = ("intercept", "slope")

    def bind(self, time: NDArray[np.float64], origin: float) -> BoundLinear:
        return BoundLinear(origin)


@dataclass(frozen=True)
class BoundLinear:
    """Linear growth with its origin."""

    origin: float
    parameters: tuple[str, ...] = ("intercept", "slope")

    def basis(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.ones(len(time)), np.asarray(time, dtype=np.float64) - self.origin])

    def level_one(self, time: str) -> list[str]:
        if self.origin == 0:
            return ["", time]
        sign = "-" if self.origin > 0 else "+"
        return ["", f"({time} {sign} {abs(self.origin):g})"]

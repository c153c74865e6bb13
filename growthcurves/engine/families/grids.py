"""How many quadrature points: asked for, or as many as the answer needs to stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: Points for each random effect that are tried one after the other, by the number of random effects.
GRIDS = {
    0: (1,),
    1: (11, 21, 41, 81, 161),
    2: (7, 11, 17, 25, 41),
    3: (5, 7, 11, 15),
}
#: With more random effects Laplace's approximation is taken, and checked by so many points.
LAPLACE, CHECKED_BY = 1, 3
#: What more points may change where they are enough: the deviance, and an estimate in standard errors.
DEVIANCE, ERRORS = 2e-3, 2e-3


@dataclass(frozen=True)
class Quadrature:
    """How an integral was taken, and what more points change.

    Attributes
    ----------
    asked : "auto", "laplace" or int
    effects : int
        Random effects.
    points : int
        For each random effect; 1 is Laplace's approximation.
    compared : int
        Points of the finer rule.
    deviance : float
        What the deviance changes at the estimates by it; NaN where it is not finite.
    errors : float
        How far the worst estimate moves by it, in standard errors.
    """

    asked: Any
    effects: int
    points: int
    compared: int
    deviance: float
    errors: float

    def __str__(self) -> str:
        how = f"quadrature {self.rule}"
        how += f" for each of {self.effects} random effects" if self.effects > 1 else ""
        if not np.isfinite(self.errors):
            return f"{how} could NOT be checked (with {self.compared} there is no finite curvature at these estimates)"
        change = f"{self.compared} change the deviance by {self.deviance:.1g} and no estimate by more than "
        return f"{how} {'stands' if self.settled else 'does NOT stand'} ({change}{self.errors:.1g} standard errors)"

    @property
    def rule(self) -> str:
        """By what it was taken, in words."""
        return f"by {self.points} points" if self.points > 1 else "by Laplace's approximation"

    @property
    def settled(self) -> bool:
        """Whether more points change nothing that would be printed."""
        return abs(self.deviance) <= DEVIANCE and self.errors <= ERRORS


def grids(effects: int) -> tuple[int, ...]:
    """The numbers of points that are tried for so many random effects."""
    return GRIDS.get(effects, (LAPLACE,))


def finer(points: int, effects: int) -> int:
    """The next rule, by which one is checked."""
    if effects not in GRIDS:
        return max(CHECKED_BY, points + 2)
    larger = [one for one in GRIDS[effects] if one > points]
    return larger[0] if larger else 2 * points + 1

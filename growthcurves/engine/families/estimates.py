"""Estimates of outcomes that are not normal: quadrature with as many points as the answer needs, and its check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from growthcurves.engine.families.grids import LAPLACE, Quadrature, finer, grids
from growthcurves.engine.families.likelihood import FamilyLikelihood
from growthcurves.engine.general.estimates import GeneralEstimates
from growthcurves.engine.general.search import descended, judged, scaled_step
from growthcurves.engine.information.observed import inverse_information
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class Asked:
    """A family and how its integral is asked for: "auto", "laplace" or a number of points; makes estimates of rows."""

    family: Any
    quadrature: Any = "auto"

    def estimates(self, rows: Rows, sums: Sums) -> FamilyEstimates:
        """Fitted with the points that are asked for, or with more until the answer stands."""
        effects = len(sums.terms.z)
        asked = {"auto": grids(effects), "laplace": (LAPLACE,)}.get(self.quadrature, (self.quadrature,))
        likelihood = self.likelihood(rows, sums, int(asked[0]))
        found = FamilyEstimates.searched(self, likelihood, sums, [likelihood.near()])
        for points in asked[1:]:
            if found.quadrature.settled:
                break
            likelihood = likelihood.with_points(points)
            found = FamilyEstimates.searched(self, likelihood, sums, [found.local])
        return found

    def likelihood(self, rows: Rows, sums: Sums, points: int) -> FamilyLikelihood:
        return FamilyLikelihood(rows, sums, self.family, points)


@dataclass(frozen=True, eq=False)
class FamilyEstimates(GeneralEstimates):
    """An optimum of the likelihood of a family."""

    asked: Asked = Asked(None)

    @classmethod
    def searched(cls, asked: Asked, likelihood: FamilyLikelihood, sums: Sums, starts: list[Local]) -> FamilyEstimates:
        """The optimum that is reached from the starts, certified."""
        end = descended(likelihood, starts)
        verdict = judged(likelihood, end, likelihood.identified())
        return cls(sums, likelihood, end.local, verdict, end.at.deviance, asked)

    @property
    def maker(self) -> None:
        return None  # which the family of the model chooses by itself

    @cached_property
    def quadrature(self) -> Quadrature:
        """What the next finer rule changes at the estimates."""
        q, points = self.frame.q, self.likelihood.points
        made = partial(Quadrature, self.asked.quadrature, q, points)
        if q == 0:
            return made(points, 0.0, 0.0)
        more = finer(points, q)
        here, there = self.likelihood.at(self.local, False), self.likelihood.with_points(more).sloped(self.local)
        if here is None or there is None:
            return made(more, float("nan"), float("inf"))
        change = there.deviance - here.deviance
        inverse = inverse_information(here.hessian, True)
        if inverse is None:
            return made(more, change, float("inf"))
        moved, _, _ = scaled_step(replace(here, gradient=there.gradient - here.gradient))
        return made(more, change, float((np.abs(moved) / np.sqrt(2.0 * np.diag(inverse))).max()))

    @cached_property
    def _hessian(self) -> Array:
        found = self.likelihood.observed(self.active)
        return np.full((self.active.size,) * 2, np.nan) if found is None else found

    def _likelihood(self, rows: Rows, sums: Sums) -> FamilyLikelihood:
        return replace(self.likelihood, rows=rows, sums=sums, _near={})

    def values(self) -> dict[str, Any]:
        own = {"points": self.likelihood.points, "asked": self.asked.quadrature}
        return super().values() | {"own": own}

    def fitted_anew(self, sums: Sums) -> FamilyEstimates:
        return self.asked.estimates(self.likelihood.rows, sums)

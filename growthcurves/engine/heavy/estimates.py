"""Estimates of persons with heavy tails: the optimum, how heavy tails are, and what each person weighs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.general.estimates import GeneralEstimates
from growthcurves.engine.general.nested import NestedStructured
from growthcurves.engine.general.search import COSTLESS, ended, judged
from growthcurves.engine.general.structured import Structured
from growthcurves.engine.heavy.likelihood import FEWEST_DF, HeavyTailed
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.profile.profiler import Profiler
from growthcurves.engine.profile.quantities import AT_END, WrittenOut
from growthcurves.engine.profile.walk import End
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: The root of 1 / df where a profile begins that may not begin at the normal outcomes themselves.
BESIDE = 0.1


@dataclass(frozen=True, eq=False)
class HeavyEstimates(GeneralEstimates):
    """An optimum of the likelihood of persons with heavy tails."""

    likelihood: HeavyTailed

    @classmethod
    def like(cls, estimates: Any, rows: Rows, residual: Any, df: float | None) -> HeavyEstimates:
        """The estimates by ML beside those of normal outcomes by ML, from their rows; `df` where it is given.

        Raises
        ------
        NotEstimableError
            For a likelihood of somebody's own, and where the likelihood has no maximum.
        """
        if estimates.maker not in (None, Structured, NestedStructured):
            raise NotEstimableError("Heavy tails are not available with this likelihood: it is none of the package's.")
        whole = NestedStructured if rows.nesting is not None else Structured
        normal = whole(rows, estimates.sums, False, residual)
        found = cls.fitted(HeavyTailed(normal, estimates.profiler.estimate, df), estimates.sums)
        assert isinstance(found, cls)
        return found._normal_where_that_costs_nothing()

    def _normal_where_that_costs_nothing(self) -> HeavyEstimates:
        """The estimates of normal outcomes where tails lower the deviance by nothing but rounding."""
        of, normal = self.likelihood, self.likelihood.as_normal
        if not of.free or normal.at.deviance > self.lowest + COSTLESS:
            return self
        there = of.at(of.joined(normal.local, 0.0), False)
        assert there is not None
        verdict = judged(of, ended(there), self.verdict.identified)
        return replace(self, local=there.point, verdict=verdict, lowest=there.deviance)

    @property
    def of_variances(self) -> HeavyEstimates:
        """The same whose points are covariances, df / (df - 2) times the scale matrices."""
        return replace(self, likelihood=replace(self.likelihood, of_variances=True))

    @property
    def df(self) -> float:
        """Degrees of freedom; infinite where outcomes are normal."""
        if self.likelihood.df is not None:
            return self.likelihood.df
        root = self.likelihood.parts(self.local).root
        return float("inf") if root == 0.0 else float(root**-2)

    @property
    def ratio(self) -> float:
        """By how much the deviance is lower than that of normal outcomes; negative only where df is given."""
        return self.likelihood.as_normal.at.deviance - self.lowest if np.isfinite(self.df) else 0.0

    @cached_property
    def weights(self) -> Array:
        """(df + n) / (df + d) of every person, or unit of the highest level."""
        return self.likelihood.weights(self.local)

    @cached_property
    def point(self) -> Point:
        found = self.natural(self.local)
        ended, told = getattr(found.residual, "ended", None), self._apart
        if ended is None or told is None or not self.verdict.identified or not told.flat.any():
            return found
        others = len(self.local.others) - self.likelihood.free
        last = len(told.flat) - self.likelihood.free
        return replace(found, residual=ended(told.flat[last - others : last]))

    @property
    def profiler(self) -> Profiler:
        """Where outcomes are normal, profiles begin beside."""
        raised = self.local
        if self.likelihood.free and self.likelihood.parts(raised).root < BESIDE:
            raised = self.likelihood.joined(self.likelihood.parts(raised).plain, BESIDE)
        return Profiler(self.likelihood, self.local, raised, self.lowest)

    def df_ends(self, cut: float) -> tuple[End, End]:
        """The profile likelihood interval of df."""
        heavy, light = (self.profiler.end(TailWeight(), sign, cut) for sign in (1, -1))
        return heavy, light


@dataclass(frozen=True)
class TailWeight(WrittenOut):
    """df; x is the root of 1 / df."""

    low: float = 0.0
    high: float = FEWEST_DF**-0.5
    grain: float = AT_END
    moves_beta: bool = True
    key: tuple | None = None

    def measure(self, point: Local) -> float:
        return abs(float(point.others[-1]))

    def slopes(self, point: Local) -> tuple[Array, Array]:
        gradient = np.zeros(point.size)
        gradient[-1] = 1.0 if point.others[-1] >= 0.0 else -1.0
        return gradient, np.zeros((point.size,) * 2)

    def value(self, x: float) -> float:
        return float("inf") if x <= self.grain else float(x**-2)

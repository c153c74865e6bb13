"""Checks of a fit's assumptions: numbers, what a right model gives of them, verdicts, words. Never a picture.

`CHECKS` lists the checks and `FACTS` the notes, in the order in which they are told; a new one is one new file and one
line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from growthcurves.checks import run
from growthcurves.checks.answer import FitChecks
from growthcurves.checks.autocorrelation import Autocorrelation
from growthcurves.checks.check import Check, Fact
from growthcurves.checks.covariance_over_time import CovarianceOverTime
from growthcurves.checks.dropping_out import DroppingOut
from growthcurves.checks.equal_spread import EqualSpread
from growthcurves.checks.facts import OwnLines, Persons, Reliability, Shrinkage, Units
from growthcurves.checks.influential import Influential
from growthcurves.checks.linearity import Linearity
from growthcurves.checks.mean_shape import MeanShape
from growthcurves.checks.next_shapes import NextShapes
from growthcurves.checks.normal_effects import NormalEffects
from growthcurves.checks.normal_residuals import NormalResiduals
from growthcurves.checks.normal_units import NormalUnits
from growthcurves.checks.omitted_level import OmittedLevel
from growthcurves.checks.omitted_slope import OmittedSlope
from growthcurves.checks.outliers import Outliers
from growthcurves.checks.size_with_growth import SizeWithGrowth
from growthcurves.checks.time_between_persons import TimeBetweenPersons
from growthcurves.checks.variance_between_persons import VarianceBetweenPersons
from growthcurves.checks.variance_over_fitted import VarianceOverFitted
from growthcurves.checks.variance_over_time import VarianceOverTime
from growthcurves.checks.within_between import WithinBetween
from growthcurves.fitted import FittedModel

CHECKS: tuple[Check, ...] = (
    MeanShape(),
    NormalResiduals(),
    VarianceOverTime(),
    VarianceOverFitted(),
    VarianceBetweenPersons(),
    Autocorrelation(),
    Outliers(),
    NormalEffects(),
    NormalUnits(),
    EqualSpread(),
    Linearity(),
    OmittedSlope(),
    OmittedLevel(),
    TimeBetweenPersons(),
    WithinBetween(),
    CovarianceOverTime(),
    SizeWithGrowth(),
    Influential(),
)
FACTS: tuple[Fact, ...] = (OwnLines(), NextShapes(), Shrinkage(), Persons(), Units(), Reliability(), DroppingOut())


def check(
    fit: FittedModel, prespecified: bool = False, also: Sequence[Check] = (), n: int | None = None, rng: Any = 1
) -> FitChecks:
    """The findings of all checks, and of a user's own; see `GrowthFit.check`."""
    return run.check(fit, run.with_own(CHECKS, also), FACTS, prespecified, n, rng)


__all__ = ["CHECKS", "FACTS", "Check", "Fact", "FitChecks", "check"]

"""Whether residuals vary as much where outcomes are high as where they are low."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.variance_over_time import is_small
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number


class VarianceOverFitted(Check):
    """The trend of residual SDs over the persons' own curves."""

    name, level = "variance_over_fitted", LEVEL_1

    def measure(self, look: Look) -> Measure:
        """The mean of what f (e^2 - 1) is over residuals e and own curves f given the outcomes."""
        mean = (look.whitening.X @ look.fit.estimates.beta)[:, None]
        known, across = look.posterior.residual_known(), look.posterior.with_curves()
        spread = np.sqrt(mean.var() + np.mean(look.whitening.total_variances() - look.whitening.variances()))
        centre = mean.mean()

        def of(sample: Sample) -> Array:
            curves = mean - centre + look.whitening.own_curves(sample.through_z)
            m = sample.normalized
            return ((curves * (m * m - known) + 2.0 * m * across) / spread).sum(axis=0)[None]

        return Measure(["fitted"], of, score=True, shown=lambda values: np.exp(np.clip(values, -5, 5)))

    def said(self, look: Look, found: Measured) -> Said:
        return Said(
            "the SD of residuals over what is fitted",
            f"Where fitted values are an SD above their mean, residuals vary about {shown(found)} times as much as "
            f"where they are an SD below it.",
            "Intervals are too wide where outcomes are low and too narrow where they are high, or the other way round; "
            "on another scale, such as the log, it may not be so.",
            (*calls.scale_of_logarithms(look), calls.robust(look), calls.figure(look, "residuals")),
            found.value, *found.expected, is_small(found.value),
            f"The SD where fitted values are high is {number(found.value, 3)} times that where they are low.",
        )  # fmt: skip

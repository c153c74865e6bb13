"""Whether residuals are normal: their skewness and kurtosis."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.posterior import hermite
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.output.words import capital
from growthcurves.results.tables.printing import number

#: Skewness and excess kurtosis below these are too small to matter.
SMALL = {"skewness": 0.15, "excess kurtosis": 0.3}
#: Half of what a score of them is divided by.
PER_SCORE = (3.0, 12.0)


class NormalResiduals(Check):
    """Scores of the skewness and kurtosis of normalized residuals, of a family of quantile residuals."""

    name, level, of_families = "normal_residuals", LEVEL_1, True

    def measure(self, look: Look) -> Measure:
        known = look.posterior.residual_known()

        def of(sample: Sample) -> Array:
            return np.array([one.sum(axis=0) for one in hermite(sample.normalized, known)])

        return Measure(list(SMALL), of, score=True, units=np.array(PER_SCORE))

    def said(self, look: Look, found: Measured) -> Said:
        tails = "heavier" if found.value > 0 else "lighter"
        what = "skewed" if found.label == "skewness" else f"of {tails} tails than normal ones"
        kind = "about persons' own curves" if look.normal else "(quantile residuals)"
        advice = (calls.heavy_tailed(look), calls.robust(look), calls.bootstrap(look), calls.figure(look, "qq"))
        wrong = abs(found.z[found.worst]) > 2
        text = look.fit.vocabulary.said(f"Residuals {kind} are {what}: " if wrong else f"Residuals {kind}: ")
        return Said(
            "the distribution of residuals",
            f"{text}{found.label} {shown(found)}.",
            "Fixed effects stay right on average; intervals of SDs and of single persons are not to be trusted, and "
            "with heavy tails a few measurements weigh too much.",
            advice, found.value, *found.expected, abs(found.value) < SMALL[found.label],
            f"{capital(found.label)} {number(found.value, 3)}.",
        )  # fmt: skip

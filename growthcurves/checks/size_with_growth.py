"""Whether persons who start higher, or change faster, have larger residuals."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import BETWEEN, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.variance_over_time import is_small
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: Fewer persons show no trend.
FEWEST_PERSONS = 10


class SizeWithGrowth(Check):
    """Scores of a trend of log residual variances over persons' growth."""

    name, level = "size_with_growth", BETWEEN

    def why_not(self, look: Look) -> str | None:
        said = look.fit.vocabulary.said
        if not look.effect_names:
            return said("The model has no random effects of persons.")
        return None if look.persons >= FEWEST_PERSONS else said("There are too few persons for a trend.")

    def measure(self, look: Look) -> Measure:
        """The mean of what g (Q - n) is over residuals and growth g given the outcomes, Q the sum of squares."""
        mean, sd = look.expected_growth(), np.sqrt(look.effect_variances)
        n, (trace, _) = look.sizes[:, None], look.posterior.sizes()
        centre, spread = mean.mean(axis=0), np.sqrt(mean.var(axis=0) + sd**2)
        standard = ((mean - centre) / np.where(spread > 0, spread, 1.0))[:, :, None]
        scale = np.where(spread > 0, spread, 1.0)[:, None]

        def of(sample: Sample) -> Array:
            size = (look.sums(sample.normalized**2) + trace - n)[:, None]
            growth = standard + look.named(sample.effects) / scale
            return (growth * size + 2.0 * look.posterior.with_residuals(sample) / scale).sum(axis=0)

        return Measure(list(look.effect_names), of, score=True, shown=lambda values: np.exp(np.clip(values, -5, 5)))

    def said(self, look: Look, found: Measured) -> Said:
        who = look.fit.vocabulary.who.several
        return Said(
            look.fit.vocabulary.said("the size of persons' residuals over their random effects"),
            f"Where {found.label} is an SD above its mean, residuals vary about {shown(found)} times as much as where "
            f"it is an SD below it.",
            f"Intervals of single {who} are too narrow at one end and too wide at the other; often a scale, such as "
            f"the log, takes it away, or the outcome has a floor or ceiling.",
            (*calls.scale_of_logarithms(look), calls.robust(look)),
            found.value, *found.expected, is_small(found.value),
            f"Residual SDs at high {found.label} are {number(found.value, 3)} times those at low.",
        )  # fmt: skip

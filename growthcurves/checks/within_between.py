"""Whether predictors that vary over time say the same within persons as between them."""

from __future__ import annotations

import numpy as np

from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.directions import mean_scores
from growthcurves.checks.look import Look
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: A difference that moves the outcome by less than this share of the residual SD per SD of the predictor is small.
SMALL = 0.05


class WithinBetween(Check):
    """Coefficients of persons' means of time-varying predictors: the effect between persons less that within them.

    It is the regression form of Hausman's test: were random effects unrelated to the predictor, both would be the same
    (Mundlak 1978).
    """

    name, level, of_families = "within_between", LEVEL_2, True

    def why_not(self, look: Look) -> str | None:
        return None if self._means(look)[1] else "No predictor varies both within and between those that are followed."

    def _means(self, look: Look) -> tuple[Array, list[str]]:
        means = {name: look.spread(look.means_of(values)) for name, values in look.covariates.items()}
        varies = {
            name: one for name, one in means.items() if np.ptp(one) > 0 and np.ptp(look.covariates[name] - one) > 0
        }
        made = np.column_stack([np.zeros((look.rows, 0)), *varies.values()])
        if not varies:
            return made, []
        new = mean_scores(look, made)[1]
        return made[:, new], [name for name, one in zip(varies, new, strict=True) if one]

    def measure(self, look: Look) -> Measure:
        columns, names = self._means(look)
        return Measure(names, mean_scores(look, columns)[0])

    def said(self, look: Look, found: Measured) -> Said:
        fit, said, name = look.fit, look.fit.vocabulary.said, found.label
        scale = np.sqrt(fit.residual_variance) if look.normal else 1.0
        small = abs(found.value) * look.covariates[name].std() < SMALL * scale
        return Said(
            said(f"{name} within and between persons"),
            f"The effect of {name} between {said('persons')} is that within them plus {shown(found)}.",
            f"The one coefficient of {name} mixes the two: it is neither what a change of {name} goes along with in "
            f"one {fit.vocabulary.who.one}, nor the difference between two of them.",
            (f'fit.refit(time_varying="within({name}) + between({name})")',), found.value, *found.expected, small,
            f"The effect of {name} between less that within is {number(found.value, 3)}.",
        )  # fmt: skip

"""Whether predictors that vary over time say the same within persons as between them."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.directions import mean_scores
from growthcurves.checks.look import ROUNDING, Look
from growthcurves.checks.words import shown
from growthcurves.data.backticks import quoted_inside
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
        parts = {name: (values, look.within(values)) for name, values in look.covariates.items()}
        between = {name: values - within for name, (values, within) in parts.items() if within.any()}
        varies = {name: one for name, one in between.items() if np.ptp(one) > ROUNDING * np.abs(parts[name][0]).max()}
        made = np.column_stack([np.zeros((look.rows, 0)), *varies.values()])
        if not varies:
            return made, []
        new = mean_scores(look, made)[1]
        return made[:, new], [name for name, one in zip(varies, new, strict=True) if one]

    @staticmethod
    def _inside(look: Look, name: str) -> str:
        """A column of level 1 as an expression: the level of a factor by a comparison."""
        covariates = look.fit.recipe.covariates
        parts = dict(zip(covariates.names, covariates.parts, strict=True))[name]
        if len(parts) == 1 and parts[0][1] is not None:
            return f"{quoted_inside(parts[0][0])} == {parts[0][1]!r}"
        return quoted_inside(name) if name in look.frame else name

    def measure(self, look: Look) -> Measure:
        columns, names = self._means(look)
        return Measure(names, mean_scores(look, columns)[0])

    def said(self, look: Look, found: Measured) -> Said:
        fit, said, name = look.fit, look.fit.vocabulary.said, found.label
        scale = np.sqrt(fit.residual_variance) if look.normal else 1.0
        small = abs(found.value) * look.covariates[name].std() < SMALL * scale
        return Said(
            f"the effect of {name} within and between {said('persons')}",
            f"The effect of {name} between {said('persons')} is that within them plus {shown(found)}.",
            f"The one coefficient of {name} mixes the two: it is neither what a change of {name} goes along with in "
            f"one {fit.vocabulary.who.one}, nor the difference between two of them.",
            (calls.compared(look, time_varying=calls.time_varying(look, f"between({self._inside(look, name)})")),),
            found.value, *found.expected, small,
            f"The effect of {name} between less that within is {number(found.value, 3)}.",
        )  # fmt: skip

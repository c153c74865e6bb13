"""Whether residuals vary as much at all times."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.directions import row_variance_scores
from growthcurves.checks.look import Look
from growthcurves.checks.occasions import occasions_of
from growthcurves.checks.words import shown
from growthcurves.output.words import capital
from growthcurves.results.tables.printing import number

#: A ratio of SDs nearer to one is too small to matter.
SMALL = 1.1


class VarianceOverTime(Check):
    """The trend of residual SDs over time, and the SD of each occasion against the others."""

    name, level, of_families = "variance_over_time", LEVEL_1, True

    def why_not(self, look: Look) -> str | None:
        return "The model has no time." if look.fit.panel.time is None or np.ptp(look.times) == 0 else None

    def measure(self, look: Look) -> Measure:
        low, high = look.times.min(), look.times.max()
        labels, columns = ["trend"], [(look.times - low) / (high - low)]
        occasions = occasions_of(look)
        if occasions is not None:
            labels += list(occasions.labels)
            columns += [1.0 * (occasions.places == place) for place in range(len(occasions.labels))]
        of = row_variance_scores(np.column_stack(columns))
        return Measure(labels, of, score=True, shown=lambda values: np.exp(np.clip(values, -9, 9) / 2.0))

    def said(self, look: Look, found: Measured) -> Said:
        fit, told = look.fit, look.fit.vocabulary.said
        if found.label == "trend":
            span = capital(fit.when.between(look.times.min(), look.times.max()))
            text = f"{span} the SD of residuals changes by a factor of about {shown(found)}."
            short = f"Over the study the SD changes by a factor of {number(found.value, 3)}."
        else:
            occasions = occasions_of(look)
            assert occasions is not None
            text = f"At {occasions.name} {found.label} the SD of residuals is {shown(found)} times that of the others."
            short = f"At {occasions.name} {found.label} the SD is {number(found.value, 3)} times that of the others."
        unequal = "exp-variance" if found.label == "trend" and fit.independent else calls.unequal_over_time(look)
        advice = (calls.compared(look, residual=unequal), calls.robust(look), calls.figure(look, "residuals"))
        return Said(
            told("the SD of residuals over time"), text,
            told("Standard errors and persons' estimates give occasions with large residuals too much weight; what "
                 "grows over time may be taken for differences in the rate of change."),
            advice, found.value, *found.expected, is_small(found.value), short,
        )  # fmt: skip


def is_small(ratio: float) -> bool:
    """Whether a ratio of SDs is too near to one to matter."""
    return max(ratio, 1.0 / max(ratio, 1e-300)) < SMALL

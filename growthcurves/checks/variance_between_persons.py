"""Whether residuals vary as much in all persons."""

from __future__ import annotations

import numpy as np

from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.directions import cube_root_mean_square
from growthcurves.checks.look import Look, Sample
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: What persons' residual SDs may scatter, over what chance gives, without that it matters.
SMALL = 1.1
#: A person of fewer rows shows nothing of the own scatter.
FEWEST = 3


class VarianceBetweenPersons(Check):
    """How much the sizes of persons' residuals scatter."""

    name, level, of_families = "variance_between_persons", LEVEL_1, True

    def why_not(self, look: Look) -> str | None:
        many = np.count_nonzero(look.sizes >= FEWEST)
        return None if many >= 10 else look.fit.vocabulary.said(f"Fewer than 10 persons have {FEWEST} rows and more.")

    def measure(self, look: Look) -> Measure:
        there = look.sizes >= FEWEST
        weights = look.sizes[there, None] / look.sizes[there].sum()

        def of(sample: Sample) -> Array:
            sizes = cube_root_mean_square(look, sample)[there]
            mean = (weights * sizes).sum(axis=0)
            return np.log((weights * (sizes - mean) ** 2).sum(axis=0)[None])

        return Measure(["scatter"], of)

    def said(self, look: Look, found: Measured) -> Said:
        said = look.fit.vocabulary.said
        middle = np.median(found.null[0])  # what chance gives
        value, low, high = (float(np.exp((one - middle) / 2.0)) for one in (found.value, *found.expected))
        told = f"{number(value, 3)} (a right model: {number(low, 3)} to {number(high, 3)})"
        return Said(
            said("the SD of residuals of each person"),
            said(f"Persons' residual SDs scatter {told} times as much as chance gives."),
            said("Intervals of single persons are too wide for the steady and too narrow for the erratic; averages "
                 "stay right, and robust errors hold for them."),
            ("fit.robust()", "fit.heavy_tailed()") if look.normal else ("fit.robust()",),
            value, low, high, 1.0 / SMALL < value < SMALL,
            said(f"Persons' SDs scatter {number(value, 3)} times as much as chance gives."),
        )  # fmt: skip

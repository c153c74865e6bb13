"""Whether residuals vary as much in all persons."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: An SD of the logarithms of persons' residual SDs below this is too small to matter.
SMALL = 0.1
#: A person of fewer rows shows nothing of the own scatter.
FEWEST = 3


class VarianceBetweenPersons(Check):
    """The score of a variance between persons of the logarithms of residual variances."""

    name, level, of_families = "variance_between_persons", LEVEL_1, True

    def why_not(self, look: Look) -> str | None:
        many = np.count_nonzero(look.sizes >= FEWEST)
        return None if many >= 10 else look.fit.vocabulary.said(f"Fewer than 10 persons have {FEWEST} rows and more.")

    def measure(self, look: Look) -> Measure:
        """The mean of what (Q - n)^2 / 4 - Q / 2 is over residuals given the outcomes, Q the sum of their squares."""
        n, (trace, square) = look.sizes[:, None], look.posterior.sizes()

        def of(sample: Sample) -> Array:
            mean = look.sums(sample.normalized**2) + trace
            second = mean**2 + 4.0 * look.posterior.through_left(sample) + 2.0 * square
            return (second / 2.0 - (n + 1.0) * mean + n**2 / 2.0).sum(axis=0)[None]

        return Measure(["log SD"], of, two_sided=False, score=True, shown=lambda v: np.sqrt(np.maximum(v, 0.0)) / 2.0)

    def said(self, look: Look, found: Measured) -> Said:
        said = look.fit.vocabulary.said
        return Said(
            said("the SD of residuals of each person"),
            said(f"Persons' residual SDs differ: their logarithms have an SD of about {shown(found)}."),
            said("Intervals of single persons are too wide for the steady and too narrow for the erratic; averages "
                 "stay right, and robust errors hold for them."),
            (calls.robust(look), calls.heavy_tailed(look)), found.value, *found.expected, found.value < SMALL,
            said(f"Logarithms of persons' SDs have an SD of {number(found.value, 3)}."),
        )  # fmt: skip

"""Whether persons who start higher, or change faster, have larger residuals."""

from __future__ import annotations

import numpy as np

from growthcurves.checks.check import BETWEEN, Check, Measure, Measured, Said
from growthcurves.checks.directions import cube_root_mean_square
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: A correlation below this is too small to matter.
SMALL = 0.1
FEWEST_PERSONS = 10


class SizeWithGrowth(Check):
    """Correlations of the size of a person's residuals with the person's estimated growth."""

    name, level = "size_with_growth", BETWEEN

    def why_not(self, look: Look) -> str | None:
        said = look.fit.vocabulary.said
        if not look.effect_names:
            return said("The model has no random effects of persons.")
        return None if look.persons >= FEWEST_PERSONS else said("There are too few persons for a correlation.")

    def measure(self, look: Look) -> Measure:
        mean = look.expected_growth()

        def of(sample: Sample) -> Array:
            growth = mean[:, :, None] + look.named(sample.effects)
            return correlations(growth, cube_root_mean_square(look, sample))

        return Measure(list(look.effect_names), of)

    def said(self, look: Look, found: Measured) -> Said:
        said = look.fit.vocabulary.said
        return Said(
            said("the size of persons' residuals over their growth"),
            said(f"The size of persons' residuals is correlated with their estimated {found.label} by {shown(found)}."),
            said("Intervals of single persons are too narrow at one end and too wide at the other; often a scale, such "
                 "as the log, takes it away, or the outcome has a floor or ceiling."),
            ('gc.compare(fit, fit.refit(residual="power-variance"))', "fit.robust()"),
            found.value, *found.expected, abs(found.value) < SMALL,
            f"Their correlation is {number(found.value, 3)}.",
        )  # fmt: skip


def correlations(growth: Array, size: Array) -> Array:
    """Correlations over persons of growth (N, q, r) with sizes (N, r), (q, r)."""
    growth, size = growth - growth.mean(axis=0), size - size.mean(axis=0)
    both = np.einsum("nar,nr->ar", growth, size)
    scale = np.sqrt((growth**2).sum(axis=0) * (size**2).sum(axis=0))
    return both / np.where(scale > 0, scale, 1.0)

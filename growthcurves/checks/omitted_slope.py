"""Whether something that is held to be the same for all persons differs between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: What differs where persons bend differently.
BEND = "the bend over time"
#: An SD of lines that moves the outcome over the whole study by less than this share of the residual SD is small.
SMALL = 0.1


class OmittedSlope(Check):
    """Scores of the variance of growth parameters, bends and covariates that do not vary between persons."""

    name, level, of_families = "omitted_slope", LEVEL_2, True

    def why_not(self, look: Look) -> str | None:
        if not self._columns(look)[1]:
            return look.fit.vocabulary.said("All that could differ between persons varies between them already.")
        return None

    def _columns(self, look: Look) -> tuple[Array, list[str]]:
        """Columns whose coefficients may differ between persons, each less the person's mean."""
        found = {name: basis for name, basis in look.basis.items() if name not in look.varies}
        if look.fit.panel.time is not None and len(np.unique(look.times)) > 3:
            span = np.ptp(look.times)
            found[BEND] = (2.0 * (look.times - look.times.mean()) / span) ** 2
        found |= {name: values for name, values in look.covariates.items() if name not in look.varies}
        within = {name: look.within(values) for name, values in found.items()}
        if not look.varies and "intercept" in look.basis:
            within["intercept"] = np.ones(look.rows)
        kept = {
            name: values
            for name, values in within.items()
            if (look.sums(values**2) > 1e-12 * (values**2).sum()).sum() > 2
        }
        return np.column_stack([np.zeros((look.rows, 0)), *kept.values()]), list(kept)

    def measure(self, look: Look) -> Measure:
        columns, labels = self._columns(look)

        def of(sample: Sample) -> Array:
            return np.array([(look.sums(one[:, None] * sample.pulled) ** 2).sum(axis=0) for one in columns.T])

        return Measure(labels, of, two_sided=False, score=True,
                       shown=lambda values: np.sqrt(np.maximum(values, 0.0)))  # fmt: skip

    def said(self, look: Look, found: Measured) -> Said:
        who, name = look.fit.vocabulary.who.several, found.label
        columns, labels = self._columns(look)
        reach = columns[:, labels.index(name)].std()
        scale = np.sqrt(look.fit.residual_variance) if look.normal else 1.0
        bend = name == BEND
        what = look.fit.vocabulary.said(name) if bend else name
        changes: dict[str, Any] = {"random": calls.varying(look, "quadratic" if bend else name)}
        if bend and "quadratic" not in look.basis:
            changes |= {"shape": "quadratic"}
        return Said(
            f"what is held to be the same for all {who}",
            f"Between {who} {what} differs by an SD of about {shown(found)}, and the model holds it to be the same for "
            f"all.",
            "Standard errors of its mean and of what predicts it are too small, often by far, and its share of "
            "variance is taken for residuals or for correlation.",
            (calls.compared(look, **changes), calls.robust(look)), found.value, *found.expected,
            abs(found.value) * reach < SMALL * scale,
            f"Between {who} {what} differs by an SD of {number(found.value, 3)}.",
        )  # fmt: skip

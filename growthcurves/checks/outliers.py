"""Single occasions, and persons, that lie further out than the most extreme of a right model."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import given_right
from growthcurves.data.source import show_id
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number


class Outliers(Check):
    """The largest residual given what was seen of the person before, and the person furthest from the mean course.

    A person's distance is r_i'V_i^-1 r_i, chi-square with as many degrees of freedom as rows, by the normal quantile
    that its cube root has (Wilson and Hilferty 1931).
    """

    name, level, of_families = "outliers", LEVEL_1, True

    def measure(self, look: Look) -> Measure:
        def of(sample: Sample) -> Array:
            return np.array([one.max(axis=0) for one in self.sizes(look, sample)])

        return Measure(["occasion", "person"], of, two_sided=False)

    @staticmethod
    def sizes(look: Look, sample: Sample) -> tuple[Array, Array]:
        n = look.sizes[:, None]
        distance = look.sums(sample.white**2)
        return np.abs(sample.white), (np.cbrt(distance / n) - 1.0 + 2.0 / (9.0 * n)) * np.sqrt(4.5 * n)

    def said(self, look: Look, found: Measured) -> Said:
        fit, who = look.fit, look.fit.vocabulary.who.one
        occasion, person = (one[:, 0] for one in self.sizes(look, look.data))
        row, far = int(occasion.argmax()), int(person.argmax())
        when = "" if fit.panel.time is None else f" {fit.when.at(look.times[row])}"
        if found.label == "occasion":
            text = (
                f"The outcome furthest from what is expected is that of {who} "
                f"{show_id(look.labels[look.person[row]])}{when}: {number(found.value, 3)} SDs ({given_right(found)})."
            )
            last = look.labels[look.person[row]]
            short = f"Furthest out is {who} {show_id(last)}{when}: {number(found.value, 3)} SDs."
        else:
            text = (
                f"The course furthest from the mean is that of {who} {show_id(look.labels[far])}: "
                f"{number(found.value, 3)} SDs, all its rows together ({given_right(found)})."
            )
            last = look.labels[far]
            short = f"Furthest out is {who} {show_id(last)}, all rows together: {number(found.value, 3)} SDs."
        advice = (calls.without(look, last), calls.influence(look), calls.heavy_tailed(look))
        return Said(
            f"the outcome and the {who} furthest out", text,
            "A wrong value, or one that has another cause, moves averages and enlarges SDs: look at it in the file; "
            "the same analysis without it shows whether it matters.",
            advice, found.value, *found.expected, short=short,
        )  # fmt: skip

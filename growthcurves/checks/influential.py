"""Whether one person moves the fixed effects more than the most influential of a right model does."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import INFLUENCE, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.data.source import show_id
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: A move of the fixed effects by less than this, in their own standard errors, is too small to matter.
SMALL = 0.1


class Influential(Check):
    """The largest Cook's distance of a person, variances held (Christensen, Pearson and Johnson 1992)."""

    name, level, of_families = "influential", INFLUENCE, True

    def measure(self, look: Look) -> Measure:
        inverse = _left(look)

        def of(sample: Sample) -> Array:
            return np.sqrt(cook(look, sample, inverse).max(axis=0))[None]

        return Measure(["person"], of, two_sided=False)

    @staticmethod
    def distances(look: Look, sample: Sample) -> Array:
        """Cook's distance of each person, (N, r)."""
        return cook(look, sample, _left(look))

    def said(self, look: Look, found: Measured) -> Said:
        who = look.fit.vocabulary.who.one
        most = look.labels[int(self.distances(look, look.data)[:, 0].argmax())]
        return Said(
            f"what each {who} does to the fixed effects",
            f"Without {who} {show_id(most)} the fixed effects move most, by {shown(found)} standard errors on average "
            f"(the root of Cook's distance).",
            f"An answer that depends on one {who} is not one of the sample: give it with and without.",
            (calls.influence(look), calls.without(look, most)),
            found.value, *found.expected, found.value < SMALL,
            f"Without {who} {show_id(most)} averages move by {number(found.value, 3)} standard errors.",
        )  # fmt: skip


def cook(look: Look, sample: Sample, left: Array) -> Array:
    """(b - b_i)' cov(b)^-1 (b - b_i) / p of each person, (N, r); `left` is (I - A_i'A_i)^-1.

    In columns A with A'PA = I the fixed effects without a person move by (I - A_i'A_i)^-1 A_i'w_i.
    """
    moved = left @ look.products(look.whitening.orthonormal, sample.white)
    return (moved**2).sum(axis=1) / moved.shape[1]


def _left(look: Look) -> Array:
    """What is left of the information without each person, inverted: (N, p, p); generalised where it is singular."""
    A = look.whitening.orthonormal
    return np.linalg.pinv(np.eye(A.shape[1]) - look.products(A, A), rcond=1e-8, hermitian=True)

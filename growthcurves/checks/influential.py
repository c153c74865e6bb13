"""Whether one person moves the fixed effects more than the most influential of a right model does."""

from __future__ import annotations

import numpy as np

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
        def of(sample: Sample) -> Array:
            return np.sqrt(self.distances(look, sample).max(axis=0))[None]

        return Measure(["person"], of, two_sided=False)

    @staticmethod
    def distances(look: Look, sample: Sample) -> Array:
        """(b - b_i)' cov^-1 (b - b_i) / p of each person, (N, r)."""
        A = look.whitening.orthonormal  # A'A = I: b - b_i = (I - A_i'A_i)^-1 A_i'w_i
        n, p = look.persons, A.shape[1]
        inner = np.add.reduceat((A[:, :, None] * A[:, None, :]).reshape(len(A), -1), look.starts, axis=0)
        inverse = np.linalg.pinv(np.eye(p) - inner.reshape(n, p, p), rcond=1e-8, hermitian=True)
        pull = np.stack([look.sums(A[:, [j]] * sample.white) for j in range(p)], axis=1)
        return ((inverse @ pull) ** 2).sum(axis=1) / p

    def said(self, look: Look, found: Measured) -> Said:
        fit, who = look.fit, look.fit.vocabulary.who.one
        most = look.labels[int(self.distances(look, look.data)[:, 0].argmax())]
        return Said(
            f"what each {who} does to the fixed effects",
            f"Without {who} {show_id(most)} the fixed effects move most, by {shown(found)} standard errors on average "
            f"(the root of Cook's distance).",
            f"An answer that depends on one {who} is not one of the sample: give it with and without.",
            ("fit.influence()", f"gc.fit(fit.model, fit.panel.frame[fit.panel.frame[{fit.model.id!r}] != {most!r}])"),
            found.value, *found.expected, found.value < SMALL,
            f"Without {who} {show_id(most)} averages move by {number(found.value, 3)} standard errors.",
        )  # fmt: skip

"""Whether the model's SDs and correlations over the occasions are those that the data have."""

from __future__ import annotations

from functools import partial

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.occasions import occasions_of, rows_by_occasion
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: A covariance off by less than this share of the SDs is too small to matter.
SMALL = 0.05
#: Pairs of occasions seen by fewer persons are left out.
FEWEST = 10


class CovarianceOverTime(Check):
    """Scores of every variance and covariance of occasions: what an unstructured covariance would change first.

    Scores hold where persons drop out by what was seen of them; SDs and correlations of those who are left do not.
    """

    name, level = "covariance_over_time", LEVEL_2

    def why_not(self, look: Look) -> str | None:
        return None if occasions_of(look) is not None else "There is no common grid of occasions."

    def measure(self, look: Look) -> Measure:
        occasions = occasions_of(look)
        assert occasions is not None
        rows = rows_by_occasion(look, occasions)
        there = (rows >= 0).T.astype(int)
        pairs = [(a, b) for a, b in np.argwhere(np.tril(there @ there.T) >= FEWEST)]
        labels = [(occasions.labels[b], occasions.labels[a]) for a, b in pairs]
        sd = np.sqrt(look.whitening.total_variances())
        scale = [sd[own[own >= 0]].mean() for own in rows.T]
        units = np.array([1.0 / (scale[a] * scale[b]) for a, b in pairs])
        return Measure(labels, partial(_products, rows=rows, pairs=pairs), score=True, units=units)

    def said(self, look: Look, found: Measured) -> Said:
        occasions, (first, second) = occasions_of(look), found.label
        assert occasions is not None
        time = occasions.name
        one = f"variance of outcomes at {time} {first}"
        what = one if first == second else f"covariance of outcomes at {time} {first} and {second}"
        return Said(
            "variances and covariances over the occasions",
            f"The {what} differs from the model's by about {shown(found)} of the SDs' product.",
            "The random effects and residuals do not make the covariances that are there, on which standard errors of "
            "rates rest.",
            (calls.structures(look, "independent", "ar1", "het", "un"), calls.robust(look),
             calls.figure(look, "variance_over_time", look.fit.panel.time is not None),
             calls.figure(look, "correlation", look.fit.panel.time is not None)),
            found.value, *found.expected, abs(found.value) < SMALL,
            f"The {what} is off by {number(found.value, 3)} of the SDs' product.",
        )  # fmt: skip


def _products(sample: Sample, rows: Array, pairs: list[tuple[int, int]]) -> Array:
    """2 u_a u_b summed over persons (u_a^2 for a variance), u = V^-1 r, (k, r)."""
    padded = np.concatenate([sample.pulled, np.zeros((1, sample.pulled.shape[1]))])  # -1 is a row of zeros
    u = np.ascontiguousarray(padded[rows].transpose(2, 1, 0))
    squares = u @ u.swapaxes(1, 2)
    return np.array([(2.0 - (a == b)) * squares[:, a, b] for a, b in pairs])

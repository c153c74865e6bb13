"""Whether residuals of neighbouring occasions are alike beyond what the model says."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_1, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.errors import GrowthCurvesError
from growthcurves.model.covariance.structure import Structure
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distributions import chi_square_tail
from growthcurves.results.tables.printing import number, p_text

#: The correlation of rows at a typical distance in the direction that is looked into: one that falls fast, so that the
#: step goes to the correlation of neighbours and random effects cannot take its place.
FAST = 0.1
#: A correlation below this is too small to matter.
SMALL = 0.05


class Autocorrelation(Check):
    """A correlation of residuals that falls with their distance in time."""

    name, level, of_families = "autocorrelation", LEVEL_1, True

    def why_not(self, look: Look) -> str | None:
        if look.fit.panel.time is None:
            return "The model has no time."
        return None if (look.sizes > 2).any() else look.fit.vocabulary.said("No person has more than two rows.")

    def measure(self, look: Look) -> Measure:
        """The score of adding .1^(distance / typical distance) off the diagonal of R."""
        return Measure(["neighbours"], self._statistic(look), score=True, units=np.array([FAST]), shown=_bounded)

    def _statistic(self, look: Look):  # type: ignore[no-untyped-def]
        typical = _typical(look)
        groups = []
        for size in np.unique(look.sizes[look.sizes > 1]):
            rows = look.starts[look.sizes == size][:, None] + np.arange(size)
            apart = np.abs(look.times[rows][:, :, None] - look.times[rows][:, None, :]) / typical
            groups.append((rows, FAST**apart * (1.0 - np.eye(size)) * self._variances(look, rows)))

        def of(sample: Sample) -> Array:
            found = np.zeros(sample.white.shape[1])
            for rows, kernel in groups:
                own = sample.pulled[rows]
                found += np.einsum("nar,nar->r", own, kernel @ own)
            return found[None]

        return of

    def _variances(self, look: Look, rows: Array) -> Array:
        if not look.normal:
            return np.ones((1, 1, 1))
        sd = np.sqrt(look.whitening.variances()[rows])
        return sd[:, :, None] * sd[:, None, :]

    def said(self, look: Look, found: Measured) -> Said:
        fit = look.fit
        more = _refitted(look) if found.p_value < 0.05 and look.normal else ""
        return Said(
            fit.vocabulary.said("residuals of a person's neighbouring occasions"),
            f"Neighbouring residuals of one {fit.vocabulary.who.one} are correlated by about {shown(found)} beyond "
            f"what the model says.{more}",
            fit.vocabulary.said(
                "Standard errors of slopes and of what varies within persons are too small where it is positive, and "
                "part of it is taken for differences in the rate of change."
            ),
            (calls.structures(look, "independent", "ar1", "car1"), calls.robust(look)),
            found.value, *found.expected, abs(found.value) < SMALL,
            f"Neighbouring residuals correlate by {number(found.value, 3)} beyond what the model says.",
        )  # fmt: skip


def _bounded(values: Array) -> Array:
    """Correlations: where random effects leave little to see of them, one step leads beyond their ends."""
    return np.clip(values, -1.0, 1.0)


def _typical(look: Look) -> float:
    steps = np.diff(look.times)[np.diff(look.person) == 0]
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0


def _refitted(look: Look) -> str:
    """What AR(1) or its continuous form finds when it is fitted, where the model has independent residuals."""
    fit = look.fit
    if not fit.independent or not hasattr(fit, "refit"):
        return ""
    for residual in ("ar1", "car1"):
        try:
            other = fit.refit(residual=residual)
        except GrowthCurvesError:
            continue
        structure = other.point.residual
        assert isinstance(structure, Structure)
        drop = max(fit.estimates.deviance - other.estimates.deviance, 0.0)
        value = dict(zip([one.name for one in structure.parameters()], structure.values(), strict=True))[residual]
        p = chi_square_tail(drop, 1)
        return f" Fitted, {residual} is {number(value, 3)} (likelihood ratio {number(drop, 3)}, p {p_text(p)})."
    return ""

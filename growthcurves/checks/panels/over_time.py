"""Residuals over time: their mean, and their SD."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthcurves.checks.check import Measure, Verdict
from growthcurves.checks.directions import row_variance_scores
from growthcurves.checks.occasions import occasions_of
from growthcurves.checks.panels.cells import ranges, time_cells
from growthcurves.checks.panels.panel import Line, Panel, Shown, points, together
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.smoothing import local_lines

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks
    from growthcurves.checks.look import Look

#: Places at which a smooth line is drawn, and the share of rows in sight of each.
GRID, SHARE = 21, 0.5
#: Single rows that are named where they lie further out than a right model has them.
MOST_NAMED = 3


class ResidualsOverTime(Panel):
    """Residuals about persons' own curves, in SDs, with their mean by occasion, or a smooth line.

    The mean of R V^-1 r by occasion is the score of that occasion's mean: it holds where persons drop out by what was
    seen of them.
    """

    name, checks = "residuals over time", ("mean_shape", "outliers")

    def why_not(self, found: FitChecks) -> str | None:
        """There must be several times."""
        return no_time(found.look)

    def measure(self, found: FitChecks) -> Measure:
        """Means by occasion, or heights of local lines."""
        matrix, at = self._smoother(found.look)
        return Measure(range(len(at)), lambda sample: matrix @ sample.normalized)

    @staticmethod
    def _smoother(look: Look) -> tuple[Array, Array]:
        if occasions_of(look) is not None:
            cells = time_cells(look)
            return cells.averaging, cells.middles
        at = np.linspace(look.times.min(), look.times.max(), GRID)
        return local_lines(look.times, at, SHARE), at

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Points, line and band."""
        look = found.look
        values = look.data.normalized[:, 0]
        names = np.full(look.rows, "", dtype=object)
        outliers = found.table.loc[found.table["check"] == "outliers", "verdict"]
        if len(outliers) and outliers.iloc[0] != Verdict.FINE.value:
            far = np.argsort(-np.abs(values), kind="stable")[:MOST_NAMED]
            names[far] = [str(one) for one in look.labels[look.person[far]]]
        table = together(points(look.times, values, names), line.table(self._smoother(look)[1]))
        title = look.fit.vocabulary.said("Residuals over time")
        return Shown(title, look.fit.when.axis, "residual, SDs", table, reference=0.0, over_time=True)


class SpreadOverTime(Panel):
    """The SD of residuals at each occasion, or in ranges of time, over that of the others."""

    name, checks = "spread over time", ("variance_over_time",)

    def why_not(self, found: FitChecks) -> str | None:
        """There must be several times."""
        return no_time(found.look) or (
            None if len(time_cells(found.look).middles) > 1 else "There is one cell of rows."
        )

    def measure(self, found: FitChecks) -> Measure:
        """The score of each cell's variance, as a ratio of SDs."""
        return spread_of(time_cells(found.look).members)

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Line and band."""
        look = found.look
        table = line.table(time_cells(look).middles)
        title, y = look.fit.vocabulary.said("SD of residuals over time"), "ratio of SDs"
        return Shown(title, look.fit.when.axis, y, table, reference=1.0, over_time=True)


class SpreadOverFitted(Panel):
    """The SD of residuals where the mean is low and where it is high."""

    name, checks = "spread over fitted", ("variance_over_fitted",)

    def why_not(self, found: FitChecks) -> str | None:
        """The mean must take several values."""
        mean = _means(found.look)
        return None if len(np.unique(mean.round(12))) > 3 else "The mean takes fewer than four values."

    def measure(self, found: FitChecks) -> Measure:
        """The score of the variance in each range of the mean, as a ratio of SDs."""
        return spread_of(ranges(_means(found.look)).members)

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Line and band."""
        fit = found.look.fit
        table = line.table(ranges(_means(found.look)).middles)
        x = f"{fit.model.outcome}, population mean"
        return Shown("SD of residuals over the mean", x, "ratio of SDs", table, reference=1.0)


def no_time(look: Look) -> str | None:
    """Why there is nothing over time."""
    return "The model has no time." if look.fit.panel.time is None or np.ptp(look.times) == 0 else None


def spread_of(members: Array) -> Measure:
    """Ratios of the SDs of residuals in cells of rows (k, n) to those in the others."""
    of = row_variance_scores(members.T)
    return Measure(range(len(members)), of, score=True, shown=lambda values: np.exp(np.clip(values, -9.0, 9.0) / 2.0))


def _means(look: Look) -> Array:
    from growthcurves.results.questions.design_rows import own_rows

    return np.asarray(own_rows(look.fit).X[look.order] @ look.fit.estimates.beta)

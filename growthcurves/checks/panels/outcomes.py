"""Outcomes over time, as seen and as the fitted model would give them: mean, SD and the persons furthest out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthcurves.checks.check import Measure
from growthcurves.checks.occasions import occasions_of
from growthcurves.checks.outliers import Outliers
from growthcurves.checks.panels.cells import time_cells
from growthcurves.checks.panels.completed import Completed
from growthcurves.checks.panels.over_time import no_time
from growthcurves.checks.panels.panel import Line, Panel, Shown, rows, together
from growthcurves.checks.run import NOTHING_LEFT
from growthcurves.data.source import show_id
from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks
    from growthcurves.checks.look import Look, Sample

#: The lines: the mean, and the mean less and plus an SD.
SERIES = {"mean - SD": -1.0, "mean": 0.0, "mean + SD": 1.0}
#: Persons whose outcomes are drawn.
PERSONS = 3


class SimulatedOutcomes(Panel):
    """Mean and SD of the outcomes by occasion, or in ranges of time, with what simulations of the model give of them.

    They are of all persons, those who were missed by what was seen of them (see `completed`); where persons have no
    common occasions, of those seen then.
    """

    name, checks = "outcomes", ("covariance_over_time",)

    def why_not(self, found: FitChecks) -> str | None:
        """Outcomes must be normal, at several times, and their covariances not those of the data by construction."""
        if not found.look.normal:
            return "Outcomes are not normal."
        said = found.skipped.get("covariance_over_time")
        return no_time(found.look) or (said if said == NOTHING_LEFT else None)

    def measure(self, found: FitChecks) -> Measure:
        """Mean less SD, mean, and mean plus SD of each cell."""
        middle, mean_and_sd = _mean_and_sd(found.look)

        def of(sample: Sample) -> Array:
            mean, sd = mean_and_sd(sample.about_mean)
            return np.concatenate([middle[:, None] + mean + sign * sd for sign in SERIES.values()])

        return Measure(range(len(SERIES) * len(middle)), of)

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Persons, lines and bands."""
        look, cells = found.look, time_cells(found.look)
        line = _whole(line, self.measure(found), look)
        x, series = np.tile(cells.middles, len(SERIES)), np.repeat(list(SERIES), len(cells.middles))
        table = together(_persons(look), line.table(x, series))
        return Shown("Outcomes: mean ± SD", look.fit.when.axis, look.fit.model.outcome, table,
                     of_outcome=True, over_time=True)  # fmt: skip

    def care(self, found: FitChecks) -> str:
        """Whom dots are of where that is not everybody."""
        completed = _completed(found.look)
        return "" if completed is not None else "Dots are of those seen then, whom dropout may change."


def _completed(look: Look) -> Completed | None:
    occasions = occasions_of(look)
    return None if occasions is None else Completed.of(look, occasions)


def _mean_and_sd(look: Look) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    """The mean of the model in each cell, and what gives means and SDs about it."""
    cells, completed = time_cells(look), _completed(look)
    averaging = cells.averaging

    def seen(about_mean: Array) -> tuple[Array, Array]:
        mean = averaging @ about_mean
        return mean, np.sqrt(np.maximum(averaging @ about_mean**2 - mean**2, 0.0))

    return (averaging @ _mean(look))[:, 0], seen if completed is None else completed.means_and_sds


def _mean(look: Look) -> Array:
    return np.asarray(look.whitening.X @ look.fit.estimates.beta)[:, None]


def _whole(line: Line, measure: Measure, look: Look) -> Line:
    """The line with the places that the model reproduces exactly, whose band is a point."""
    values = measure.of(look.data)[:, 0]
    parts = {name: values.copy() for name in ("values", "low", "high", "middle")}
    for name, one in parts.items():
        one[line.places] = getattr(line, name)
    return Line(np.arange(len(values)), **parts)


def _persons(look: Look) -> pd.DataFrame:
    """The outcomes of the persons furthest from the mean."""
    far = np.argsort(-Outliers.sizes(look, look.data)[1][:, 0], kind="stable")[:PERSONS]
    outcomes = (_mean(look) + look.data.about_mean)[:, 0]
    parts = [
        rows("person", series=show_id(look.labels[one]), x=look.times[look.person == one],
             value=outcomes[look.person == one], label="")
        for one in far
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)

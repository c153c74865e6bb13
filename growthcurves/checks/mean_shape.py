"""Whether the mean follows the shape that was chosen, everybody's and each group's."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import SHAPE, Check, Measure, Measured, Said
from growthcurves.checks.directions import mean_scores
from growthcurves.checks.groups import groups_of
from growthcurves.checks.look import Look
from growthcurves.checks.words import shown
from growthcurves.data.backticks import quoted
from growthcurves.data.source import show_level
from growthcurves.results.tables.printing import number

#: A bend below this share of the residual SD is too small to matter.
SMALL = 0.1
#: Powers of time that are looked for, and what they are called.
BENDS = {2: "a bend", 3: "an S"}
POWERS = {2: "quadratic", 3: "cubic"}


class _Bend(NamedTuple):
    power: int
    column: str = ""
    level: object = None


class MeanShape(Check):
    """Powers of time that the mean lacks, over everybody and by group."""

    name, level, of_families = "mean_shape", SHAPE, True

    def why_not(self, look: Look) -> str | None:
        if look.fit.panel.time is None:
            return "The model has no time."
        if len(np.unique(look.times)) < 3 or not len(self._columns(look)[1]):
            return "The mean has as many parameters as there are occasions, so that no shape is left to be wrong."
        return None

    def _columns(self, look: Look) -> tuple[np.ndarray, list[_Bend]]:
        """Deviations that are as large halfway (for an S, at its bends) as their coefficient says."""
        low, high = look.times.min(), look.times.max()
        t = (2.0 * look.times - low - high) / (high - low)
        curves = {2: 1.0 - t**2, 3: (t**3 - t) * 1.5 * 3**0.5}
        labels = [_Bend(power) for power in curves]
        columns = [curves[bend.power] for bend in labels]
        for column, levels, places in groups_of(look):
            for place in range(1, len(levels)):
                own = look.spread(places == place)
                labels += [_Bend(power, column, levels[place]) for power in curves]
                columns += [curve * own for curve in curves.values()]
        made = np.column_stack(columns)
        new = mean_scores(look, made)[1]
        return made[:, new], [label for label, one in zip(labels, new, strict=True) if one]

    @staticmethod
    def _changes(look: Look, bend: _Bend) -> dict[str, Any]:
        """What the model needs for the bend: powers of time, and of a group's own the group as their predictor."""
        powers = [name for power, name in POWERS.items() if power <= bend.power]
        changes: dict[str, Any] = {} if set(powers) <= set(look.basis) else {"shape": powers[-1]}
        if bend.column:
            changes["predictors"] = calls.predictors(look, {name: [quoted(bend.column)] for name in powers})
        return changes

    def measure(self, look: Look) -> Measure:
        columns, labels = self._columns(look)
        return Measure(labels, mean_scores(look, columns)[0])

    def said(self, look: Look, found: Measured) -> Said:
        fit, bend = look.fit, found.label
        whose = f" of {bend.column} {show_level(bend.level)} beside the others" if bend.column else ""
        what = BENDS[bend.power]
        scale = np.sqrt(fit.residual_variance) if look.normal else 1.0
        unit = "" if look.normal else " in residual SDs"
        return Said(
            f"the mean over {fit.when.counted}, against {what} that the shape lacks",
            f"The mean{whose} leaves the fitted shape by {what} of {shown(found)}{unit} at its height.",
            f"A rate of change read off the fitted shape is then an average over times at which it differs; standard "
            f"errors and SDs hold {number(abs(found.value), 3)} of misfit as if persons or residuals varied by it.",
            (calls.compared(look, **self._changes(look, bend)), calls.figure(look, "trajectories")),
            found.value, *found.expected, abs(found.value) < SMALL * scale,
            f"The mean{whose} leaves its shape by {what} of {number(found.value, 3)}.",
        )  # fmt: skip

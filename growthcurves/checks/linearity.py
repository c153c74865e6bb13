"""Whether growth depends on predictors of persons in a straight line, and on all growth parameters that it should."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.directions import mean_scores, standardised
from growthcurves.checks.groups import numbers_of
from growthcurves.checks.look import Look
from growthcurves.checks.words import shown
from growthcurves.data.backticks import quoted, quoted_inside
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: A bend by an SD of the predictor below this share of the SD of what it bends is too small to matter.
SMALL = 0.05


class Linearity(Check):
    """Squares of the numeric predictors of level 2, for each growth parameter that varies or has predictors."""

    name, level, of_families = "linearity", LEVEL_2, True

    def why_not(self, look: Look) -> str | None:
        return None if self._columns(look)[1] else "No predictor of level 2 is a number of more than two values."

    def _columns(self, look: Look) -> tuple[Array, list[tuple[str, str]]]:
        columns, labels = [np.zeros((look.rows, 0))], []
        for name, values in numbers_of(look).items():
            w = standardised(values)
            square = look.spread(w**2 - 1.0)
            for parameter, basis in look.basis.items():
                columns.append((square * basis)[:, None])
                labels.append((name, parameter))
        made = np.column_stack(columns)
        if not labels:
            return made, labels
        new = mean_scores(look, made)[1]
        return made[:, new], [label for label, one in zip(labels, new, strict=True) if one]

    def measure(self, look: Look) -> Measure:
        columns, labels = self._columns(look)
        return Measure(labels, mean_scores(look, columns)[0])

    def said(self, look: Look, found: Measured) -> Said:
        name, parameter = found.label
        added = {
            one: [*([] if name in columns.used else [quoted(name)]), f"I({quoted_inside(name)}**2)"]
            for one, columns in look.fit.recipe.predictors.items()
            if one in ("intercept", parameter)  # of persons who are alike at the origin slopes alone mean little
        }
        return Said(
            f"{look.fit.vocabulary.said('persons')}' growth over {name}",
            f"The {parameter} bends over {name}: one SD of {name} from its mean on either side it lies {shown(found)} "
            f"further from the value at the mean than a straight line has it.",
            f"The effect of {name} is then an average over values at which it differs, and is wrong for those at the "
            f"ends.",
            (calls.compared(look, predictors=calls.predictors(look, added)),
             calls.figure(look, "people", look.fit.panel.time is not None)),
            found.value, *found.expected, look.normal and abs(found.value) < SMALL * look.sd_of(parameter),
            f"The {parameter} bends over {name} by {number(found.value, 3)}.",
        )  # fmt: skip

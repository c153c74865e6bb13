"""Whether persons differ, and residuals scatter, as much in all groups."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.groups import groups_of
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.variance_over_time import is_small
from growthcurves.checks.words import shown
from growthcurves.data.source import show_level
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number


class EqualSpread(Check):
    """Scores of the variance of each random effect, and of residuals, in each group."""

    name, level, of_families = "equal_spread", LEVEL_2, True

    def why_not(self, look: Look) -> str | None:
        return None if groups_of(look) else "No predictor of level 2 makes groups of eight and more."

    def measure(self, look: Look) -> Measure:
        groups, names = groups_of(look), look.effect_names
        labels, members = [], []
        for column, levels, places in groups:
            for place in range(1 if len(levels) == 2 else 0, len(levels)):
                labels += [(column, levels[place], what) for what in (*names, "residuals")]
                members.append(1.0 * (places == place))
        inside = np.array(members)

        def of(sample: Sample) -> Array:
            parts = [look.sums(sample.pulled * sample.left)[:, None]]
            if names:
                parts.insert(0, look.pulls(sample) ** 2 * look.effect_variances[:, None])
            stacked = np.concatenate(parts, axis=1)  # (N, q + 1, r)
            return np.einsum("gn,nar->gar", inside, stacked).reshape(-1, stacked.shape[2])

        return Measure(labels, of, score=True, shown=lambda values: np.exp(np.clip(values, -9, 9) / 2.0))

    def said(self, look: Look, found: Measured) -> Said:
        column, level, what = found.label
        who = look.fit.vocabulary.who.several
        whose = f"the SD of {what}" if what == "residuals" else f"the SD of {what} between {who}"
        if what == "residuals":
            changes = {"residual": calls.unequal_between(look, column)}
        else:
            changes = {"random": calls.by_group(look, column)}
        return Said(
            f"the spread in groups of {column}",
            f"In {column} {show_level(level)} {whose} is about {shown(found)} times what it is in others.",
            "Standard errors of differences between groups are off, the more so the more unequal the groups are; SDs, "
            "shares above a threshold and intervals are averages over groups that differ.",
            (calls.compared(look, **changes), calls.robust(look)), found.value, *found.expected, is_small(found.value),
            f"In {column} {show_level(level)} the SD of {what} is {number(found.value, 3)} times that of others.",
        )  # fmt: skip

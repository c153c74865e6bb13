"""How much persons differ, and residuals scatter, in groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from growthcurves.checks.check import Measure, Verdict
from growthcurves.checks.equal_spread import EqualSpread
from growthcurves.checks.panels.panel import Line, Panel, Shown
from growthcurves.data.source import show_level

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks

#: More ratios than this have no room for their names.
MOST = 6


class SpreadByGroup(Panel):
    """The SD of each random effect, and of residuals, in a group over that in the others."""

    name, checks = "spread by group", ("equal_spread",)

    def why_not(self, found: FitChecks) -> str | None:
        """There must be several ratios, and not too many; one alone is shown where it is not fine."""
        if "equal_spread" not in found.details:
            return found.skipped["equal_spread"]
        fine = (found.table.loc[found.table["check"] == "equal_spread", "verdict"] == Verdict.FINE.value).all()
        return None if (2 if fine else 1) <= len(self._shown(found)) <= MOST else "One ratio, or more than are seen."

    @staticmethod
    def _shown(found: FitChecks) -> list[int]:
        """Places of the ratios of the column and level that are furthest out, or of all levels of what is."""
        measured = found.details["equal_spread"]
        column, level, what = measured.label
        several = len({label[1] for label in measured.labels if label[0] == column}) > 1
        return [place for place, label in enumerate(measured.labels)
                if label[0] == column and (label[2] == what if several else label[1] == level)]  # fmt: skip

    def measure(self, found: FitChecks) -> Measure:
        """The ratios that are shown, of those of the check."""
        check, measured = EqualSpread().measure(found.look), found.details["equal_spread"]
        labels = [measured.labels[place] for place in self._shown(found)]
        rows = [list(check.labels).index(label) for label in labels]
        return replace(check, labels=range(len(rows)), of=lambda sample: check.of(sample)[rows])

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Ratios and their bands."""
        labels = [found.details["equal_spread"].labels[place] for place in self._shown(found)]
        column, level, what = labels[0]
        alone = len({label[1] for label in labels}) == 1
        ticks = tuple(label[2] if alone else show_level(label[1]) for label in labels)
        x = f"SD in {column} {show_level(level)}, over others" if alone else f"SD of {what} in {column}, over others"
        table = line.table(np.arange(len(labels)) * 1.0)
        return Shown(f"Spread in groups of {column}", x, "ratio of SDs", table, kind="ratios", reference=1.0,
                     ticks=tuple(ticks[place] for place in line.places))  # fmt: skip

"""Persons' estimated growth against a predictor, and the size of their residuals against their growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthcurves.checks.check import Measure
from growthcurves.checks.directions import cube_root_mean_square
from growthcurves.checks.groups import numbers_of
from growthcurves.checks.panels.cells import rank_groups
from growthcurves.checks.panels.panel import Line, Panel, Shown, points, together
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.smoothing import local_lines

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks
    from growthcurves.checks.look import Look, Sample

#: Places at which the smooth line is drawn, and the share of persons in sight of each.
GRID, SHARE = 15, 0.67
#: Groups of persons by their growth, of so many at least.
GROUPS, FEWEST = 8, 5


class GrowthOverPredictor(Panel):
    """Empirical Bayes deviations of persons from what is expected of them, along a numeric predictor.

    The model has them on a straight line at zero.
    """

    name, checks = "growth over predictor", ("linearity",)

    def why_not(self, found: FitChecks) -> str | None:
        """A predictor must have been looked at, of a growth parameter that varies."""
        return None if self._pair(found) else "No predictor of growth is a number that takes more than two values."

    @staticmethod
    def _pair(found: FitChecks) -> tuple[str, str] | None:
        """The predictor and growth parameter furthest out of those that vary."""
        measured = found.details.get("linearity")
        if measured is None:
            return None
        there = {pair: z for pair, z in zip(measured.labels, measured.z, strict=True)
                 if pair[1] in found.look.effect_names}  # fmt: skip
        return max(there, key=lambda pair: there[pair]) if there else None

    def _grid(self, found: FitChecks) -> tuple[Array, Array]:
        """Values of the predictor, and where the line is drawn."""
        pair = self._pair(found)
        assert pair is not None
        values = numbers_of(found.look)[pair[0]]
        several = np.unique(values)
        return values, several if len(several) <= GRID else np.quantile(several, np.linspace(0.02, 0.98, GRID))

    def measure(self, found: FitChecks) -> Measure:
        """Heights of local lines."""
        look, pair = found.look, self._pair(found)
        assert pair is not None
        values, at = self._grid(found)
        matrix, place = local_lines(values, at, SHARE), look.effect_names.index(pair[1])
        return Measure(range(len(at)), lambda sample: matrix @ look.named(sample.effects)[:, place])

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Points, line and band."""
        look, pair = found.look, self._pair(found)
        assert pair is not None
        values, at = self._grid(found)
        effects = look.named(look.data.effects)[:, look.effect_names.index(pair[1]), 0]
        table = together(points(values, effects), line.table(at))
        return Shown(f"{pair[1].capitalize()} over {pair[0]}", pair[0], f"{pair[1]}, from expected", table,
                     reference=0.0)  # fmt: skip


class SizeOverGrowth(Panel):
    """The size of persons' residuals along their estimated growth."""

    name, checks = "size over growth", ("size_with_growth",)

    def why_not(self, found: FitChecks) -> str | None:
        """Persons must be enough for groups of them."""
        there = "size_with_growth" in found.details and _groups(found.look) > 2
        return None if there else found.look.fit.vocabulary.said("There are too few persons for groups of them.")

    def measure(self, found: FitChecks) -> Measure:
        """Means of the sizes in groups by growth, as root mean squares."""
        look, place = found.look, self._place(found)
        mean, count = look.expected_growth()[:, [place]], _groups(found.look)

        def of(sample: Sample) -> Array:
            growth = mean + look.named(sample.effects)[:, place]
            groups, sizes = rank_groups(growth, count), cube_root_mean_square(look, sample)
            return np.array([(sizes * (groups == group)).sum(axis=0) / (groups == group).sum(axis=0)
                             for group in range(count)])  # fmt: skip

        return Measure(range(count), of, shown=lambda values: np.maximum(values, 0.0) ** 1.5)

    @staticmethod
    def _place(found: FitChecks) -> int:
        return found.look.effect_names.index(found.details["size_with_growth"].label)

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Points, line and band."""
        look, place = found.look, self._place(found)
        name, who = look.effect_names[place], look.fit.vocabulary.who.several
        growth = look.expected_growth()[:, place] + look.named(look.data.effects)[:, place, 0]
        groups = rank_groups(growth[:, None], _groups(look))[:, 0]
        middles = np.bincount(groups, weights=growth) / np.bincount(groups)
        sizes = cube_root_mean_square(look, look.data)[:, 0] ** 1.5
        table = together(points(growth, sizes), line.table(middles))
        said = look.fit.vocabulary.said
        return Shown(said("Size of persons' residuals"), f"{name} of {who}", "RMS, in SDs", table)


def _groups(look: Look) -> int:
    return int(min(GROUPS, look.persons // FEWEST))

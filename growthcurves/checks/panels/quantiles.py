"""Values in their order against what a right model gives of each: residuals, random effects, influence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthcurves.checks.check import Measure
from growthcurves.checks.influential import Influential
from growthcurves.checks.panels.panel import Line, Panel, Shown, rows
from growthcurves.data.source import show_id
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.order_statistics import drawn_ranks

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks
    from growthcurves.checks.look import Sample

EXPECTED = "expected of a right model"
#: Values that are drawn; of more a quarter of them at each end, and some between.
MOST_DRAWN = 120
#: Persons of whom the largest influence is named.
MOST_NAMED = 3
FEWEST_PERSONS = 8


class ResidualQuantiles(Panel):
    """Residuals about persons' own curves in their order."""

    name, checks = "residual quantiles", ("normal_residuals",)

    def measure(self, found: FitChecks) -> Measure:
        """Their order statistics."""
        ranks = drawn_ranks(found.look.rows, MOST_DRAWN)
        return Measure(range(len(ranks)), lambda sample: ordered(sample.normalized, ranks))

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Found against expected."""
        return quantiles("Distribution of residuals", "residual, SDs", line)


class EffectQuantiles(Panel):
    """Empirical Bayes estimates of the random effect that is furthest from normal, in their order."""

    name, checks = "effect quantiles", ("normal_effects",)

    def why_not(self, found: FitChecks) -> str | None:
        """Persons must have random effects."""
        look = found.look
        there = look.effect_names and look.persons >= FEWEST_PERSONS
        return None if there else look.fit.vocabulary.said("The model has no random effects of persons.")

    def measure(self, found: FitChecks) -> Measure:
        """Order statistics of the estimates of all random effects, which have one band."""
        look = found.look
        ranks = drawn_ranks(look.persons, MOST_DRAWN)

        def of(sample: Sample) -> Array:
            return np.concatenate([ordered(one, ranks) for one in look.named(sample.effects).swapaxes(0, 1)])

        return Measure(range(len(ranks) * len(look.effect_names)), of)

    @staticmethod
    def _effect(found: FitChecks) -> str:
        """The one furthest from normal, or the last."""
        measured = found.details.get("normal_effects")
        pairs = [] if measured is None else zip(measured.z, measured.labels, strict=True)
        alone = [(z, name) for z, (_, name) in pairs if name]
        return str(max(alone)[1]) if alone else found.look.effect_names[-1]

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Found against expected."""
        look, name = found.look, self._effect(found)
        count, place = len(drawn_ranks(look.persons, MOST_DRAWN)), look.effect_names.index(name)
        own = line.within(place * count, (place + 1) * count)
        return quantiles(f"Random effects: {name}", f"{name}, from expected", own)


class Influence(Panel):
    """How far the fixed effects move without each person, the root of Cook's distance, in order."""

    name, checks = "influence", ("influential",)

    def measure(self, found: FitChecks) -> Measure:
        """Order statistics of the distances."""
        look = found.look
        ranks = drawn_ranks(look.persons, MOST_DRAWN)
        return Measure(range(len(ranks)), lambda sample: ordered(np.sqrt(Influential.distances(look, sample)), ranks))

    def shown(self, found: FitChecks, line: Line) -> Shown:
        """Found against expected, with the names of the largest."""
        look = found.look
        order = np.argsort(Influential.distances(look, look.data)[:, 0], kind="stable")
        shown = quantiles(f"Influence of each {look.fit.vocabulary.who.one}", "Cook's distance, root", line)
        named = shown.table["label"].to_numpy(object)
        for place in range(1, MOST_NAMED + 1):
            named[-place] = show_id(look.labels[order[-place]])
        shown.table["label"] = named
        return shown


def ordered(values: Array, ranks: Array) -> Array:
    """Order statistics of these ranks of values (n, r), (k, r)."""
    return np.sort(values, axis=0)[ranks - 1]


def quantiles(title: str, what: str, line: Line) -> Shown:
    """A panel of values against the medians of replicates."""
    table = rows("line", series="", x=line.middle, value=line.values, low=line.low, high=line.high, label="")
    return Shown(title, EXPECTED, what, table, kind="quantiles")

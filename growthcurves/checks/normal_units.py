"""Whether the random effects of units above persons, as schools or sites, are normal."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.normal_effects import FEWEST, SMALL
from growthcurves.checks.normal_residuals import PER_SCORE
from growthcurves.checks.posterior import hermite
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.questions.levels import units_above
from growthcurves.results.tables.printing import number
from growthcurves.results.tables.units import unit_called

#: The most effects of units of all levels together whose uncertainty is worked out.
MOST_EFFECTS = 2000


class NormalUnits(Check):
    """Scores of the skewness and kurtosis of the random effects of units above persons."""

    name, level = "normal_units", LEVEL_2

    def why_not(self, look: Look) -> str | None:
        if not units_above(look.fit):
            return look.fit.vocabulary.said("The model has no units above persons.")
        if not self._levels(look):
            return f"No level above has {FEWEST} units whose effects vary, as are needed to see a distribution."
        if look.whitening.effects_above > MOST_EFFECTS:
            return f"There are more than {MOST_EFFECTS:,} effects of units."
        return None

    @staticmethod
    def _levels(look: Look) -> dict[str, Array]:
        """Levels of enough units, with what makes named effects of standard ones, (q, k)."""
        fit, into = look.fit, look.fit.standard_rows(np.eye(len(look.fit.random_names)))
        found = {}
        for unit, (of_rows, T) in look.whitening.units.items():
            place = fit.sums.terms.places[unit]
            if T.shape[1] and len(np.unique(of_rows)) >= FEWEST:
                found[unit] = into[place, place] @ T
        return found

    def measure(self, look: Look) -> Measure:
        left, labels, parts = look.whitening.unit_effects_left(), [], []
        for unit, into in self._levels(look).items():
            sd = np.sqrt((into**2).sum(axis=1))
            there = sd > 1e-8 * sd.max()
            names = [name for name, whose in look.fit.recipe.random.unit_of.items() if whose == unit]
            names = [name for name, varies in zip(names, there, strict=True) if varies]
            scaled = into[there] / sd[there, None]
            known = 1.0 - np.einsum("ak,ukl,al->ua", scaled, left[unit], scaled)[:, :, None]
            labels += [(what, unit, name) for what in ("skewness", "excess kurtosis") for name in names]
            parts.append((unit, scaled, known))

        def of(sample: Sample) -> Array:
            found = []
            for unit, scaled, known in parts:
                effects = np.einsum("ak,ukr->uar", scaled, sample.unit_effects[unit])
                found += [one.sum(axis=0) for one in hermite(effects, known)]
            return np.concatenate(found)

        units = np.concatenate([np.repeat(PER_SCORE, len(scaled)) for _, scaled, _ in parts])
        return Measure(labels, of, score=True, units=units)

    def said(self, look: Look, found: Measured) -> Said:
        what, unit, name = found.label
        several = unit_called(look.fit, unit).several
        own = look.fit.recipe.random.own_names[name]
        return Said(
            f"the distribution of random effects of {several}",
            f"{what.capitalize()} of {own} between {several} is about {shown(found)}.",
            f"Averages stay right; intervals of SDs between {several} and ranks of the extreme ones rest on the normal "
            f"distribution.",
            (calls.bootstrap(look), calls.robust(look)),
            found.value, *found.expected, abs(found.value) < SMALL,
            f"{what.capitalize()} of {own} between {several}: {number(found.value, 3)}.",
        )  # fmt: skip

"""Whether persons' random effects are normal, one by one and together."""

from __future__ import annotations

import numpy as np

from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.normal_residuals import excess, moments
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: Fewer persons show no shape of a distribution.
FEWEST = 20
#: Skewness and excess kurtosis of estimates below these are too small to matter.
SMALL = 0.15


class NormalEffects(Check):
    """Skewness and kurtosis of empirical Bayes estimates, and their joint kurtosis (Mardia 1970)."""

    name, level = "normal_effects", LEVEL_2

    def why_not(self, look: Look) -> str | None:
        if not look.effect_names:
            return look.fit.vocabulary.said("The model has no random effects of persons.")
        few = look.persons < FEWEST
        return look.fit.vocabulary.said(f"{FEWEST} persons are needed to see a distribution.") if few else None

    def measure(self, look: Look) -> Measure:
        names = look.effect_names
        labels = [(what, name) for what in ("skewness", "excess kurtosis") for name in names]

        def of(sample: Sample) -> Array:
            effects = look.named(sample.effects)
            found = np.concatenate(moments(effects))
            return np.concatenate([found, mardia(effects)[None]]) if len(names) > 1 else found

        labels += [("joint kurtosis", "")] if len(names) > 1 else []
        shown = {
            label: np.expm1 if label[0] == "joint kurtosis" else excess for label in labels if label[0] != "skewness"
        }
        return Measure(labels, of, shown=shown)

    def said(self, look: Look, found: Measured) -> Said:
        said, (what, name) = look.fit.vocabulary.said, found.label
        whose = f"of {name}" if name else "of all random effects together"
        return Said(
            said("the distribution of persons' random effects"),
            f"{said('Persons')}' estimates {whose} have {what} {shown(found)}.",
            said("Averages stay right; the share of persons above a threshold, the middle 95 % of rates and intervals "
                 "of SDs rest on the normal distribution, and estimates of extreme persons are pulled in too far."),
            ('fit.conf_int(method="bootstrap")', "fit.heavy_tailed()", "fit.robust()", "fit.plot.slopes()"),
            found.value, *found.expected, what != "joint kurtosis" and abs(found.value) < SMALL,
            f"Estimates {whose} have {what} {number(found.value, 3)}.",
        )  # fmt: skip


def mardia(effects: Array) -> Array:
    """Logarithm of the mean fourth power of the Mahalanobis distance of effects (N, q, r), over that of normal ones."""
    count, q = effects.shape[:2]
    centred = effects - effects.mean(axis=0)
    S = np.einsum("nar,nbr->rab", centred, centred) / count
    inverse = np.linalg.pinv(S, hermitian=True)
    distance = np.einsum("nar,rab,nbr->nr", centred, inverse, centred, optimize=True)
    return np.log((distance**2).mean(axis=0) / (q * (q + 2.0)))

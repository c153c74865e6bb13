"""Whether persons' random effects are normal, one by one and together."""

from __future__ import annotations

import numpy as np

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.normal_residuals import PER_SCORE
from growthcurves.checks.posterior import hermite
from growthcurves.checks.words import shown
from growthcurves.numerics.arrays import Array
from growthcurves.results.tables.printing import number

#: Fewer persons show no shape of a distribution.
FEWEST = 20
#: Skewness and excess kurtosis below these are too small to matter.
SMALL = 0.3
#: Half of what a score of the joint kurtosis is divided by.
JOINT_PER_SCORE = 4.0
#: Random effects that nearly depend on one another have no joint kurtosis of their own.
CONDITION = 1e10


class NormalEffects(Check):
    """Scores of the skewness and kurtosis of random effects, and of their joint kurtosis (Mardia 1970)."""

    name, level = "normal_effects", LEVEL_2

    def why_not(self, look: Look) -> str | None:
        if not look.effect_names:
            return look.fit.vocabulary.said("The model has no random effects of persons.")
        few = look.persons < FEWEST
        return look.fit.vocabulary.said(f"{FEWEST} persons are needed to see a distribution.") if few else None

    def measure(self, look: Look) -> Measure:
        names, sd = look.effect_names, np.sqrt(look.effect_variances)
        sd = np.where(sd > 0, sd, 1.0)
        left = look.posterior.effects_left() / np.outer(sd, sd)
        labels = [(what, name) for what in ("skewness", "excess kurtosis") for name in names]
        units = np.repeat(PER_SCORE, len(names))
        known = 1.0 - np.einsum("naa->na", left)[:, :, None]
        correlation = look.covariance / np.outer(sd, sd)
        together = len(names) > 1 and np.linalg.cond(correlation) < CONDITION
        inverse = np.linalg.inv(correlation) if together else np.zeros((0, 0))

        def of(sample: Sample) -> Array:
            effects = look.named(sample.effects) / sd[:, None]
            found = np.concatenate([one.sum(axis=0) for one in hermite(effects, known)])
            return np.concatenate([found, joint(effects, left, inverse)[None]]) if together else found

        if together:
            labels, units = [*labels, ("joint kurtosis", "")], np.append(units, JOINT_PER_SCORE)
        return Measure(labels, of, score=True, units=units)

    def said(self, look: Look, found: Measured) -> Said:
        said, (what, name) = look.fit.vocabulary.said, found.label
        whose = f"of {name}" if name else "of all random effects together"
        return Said(
            said("the distribution of persons' random effects"),
            f"{what.capitalize()} {whose} between {said('persons')} is about {shown(found)}.",
            said("Averages stay right; the share of persons above a threshold, the middle 95 % of rates and intervals "
                 "of SDs rest on the normal distribution, and estimates of extreme persons are pulled in too far."),
            (calls.bootstrap(look), calls.heavy_tailed(look), calls.robust(look),
             calls.figure(look, "slopes", "slope" in look.effect_names and look.sd_of("slope") > 0)),
            found.value, *found.expected, abs(found.value) < SMALL,
            f"{what.capitalize()} {whose}: {number(found.value, 3)}.",
        )  # fmt: skip


def joint(effects: Array, left: Array, inverse: Array) -> Array:
    """Scores of the joint kurtosis of random effects, means of Q^2 - 2 (q + 2) Q + q (q + 2) given the data, (r,).

    Q = u'G^-1 u; of normal u with mean m and covariance W given y, Q has mean m'G^-1 m + tr G^-1 W and variance
    4 m'G^-1 W G^-1 m + 2 tr (G^-1 W)^2.
    """
    q = len(inverse)
    W = inverse @ left
    trace, square = np.einsum("naa->n", W)[:, None], np.einsum("nab,nba->n", W, W)[:, None]
    pulled = np.einsum("ab,nbr->nar", inverse, effects)
    own = (effects * pulled).sum(axis=1)
    spread = (pulled * (left @ pulled)).sum(axis=1)
    mean = own + trace
    return (mean**2 + 4.0 * spread + 2.0 * square - 2.0 * (q + 2.0) * mean + q * (q + 2.0)).sum(axis=0)

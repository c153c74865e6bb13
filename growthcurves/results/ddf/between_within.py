"""HLM's count: persons for what differs between persons, rows for the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.results.ddf.base import Method
from growthcurves.results.ddf.effects import Tested, counted_units, positive, smallest, tested
from growthcurves.results.ddf.residual import residual_df


@dataclass(frozen=True)
class BetweenWithin(Method):
    """HLM's rule (Raudenbush and Bryk 2002, chapter 3): J - S - 1 for effects on a growth parameter that varies.

    J persons, less the rank of the level-2 design of that growth parameter (its S predictors and the constant), for
    all effects on a growth parameter or covariate that varies between persons; rows less all fixed effects for the
    others. With units above persons an effect counts the units of the highest level at which its growth parameter
    varies and within whose units its predictor is the same, less the effects of such predictors on that growth
    parameter. A combination of effects takes the smallest. Not SAS's DDFM=BETWITHIN, which looks at whether a column
    varies within persons and not at what is random: see `Containment`.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (1 | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects(ddf="between-within")["df"].tolist()
    [17.0, 178.0]
    """

    @property
    def label(self) -> str:
        return "between-within (HLM)"

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p)."""
        effects, units = tested(fit), counted_units(fit)
        thresholds = {} if fit.sums.terms.constant else {"intercept": 1}  # in the place of the constant

        def count(effect: Tested) -> float:
            level = effect.level
            if level is None:
                return residual_df(fit)
            own = sum(other.owner == effect.owner and other.held >= level for other in effects)
            return float(units[level] - own - thresholds.get(effect.owner, 0))

        return positive(smallest(L, np.array([count(effect) for effect in effects])))

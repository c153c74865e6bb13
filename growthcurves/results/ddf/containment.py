"""Containment: an effect is tested against the random effect that contains it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.ddf.base import Method
from growthcurves.results.ddf.effects import Tested, counted_units, positive, smallest, tested
from growthcurves.results.questions.design_rows import own_rows

RULES = ("sas", "nlme")


@dataclass(frozen=True)
class Containment(Method):
    """Degrees of freedom of the random effect that contains an effect.

    Parameters
    ----------
    rule : {"sas", "nlme"}
        "sas" is DDFM=CONTAIN of PROC MIXED with persons nested in their level-2 predictors (subject=id(arm)): the
        rank that a growth parameter's random effect adds to [X Z] for all effects on that parameter, and
        n - rank [X Z] for effects on parameters that do not vary. With units above persons an effect is contained in
        the random effect of the highest level within whose units its predictor is the same, and the higher levels
        stand first in Z. "nlme" is the inner-outer rule of Pinheiro and
        Bates (2000, section 2.4.2), as `summary(lme)` prints it: persons less the terms that are constant within
        persons for those terms, rows less persons less all other terms for the rest (the constant included),
        whichever parameters vary. A combination of effects takes the smallest, as SAS's CONTRAST.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects(ddf="containment")["df"].tolist()
    [17.0, 17.0]
    >>> fit.fixed_effects(ddf=gc.Containment(rule="nlme"))["df"].tolist()
    [161.0, 161.0]
    """

    rule: str = "sas"

    def __post_init__(self) -> None:
        if not among(self.rule, RULES):
            raise ModelError(unknown("rule of containment", self.rule, RULES))

    @property
    def label(self) -> str:
        return {"sas": "containment (SAS)", "nlme": "containment (nlme)"}[self.rule]

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p)."""
        if self.rule == "nlme":
            return smallest(L, _inner_outer(fit))
        ranks = fit.estimates.ranks()

        def count(effect: Tested) -> float:
            if effect.level is None:
                return float(fit.sums.rows - ranks[0][-1])
            own = ranks[effect.level]
            return float(own[effect.place + 1] - own[effect.place])

        return positive(smallest(L, np.array([count(effect) for effect in tested(fit)])))


def _inner_outer(fit: FittedModel) -> np.ndarray:
    """nlme's denominator df of each fixed effect, (p,)."""
    units, effects = counted_units(fit), tested(fit)
    outer = _constant_within(fit, [effect.owner for effect in effects])
    intercept = np.array([name == "intercept" for name in fit.terms])
    levels = np.array([min(one.held, len(units) - 1) if constant else -1
                       for one, constant in zip(effects, outer, strict=True)])  # fmt: skip
    levels[intercept] = -1
    out = np.full(len(effects), float(fit.sums.rows - units[0] - (~outer).sum()))
    for level, count in enumerate(units):
        above = units[level + 1] if level + 1 < len(units) else int(intercept.any())
        out[levels == level] = float(count - above - (levels == level).sum())
    return out


def _constant_within(fit: FittedModel, names: list[str]) -> np.ndarray:
    """Whether each column of X is the same on all occasions of every person, (p,).

    `names` are the growth parameters that the columns predict, or the covariates that they are.
    """
    constant = np.array([name == "intercept" for name in names])
    covariates = [j for j, name in enumerate(names) if name not in fit.model.parameters]
    if covariates:
        X, codes = own_rows(fit).X[:, covariates], fit.panel.persons.codes
        first = np.unique(codes, return_index=True)[1]
        constant[covariates] = (X[first[codes]] == X).all(axis=0)
    return constant

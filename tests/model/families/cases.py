"""Families with values of their own parameters, and outcomes that each can have."""

from __future__ import annotations

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.model.families.binomial import Binomial
from growthcurves.model.families.gamma import Gamma
from growthcurves.model.families.negative_binomial import NegativeBinomial
from growthcurves.model.families.ordinal import Ordinal
from growthcurves.model.families.poisson import Poisson

LETTERS = ("a", "b", "c", "d")
#: Those with a log density, by name and option.
VALUES = {
    "binomial logit": Binomial(),
    "binomial probit": Binomial("probit"),
    "binomial cloglog": Binomial("cloglog"),
    "poisson": Poisson(),
    "negative-binomial quadratic": NegativeBinomial(),
    "negative-binomial linear": NegativeBinomial("linear"),
    "gamma": Gamma(),
    "ordinal logit": Ordinal(categories=LETTERS),
    "ordinal probit": Ordinal("probit", LETTERS),
}
#: Working values of own parameters.
WORKING = {
    "negative-binomial quadratic": ([-23.0], [-4.0], [-0.5], [3.0], [23.0]),
    "negative-binomial linear": ([-23.0], [-4.0], [-0.5], [3.0], [23.0]),
    "gamma": ([-9.0], [-2.9], [-1.0], [2.0], [7.0]),
    "ordinal logit": ([-0.7, 0.4, -0.5], [3.0, -9.0, 4.0], [0.0, 0.0, -40.0]),
    "ordinal probit": ([-0.7, 0.4, -0.5], [3.0, -9.0, 4.0], [0.0, 0.0, -40.0], [1.0, -2.5, 1.2]),
}
#: Outcomes, and trials of those that have them.
OUTCOMES = {
    "binomial": ((0, 1), (1, 1), (0, 7), (3, 7), (7, 7)),
    "poisson": ((0, 1), (1, 1), (2, 1), (40, 1)),
    "negative-binomial": ((0, 1), (1, 1), (12, 1)),
    "gamma": ((0.003, 1), (1.5, 1)),
    "ordinal": ((0, 1), (1, 1), (2, 1), (3, 1)),
}
#: Of each kind of option one, and every family of the registry.
CASES = [(name, tuple(psi)) for name in VALUES for psi in WORKING.get(name, ([],))]


def family_with(name, psi):
    return VALUES[name].moved(np.array(psi))


def outcomes(name):
    return OUTCOMES[VALUES[name].name]


def answers(name, y, n):
    """One outcome; of one trial without trials."""
    return Answers(np.array(float(y)), None if n == 1 else np.array(float(n)))

"""Whether outcomes scatter about what is foretold of them as a family says: over- and underdispersion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.remembered import remembered
from growthcurves.results.persons.forecasts import family_rows, foretold

#: Families of counts, whose variance follows from their mean.
COUNTED = ("poisson", "negative-binomial")


class Scatter(NamedTuple):
    """Squared errors of forecasts, over what the family expects of them, with an interval."""

    ratio: float
    conf_low: float
    conf_high: float


def scatters_freely(fit: FittedModel) -> bool:
    """Whether outcomes could scatter otherwise than the family says: counts, and successes of several trials."""
    if fit.family is None:
        return False
    return fit.family.name in COUNTED or (fit.family.name == "binomial" and fit.model.trials is not None)


@remembered
def scatter_of_forecasts(fit: FittedModel, level: float = 0.95) -> Scatter:
    """The sum of squared errors of forecasts over the sum of their variances; 1 where the model holds.

    Each outcome is foretold from the person's outcomes before it, with E(y) and var(y) = E(var(y | eta)) + var(E(y |
    eta)) over what these leave open of the random effects. (y - E(y))^2 - var(y) then has the mean zero whatever was
    before, so that its sum over rows is a martingale, whose variance is the sum of squares (Hall and Heyde 1980).
    """
    rows, family = family_rows(fit), fit.family
    trials = np.ones(len(rows.codes)) if rows.answers.trials is None else rows.answers.trials

    def means_and_variances(answers: Answers, eta: np.ndarray) -> list[np.ndarray]:
        n = 1.0 if answers.trials is None else answers.trials
        mean = np.asarray(family.mean(eta), dtype=float)
        return [mean, mean**2, np.asarray(family.outcome_variance(eta)) / n]

    mean, square, within = foretold(fit, means_and_variances)
    errors = (trials * (rows.of_one - mean)) ** 2
    expected = trials**2 * (within + square - mean**2)
    ratio = float(errors.sum() / expected.sum())
    error = float(np.sqrt(((errors - ratio * expected) ** 2).sum()) / expected.sum())
    half = normal_quantile(0.5 + level / 2.0) * error / ratio  # made on the scale of logarithms
    return Scatter(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))

"""Whether outcomes scatter about what is foretold of them as a family says: over- and underdispersion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.remembered import remembered
from growthcurves.results.persons.forecasts import family_rows, foretold

#: Families of counts, whose variance follows from their mean.
COUNTED = ("poisson", "negative-binomial")


#: Nodes times rows up to which a summary looks whether counts scatter as they should, and nodes of a random effect.
LITTLE, NODES = 700_000, 15
#: What to do about outcomes that scatter more.
MORE = {
    "poisson": "family='negative-binomial' has a dispersion",
    "negative-binomial": "gc.NegativeBinomial(variance='linear') may fit better",
    "binomial": "a random effect may be missing",
}


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


def scatter_remark(fit: FittedModel, level: float = 0.95) -> str:
    """What is wrong with how counts scatter, and what to do; "" where nothing is, and where it would take long."""
    if not scatters_freely(fit) or isinstance(fit.panel, SavedPanel) or not fit.identified:
        return ""
    if fit.sums.rows * NODES ** len(fit.random_names) > LITTLE:
        return ""
    found = scatter_of_forecasts(fit, level)
    if found.conf_low <= 1.0 <= found.conf_high:
        return ""
    inside = f"({100 * level:g} % interval {found.conf_low:.2f} to {found.conf_high:.2f})"
    much = f"outcomes scatter {found.ratio:.2f} times as much as the family says {inside}"
    if found.ratio < 1.0:
        return f"{much}:\n  standard errors are too wide; those of fit.robust() do not rest on it"
    return f"{much}:\n  standard errors are too small; {MORE[fit.family.name]}, and fit.robust() does not rest on it"

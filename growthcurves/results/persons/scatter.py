"""Whether outcomes scatter about persons' own curves as a family says: over- and underdispersion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.remembered import remembered
from growthcurves.results.persons.forecasts import family_rows

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
    """Squared errors, over what the family expects of them, with an interval."""

    ratio: float
    conf_low: float
    conf_high: float


def scatters_freely(fit: FittedModel) -> bool:
    """Whether outcomes could scatter otherwise than the family says: counts, and successes of several trials."""
    if fit.family is None:
        return False
    return fit.family.name in COUNTED or (fit.family.name == "binomial" and fit.model.trials is not None)


@remembered
def scatter_of_outcomes(fit: FittedModel, level: float = 0.95) -> Scatter:
    """Squared errors about persons' own curves over the variances that the family says; 1 where the model holds.

    Both sums are means over what all outcomes of a person leave open of the random effects u, and each row is divided
    by one and the variance v that the family says: sum E((y - m)^2 / (1 + v) | y) over sum E(v / (1 + v) | y). As
    E(E(g(y, u) | y)) = E(g(y, u)), both have the same expectation, whatever is divided by; so divided, no few large
    counts decide, nor rare ones of small mean. Persons are independent, and their sums give the interval.
    """
    rows, family = family_rows(fit), fit.family
    trials = np.ones(len(rows.codes)) if rows.answers.trials is None else rows.answers.trials

    def errors_and_variances(eta: np.ndarray, some: np.ndarray) -> list[np.ndarray]:
        n, y = trials[some], rows.answers.value[some]
        variance = n * np.asarray(family.outcome_variance(eta))
        return [(y - n * np.asarray(family.mean(eta))) ** 2 / (1.0 + variance), variance / (1.0 + variance)]

    every, persons = np.arange(len(rows.codes)), fit.panel.persons.count
    found = fit.estimates.averages(
        errors_and_variances, rows.wanted(every, rows.codes), rows.seen(every, rows.codes, persons)
    )
    errors, expected = (np.bincount(rows.codes, part, persons) for part in found)
    ratio = float(errors.sum() / expected.sum())
    variance = ((errors - ratio * expected) ** 2).sum() * persons / (persons - 1.0)
    half = normal_quantile(0.5 + level / 2.0) * float(np.sqrt(variance)) / errors.sum()  # on the scale of logarithms
    return Scatter(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))


def scatter_remark(fit: FittedModel, level: float = 0.95) -> str:
    """What is wrong with how counts scatter, and what to do; "" where nothing is, and where it would take long."""
    if not scatters_freely(fit) or not fit.panel.has_rows or not fit.identified:
        return ""
    if fit.sums.rows * NODES ** len(fit.random_names) > LITTLE:
        return ""
    found = scatter_of_outcomes(fit, level)
    if found.conf_low <= 1.0 <= found.conf_high:
        return ""
    inside = f"({100 * level:g} % interval {found.conf_low:.2f} to {found.conf_high:.2f})"
    much = f"outcomes scatter {found.ratio:.2f} times as much as the family says {inside}"
    if found.ratio < 1.0:
        return f"{much}:\n  standard errors are too wide; those of fit.robust() do not rest on it"
    return f"{much}:\n  standard errors are too small; {MORE[fit.family.name]}, and fit.robust() does not rest on it"

"""Persons: random effects, and own least-squares and empirical Bayes growth parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.engine.estimates import PersonState
from growthcurves.fitted import FittedModel
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.distributions import normal_cdf
from growthcurves.results.questions.rates import EVERYBODY, Rate, average_rate


def person_index(fit: FittedModel) -> pd.Index:
    """The persons' ids as an index, in the order of first appearance."""
    return pd.Index(fit.panel.persons.labels, name=fit.model.id)


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """The table sorted by id, so that the order of rows in the file does not show."""
    try:
        return table.sort_index(kind="stable")
    except TypeError:
        return table


def random_effects(fit: FittedModel) -> pd.DataFrame:
    """Deviations from the person's expected growth parameters, one row per person; see `GrowthFit.random_effects`."""
    own = [name for name, unit in fit.recipe.random.unit_of.items() if unit == PERSON]
    estimates: Any = fit.estimates
    state = estimates.units(0) if fit.bound.crossed else estimates.state
    effects = state.effects[: len(own)].T
    effects = effects if fit.identified else np.full_like(effects, np.nan)
    return ordered(pd.DataFrame(effects, index=person_index(fit), columns=own))


def people(fit: FittedModel) -> pd.DataFrame:
    """One row per person: own OLS line, empirical Bayes estimates, shrinkage; see `GrowthFit.people`.

    Outcomes of a family have no own least-squares line: it would be on another scale.
    """
    parameters = fit.model.parameters
    eb, error = growth_parameters(fit)
    columns: dict[str, np.ndarray] = {"n": fit.panel.persons.sizes}
    if fit.family is None:
        columns |= {f"ols_{name}": fit.own_growth.estimates[k] for k, name in enumerate(parameters)}
    for k, name in enumerate(parameters):
        columns |= {f"eb_{name}": eb[k], f"eb_{name}_se": error[k]}
    if fit.recipe.shape.rate_names:
        columns |= _rate_columns(fit, eb, error)
    return ordered(pd.DataFrame(columns, index=person_index(fit)))


def _rate_columns(fit: FittedModel, eb: np.ndarray, error: np.ndarray) -> dict[str, np.ndarray]:
    """Shrinkage and sign of the slope; of a shape without a slope its average rate, with the rate itself."""
    parameters, normal = fit.model.parameters, fit.family is None
    columns: dict[str, np.ndarray] = {}
    if "slope" in parameters:
        k = parameters.index("slope")
        rate, se, contrast = eb[k], error[k], Rate(fit, fit.recipe.shape.effects("slope")[None])
    else:
        contrast = average_rate(fit)
        rate, se = rates(fit, contrast)
        columns = {"ols_rate": fit.own_growth.rate(contrast.by_person)} if normal else {}
        columns |= {"eb_rate": rate, "eb_rate_se": se}
    with np.errstate(divide="ignore", invalid="ignore"):
        positive = np.where(se > 0, normal_cdf(rate / se), np.nan)
    return columns | ({"shrinkage": reliability(fit, contrast)} if normal else {}) | {"p_positive": positive}


def reliability(fit: FittedModel, rate: Rate) -> np.ndarray:
    """var(rate) / (var(rate) + sampling variance of the own OLS rate) of each person.

    NaN without an own line, and where residuals are not independent, so that OLS does not know how uncertain it is.
    """
    sampling = fit.own_growth.sampling(rate.by_person)
    if not fit.independent:
        return np.full_like(sampling, np.nan)
    if not rate.varies:
        return np.where(np.isnan(sampling), np.nan, 0.0)
    variance = rate.variances(fit.point)[fit.kinds.codes] if len(fit.kinds.shares) > 1 else rate.sd() ** 2
    return variance / (variance + fit.residual_variance * sampling)


def mean_reliability(fit: FittedModel, rate: Rate) -> tuple[float, int]:
    """The mean of `reliability` over the persons with an own line, NaN without one, and how many they are.

    Where persons are many and share schedules, one of each schedule tells.
    """
    shared = fit.independent and rate.varies and fit.weighing is None  # sums count persons by their weights
    designs = fit.sums.designs(fit.recipe.growth_rows) if shared else None
    if designs is not None and len(rate.of_kinds) == 1:
        inverse, counts = designs
        sampling = np.einsum("a,abn,b->n", rate.of_kinds[0], inverse, rate.of_kinds[0])
        values, shares = rate.sd() ** 2 / (rate.sd() ** 2 + fit.residual_variance * sampling), counts
    else:
        values, shares = reliability(fit, rate), fit.person_shares
        counts = np.ones(len(values))
    used = ~np.isnan(values)
    return float(np.average(values[used], weights=shares[used])) if used.any() else np.nan, int(counts[used].sum())


def growth_parameters(fit: FittedModel) -> tuple[np.ndarray, np.ndarray]:
    """Persons' growth parameters pi_i and their standard errors of prediction, each (K, N); NaN if withheld."""
    state = fit.estimates.state
    found = [_combination(fit, Rate(fit, row[None]), state) for row in np.eye(len(fit.model.parameters))]
    return np.array([eb for eb, _ in found]), np.array([error for _, error in found])


def rates(fit: FittedModel, rate: Rate) -> tuple[np.ndarray, np.ndarray]:
    """Persons' rates and their standard errors of prediction, each (N,); NaN if withheld."""
    return _combination(fit, rate, fit.estimates.state)


def _combination(fit: FittedModel, rate: Rate, state: PersonState) -> tuple[np.ndarray, np.ndarray]:
    """A combination of growth parameters; withheld where the data do not determine its mean, or its spread."""
    rows = rate.design(EVERYBODY)
    error = np.sqrt(_prediction_variance(fit, rows, state, _moves(fit, rate)))
    error = error if fit.identified or not rate.varies else np.full_like(error, np.nan)
    return eb_rate(fit, rate, state.effects), error


def eb_rate(
    fit: FittedModel,
    rate: Rate,
    own: np.ndarray,
    besides: np.ndarray | None = None,
    persons: np.ndarray | slice = EVERYBODY,
) -> np.ndarray:
    """Rates of these persons by empirical Bayes from their random effects `own` (q, n); `besides` as in `Rate.design`.

    NaN (n,) if withheld.
    """
    if rate.varies and not fit.identified:
        return np.full(own.shape[1], np.nan)
    moves = _moves(fit, rate, persons)
    effects = moves @ own if moves.ndim == 1 else np.einsum("qn,qn->n", moves, own)
    return rate.expected(persons, besides) + effects


def _moves(fit: FittedModel, rate: Rate, persons: np.ndarray | slice = EVERYBODY) -> np.ndarray:
    """How the random effects move a rate: (q,), or (q, n) where kinds of persons differ in it."""
    moves = rate.effects
    return moves[0] if len(moves) == 1 else moves[fit.kinds.codes[persons]].T


def _prediction_variance(fit: FittedModel, rows: np.ndarray, state: PersonState, moves: np.ndarray) -> np.ndarray:
    """var(pi_hat - pi) of a combination of growth parameters: (A + dU/dbeta) V (A + dU/dbeta)' + var(u | y), (N,).

    `rows` (p, N) is how beta makes it, `moves` (q,) or (q, N) how the random effects do.
    """
    V = fit.estimates.cov_beta
    moves = np.broadcast_to(moves[:, None] if moves.ndim == 1 else moves, (len(moves), rows.shape[1]))
    out = np.empty(rows.shape[1])
    for part in chunks(rows.shape[1]):
        here = moves[:, part]
        moved = rows[:, part] + np.einsum("qn,qpn->pn", here, state.slope[:, :, part])
        out[part] = np.einsum("pn,pr,rn->n", moved, V, moved)
        out[part] += np.einsum("an,abn,bn->n", here, state.spread[:, :, part], here)
    return out

"""Persons: random effects, and own least-squares and empirical Bayes growth parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.engine.persons import PersonState, chunks, person_state
from growthcurves.fitted import FittedModel
from growthcurves.results.distributions import normal_cdf


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
    """Deviations of persons from their expected growth parameters (empirical Bayes), index id.

    NaN where the model is not identified.
    """
    state = person_state(fit.solution, fit.people_moments)
    effects = state.effects.T if fit.identified else np.full_like(state.effects.T, np.nan)
    return ordered(pd.DataFrame(effects, index=person_index(fit), columns=list(fit.random_names)))


def people(fit: FittedModel) -> pd.DataFrame:
    """One row per person: own OLS line, empirical Bayes estimates, shrinkage.

    Returns
    -------
    DataFrame
        Index id; n (occasions), and for each growth parameter ols_, eb_ and eb_..._se: estimate and standard
        error of prediction of the person's own parameter pi_i = A_i gamma + u_i, gamma being estimated. For
        the rate of change: shrinkage, var(slope) / (var(slope) + sampling variance of the own OLS slope), and
        p_positive, the probability of a positive rate given the data (normal).

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.people().loc[308, ["eb_slope", "eb_slope_se"]].round(3).to_dict()
    {'eb_slope': 19.666, 'eb_slope_se': 2.336}
    """
    parameters = fit.model.parameters
    own = fit.own_growth
    eb, error = growth_parameters(fit)
    columns: dict[str, np.ndarray] = {"n": fit.panel.persons.sizes}
    columns |= {f"ols_{name}": own.estimates[k] for k, name in enumerate(parameters)}
    for k, name in enumerate(parameters):
        columns |= {f"eb_{name}": eb[k], f"eb_{name}_se": error[k]}
    if "slope" in parameters:
        k = parameters.index("slope")
        columns["shrinkage"] = slope_reliability(fit, own.sampling[k])
        with np.errstate(divide="ignore", invalid="ignore"):
            columns["p_positive"] = np.where(error[k] > 0, normal_cdf(eb[k] / error[k]), np.nan)
    return ordered(pd.DataFrame(columns, index=person_index(fit)))


def slope_reliability(fit: FittedModel, sampling: np.ndarray) -> np.ndarray:
    """var(slope) / (var(slope) + sampling variance of the own OLS slope) of each person; NaN without own slope."""
    if "slope" not in fit.random_names:
        return np.where(np.isnan(sampling), np.nan, 0.0)
    a = fit.random_names.index("slope")
    variance = fit.G[a, a]
    return variance / (variance + fit.sigma2 * sampling)


def growth_parameters(fit: FittedModel) -> tuple[np.ndarray, np.ndarray]:
    """Persons' growth parameters pi_i and their standard errors of prediction, each (K, N); NaN if withheld."""
    state = person_state(fit.solution, fit.people_moments)
    A = fit.growth_design
    place = [fit.random_names.index(name) if name in fit.random_names else None for name in fit.model.parameters]
    eb = np.einsum("kpn,p->kn", A, fit.solution.beta)
    error = np.empty_like(eb)
    for k, a in enumerate(place):
        if a is not None:
            eb[k] += state.effects[a]
        error[k] = np.sqrt(_prediction_variance(fit, A[k], state, a))
    if not fit.identified:
        for k, a in enumerate(place):
            if a is not None:
                eb[k], error[k] = np.nan, np.nan
    return eb, error


def _prediction_variance(fit: FittedModel, rows: np.ndarray, state: PersonState, a: int | None) -> np.ndarray:
    """var(pi_hat - pi) of one growth parameter: (A + dU/dbeta) V (A + dU/dbeta)' + var(u | y), (N,)."""
    V = fit.solution.cov_beta
    out = np.empty(rows.shape[1])
    for part in chunks(rows.shape[1]):
        moved = rows[:, part] if a is None else rows[:, part] + state.slope[a, :, part]
        out[part] = np.einsum("pn,pr,rn->n", moved, V, moved)
        if a is not None:
            out[part] += state.spread[a, a, part]
    return out

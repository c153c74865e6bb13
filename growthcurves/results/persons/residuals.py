"""Residuals of every row, and random effects of every person, on the scale on which their distribution is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.seeds import seed_of
from growthcurves.results.persons.covariances import persons_of_one_size, residual_covariances
from growthcurves.results.persons.family_residuals import FAMILY_KINDS, family_residuals
from growthcurves.results.persons.known import known_of_rows
from growthcurves.results.questions.design_rows import DesignRows, own_rows

KINDS = ("conditional", "marginal", "normalized", "cholesky")
#: Kinds that are about the population's mean, not about persons' own curves.
ABOUT_THE_MEAN = ("marginal", "cholesky", "quantile")
#: Kinds of which a part is drawn.
RANDOM = ("quantile",)


def kinds_of(fit: FittedModel) -> tuple[str, ...]:
    """The kinds of residuals that a fit has."""
    return KINDS if fit.family is None else FAMILY_KINDS


def kind_asked(fit: FittedModel, kind: str | None, independent: bool = False) -> str:
    """The kind that is asked for; by default normalized ones, or with `independent` those that are so; of a family
    quantile residuals.
    """
    if kind is not None:
        return kind
    return "quantile" if fit.family is not None else "cholesky" if independent else "normalized"


def residuals(fit: FittedModel, kind: str | None = None, rng: Any = None) -> pd.DataFrame:
    """Residuals of the rows used, with their index; see `GrowthFit.residuals`."""
    asked, seed = kind_asked(fit, kind), seed_of(rng)
    table = residual_table(fit, asked, seed)
    table.index = fit.panel.frame.index
    table.attrs |= {"seed": seed} if asked in RANDOM else {}
    return table


def residual_table(fit: FittedModel, kind: str = "normalized", seed: int = 1) -> pd.DataFrame:
    """Residuals of the rows used: columns id, time (NaN without), fitted, residual.

    Parameters
    ----------
    fit : FittedModel
    kind : str
        "conditional": y - X b - Z u, about the person's own (empirical Bayes) curve, in units of the outcome.
        "marginal": y - X b, about the population's mean. "normalized": conditional residuals of a person times the
        inverse of the Cholesky factor of R_i, in the order of time (nlme's name for them; Pinheiro and Bates, 2000,
        section 5.1.3); of independent residuals divided by their SD. "cholesky": marginal residuals times the
        inverse of the Cholesky factor of V_i = Z G Z' + R_i; with the model's parameters they are independent and
        standard normal (Houseman, Ryan and Coull, 2004, JASA 99). Of a family "pearson", "deviance" or "quantile"; see
        `family_residuals`.
    seed : int
        Of quantile residuals.

    Raises
    ------
    ModelError
        For an unknown kind.
    NotEstimableError
        Where outcomes have no normal residual, or what is asked for depends on variances that are not identified.
    """
    reason = why_no_residuals(fit, kind)
    if reason is not None:
        raise NotEstimableError(reason)
    if fit.family is not None:
        return _table(fit, *family_residuals(fit, kind, seed))
    rows, codes = own_rows(fit), fit.panel.persons.codes
    fitted = rows.X @ fit.estimates.beta
    if kind not in ABOUT_THE_MEAN:
        fitted = fitted + np.einsum("nq,qn->n", rows.Z, known_of_rows(fit, None, codes).state.effects)
    residual = fit.panel.values - fitted
    if kind in ("normalized", "cholesky"):
        residual = _whitened(fit, rows, residual, between=kind == "cholesky")
    return _table(fit, fitted, residual)


def _table(fit: FittedModel, fitted: np.ndarray, residual: np.ndarray) -> pd.DataFrame:
    times = np.full(len(fitted), np.nan) if fit.panel.time is None else fit.panel.times
    labels = np.asarray(fit.panel.persons.labels, dtype=object)[fit.panel.persons.codes]
    return pd.DataFrame({"id": labels, "time": times, "fitted": fitted, "residual": residual})


def why_no_residuals(fit: FittedModel, kind: str) -> str | None:
    """Why a fit has no residuals of this kind, as a sentence; None where it has.

    Raises
    ------
    ModelError
        For an unknown kind.
    """
    known = kinds_of(fit)
    if not among(kind, known):
        others = FAMILY_KINDS if known is KINDS else KINDS
        if among(kind, others):
            whose = "outcomes that are not normal" if known is KINDS else "normal outcomes"
            raise ModelError(f"Residuals of kind={kind!r} are of {whose}; this fit has {', '.join(known)}.")
        raise ModelError(unknown("kind of residuals", kind, known))
    if fit.family is None and fit.estimates.point.residual is None:
        return "These outcomes have no normal residual, so there are no residuals to show."
    if fit.family is not None and not fit.identified:
        return "The design cannot tell the variances between persons apart, on which these residuals depend."
    if not fit.identified and kind != "marginal":
        return (
            "The design cannot tell the variances between persons and of the residual apart: kind='marginal' is valid."
        )
    return None


def standardized_effects(fit: FittedModel) -> pd.DataFrame:
    """Empirical Bayes estimates of random effects over their SD: columns id, effect, value.

    Var(u_i hat) = G - Var(u_i | y) where the fixed effects are known (Verbeke and Molenberghs, 2000, section 7.2); an
    estimate without variance (a person without information on it) has no row.
    """
    state = fit.estimates.state
    variance = np.diag(fit.G)[:, None] - np.einsum("qqn->qn", state.spread)
    known = variance > 1e-8 * np.diag(fit.G)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.where(known, state.effects / np.sqrt(variance), np.nan)
    ids = np.asarray(fit.panel.persons.labels, dtype=object)
    names = np.repeat(np.array(fit.random_names, dtype=object), len(ids))
    table = pd.DataFrame({"id": np.tile(ids, len(values)), "effect": names, "value": values.ravel()})
    return table.dropna(subset=["value"])


def _whitened(fit: FittedModel, rows: DesignRows, residual: np.ndarray, between: bool) -> np.ndarray:
    """L^-1 r of each person's residuals in the order of time, L L' = R_i or Z G Z' + R_i."""
    out = np.empty_like(residual)
    standard = fit.standard_rows(rows.Z) if between else rows.Z[:, :0]
    for own in persons_of_one_size(fit):
        V = residual_covariances(fit, own)
        if standard.shape[1]:
            Z = standard[own]
            V = V + Z @ fit.point.total() @ np.swapaxes(Z, 1, 2)
        out[own] = np.linalg.solve(np.linalg.cholesky(V), residual[own][..., None])[..., 0]
    return out

"""Influence: the model fitted again without each person, or without each unit above persons, in turn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.draws import left_out_fits
from growthcurves.results.intervals.replicates import evaluate, parameters
from growthcurves.results.persons.people import ordered, person_index
from growthcurves.results.persons.units import counts, level_of


def influence(fit: FittedModel, unit: str | None = None) -> pd.DataFrame:
    """One row per person or unit that is left out; see `GrowthFit.influence`."""
    if not fit.identified:
        raise NotEstimableError(
            "The variances of this model are not identified, so that what changes without a person means nothing: fit "
            "a model whose certificate says identified."
        )
    if fit.bound.crossed:
        raise NotAvailableError(
            "Persons who share crossed units cannot be left out as a whole: fit the rows without those of one unit."
        )
    sizes, labels, level = _left_out(fit, unit)
    found = left_out_fits(fit, level)
    columns: dict[str, Any] = sizes | {"cook": _cook(fit, found)}
    if np.isfinite(found.spread).any():  # a family's fits without have no covariance
        columns["covratio"] = _covariance_ratio(fit, found)
    everyone = np.ones(len(found), dtype=bool)
    for name, quantity in parameters(fit):
        change = evaluate(found, everyone, quantity) - float(quantity.of(fit.point))
        columns[f"change_{name}"] = np.where(np.isfinite(found.deviance), change, np.nan)
    columns |= {"singular": found.singular, "converged": found.converged}
    return ordered(pd.DataFrame(columns, index=labels))


def _left_out(fit: FittedModel, unit: str | None) -> tuple[dict[str, Any], pd.Index, int]:
    """Persons and rows of each, who they are, and their level."""
    if unit is None or unit == fit.model.id:
        return {"rows": fit.panel.persons.sizes}, person_index(fit), 0
    if not fit.model.above:
        raise ModelError(f"The model has no units above persons; influence() leaves out each {fit.model.id!r} in turn.")
    level = level_of(fit, unit)
    return counts(level), pd.Index(level.told, name=level.unit), level.place


def _cook(fit: FittedModel, found: Any) -> np.ndarray:
    """Cook's distance: (b - b_i)' cov(b)^-1 (b - b_i) / p."""
    apart = np.linalg.solve(np.linalg.cholesky(fit.estimates.cov_beta), (found.beta - fit.estimates.beta).T)
    return (apart**2).sum(axis=0) / len(fit.terms)


def _covariance_ratio(fit: FittedModel, found: Any) -> np.ndarray:
    """det cov(b_i) / det cov(b)."""
    scale = np.sqrt(np.diag(fit.estimates.cov_beta))
    known = np.isfinite(found.spread).all(axis=(1, 2))
    out = np.full(len(found), np.nan)
    logs = [np.linalg.slogdet(V / np.outer(scale, scale))[1] for V in (fit.estimates.cov_beta, found.spread[known])]
    out[known] = np.exp(logs[1] - logs[0])
    return out

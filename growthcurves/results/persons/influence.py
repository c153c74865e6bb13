"""Influence: the model fitted again without each person, each unit above persons, or each occasion of some persons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.persons_asked import positions_of
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import whole_number
from growthcurves.results.intervals.draws import left_out_fits, without_rows
from growthcurves.results.intervals.replicates import evaluate, parameters
from growthcurves.results.persons.people import ordered, person_index
from growthcurves.results.persons.units import counts, level_of

#: The most persons whose occasions are left out.
MOST_PERSONS = 1_000_000
#: Why there is none.
UNIDENTIFIED = (
    "This model is not identified: the design cannot tell its variances apart, so that what changes without a person "
    "means nothing; fit a model whose certificate says identified."
)
CROSSED = (
    "Persons who share crossed units cannot be left out as a whole: name those whose occasions are left out, "
    "influence_of_occasions(people=[...])."
)

#: Why a weighted fit has none.
WEIGHTED = (
    "Without one of its persons a sample has other weights, which the design does not say: those of the others would "
    "be larger. Replicate weights of a jackknife, gc.ReplicateWeights(kind='jackknife'), are those of samples without "
    "one sampling unit."
)


def influence(fit: FittedModel, unit: str | None = None) -> pd.DataFrame:
    """One row per person or unit that is left out; see `GrowthFit.influence`."""
    _refuse_unidentified(fit)
    if fit.weighing is not None:
        raise NotAvailableError(WEIGHTED)
    if fit.bound.crossed:
        raise NotAvailableError(CROSSED)
    sizes, labels, level = _left_out(fit, unit)
    return ordered(pd.DataFrame(sizes | _changes(fit, left_out_fits(fit, level)), index=labels))


def influence_of_occasions(fit: FittedModel, people: Any = None, most: int = 10) -> pd.DataFrame:
    """One row per occasion that is left out; see `GrowthFit.influence_of_occasions`."""
    _refuse_unidentified(fit)
    persons = _most_influential(fit, most) if people is None else positions_of(fit.panel, people)
    if people is not None and not len(persons):
        raise ModelError("people= names nobody whose occasions could be left out: name persons, or leave it out.")
    codes, frame = fit.panel.persons.codes, fit.panel.frame
    times, name = (fit.panel.times, fit.model.time) if fit.model.time else (frame.index, frame.index.name or "row")
    rows = [own[np.argsort(times[own], kind="stable")] for own in (np.flatnonzero(codes == i) for i in persons)]
    places = np.concatenate([np.zeros(0, dtype=int), *rows])
    who = np.asarray(fit.panel.persons.labels)[codes[places]]
    index = pd.MultiIndex.from_arrays([who, times[places]], names=[fit.model.id, name])
    return pd.DataFrame(_changes(fit, without_rows(fit, places)), index=index)


def why_no_influence(fit: FittedModel) -> str | None:
    """Why persons cannot be left out in turn; None where they can."""
    if not fit.identified:
        return UNIDENTIFIED
    if fit.weighing is not None:
        return WEIGHTED
    return CROSSED if fit.bound.crossed else fit.estimates.why_not("replicates")


def _refuse_unidentified(fit: FittedModel) -> None:
    if not fit.identified:
        raise NotEstimableError(UNIDENTIFIED)


def _left_out(fit: FittedModel, unit: str | None) -> tuple[dict[str, Any], pd.Index, int]:
    """Persons and rows of each, who they are, and their level."""
    if unit is None or unit == fit.model.id:
        return {"rows": fit.panel.persons.sizes}, person_index(fit), 0
    if not fit.model.above:
        raise ModelError(f"The model has no units above persons; influence() leaves out each {fit.model.id!r} in turn.")
    level = level_of(fit, unit)
    return counts(level), pd.Index(level.told, name=level.unit), level.place


def _most_influential(fit: FittedModel, most: int) -> np.ndarray:
    """The persons of the greatest Cook's distance, the greatest first."""
    most = whole_number(most, "most= is a number of persons", 1, MOST_PERSONS)
    cook = influence(fit)["cook"].reindex(person_index(fit)).to_numpy()
    order = np.argsort(-np.where(np.isnan(cook), -1.0, cook), kind="stable")
    return order[: min(most, int(np.isfinite(cook).sum()))]


def _changes(fit: FittedModel, found: Any) -> dict[str, Any]:
    """Cook's distance, covariance ratio, the change of every parameter, and how the fits without ended."""
    columns: dict[str, Any] = {"cook": _cook(fit, found), "covratio": _covariance_ratio(fit, found)}
    everyone = np.ones(len(found), dtype=bool)
    for name, quantity in parameters(fit):
        change = evaluate(found, everyone, quantity) - float(quantity.of(fit.point))
        columns[f"change_{name}"] = np.where(np.isfinite(found.deviance), change, np.nan)
    return columns | {"singular": found.singular, "converged": found.converged}


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

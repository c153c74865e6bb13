"""Where an intercept is read outside what was observed: at time 0, or at age 0; what it is inside, and the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from growthcurves.data.absent import Absent
from growthcurves.data.backticks import quoted_inside
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.tree import Column, Expression
from growthcurves.model.person_level import PersonLevel
from growthcurves.numerics.times import time_texts
from growthcurves.output.words import listed
from growthcurves.results.questions.rates import whole_period

#: The call that moves the origin of time.
MOVES = "recentre() or origin= moves it inside"


@dataclass(frozen=True)
class Centre:
    """What growth parameters are where predictors have their means, of which 0 lies outside what was observed.

    Attributes
    ----------
    where : tuple of (str, float, float, float)
        Those predictors: name, mean, lowest and highest observed value.
    rows : dict of str to array (p,)
        By growth parameter that they predict: its value there as a linear function of the fixed effects, other
        predictors as in its own mean (the reference level, or 0).
    """

    where: tuple[tuple[str, float, float, float], ...]
    rows: dict[str, np.ndarray]


def centre_of(fit: FittedModel) -> Centre | None:
    """The growth parameters at the means of such predictors; None where there are none.

    Raises
    ------
    NotAvailableError
        For a fit that was saved without its persons, or of sites that sent sums of these predictors.
    """
    if isinstance(fit.panel, SavedPanel) and not fit.knows_spread_of(_predictors(fit)):
        raise fit.panel.refusal()
    names = [name for name in _predictors(fit) if _outside_zero(fit, name)]
    if not names:
        return None
    means = {name: _mean(fit, name) for name in names}
    parameters = [name for name, columns in fit.recipe.predictors.items() if set(names) & set(columns.used)]
    rows = {name: row for name in parameters if (row := _row_at(fit, name, means)) is not None}
    ends = tuple((name, means[name], *_ends(fit, name)) for name in names)
    return Centre(ends, rows) if rows else None


def _mean(fit: FittedModel, name: str) -> float:
    """A predictor's mean over persons, or over rows where the formula is evaluated over them."""
    by_rows = fit.model.evaluated_over == "rows"
    if isinstance(fit.panel, SavedPanel):
        counts = fit.person_shares * (fit.row_totals if by_rows else 1.0)
        return fit.panel.mean(name, counts / counts.sum(), "rows" if by_rows else "persons")
    column = fit.panel.frame[name] if by_rows else PersonLevel(fit.panel).values([name])[name]
    values = np.asarray(column, dtype=float)
    there = ~np.isnan(values)
    counts = fit.row_shares if by_rows else fit.person_shares
    return float(np.average(values[there], weights=counts[there]))


def _row_at(fit: FittedModel, parameter: str, means: Mapping[str, float]) -> np.ndarray | None:
    """A growth parameter where these predictors have these values; None where a function of one of them predicts it."""
    columns, row = fit.recipe.predictors[parameter], np.zeros(len(fit.terms))
    terms = dict(zip(columns.names, columns.terms, strict=True))
    for place, (owner, predictor) in enumerate(fit.term_parts):
        if owner != parameter:
            continue
        factors = terms[predictor].factors if predictor in terms else ()
        if any(not isinstance(one, Column) and set(one.columns) & set(means) for one in factors):
            return None
        row[place] = np.prod([means.get(one.name, 0.0) if isinstance(one, Column) else 0.0 for one in factors])
    return row


def centring_offer(fit: FittedModel) -> str:
    """One sentence that says at which values outside the observed ones the intercept is read, and how to centre.

    Returns
    -------
    str
        Empty where zero lies inside (or the shape's origin inside the observed times).
    """
    columns = [name for name in _predictors(fit) if _outside_zero(fit, name)]
    computed = [label for label, values in _computed(fit) if values.min() > 0 or values.max() < 0]
    names, said = [*columns, *computed], []
    if names:
        calls = ", ".join(f"center({name})" for name in [*map(quoted_inside, columns), *computed])
        said.append(
            f"The intercept is that of {listed(names)} 0, outside what was observed: write {calls} in the formula to "
            f"read it at the mean."
        )
    outside = origin_outside(fit)
    return " ".join([*said, f"{outside.removesuffix('.')}: {MOVES}."] if outside else said)


def origin_outside(fit: FittedModel) -> str:
    """One sentence where the intercept is read at a time that lies outside the observed ones; "" where it is not."""
    if not _origin_outside(fit):
        return ""
    low, high = time_texts(whole_period(fit))
    return f"The intercept is read {fit.when.at(fit.recipe.shape.origin)}, outside the observed {low} to {high}."


def _predictors(fit: FittedModel) -> list[str]:
    """The columns of numbers that predict the intercept as they stand."""
    if "intercept" not in fit.recipe.predictors:
        return []
    columns = fit.recipe.predictors["intercept"]
    alone = [term.factors[0] for term in columns.terms if len(term.factors) == 1]
    return [factor.name for factor in alone if isinstance(factor, Column) and factor.name not in columns.levels]


def _computed(fit: FittedModel) -> list[tuple[str, np.ndarray]]:
    """The predictors of the intercept that a formula moves by itself, as I(age - 100), with their values by person."""
    if "intercept" not in fit.recipe.predictors or isinstance(fit.bound.weights, Absent) or not fit.knows_predictors:
        return []
    columns = fit.recipe.predictors["intercept"]
    found = []
    for term, name, values in zip(columns.terms, columns.names, fit.bound.predictor("intercept"), strict=False):
        moved = [one for one in term.factors if isinstance(one, Expression) and one.calls == {"I"}]
        if len(moved) == len(term.factors) == 1 and values is not None and len(np.unique(values)) > 2:
            found.append((name, values[~np.isnan(values)]))
    return found


def _ends(fit: FittedModel, name: str) -> tuple[float, float]:
    """The lowest and the highest observed value of a predictor that does not hold zero."""
    if isinstance(fit.panel, SavedPanel):
        return fit.panel.ranges[name]
    values = np.asarray(fit.panel.frame[name], dtype=float)
    return float(np.nanmin(values)), float(np.nanmax(values))


def _outside_zero(fit: FittedModel, name: str) -> bool:
    if isinstance(fit.panel, SavedPanel):
        low, high = fit.panel.ranges.get(name, (0.0, 0.0))
        return low > 0 or high < 0
    try:
        values = np.asarray(fit.panel.frame[name], dtype=float)
    except (KeyError, TypeError, ValueError):
        return False
    return bool(np.nanmin(values) > 0 or np.nanmax(values) < 0) and len(np.unique(values)) > 2


def _origin_outside(fit: FittedModel) -> bool:
    if not fit.recipe.shape.changes or "intercept" not in fit.model.parameters:
        return False
    (low, high), origin = whole_period(fit), fit.recipe.shape.origin
    return bool(origin < low or origin > high)

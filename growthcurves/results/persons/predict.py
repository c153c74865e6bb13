"""Predictions for known, average and new persons, with confidence and prediction intervals."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.frame import as_frame, require_columns
from growthcurves.data.joined import with_its_parts
from growthcurves.engine.estimates import PersonState, Seen, Wanted
from growthcurves.errors import DataWarning, ModelError, NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.numerics.distributions import t_quantile
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.outcome_means import place_of
from growthcurves.results.persons.amounts import Amounts, amounts
from growthcurves.results.persons.carried_rows import CarriedRows, as_they_are, carried_from_own
from growthcurves.results.persons.known import Known, known_of_rows
from growthcurves.results.persons.new_outcomes import refuse_new_outcome, with_quantiles
from growthcurves.results.persons.response import (
    Asked,
    carried_back,
    on_response,
    one_category,
    refuse_interval_of_category,
    with_offset,
)
from growthcurves.results.persons.seen import rows_given_seen
from growthcurves.results.persons.unknown import why_unknown
from growthcurves.results.questions.design_rows import DesignRows, new_rows, own_rows
from growthcurves.results.questions.offsets import added_to_rows
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.tables.scales import checked_scale

PEOPLE = ("known", "average", "typical", "new")
#: What is no single person's.
MEANS = ("average", "typical")
INTERVALS = (None, "confidence", "prediction")


def fitted_values(fit: FittedModel) -> pd.Series:
    """The persons' own curves (empirical Bayes) at the rows used; see `GrowthFit.fittedvalues`."""
    if fit.family is not None:
        return own_means(fit)
    return with_offset(fit, _own_curves(fit), None)


def residuals(fit: FittedModel) -> pd.Series:
    """Outcome minus the persons' own curves; see `GrowthFit.resid`."""
    if fit.family is not None:
        fitted = own_means(fit)
        return (pd.Series(observed_of_one(fit), index=fitted.index) - fitted).rename("resid")
    curves = _own_curves(fit)
    return (pd.Series(fit.panel.values, index=curves.index) - curves).rename("resid")


def own_means(fit: FittedModel) -> pd.Series:
    """Of a family: each person's mean outcome, of one trial, averaged over what is known of the person."""
    found = predict(fit)
    assert isinstance(found, pd.Series)
    return found.rename("fitted") if fit.identified else (found * np.nan).rename("fitted")


def observed_of_one(fit: FittedModel) -> np.ndarray:
    """The outcomes of a family as their mean is told: of several trials the share of successes."""
    if fit.model.trials is None:
        return fit.panel.values
    return fit.panel.values / numeric_column(fit.panel.frame, fit.model.trials)


def _own_curves(fit: FittedModel) -> pd.Series:
    rows = own_rows(fit)
    effects = known_of_rows(fit, None, fit.panel.persons.codes).state.effects
    values = rows.X @ fit.estimates.beta + np.einsum("nq,qn->n", rows.Z, effects)
    if not fit.identified:
        values = np.full_like(values, np.nan)
    return pd.Series(values, index=rows.index, name="fitted")


def predict(
    fit: FittedModel,
    newdata: Any = None,
    people: str = "known",
    seen: Any = None,
    interval: str | None = None,
    level: float = 0.95,
    scale: str | None = None,
    category: Any = None,
) -> pd.Series | pd.DataFrame:
    """Predicted outcomes for known, average or new persons, with intervals; see `GrowthFit.predict`."""
    _refuse_question(fit, people, seen, interval)
    if interval == "prediction":
        refuse_new_outcome(fit, people, seen is not None, scale)
    asked, place = checked_scale(scale), place_of(fit, category, scale)
    refuse_interval_of_category(place, people, interval)
    outcome_scale = asked != "link" and fit.family is not None
    whose = _rows_and_state(fit, newdata, people, seen)
    rows, state = whose.told.rows, whose.state
    offset = np.zeros(len(rows.X)) if fit.family is None else added_to_rows(fit, _table(fit, newdata))
    estimate = whose.told.start + rows.X @ fit.estimates.beta + offset
    if state is not None:
        estimate = estimate + np.einsum("nq,qn->n", rows.Z, state.effects)
        estimate[~whose.there] = np.nan
    _withhold(fit, rows, estimate)
    found: pd.Series | pd.DataFrame = pd.Series(estimate, index=rows.index, name="estimate")
    if interval is not None or (asked != "link" and fit.outcome_family is not None):
        found = _with_interval(fit, whose.told, estimate, state, (people, interval or "confidence", level))
    if outcome_scale:
        Z = rows.Z if seen is not None else fit.standard_rows(rows.Z)
        wanted = Wanted(rows.X, Z, offset, whose.codes, one_category(place))
        found = on_response(fit, Asked(wanted, people, level, whose.seen), found)
        if interval == "prediction":
            variance = fit.point.variances(Z) * (people != "typical")
            return with_quantiles(fit, found, estimate, variance, checked_level(level))
        return found if interval is not None else found["estimate"]
    if asked != "link" and fit.outcome_family is not None:
        return amounts(fit, Amounts(whose.told, state, people, interval, level), found)
    if asked == "response" and fit.model.computed:
        return carried_back(fit, found, newdata)
    return _inside(fit, found if fit.family is not None else with_offset(fit, found, newdata))


def _table(fit: FittedModel, newdata: Any) -> pd.DataFrame:
    return fit.panel.frame if newdata is None else as_frame(newdata)


def _inside(fit: FittedModel, found: pd.Series | pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Intervals that end where the outcome's scale does."""
    if fit.panel.limits is None or fit.family is not None or fit.model.computed or isinstance(found, pd.Series):
        return found
    ends = {name: found[name].clip(*fit.panel.limits) for name in ("conf_low", "conf_high")}
    return found.assign(**ends)


def _withhold(fit: FittedModel, rows: DesignRows, estimate: np.ndarray) -> None:
    """No prediction where terms that were left out would have a say."""
    lost = ~rows.determined
    if lost.any():
        estimate[lost] = np.nan
        warnings.warn(
            DataWarning(
                f"{int(lost.sum())} of {len(lost)} predictions are missing: the data do not determine them, because "
                f"{', '.join(fit.aliased)} had to be left out of the model."
            ),
            stacklevel=4,
        )


def _refuse_question(fit: FittedModel, people: str, seen: Any, interval: str | None) -> None:
    if not among(people, PEOPLE):
        raise ModelError(unknown("kind of people", people, PEOPLE))
    if not among(interval, INTERVALS):
        raise ModelError(unknown("interval", interval, INTERVALS[1:]))
    if seen is not None and people != "new":
        raise ModelError(f"seen= belongs to people='new': what is known of {people} persons is in the fit already.")
    personal = people == "known" or seen is not None or (people == "new" and interval)
    if not fit.identified and (personal or interval == "prediction"):
        raise NotEstimableError(
            "The design cannot tell the variances between persons and of the residual apart: predictions for "
            "single persons are withheld; people='average' is valid."
        )


@dataclass(frozen=True, eq=False)
class _Whose:
    """The rows asked for, the state of each row's person (None where nothing is known), which person it is among those
    of the fit or those that were seen (-1 for others), what was seen, and of which rows' persons anything is known.
    """

    told: CarriedRows
    state: PersonState | None
    codes: np.ndarray
    seen: Seen | None = None
    known: np.ndarray | None = None

    @property
    def there(self) -> np.ndarray:
        return self.codes >= 0 if self.known is None else self.known


def _rows_and_state(fit: FittedModel, newdata: Any, people: str, seen: Any) -> _Whose:
    if people == "new" and seen is not None:
        if newdata is None:
            raise ModelError("seen= needs newdata=: the rows of the new persons that are to be predicted.")
        return _Whose(*rows_given_seen(fit, newdata, seen))
    rows = own_rows(fit) if newdata is None else new_rows(fit, newdata)
    if people != "known":
        return _Whose(as_they_are(rows), None, np.zeros(len(rows.X), dtype=int), _nothing(rows))
    codes, known = _persons_of(fit, newdata)
    return _Whose(carried_from_own(fit, rows, codes), known.state, codes, known=known.there)


def _nothing(rows: DesignRows) -> Seen:
    """That nothing was seen of a person."""
    none = np.zeros(0)
    return Seen(rows.X[:0], rows.Z[:0], none, none.astype(int), 1, rows.occasions.take(none.astype(int)))


def _with_interval(
    fit: FittedModel,
    told: CarriedRows,
    estimate: np.ndarray,
    state: PersonState | None,
    asked: tuple[str, str, float],
) -> pd.DataFrame:
    (people, interval, level), rows = asked, told.rows
    moved = rows.X if state is None else rows.X + np.einsum("nq,qpn->np", rows.Z, state.slope)
    variance = row_variances(moved, fit.estimates.cov_beta)
    if state is not None:
        variance += np.einsum("nq,qrn,nr->n", rows.Z, state.spread, rows.Z)
    elif people == "new" or (people in MEANS and interval == "prediction"):
        variance += fit.point.variances(fit.standard_rows(rows.Z))
    if interval == "prediction":
        variance += fit.point.residual_variances(rows.occasions) - told.explained
    error = np.sqrt(variance)
    df = _curve_df(fit, rows.X) if people in MEANS and interval == "confidence" else np.full(len(error), np.inf)
    half = t_quantile(0.5 + checked_level(level) / 2.0, df) * error
    columns = {"estimate": estimate, "std_error": error, "conf_low": estimate - half, "conf_high": estimate + half}
    table = pd.DataFrame(columns, index=rows.index)
    table.loc[np.isnan(estimate), :] = np.nan
    return table


def _curve_df(fit: FittedModel, X: np.ndarray) -> np.ndarray:
    """Degrees of freedom of each row by the default method; infinite for rows that miss something."""
    df = np.full(len(X), np.inf)
    there = ~np.isnan(X).any(axis=1)
    df[there] = ddf_of(None, fit).df(fit, X[there])
    return df


def _persons_of(fit: FittedModel, newdata: Any) -> tuple[np.ndarray, Known]:
    """Whose row each is among the persons of the fit, -1 for others, and what is known of them."""
    if newdata is None:
        codes = fit.panel.persons.codes
        return codes, known_of_rows(fit, None, codes)
    frame = with_its_parts(as_frame(newdata), fit.model.id)
    require_columns(frame, [fit.model.id])
    codes = pd.Index(fit.panel.persons.labels).get_indexer(pd.Index(frame[fit.model.id]))
    known = known_of_rows(fit, frame, codes)
    if len(codes) and not known.there.any():
        warnings.warn(
            DataWarning(
                f"No {fit.model.id!r} of the new data is known to the model, and all predictions are missing: "
                f"{why_unknown(fit, frame[fit.model.id])}"
            ),
            stacklevel=4,
        )
    return codes, known

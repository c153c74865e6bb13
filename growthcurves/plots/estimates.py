"""Status and rate of persons for pictures: own least squares, empirical Bayes, and what the model implies.

Both are combinations of growth parameters, so that they mean the same for every growth shape: status at a time, and
the average rate over an interval (for a straight line its slope).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import NotEstimableError
from growthcurves.numerics.bounds import finite_number
from growthcurves.plots.figure import Scene
from growthcurves.plots.style import with_unit
from growthcurves.remembered import remembered
from growthcurves.results.persons.people import eb_rate
from growthcurves.results.questions.covariates_along import covariates_along
from growthcurves.results.questions.rates import Rate, average_rate, is_curved, require_shape, status_at, whole_period

_NOT_IDENTIFIED = (
    "The design cannot tell the variances between persons and of the residual apart, so what it says of single "
    "persons and of their differences is withheld."
)

_NEXT_TO = 0.05  # of the observed period


def why_no_persons(fit: Any) -> str | None:
    """Why nothing can be drawn of persons' own status and rate; None where it can."""
    if fit.family is not None:
        return fit.vocabulary.said(
            "Persons' own lines and rates are drawn of normal outcomes alone: outcomes of this family have theirs on "
            "another scale than the one that was observed. Persons' curves are in plot.trajectories()."
        )
    try:
        require_shape(fit)
    except NotEstimableError as error:
        return str(error)
    if not fit.random_names:
        return fit.vocabulary.said("The model has no random effects: it says nothing of how persons differ.")
    return None if fit.identified else not_identified(fit)


def not_identified(fit: Any) -> str:
    """Why what is of single persons is withheld, in the words of the data."""
    return str(fit.vocabulary.said(_NOT_IDENTIFIED))


def own(fit: Any, what: Rate) -> np.ndarray:
    """By each person's own least squares, (N,); NaN where the occasions do not determine it."""
    return fit.own_growth.rate(what.by_person)


def empirical_bayes(fit: Any, what: Rate) -> np.ndarray:
    """By empirical Bayes, (N,)."""
    return eb_rate(fit, what, fit.estimates.state)


def covariates_at(fit: Any, time: float) -> np.ndarray:
    """What covariates add to the status of each person at a time, (N,)."""
    return covariates_along(fit).added(time)


def start_time(fit: Any, at: float | None) -> float:
    """The time at which status is read: the origin of the model where it lies within the data or next to them, else
    the first time.
    """
    if at is not None:
        return finite_number(at, "at= is a time")
    first, last = whole_period(fit)
    origin, near = float(fit.recipe.shape.origin), _NEXT_TO * (last - first)
    return origin if first - near <= origin <= last + near and fit.recipe.shape.only_at is None else first


@remembered
def start_and_rate(fit: Any, at: float | None, between: tuple[float, float] | None) -> Scene:
    """One row per person: id, own_start, own_rate, eb_start, eb_rate; the texts are the labels of the axes."""
    time = start_time(fit, at)
    start, rate = status_at(fit, time), average_rate(fit, between)
    added = covariates_at(fit, time)
    frame = pd.DataFrame(
        {
            "id": np.asarray(fit.panel.persons.labels, dtype=object),
            "own_start": own(fit, start),
            "own_rate": own(fit, rate),
            "eb_start": empirical_bayes(fit, start) + added,
            "eb_rate": empirical_bayes(fit, rate),
        }
    )
    return Scene(frame, {"x": start_label(fit, time), "y": rate_label(fit, between)})


def start_label(fit: Any, time: float) -> str:
    """What status is called on an axis: "reaction at day 0 (ms)"."""
    return with_unit(f"{fit.model.outcome} {fit.when.at(time)}", fit.panel.outcome_unit)


def rate_label(fit: Any, between: tuple[float, float] | None = None) -> str:
    """What a rate is called on an axis: "change in reaction per day (ms)"; of a curve with its interval."""
    interval = ""
    if is_curved(fit):
        first, last = whole_period(fit) if between is None else between
        interval = f", average {fit.when.between(first, last)}"
    if not fit.vocabulary.over_time:
        return with_unit(f"slope of {fit.model.outcome} on {fit.model.time}", fit.panel.outcome_unit) + interval
    return with_unit(f"change in {fit.model.outcome} per {fit.when.per}", fit.panel.outcome_unit) + interval


def straight_name(fit: Any) -> str:
    """What persons' own curves are called: lines or curves."""
    return "curves" if is_curved(fit) else "lines"

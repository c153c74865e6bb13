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
    try:
        require_shape(fit)
    except NotEstimableError as error:
        return str(error)
    if not fit.random_names:
        return fit.vocabulary.said("The model has no random effects: it says nothing of how persons differ.")
    return None if fit.identified else not_identified(fit)


def why_no_own(fit: Any) -> str | None:
    """Why persons have no estimate of their own, from their outcomes alone; None where they may have."""
    if fit.family is None:
        return None
    return str(
        fit.vocabulary.said(
            "There is no shrinkage to draw: from a person's outcomes alone there is no line of outcomes that are not "
            "normal (the log odds of answers that are all alike are infinite). plot.start_and_rate() has persons' "
            "empirical Bayes estimates."
        )
    )


def not_identified(fit: Any) -> str:
    """Why what is of single persons is withheld, in the words of the data."""
    return str(fit.vocabulary.said(_NOT_IDENTIFIED))


def own(fit: Any, what: Rate) -> np.ndarray:
    """By each person's own least squares, (N,); NaN where the occasions do not determine it, and of families."""
    if fit.family is not None:
        return np.full(fit.panel.persons.count, np.nan)
    return fit.own_growth.rate(what.by_person)


def empirical_bayes(fit: Any, what: Rate) -> np.ndarray:
    """By empirical Bayes, (N,)."""
    return eb_rate(fit, what, fit.estimates.own_effects)


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
    return with_unit(f"{_measured(fit)} {fit.when.at(time)}", _unit(fit))


def _measured(fit: Any) -> str:
    """What status is of: the outcome, or of a family its linear predictor, "log odds of well"."""
    return str(fit.model.outcome) if fit.family is None else f"{fit.family.scale_words.link} of {fit.model.outcome}"


def _unit(fit: Any) -> str | None:
    return fit.panel.outcome_unit if fit.family is None else None


def rate_label(fit: Any, between: tuple[float, float] | None = None) -> str:
    """What a rate is called on an axis: "change in reaction per day (ms)"; of a curve with its interval."""
    interval = ""
    if is_curved(fit):
        first, last = whole_period(fit) if between is None else between
        interval = f", average {fit.when.between(first, last)}"
    if not fit.vocabulary.over_time:
        return with_unit(f"slope of {_measured(fit)} on {fit.model.time}", _unit(fit)) + interval
    return with_unit(f"change in {_measured(fit)} per {fit.when.per}", _unit(fit)) + interval


def straight_name(fit: Any) -> str:
    """What persons' own curves are called: lines or curves."""
    return "curves" if is_curved(fit) else "lines"

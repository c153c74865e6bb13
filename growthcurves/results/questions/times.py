"""The times that answers are given at."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import few_times, shown_value
from growthcurves.results.questions.covariates import observed_times, steps_of_time

#: So many times the largest observed time is farther than any curve can be computed.
FAR = 1e9


def times_asked(fit: FittedModel, at: Any) -> np.ndarray:
    """Times as an array.

    Raises
    ------
    ModelError
        When they are not finite numbers, or out of all proportion to the observed ones.
    """
    try:
        times = np.atleast_1d(np.asarray(few_times(at), dtype=float))
    except (TypeError, ValueError, OverflowError):
        times = np.array([np.nan])
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all():
        raise ModelError(f"at= takes a time or a list of times as numbers, not {shown_value(at)}.")
    refuse_far(fit, times)
    return times


def refuse_far(fit: FittedModel, times: np.ndarray) -> None:
    """Refuse times out of all proportion to the observed ones, where powers leave the numbers.

    Raises
    ------
    ModelError
    """
    facts = fit.time_facts
    far = np.zeros(0) if facts is None else times[np.abs(times) > FAR * max(abs(facts.first), abs(facts.last))]
    if facts is not None and far.size:
        raise ModelError(
            f"The time {far[0]:g} is out of all proportion to those observed ({facts.first:g} to {facts.last:g}): "
            f"nothing can be computed there."
        )


def default_times(fit: FittedModel) -> np.ndarray:
    """The waves where there are at most twelve different times, else the quartiles of the observed times.

    Where levels are made of time, the observed times nearest to these.
    """
    facts = fit.time_facts
    waves = np.zeros(1) if facts is None else np.array(facts.waves)
    return _as_observed(fit, waves)


def compared_at(fit: FittedModel) -> list[float]:
    """Where groups are compared: at the first time and the last that enough persons reached; at the mean of a predictor
    that is no time."""
    facts = fit.time_facts
    assert facts is not None
    if not fit.vocabulary.over_time and facts.mean is not None:
        return [float(time) for time in _as_observed(fit, np.array([facts.mean]))]
    last = facts.last if facts.reached is None else facts.reached
    return [float(time) for time in _as_observed(fit, np.array([facts.first, last]))]


def reached(fit: FittedModel, at: float | None) -> str:
    """How many reached the last time that enough did: "reached by 71 of 200 persons"; "" where it is the end of all."""
    facts, persons, who = fit.time_facts, fit.sums.persons, fit.vocabulary.who.several
    if facts is None or at != facts.reached or not fit.vocabulary.over_time:
        return ""
    if facts.reaching == persons:
        return "" if at == facts.last else f"reached by all {persons:,} {who}"
    return f"reached by {facts.reaching:,} of {persons:,} {who}"


def _as_observed(fit: FittedModel, times: np.ndarray) -> np.ndarray:
    return nearest_observed(fit, times) if steps_of_time(fit) else times


def nearest_observed(fit: FittedModel, times: np.ndarray) -> np.ndarray:
    """The observed times nearest to these, each once."""
    known = observed_times(fit)
    return np.unique(known[np.abs(known[:, None] - times).argmin(axis=0)])

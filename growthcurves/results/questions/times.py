"""The times that answers are given at."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import few_times


def times_asked(at: Any) -> np.ndarray:
    """Times as an array.

    Raises
    ------
    ModelError
        When they are not finite numbers.
    """
    try:
        times = np.atleast_1d(np.asarray(few_times(at), dtype=float))
    except (TypeError, ValueError):
        times = np.array([np.nan])
    if not np.isfinite(times).all():
        raise ModelError(f"at= takes a time or a list of times as numbers, not {at!r}.")
    return times


def default_times(fit: FittedModel) -> np.ndarray:
    """The waves where there are at most twelve different times, else the quartiles of the observed times."""
    facts = fit.time_facts
    return np.zeros(1) if facts is None else np.array(facts.waves)

"""The intraclass correlation: the share of variance that lies between persons, at given times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.results.answer import Answer, number, text_table
from growthcurves.results.delta import Estimate, delta

TITLE = "Intraclass correlation (share of variance between persons)"


@dataclass(frozen=True, eq=False, repr=False)
class Icc(Answer):
    """ICC by time: columns time, icc, std_error, conf_low, conf_high."""

    def __str__(self) -> str:
        text = self.table.to_string(index=False, float_format=number, formatters={"time": time_text})
        return f"{TITLE}\n{text}"

    def _blocks(self) -> tuple[Block, ...]:
        shown = self.table.assign(time=self.table["time"].map(time_text))
        return (TITLE, text_table(shown))


def icc(fit: FittedModel, at: Any = None, level: float = 0.95) -> Icc:
    """z(t)' G z(t) / (z(t)' G z(t) + residual variance) at each time.

    Parameters
    ----------
    fit : FittedModel
    at : float or sequence of float, optional
        Times; by default the waves where persons share at most twelve times, else the quartiles of time.

    Where the shape has person-level knots, z' G z is its mean over persons.

    Raises
    ------
    NotEstimableError
        For a model without random effects, or with random covariates (the variance then depends on them).
    """
    require_growth_random(fit)
    times = default_times(fit) if at is None else times_asked(at)
    rows = []
    for t in times:
        rows.append([t, *icc_at(fit, float(t), level)])
    return Icc(pd.DataFrame(rows, columns=["time", "icc", "std_error", "conf_low", "conf_high"]))


def icc_at(fit: FittedModel, time: float, level: float, measure: Any = None) -> Estimate:
    """The ICC at one time with its interval on the logit scale; `measure` makes the interval, Wald by default."""
    z = random_rows(fit, time)

    def value(beta: np.ndarray, G: np.ndarray, s: float) -> float:
        return share(mean_variance(fit, z, G), s)

    return delta(fit, value, level, "logit") if measure is None else measure(value, "logit")


def share(between: float, within: float) -> float:
    """between / (between + within)."""
    return float(between / (between + within))


def require_growth_random(fit: FittedModel) -> None:
    """Refuse what has no answer for models without random effects or with random covariates."""
    if not fit.random_names:
        raise NotEstimableError("The model has no random effects: there is no variance between persons to speak of.")
    others = [name for name in fit.random_names if name in fit.bound.covariates.names]
    if others:
        raise NotEstimableError(
            f"The variance between persons depends on {', '.join(others)} as well as on time: "
            f"it has no one value at a time."
        )


def random_rows(fit: FittedModel, time: float) -> np.ndarray:
    """z(t) for the standard random effects, one row for each kind of person, (m, q)."""
    values = fit.kinds.values
    basis = fit.bound.shape.basis(np.full(len(values), float(time)), values)
    return fit.standard_rows(basis @ fit.effects)


def mean_variance(fit: FittedModel, rows: np.ndarray, G: np.ndarray) -> float:
    """Mean over persons of z' G z, for rows (m, q) by kind of person."""
    return float(fit.kinds.shares @ ((rows @ G) * rows).sum(axis=1))


def times_asked(at: Any) -> np.ndarray:
    """Times as an array.

    Raises
    ------
    ModelError
        When they are not finite numbers.
    """
    try:
        times = np.atleast_1d(np.asarray(at, dtype=float))
    except (TypeError, ValueError):
        times = np.array([np.nan])
    if not np.isfinite(times).all():
        raise ModelError(f"at= takes a time or a list of times as numbers, not {at!r}.")
    return times


def time_text(time: float) -> str:
    """A time as short as it can be told from others."""
    return f"{time:.12g}"


def default_times(fit: FittedModel) -> np.ndarray:
    """The waves where there are at most twelve different times, else the quartiles of the observed times."""
    facts = fit.time_facts
    return np.zeros(1) if facts is None else np.array(facts.waves)

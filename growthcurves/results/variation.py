"""The change report: how fast on average, how much persons differ in their rate of change, and why.

Definitions follow docs/change-report.md; every number has its definition in the docstring of its function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.results.answer import Answer
from growthcurves.results.coefficients import linear_functions
from growthcurves.results.delta import Estimate, delta
from growthcurves.results.distributions import normal_cdf
from growthcurves.results.explained import explained_table, slope_variance_test
from growthcurves.results.icc import default_times, icc_at, random_row, time_text, times_asked
from growthcurves.results.people import growth_parameters
from growthcurves.results.sentences import sentences
from growthcurves.results.trajectories import groups, mixture_quantile
from growthcurves.results.variances import correlation

NAN = float("nan")
COLUMNS = ["group", "quantity", "estimate", "std_error", "df", "conf_low", "conf_high", "note"]


@dataclass(frozen=True, eq=False, repr=False)
class ChangeReport(Answer):
    """The change report of a fit.

    Attributes
    ----------
    table : DataFrame
        Columns group, quantity, estimate, std_error, df, conf_low, conf_high, note.
    unit : str
        Unit of the rate of change.
    text : tuple of str
        The report in sentences.
    """

    unit: str
    text: tuple[str, ...]

    def sentences(self) -> list[str]:
        """The report in plain sentences."""
        return list(self.text)

    def value(self, quantity: str, group: str = "") -> float:
        """The estimate of a quantity.

        Raises
        ------
        NotEstimableError
            When the report has no such quantity.
        """
        rows = self.table[(self.table["quantity"] == quantity) & (self.table["group"] == group)]
        if rows.empty:
            raise NotEstimableError(f"The report has no quantity {quantity!r}; it has {list(self.table['quantity'])}.")
        return float(rows["estimate"].iloc[0])

    def __str__(self) -> str:
        return "Change report\n" + "\n".join(f"  {line}" for line in self.text)

    def to_dict(self) -> dict[str, Any]:
        return {"table": self.table.to_dict(orient="records"), "unit": self.unit, "sentences": list(self.text)}


def change(
    fit: FittedModel,
    by: str | None = None,
    threshold: float = 0.0,
    between: tuple[float, float] | None = None,
    at: Any = None,
    level: float = 0.95,
) -> ChangeReport:
    """How fast persons change, how much they differ in it, and what explains it.

    Parameters
    ----------
    fit : FittedModel
        A model with time.
    by : str, optional
        A person-level variable: one block per group.
    threshold : float
        Rate above which persons are counted.
    between : (float, float), optional
        Interval of the average rate; for a straight line the rate is the same everywhere.
    at : sequence of float, optional
        Times of the ICC and of the correlation of rate and status.
    level : float
        Confidence level.

    Returns
    -------
    ChangeReport

    Raises
    ------
    NotEstimableError
        For a model without time.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> report = fit.change()
    >>> round(report.value("mean rate"), 2), round(report.value("SD of rates"), 2)
    (10.47, 5.92)
    """
    if fit.model.time is None:
        raise NotEstimableError("The model has no time, and so no change to report: give one with time=.")
    if between is not None and (len(times_asked(between)) != 2 or not between[0] < between[1]):
        raise ModelError(f"between= needs two times, the earlier first, not {between!r}.")
    if not np.isfinite(threshold):
        raise ModelError(f"threshold= is a rate as a finite number, not {threshold!r}.")
    rows: list[list] = []
    eb = growth_parameters(fit)[0][fit.model.parameters.index("slope")]
    for name, persons in groups(fit, by):
        rows += [[name, *row] for row in _group_rows(fit, persons, eb[persons], threshold, level)]
    rows += [["", *row] for row in _common_rows(fit, at, level)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    unit = rate_unit(fit)
    return ChangeReport(table, unit, tuple(sentences(fit, table, unit, threshold, level)))


def rate_unit(fit: FittedModel) -> str:
    """Outcome unit per time unit, in the words of the data."""
    outcome = fit.panel.outcome_unit or f"units of {fit.model.outcome}"
    time = fit.panel.time_unit
    return f"{outcome} per {_singular(time) if time else fit.model.time}"


def _singular(unit: str) -> str:
    return unit[:-1] if unit.endswith("s") else unit


def _line(quantity: str, value: Estimate, note: str = "", df: float = NAN) -> list:
    return [quantity, value.estimate, value.std_error, df, value.conf_low, value.conf_high, note]


def _plain(quantity: str, value: float, note: str = "") -> list:
    return [quantity, value, NAN, NAN, NAN, NAN, note]


def expected_rates(fit: FittedModel, persons: np.ndarray) -> np.ndarray:
    """w_i' gamma of the slope for each person, (n,)."""
    k = fit.model.parameters.index("slope")
    return np.einsum("pn,p->n", fit.growth_design[k][:, persons], fit.solution.beta)


def slope_sd(fit: FittedModel, G: np.ndarray | None = None) -> float:
    """SD of the rate given its predictors, under a G of the standard random effects if given.

    0 where the slope does not vary, NaN where withheld.
    """
    if "slope" not in fit.random_names:
        return 0.0
    if G is None:
        a = fit.random_names.index("slope")
        return float(np.sqrt(fit.G[a, a]))
    return float(np.sqrt(max(_slope_variance(fit, G), 0.0)))


def _slope_variance(fit: FittedModel, G: np.ndarray) -> float:
    """Variance of the slope under a covariance matrix of the standard random effects."""
    effect = fit.standard_effect("slope")
    return float(effect @ G @ effect)


def _group_rows(
    fit: FittedModel, persons: np.ndarray, eb: np.ndarray, threshold: float, level: float
) -> list[list]:
    k = fit.model.parameters.index("slope")
    L = fit.growth_design[k][:, persons].mean(axis=1)
    mean = linear_functions(fit, L[None, :], ["slope"], level=level).iloc[0]
    value = Estimate(mean["estimate"], mean["std_error"], mean["conf_low"], mean["conf_high"])
    rows = [["persons", float(len(persons)), NAN, NAN, NAN, NAN, ""], _line("mean rate", value, df=float(mean["df"]))]
    if "slope" not in fit.random_names or not fit.identified:
        return rows
    rates = expected_rates(fit, persons)
    tail = (1.0 - 0.95) / 2.0
    sd = slope_sd(fit)
    low, high = mixture_quantile(rates, sd, tail), mixture_quantile(rates, sd, 1.0 - tail)
    rows.append(_plain("middle 95 % of persons, low", low))
    rows.append(_plain("middle 95 % of persons, high", high))
    return rows + _share_rows(fit, persons, eb, threshold, level)


def _share_rows(
    fit: FittedModel, persons: np.ndarray, eb: np.ndarray, threshold: float, level: float
) -> list[list]:
    """Share of persons above the threshold: model-implied, empirical Bayes, own OLS lines."""
    k = fit.model.parameters.index("slope")
    weights, counts = distinct_columns(fit.growth_design[k][:, persons])

    def implied(beta: np.ndarray, G: np.ndarray, s: float) -> float:
        return share_above(beta @ weights, slope_sd(fit, G), threshold, counts)

    rows = [_line("share above threshold, model", delta(fit, implied, level, "logit"))]
    note = "understates the spread: empirical Bayes estimates are shrunken towards the mean"
    rows.append(_plain("share above threshold, EB", float((eb > threshold).mean()), note))
    own = fit.own_growth.estimates[k, persons]
    with_line = ~np.isnan(own)
    if with_line.any():
        note = f"own lines of {int(with_line.sum())} persons; overstates the spread"
        rows.append(_plain("share above threshold, OLS", float((own[with_line] > threshold).mean()), note))
    return rows


def distinct_columns(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different columns (p, k) of an array, and how often each occurs."""
    order = np.lexsort(values)
    ordered = values[:, order]
    new = np.append(True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0))
    starts = np.flatnonzero(new)
    return ordered[:, starts], np.diff(starts, append=values.shape[1])


def share_above(rates: np.ndarray, sd: float, threshold: float, counts: np.ndarray) -> float:
    """Mean over persons of Phi((w_i' gamma - threshold) / SD)."""
    if sd == 0:
        return float(np.average(rates > threshold, weights=counts))
    return float(np.average(normal_cdf((rates - threshold) / sd), weights=counts))


def _common_rows(fit: FittedModel, at: Any, level: float) -> list[list]:
    """What is the same in every group: spread, start and rate, ICC, reliability, what explains it, the test."""
    rows: list[list] = []
    growth_only = fit.random_names and all(name in fit.model.parameters for name in fit.random_names)
    if "slope" in fit.random_names:
        rows += _spread_rows(fit, level)
        if growth_only:
            rows += _start_rows(fit, at, level)
        rows += _reliability_rows(fit, level)
    if growth_only:
        rows += _icc_rows(fit, at, level)
    if "slope" in fit.random_names:
        rows += [_plain(*row) for row in explained_table(fit)]
        rows += [_plain(*row) for row in slope_variance_test(fit)] if fit.identified else []
    return rows


def _spread_rows(fit: FittedModel, level: float) -> list[list]:
    """SD of the rate, given its predictors."""
    if slope_sd(fit) == 0:
        return [_plain("SD of rates", 0.0, "estimated as zero: on the boundary, no Wald interval")]
    return [_line("SD of rates", delta(fit, lambda beta, G, s: slope_sd(fit, G), level, "log"))]


def start_times(fit: FittedModel) -> list[tuple[str, float]]:
    """First, middle (observed time nearest mid-range, the upper on ties) and last time."""
    times = fit.panel.times
    first, last = float(times.min()), float(times.max())
    distance = np.abs(times - (first + last) / 2.0)
    middle = float(times[distance <= distance.min() * (1 + 1e-9)].max())
    return [("first", first), ("middle", middle), ("last", last)]


def _start_rows(fit: FittedModel, at: Any, level: float) -> list[list]:
    """Correlation of rate and status at chosen times; the time of least spread, -cov / var(slope)."""
    slope = fit.standard_effect("slope")
    times = np.array([t for _, t in start_times(fit)]) if at is None else times_asked(at)
    rows: list[list] = []
    if slope_sd(fit) == 0:
        return rows
    for t in times:
        value = _rate_and_status(fit, slope, random_row(fit, float(t)), level)
        if value is not None:
            rows.append(_line(f"correlation of rate with status at {time_text(t)}", value))
    if "intercept" in fit.random_names:
        rows.append(_least_spread(fit, slope, level))
    return rows


def _rate_and_status(fit: FittedModel, slope: np.ndarray, z: np.ndarray, level: float) -> Estimate | None:
    if not z @ fit.standard_G @ z > 0:
        return None
    return delta(fit, lambda beta, G, s: correlation(G, slope, z), level, "atanh")


def _least_spread(fit: FittedModel, slope: np.ndarray, level: float) -> list:
    """The time t at which z(t)' G z(t) is least: from a time within the data, back by cov / var(slope)."""
    middle = start_times(fit)[1][1]
    z = random_row(fit, middle)
    value = delta(fit, lambda beta, G, s: middle - (slope @ G @ z) / (slope @ G @ slope), level)
    low, high = fit.panel.times.min(), fit.panel.times.max()
    outside = value.estimate < low or value.estimate > high
    note = "extrapolation: outside the observed times" if outside else ""
    if not any({"intercept", "slope"} <= set(block) for block in fit.model.random.blocks):
        note = "by assumption: the model has no covariance of intercept and slope"
    return _line("time of least spread", value, note)


def _reliability_rows(fit: FittedModel, level: float) -> list[list]:
    """Mean over persons of var(slope) / (var(slope) + sampling variance of the own OLS slope)."""
    k = fit.model.parameters.index("slope")
    sampling = fit.own_growth.sampling[k]
    used = sampling[~np.isnan(sampling)]
    if not used.size:
        return []
    distinct, counts = np.unique(used, return_counts=True)

    def reliability(beta: np.ndarray, G: np.ndarray, s: float) -> float:
        variance = _slope_variance(fit, G)
        return float(np.average(variance / (variance + s * distinct), weights=counts))

    note = f"the {used.size:,} of {sampling.size:,} persons with occasions enough for an own line"
    if slope_sd(fit) == 0:
        return [_plain("reliability of the rate", 0.0, note)]
    return [_line("reliability of the rate", delta(fit, reliability, level, "logit"), note)]


def _icc_rows(fit: FittedModel, at: Any, level: float) -> list[list]:
    times = default_times(fit) if at is None else times_asked(at)
    return [_line(f"ICC at {time_text(t)}", icc_at(fit, float(t), level)) for t in times]

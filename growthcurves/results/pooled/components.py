"""Variance components of several fits as one: means of covariance matrices, and Rubin's total variance of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Kind
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import t_quantile
from growthcurves.results.intervals.delta import SCALES
from growthcurves.results.intervals.quantity import every_parameter
from growthcurves.results.intervals.wald import Wald
from growthcurves.results.pooled.rules import Rubin, rubin
from growthcurves.results.tables.answer import TIDY, checked_level
from growthcurves.results.variation.variances import Components, components

NAN = float("nan")
INTERVALS = "Rubin's rules, on the log and atanh scales"


class _Numbers(NamedTuple):
    """One component of all fits: its value in each, its standard errors, and the same as a variance or covariance."""

    kind: Kind
    scale: str
    values: np.ndarray
    errors: np.ndarray
    squares: np.ndarray
    square_errors: np.ndarray


def variance_components(fits: Sequence[FittedModel], level: float = 0.95) -> pd.DataFrame:
    """SDs, correlations and what else the random part has, pooled; see `Pooled.variance_components`."""
    return components_and_notes(fits, level)[0]


def components_and_notes(fits: Sequence[FittedModel], level: float = 0.95) -> tuple[pd.DataFrame, dict[str, str]]:
    """The same with what is special of each interval, by term."""
    checked_level(level)
    found = [components(fit, Wald(), level) for fit in fits]
    first = found[0]
    scales = [parameter.quantity.scale for parameter in every_parameter(fits[0])]
    numbers = [_numbers(found, place, scale) for place, scale in enumerate(scales)]
    sizes = {
        (row.finding.unit, row.finding.of): float(one.squares.mean())
        for row, one in zip(first.rows, numbers, strict=True) if one.kind is Kind.SD
    }  # fmt: skip
    notes: dict[str, str] = {}
    rows, names = [], first.table()["term"]
    for name, row, one in zip(names, first.rows, numbers, strict=True):
        middle = _middle(one, row.finding, sizes)
        cells, moment = _cells(one, middle, level)
        rows.append([name, *cells, *moment])
        lacking = int(np.isnan(one.errors).sum())
        if lacking and not first.withheld:
            notes[name] = f"no interval: at the boundary, or without a standard error, in {lacking} of {len(fits)} fits"
    columns = [*TIDY, "variance", "covariance", "variance_std_error", "riv", "fmi"]
    table = pd.DataFrame(rows, columns=columns).assign(unit=first.units, label=[label for label, _ in first.labels])
    table.attrs = {"intervals": INTERVALS, "notes": notes, "level": float(level), "sample": first.sample}
    withheld = next((one.withheld for one in found if one.withheld), "")
    if withheld:
        table.attrs["withheld"] = withheld
    return table, notes


def _numbers(found: Sequence[Components], place: int, scale: str) -> _Numbers:
    rows = [one.rows[place] for one in found]
    parts = [
        np.array([getattr(getattr(row, which), name) for row in rows], dtype=float)
        for which in ("finding", "moment") for name in ("value", "std_error")
    ]  # fmt: skip
    return _Numbers(rows[0].finding.kind, scale, *parts)


def _middle(one: _Numbers, finding: Any, sizes: dict[Any, float]) -> float:
    """The pooled value: SDs and correlations are those of the mean covariance matrix, others means on their scales."""
    if one.kind is Kind.SD:
        return float(np.sqrt(one.squares.mean()))
    if one.kind is Kind.CORRELATION:
        variances = [sizes[finding.unit, (name,)] for name in finding.of]
        root = float(np.sqrt(np.prod(variances)))
        return float(np.nan_to_num(one.squares).mean()) / root if root > 0 else NAN
    forward, backward = SCALES[one.scale]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(backward(forward(one.values).mean()))


def _cells(one: _Numbers, middle: float, level: float) -> tuple[list[float], list[float]]:
    """Estimate, its standard error and interval; variance, covariance, the standard error of these, riv and fmi."""
    if one.kind is Kind.SD:
        of = _pooled(one.squares, one.square_errors)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = float(of.std_error[0] / (2.0 * middle)) if middle > 0 else NAN
        squares = [float(one.squares.mean()), NAN, float(of.std_error[0])]
    else:
        of = _pooled(one.values, one.errors)
        error, squares = float(of.std_error[0]), [NAN, NAN, NAN]
        if one.kind is Kind.CORRELATION:
            covariance = _pooled(one.squares, one.square_errors)
            squares = [NAN, float(np.nan_to_num(one.squares).mean()), float(covariance.std_error[0])]
    low, high = _interval(middle, error, one.scale, float(of.df[0]), level)
    cells = [middle, error, float(of.df[0]), NAN, NAN, low, high]
    return cells, [*squares, float(of.riv[0]), float(of.fmi[0])]


def _pooled(values: np.ndarray, errors: np.ndarray) -> Rubin:
    return rubin(values[:, None], errors[:, None], np.array([np.inf]))


def _interval(value: float, error: float, scale: str, df: float, level: float) -> tuple[float, float]:
    """Ends by the delta method on a scale without ends; none where the value lies on its edge."""
    if error != error or (scale == "log" and not error <= value):
        return NAN, NAN
    forward, backward = SCALES[scale]
    step = 1e-6 * (min(abs(value), 1.0 - abs(value)) if scale in ("atanh", "logit") else abs(value)) or 1e-6
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (forward(value + step) - forward(value - step)) / (2.0 * step)
        half = t_quantile(0.5 + level / 2.0, np.array([df]))[0] * error * slope
        return float(backward(forward(value) - half)), float(backward(forward(value) + half))

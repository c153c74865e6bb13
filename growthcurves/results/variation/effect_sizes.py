"""Standardised effects: differences in rates of change divided by a standard deviation that is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.engine.estimates import Function, FunctionOf
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.recipe import row_times
from growthcurves.numerics.order import by_person_and_time
from growthcurves.numerics.times import time_text
from growthcurves.results.effects.coefficients import linear_functions
from growthcurves.results.effects.fixed_tests import combinations
from growthcurves.results.effects.slopes import slopes
from growthcurves.results.intervals.delta import Estimate, delta
from growthcurves.results.questions.grid_variables import asked_variables
from growthcurves.results.questions.observed import Observed
from growthcurves.results.questions.random_effects import mean_variance, random_rows, require_growth_random
from growthcurves.results.questions.rates import average_rate, checked_period, is_curved, whole_period
from growthcurves.results.questions.reference_grid import group_text
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import TIDY, Answer, text_table
from growthcurves.results.tables.labels import labels_of
from growthcurves.results.tables.printing import number

NAN = float("nan")
RATES = "Raudenbush and Liu 2001"
PERIOD = "Feingold 2009"
NO_SPREAD = "no group has persons who differ at the first occasion: no SD to divide by"


@dataclass(frozen=True, eq=False, repr=False)
class EffectSizes(Answer):
    """Standardised effects, tidy; further columns divided_by, divisor, source, note."""

    def __str__(self) -> str:
        lines = ["Standardised differences in the rate of change"]
        for term, rows in self.table.groupby("term", sort=False):
            lines.append(f"  {term}")
            for _, row in rows.iterrows():
                ends = f"{number(row['conf_low'], 3)} to {number(row['conf_high'], 3)}"
                text = f"{number(row['estimate'], 3)} ({ends}) per {row['divided_by']} ({number(row['divisor'])})"
                lines.append(f"    {text}{'; ' + row['note'] if row['note'] else ''}")
        return "\n".join(lines)

    def _blocks(self) -> tuple[Block, ...]:
        return (str(self).splitlines()[0], text_table(self.table))


def effect_sizes(
    fit: FittedModel, effect: Any = None, by: Any = None, between: Any = None, level: float = 0.95
) -> EffectSizes:
    """Differences in the rate of change in standard deviations; see `GrowthFit.effect_sizes`."""
    if (effect is None) == (by is None):
        raise ModelError("Give one of effect= (a difference in slopes in term names) and by= (groups to compare).")
    if not fit.identified:
        raise NotEstimableError("The design cannot tell the variances apart: standardised effects are withheld.")
    if fit.family is not None:
        raise NotEstimableError(
            "Outcomes of a family have no standard deviation of their own to divide by: ask for "
            "slopes(differences='reference'), with odds or rate ratios, or for means(scale='response')."
        )
    require_growth_random(fit)
    period = checked_period(fit, between) or whole_period(fit)
    if by is None:
        names, L = _slope_effects(fit, effect)
    else:
        names, L = _differences(fit, by, period)
    observed = _observed_sd(fit, by)
    rows = [row for item in zip(names, L, strict=True) for row in _rows(fit, *item, period, observed, level)]
    table = pd.DataFrame(rows, columns=[*TIDY, "divided_by", "divisor", "source", "note"])
    words = dict(zip(names, labels_of(fit, L, names), strict=True))
    table["label"] = [f"{words[row.term]}, per {row.divided_by}" for row in table.itertuples()]
    return EffectSizes(said(table, fit, level))


def _slope_effects(fit: FittedModel, effect: Any) -> tuple[list[str], np.ndarray]:
    if is_curved(fit):
        raise ModelError("The rate changes with time: compare groups with by=, and say the period with between=.")
    names, L, _ = combinations(fit, effect)
    moved = zip(fit.terms, fit.term_parts, (L != 0).any(axis=0), strict=True)
    for term, (parameter, _), used in moved:
        if used and parameter != "slope":
            raise ModelError(f"{term!r} is no effect on the slope, and so no difference in the rate of change.")
    return names, L


def _differences(fit: FittedModel, by: Any, period: tuple[float, float]) -> tuple[list[str], np.ndarray]:
    """Differences of average rates from the first group."""
    found = slopes(fit, by=by, between=period)
    terms = [group_text({level.column: level.value for level in one.group or ()}) for one in found.findings]
    count = len(terms)
    if count < 2:
        raise ModelError("There is one group only, and so no difference.")
    weights = np.column_stack([-np.ones(count - 1), np.eye(count - 1)])
    return [f"{term} - {terms[0]}" for term in terms[1:]], found.rows.combine(weights)


def _rows(
    fit: FittedModel, name: str, L: np.ndarray, period: tuple[float, float], observed: float, level: float
) -> Iterator[list]:
    first, last = period
    rate = average_rate(fit, period)
    time, length = fit.model.time, last - first
    if rate.sd() > 0:
        yield _line(name, _over(fit, L, rate.variance, level), "SD of rates", rate.sd(), RATES)
    else:
        note = "persons' rates are estimated not to differ: no SD to divide by"
        yield _line(name, Estimate(NAN, NAN, NAN, NAN), "SD of rates", 0.0, RATES, note)
    change = linear_functions(fit, length * L[None], [name], level=level).iloc[0]
    plain = Estimate(*(float(change[c]) / observed for c in ("estimate", "std_error", "conf_low", "conf_high")))
    note = "taken as known" if observed == observed else _why_no_spread(fit)
    yield _line(name, plain, "SD at the first occasion, observed", observed, PERIOD, note)
    for t in period:
        variance = _outcome_variance(fit, t)
        value = _over(fit, length * L, variance, level)
        sd = float(np.sqrt(variance(fit.point)))
        yield _line(name, value, f"SD at {time} {time_text(t)}, model", sd, PERIOD)


def _line(name: str, value: Estimate, by: str, divisor: float, source: str, note: str = "") -> list:
    if not note and value.estimate == value.estimate and value.std_error != value.std_error:
        note = "no Wald interval on the boundary of the variances"
    tidy = [name, value.estimate, value.std_error, NAN, NAN, NAN, value.conf_low, value.conf_high]
    return [*tidy, by, divisor, source, note]


def _over(fit: FittedModel, L: np.ndarray, variance: Function, level: float) -> Estimate:
    """L beta over the square root of a variance."""
    return delta(fit, FunctionOf(lambda point: float(L @ point.beta / np.sqrt(variance(point)))), level)


def _outcome_variance(fit: FittedModel, time: float) -> Function:
    """The variance of an outcome at a time given predictors."""
    Z = random_rows(fit, time)
    return lambda point: mean_variance(fit, Z, point) + point.residual_variance(time)


def _observed_sd(fit: FittedModel, by: Any) -> float:
    """SD of the outcome at persons' first occasions, pooled within groups; NaN where none has two persons, and without
    rows.

    Under weights it is that of R's survey::svyvar: weighted squares, and as many degrees of freedom as without.
    """
    if not fit.panel.has_rows:
        return NAN
    codes, times = fit.panel.persons.codes, row_times(fit.panel)
    order = by_person_and_time(codes, times)
    rows = order[np.flatnonzero(np.append(True, np.diff(codes[order]) > 0))]
    first, levels = fit.panel.values[rows], _groups(fit, by, rows)
    weights = fit.person_shares[codes[rows]] * len(rows)  # about a mean of one
    above = first - first[np.unique(levels, return_index=True)[1]][levels]
    means = np.bincount(levels, weights * above) / np.bincount(levels, weights)
    spare = len(first) - len(means)
    squares = float(weights @ (above - means[levels]) ** 2)
    return float(np.sqrt(squares / spare)) if spare and above.any() else NAN


def _why_no_spread(fit: FittedModel) -> str:
    """Why there is no observed SD at the first occasion."""
    return f"not known: {fit.panel.gone.short}" if isinstance(fit.panel, SavedPanel) else NO_SPREAD


def _groups(fit: FittedModel, by: Any, rows: np.ndarray) -> np.ndarray:
    """The group of each of these rows by the factors of `by`; values of a covariate make no groups."""
    observed = Observed(fit)
    variables, wanted = asked_variables(fit, by, observed)
    factors = [variables[name] for name in wanted if variables[name].factor]
    if not factors:
        return np.zeros(len(rows), dtype=int)
    table = pd.DataFrame({item.name: item.rows(observed)[rows] for item in factors})
    return table.groupby(list(table.columns), observed=True, dropna=False).ngroup().to_numpy()

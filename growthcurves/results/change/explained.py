"""What explains differences in the rate of change, and whether there are any: refits from the moments alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from growthcurves.engine.estimates import Estimates
from growthcurves.fitted import FittedModel
from growthcurves.model.bind import TermName
from growthcurves.model.formula.tree import Factor
from growthcurves.results.change.lines import Question
from growthcurves.results.compare.ratio import closed_form, naive
from growthcurves.results.compare.variance import without_random
from growthcurves.results.questions.rates import Rate


class Row(NamedTuple):
    """A line of the change report without interval."""

    quantity: str
    value: float
    note: str


def explained_rows(asked: Question) -> list[Row]:
    """SD of rates before all predictors of the rate, and the drop in its variance for each put in last."""
    fit, rate = asked.fit, asked.rate
    terms = {name.predictor for name in _kept_names(fit) if _carries(fit, name)}
    if not terms:
        return []
    without_all = _variance(rate, reduced(fit, _columns(fit, terms)))
    rows = [Row("SD of rates before predictors of the slope", float(np.sqrt(without_all)), "")]
    after = _variance(rate, fit.estimates)
    for name, columns in _predictors(fit, terms).items():
        before = _variance(rate, reduced(fit, _columns(fit, columns)))
        drop = (before - after) / before if before > 0 else float("nan")
        note = "negative: the variance rises, as it can" if drop < 0 else ""
        rows.append(Row(f"slope variance explained by {name}, put in last", drop, note))
    return rows


def _rate_parameters(fit: FittedModel) -> list[str]:
    """The growth parameters that carry change."""
    return [name for name in fit.model.parameters if name != "intercept"]


def _kept_names(fit: FittedModel) -> list[TermName]:
    """What the fixed effects that were not left out are about."""
    names = zip(fit.bound.terms, fit.bound.term_names, strict=True)
    return [name for term, name in names if term not in fit.aliased]


def _carries(fit: FittedModel, name: TermName) -> bool:
    """Whether a fixed effect is that of a predictor on a growth parameter that carries change."""
    return bool(name.parts) and name.parameter in _rate_parameters(fit)


def _columns(fit: FittedModel, predictors: Iterable[str]) -> list[str]:
    """The fixed effects of these columns of predictors on all growth parameters that carry change."""
    return [f"{name}:{column}" for name in _rate_parameters(fit) for column in predictors]


def _predictors(fit: FittedModel, terms: set[str]) -> dict[str, list[str]]:
    """Columns that go with each term of the rate's formulas: its own and those of its interactions."""
    parts: dict[str, tuple[frozenset[Factor], list[str]]] = {}
    for parameter in _rate_parameters(fit):
        columns = fit.bound.predictors[parameter]
        for term, place in zip(columns.terms, range(len(columns.names)), strict=True):
            if columns.names[place] in terms:
                _, names = parts.setdefault(str(term), (frozenset(term.factors), []))
                names += [] if columns.names[place] in names else [columns.names[place]]
    return {
        name: [column for others, columns in parts.values() if factors <= others for column in columns]
        for name, (factors, _) in parts.items()
    }


def reduced(fit: FittedModel, without: Iterable[str]) -> Estimates:
    """The same data without some fixed effects.

    Where predictors of a growth parameter are left out, its mean stays, whatever their coding.
    """
    without = set(without)
    fixed = [
        pair
        for pair, name in zip(fit.bound.x, fit.bound.terms, strict=True)
        if name not in without and name not in fit.aliased
    ]
    names = zip(fit.bound.terms, fit.bound.term_names, strict=True)
    lost = {name.parameter for term, name in names if term in without}
    means = [(k, 0) for k, name in zip(fit.bound.growth_rows, fit.model.parameters, strict=True) if name in lost]
    fixed += [mean for mean in means if mean not in fixed]
    return fit.estimates.with_columns(fixed, fit.bound.z, fit.model.random.positions)


def _variance(rate: Rate, estimates: Estimates) -> float:
    """Variance of the rate in a refit with the same random effects."""
    E = rate.effects
    return float(rate.fit.kinds.shares @ ((E @ estimates.G) * E).sum(axis=1))


def rate_variance_test(fit: FittedModel) -> list[Row]:
    """Likelihood ratio against rates that do not vary: its mixture p-value where that is known, and the naive one."""
    moving = [name for name, column in zip(fit.random_names, fit.effects.T, strict=True) if _moves(fit, name, column)]
    pair = without_random(fit, moving)
    rows = [
        Row("likelihood ratio for slope variance", pair.ratio, f"{pair.free} parameters"),
        Row("p-value of slope variance, naive", naive(pair), "chi-square, conservative at the boundary"),
    ]
    tail = closed_form(pair)
    if tail is not None:
        rows.insert(1, Row("p-value of slope variance, mixture", tail.p_value, tail.distribution))
    return rows


def _moves(fit: FittedModel, name: str, effect: np.ndarray) -> bool:
    """Whether a random effect makes persons' curves differ in more than their level."""
    return name != "intercept" and bool(effect.any())

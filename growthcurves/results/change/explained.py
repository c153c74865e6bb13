"""What explains differences in the rate of change, and whether there are any: refits from the moments alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from growthcurves.contracts.finding import PERSON, Finding, Kind
from growthcurves.engine.estimates import Estimates
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.tree import Factor
from growthcurves.remembered import remembered
from growthcurves.results.change.lines import Question
from growthcurves.results.compare.ratio import closed_form, naive
from growthcurves.results.compare.variance import without_random
from growthcurves.results.questions.rates import Rate
from growthcurves.results.variation.variance_parts import drop


def explained_findings(asked: Question) -> list[Finding]:
    """SD of rates before all predictors of the rate, and the drop in its variance for each put in last."""
    fit, rate = asked.fit, asked.rate
    carried = _carried(fit)
    if not carried:
        return []
    without_all = _variance(rate, reduced(fit, _columns(fit, carried)))
    rows = [Finding(Kind.SD_OF_RATES_BEFORE_PREDICTORS, float(np.sqrt(without_all)), PERSON)]
    after = _variance(rate, fit.estimates)
    for name, predictors in _predictors(fit, carried).items():
        before = _variance(rate, reduced(fit, _columns(fit, predictors)))
        share = drop(before, after)
        note = "negative: the variance rises, as it can" if share < 0 else ""
        rows.append(Finding(Kind.RATE_VARIANCE_EXPLAINED, share, PERSON, of=name, note=note))
    return rows


def _rate_columns(fit: FittedModel) -> Iterator[tuple[int, str]]:
    """Column of X and predictor of every effect on a growth parameter that carries change, but for the means."""
    for name in _rate_parameters(fit):
        for (column, _), predictor in zip(
            fit.recipe.growth_terms[name], fit.recipe.predictors[name].names, strict=True
        ):
            if predictor != "1":
                yield column, predictor


def _rate_parameters(fit: FittedModel) -> list[str]:
    """The growth parameters that carry change."""
    return [name for name in fit.model.parameters if name != "intercept"]


def _carried(fit: FittedModel) -> set[str]:
    """The predictors of the rate whose effects were estimated."""
    return {predictor for column, predictor in _rate_columns(fit) if column in fit.sums.kept}


def _columns(fit: FittedModel, predictors: Collection[str]) -> frozenset[int]:
    """The columns of X in which these predictors move a growth parameter that carries change."""
    return frozenset(column for column, predictor in _rate_columns(fit) if predictor in predictors)


def _predictors(fit: FittedModel, carried: set[str]) -> dict[str, list[str]]:
    """Predictors that go with each term of the rate's formulas: its own and those of its interactions."""
    parts: dict[str, tuple[frozenset[Factor], list[str]]] = {}
    for parameter in _rate_parameters(fit):
        columns = fit.recipe.predictors[parameter]
        for place, predictor in enumerate(columns.names):
            if predictor in carried:
                term = columns.terms[place]
                _, names = parts.setdefault(term.label, (frozenset(term.factors), []))
                names += [] if predictor in names else [predictor]
    return {
        name: [predictor for others, predictors in parts.values() if factors <= others for predictor in predictors]
        for name, (factors, _) in parts.items()
    }


@remembered
def reduced(fit: FittedModel, without: frozenset[int]) -> Estimates:
    """The same data without some columns of X.

    Where predictors of a growth parameter are left out, its mean stays, whatever their coding.
    """
    gone = {*without, *fit.sums.left_out}
    fixed = [pair for j, pair in enumerate(fit.recipe.x) if j not in gone]
    lost = {name for name, places in fit.recipe.growth_terms.items() if any(column in without for column, _ in places)}
    means = [(k, 0) for k, name in zip(fit.recipe.growth_rows, fit.model.parameters, strict=True) if name in lost]
    fixed += [mean for mean in means if mean not in fixed]
    return fit.estimates.with_columns(fixed, fit.recipe.z, fit.recipe.random.positions)


def _variance(rate: Rate, estimates: Estimates) -> float:
    """Variance of the rate in a refit with the same random effects."""
    E = rate.effects
    return float(rate.fit.kinds.shares @ ((E @ estimates.G) * E).sum(axis=1))


def rate_variance_test(fit: FittedModel) -> list[Finding]:
    """Likelihood ratio against rates that do not vary: its mixture p-value where that is known, and the naive one."""
    moving = [name for a, name in enumerate(fit.random_names) if _moves(fit, fit.effects[:, :, a])]
    pair = without_random(fit, moving)
    rows = [Finding(Kind.RATE_VARIANCE_RATIO, pair.ratio, PERSON, note=f"{pair.free} parameters")]
    tail = closed_form(pair)
    if tail is not None:
        rows.append(Finding(Kind.RATE_VARIANCE_P_MIXTURE, tail.p_value, PERSON, note=tail.distribution))
    note = "chi-square, conservative at the boundary"
    return [*rows, Finding(Kind.RATE_VARIANCE_P_NAIVE, naive(pair), PERSON, note=note)]


def _moves(fit: FittedModel, effect: np.ndarray) -> bool:
    """Whether a random effect that moves growth parameters so, (m, K), makes curves differ in more than their level."""
    level = fit.recipe.shape.effects("intercept")
    along = effect @ level / max(float(level @ level), 1.0)
    return bool(np.any(np.abs(effect - np.outer(along, level)) > 1e-12 * np.abs(effect).max(initial=0.0)))

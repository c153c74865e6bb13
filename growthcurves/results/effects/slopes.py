"""Estimated rates of change: at points in time, or on average over an interval."""

from __future__ import annotations

from functools import partial
from typing import Any

from growthcurves.contracts.finding import Kind
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.results.effects.means import Marginal, marginal
from growthcurves.results.questions.cell_rows import average_rate_rows, rate_rows
from growthcurves.results.questions.rates import checked_period, rate_unit, whole_period
from growthcurves.results.questions.reference_grid import Grid
from growthcurves.results.questions.times import times_asked


def slopes(
    fit: FittedModel,
    by: Any = None,
    between: tuple[float, float] | None = None,
    at: Any = None,
    differences: str | None = None,
    adjust: str = "none",
    ddf: Any = "satterthwaite",
    level: float = 0.95,
    average: str = "persons",
    weights: str = "equal",
) -> Marginal:
    """Estimated rates of change, by groups.

    The average rate over an interval is the change of the mean divided by the time it takes; the rate at a point is
    the derivative of the mean curve. For a straight line they are the same everywhere. Averages are those of `means`.

    Parameters
    ----------
    fit : FittedModel
    by : str, list of str or dict, optional
        Predictors whose levels are told apart.
    between : (float, float), optional
        The interval of the average rate; the first to the last time by default.
    at : float or list of float, optional
        Times of the instantaneous rate, in the place of `between`.
    differences : {"pairwise", "reference"}, optional
        Between the groups, later minus earlier level; between times where there is no `by`.
    adjust : {"none", "holm", "bonferroni", "tukey", "dunnett", "scheffe"}
    ddf : str or method
    level : float
    average : {"persons", "rows"}
    weights : {"equal", "proportional", "counterfactual"}

    Raises
    ------
    NotEstimableError
        For a model without time.
    ModelError
        For between= together with at=, times that are none, and as `means`.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.slopes().table[["term", "estimate", "std_error"]].round(2)
             term  estimate  std_error
    0  day 0 to 9     10.47       1.55
    """
    if not fit.recipe.shape.changes:
        raise NotEstimableError("The model has no time, and so no rate of change: give one with time=.")
    if between is not None and at is not None:
        raise ModelError("between= asks for the average rate of an interval and at= for the rate at a point: give one.")
    grid = Grid.of(fit, by, average, weights)
    time = str(fit.model.time)
    if at is not None:
        times = times_asked(at)
        points: list[dict[str, Any]] = [{time: float(t)} for t in times]
        parts = [grid.average(partial(rate_rows, fit, time=float(t))) for t in times]
    else:
        asked = checked_period(between) or whole_period(fit)
        points = [{time: asked}]
        parts = [grid.average(partial(average_rate_rows, fit, between=asked))]
    title = f"Estimated rates of change, {rate_unit(fit)}"
    return marginal(fit, grid, points, parts, (Kind.SLOPE, title), (differences, adjust), ddf, level)

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
    ddf: Any = None,
    level: float = 0.95,
    average: str = "persons",
    weights: str = "equal",
) -> Marginal:
    """Estimated rates of change, by groups; see `GrowthFit.slopes`."""
    if not fit.recipe.shape.changes:
        raise NotEstimableError("The model has no time, and so no rate of change: give one with time=.")
    if between is not None and at is not None:
        raise ModelError("between= asks for the average rate of an interval and at= for the rate at a point: give one.")
    grid = Grid.of(fit, by, average, weights)
    time = str(fit.model.time)
    if at is not None:
        times = times_asked(fit, at)
        points: list[dict[str, Any]] = [{time: float(t)} for t in times]
        parts = [grid.average(partial(rate_rows, fit, time=float(t))) for t in times]
    else:
        asked = checked_period(fit, between) or whole_period(fit)
        points = [{time: asked}]
        parts = [grid.average(partial(average_rate_rows, fit, between=asked))]
    title = f"{fit.vocabulary.said('Estimated rates of change')}, {rate_unit(fit)}"
    return marginal(fit, grid, points, parts, (Kind.SLOPE, title), (differences, adjust), ddf, level)

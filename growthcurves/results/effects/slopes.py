"""Estimated rates of change: at points in time, or on average over an interval."""

from __future__ import annotations

from functools import partial
from typing import Any

from growthcurves.contracts.finding import Kind
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.results.effects.estimated import Linear, reach_of
from growthcurves.results.effects.means import Asked, Marginal, joined, marginal, of_outcome
from growthcurves.results.effects.outcome_means import change_at, change_between, checked_people
from growthcurves.results.effects.outcome_scale import title_of_rates
from growthcurves.results.questions.cell_rows import average_rate_rows, rate_rows
from growthcurves.results.questions.rates import checked_period, rate_unit, whole_period
from growthcurves.results.questions.reference_grid import Grid
from growthcurves.results.questions.times import times_asked
from growthcurves.results.tables.scales import checked_scale


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
    scale: str | None = None,
    people: str = "average",
) -> Marginal:
    """Estimated rates of change, by groups; see `GrowthFit.slopes`."""
    checked_people(people)
    whose = people if checked_scale(scale) == "response" and fit.outcome_family is not None else None
    if scale == "response" and fit.model.computed and fit.outcome_family is None:
        raise NotAvailableError(
            f"Rates of {fit.model.outcome} have no one value on the scale of its column: ask for means(scale="
            f"'response'), which are carried back, or leave scale= out."
        )
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
        first, last = whole_period(fit)
        functions = [partial(change_at, fit, grid, float(t), people, last - first) for t in times]
        reach = float("inf")
    else:
        asked = checked_period(fit, between) or whole_period(fit)
        points = [{time: asked}]
        parts = [grid.average(partial(average_rate_rows, fit, between=asked))]
        functions = [partial(change_between, fit, grid, asked, people)]
        reach = 1.0 / (asked[1] - asked[0])
    title = f"{fit.vocabulary.said('Estimated rates of change')}, {rate_unit(fit)}"
    title = title if fit.outcome_family is None else title_of_rates(fit, whose)
    what = Asked(Kind.SLOPE, title, differences, adjust, ddf, level)
    if whose is None:
        return marginal(fit, grid, points, Linear(fit, joined(parts), ddf, level, rates=True), what)
    source = of_outcome(fit, [made() for made in functions], parts, what, reach * reach_of(fit))
    return marginal(fit, grid, points, source, what, whose)

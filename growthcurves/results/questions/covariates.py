"""Covariates that are made of time: which they are, and at which times they have values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from growthcurves.errors import FormulaError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.tree import Factor
from growthcurves.numerics.times import time_text, time_texts
from growthcurves.results.questions.grid_variables import is_made, levels_of
from growthcurves.results.questions.observed import needs_persons
from growthcurves.results.tables.growth_words import time_factors

#: Known times that a message names.
NAMED = 6


def time_terms(fit: FittedModel) -> list[tuple[bool, bool]]:
    """For each covariate column whether it uses time, and whether it uses nothing else."""
    found = []
    for term in fit.recipe.covariates.terms:
        found.append((fit.model.time in term.columns, term.columns == {fit.model.time}))
    return found


def origin_of(fit: FittedModel) -> float | None:
    """The time at which the intercept is read; None without time, and where I(time - 2) or the like moves it."""
    if not fit.recipe.shape.changes or time_factors(fit):
        return None
    return float(fit.recipe.shape.origin)


def steps_of_time(fit: FittedModel) -> list[Factor]:
    """The factors with levels that are made of time: their mean goes in steps, from one level to another."""
    columns = fit.recipe.covariates
    return [one for one in columns.formula.factors if one in columns.categorical and fit.model.time in one.columns]


def refuse_own_times(fit: FittedModel) -> None:
    """Refuse a mean at a time where time enters by within() or between(): it depends on a person's other times.

    Raises
    ------
    NotEstimableError
    """
    for factor in fit.recipe.covariates.formula.factors:
        if needs_persons(factor) and fit.model.time in factor.columns:
            raise NotEstimableError(
                f"{factor.label} depends on all times of a person, so the model has no mean at one time: predict rows "
                f"of persons instead, or use {fit.model.time} itself."
            )


@contextmanager
def told_at(fit: FittedModel, time: float) -> Iterator[None]:
    """A level of time that was not observed is told as that.

    Raises
    ------
    NotEstimableError
    """
    try:
        yield
    except FormulaError as error:
        steps = steps_of_time(fit)
        if not steps:
            raise
        known = time_texts(observed_times(fit))
        more = ", ..." if len(known) > NAMED else ""
        raise NotEstimableError(
            f"{steps[0].label} has no level at {fit.model.time} {time_text(time)}, so the model has no mean there: ask "
            f"for an observed time ({', '.join(known[:NAMED])}{more})."
        ) from error


def observed_times(fit: FittedModel) -> np.ndarray:
    """Different times at which the model was observed: all where the rows are there, else those that were saved."""
    facts, columns = fit.time_facts, fit.recipe.covariates
    assert facts is not None
    for factor in steps_of_time(fit):
        if not is_made(factor):
            return np.sort(np.array(levels_of(columns, factor), dtype=float))
    return np.unique(fit.times) if fit.panel.has_rows else np.array(facts.waves)

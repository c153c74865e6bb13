"""From a model and a panel to a fitted model: bind, sum, check what cannot be answered, solve, certify."""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import replace
from typing import Any

import numpy as np

from growthcurves.data.panel import Panel
from growthcurves.engine.likelihood.problem import Coordinates, coordinates, standard_problem
from growthcurves.engine.solution import Solution, solve_problem
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.errors import ModelError, unknown
from growthcurves.estimate.notes import data_notes, design_notes, solution_notes
from growthcurves.estimate.refusals import refuse_data, refuse_design, refuse_perfect, refuse_unbounded
from growthcurves.fitted import FittedModel
from growthcurves.model.bind import BoundModel, bind, model_columns
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel

METHODS = ("reml", "ml")


def panel_for(model: GrowthModel, data: Any) -> Panel:
    """The panel of a model: the data's own, or made from a table with the model's columns."""
    if isinstance(data, Panel):
        roles = {"id": (model.id, data.id), "time": (model.time, data.time), "outcome": (model.outcome, data.outcome)}
        for role, (wanted, given) in roles.items():
            if wanted != given and wanted is not None:
                raise ModelError(f"The model's {role} is {wanted!r} but the panel's is {given!r}.")
        return data
    return Panel(data, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)


def estimate(
    model: GrowthModel,
    panel: Panel,
    method: str,
    kind: type[FittedModel],
    people: PersonLevel | None = None,
) -> FittedModel:
    """Fit a model to a panel.

    `people` is the panel seen at the level of persons, where the caller has looked at it already.

    Raises
    ------
    NotEstimableError
        When the data cannot answer: one person, one occasion each, constant time or outcome, a perfect fit.
    """
    method = str(method).lower()
    if method not in METHODS:
        raise ModelError(unknown("method", method, METHODS))
    if model.wave is None and panel.wave is not None:
        model = model.replace(wave=panel.wave)
    panel = panel.drop_missing(model_columns(model))
    refuse_data(model, panel)
    people = people if people is not None and people.panel is panel else PersonLevel(panel)
    bound = bind(model, panel, people)
    person_moments = sums(bound)
    moments = person_moments.moments()
    coords = coordinates(moments)
    refuse_design(bound, coords, moments.rows)
    problem = standard_problem(moments, coords, method == "reml")
    refuse_perfect(bound, problem)
    solution = solve_problem(problem, moments)
    refuse_unbounded(bound, solution)
    texts = _warned(bound, coords, solution)
    return kind(bound.model, panel, bound, person_moments, moments, coords, solution, method, texts)


def by_likelihood(fit: FittedModel) -> FittedModel:
    """The same model of the same rows by full maximum likelihood: from its moments, without a pass over the rows.

    Raises
    ------
    NotEstimableError
        When the likelihood has no maximum.
    """
    if fit.method == "ml":
        return fit
    refuse_unbounded(fit.bound, fit.likelihood)
    texts = _warned(fit.bound, fit.coordinates, fit.likelihood)
    return replace(fit, solution=fit.likelihood, method="ml", warnings=texts)


def _warned(bound: BoundModel, coords: Coordinates, solution: Solution) -> tuple[str, ...]:
    """Give the warnings that an analyst should see, and keep their texts."""
    notes = [*data_notes(bound), *design_notes(bound, coords), *solution_notes(bound, solution)]
    for note in notes:
        python_warnings.warn(note, stacklevel=5)
    return tuple(str(note) for note in notes)


def sums(bound: BoundModel) -> PersonMoments:
    """The one pass over the rows: cross-products by person."""
    persons = bound.panel.persons
    terms = Terms(bound.x, bound.z, bound.model.random.positions, bound.made)
    codes = None if persons.starts is not None else persons.codes
    return PersonMoments.of_rows(
        terms,
        bound.stored,
        bound.panel.values,
        bound.weights,
        persons.count,
        persons.starts,
        codes,
        np.asarray(persons.labels),
    )

"""Designs that cannot be answered: each refused in one sentence, never given numbers."""

from __future__ import annotations

from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.engine.build import Problem
from growthcurves.engine.estimates import Estimates, Sums
from growthcurves.errors import NotEstimableError
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import BoundRows


def refuse_data(model: GrowthModel, panel: Panel) -> None:
    persons, outcome = panel.persons, panel.values
    if persons.count == 1 and model.random.names:
        raise NotEstimableError(
            f"The data hold one person only ({model.id} {show_id(persons.labels[0])}): "
            f"how persons differ cannot be estimated from one; give data of several persons."
        )
    if outcome.min() == outcome.max():
        raise NotEstimableError(
            f"The outcome {model.outcome!r} is constant ({outcome[0]:g}): there is nothing to model."
        )
    if model.time is not None and panel.time_range[0] == panel.time_range[1]:
        raise NotEstimableError(
            f"The time {model.time!r} is constant ({panel.times[0]:g}): no rate of change can be estimated; "
            f"check the column, or leave time out."
        )
    if model.random.names and int(persons.sizes.max()) == 1:
        what = "slopes of persons" if "slope" in model.random.names else "differences between persons"
        raise NotEstimableError(
            f"Every person has one occasion only, so that {what} cannot be told from the residual: "
            f"check that {model.id!r} is the person, or fit random=() for the mean trend alone."
        )


def refuse_design(bound: BoundRows, sums: Sums) -> None:
    rows, kept = sums.rows, len(sums.kept)
    for column in sums.coordinates.dependent_z:
        raise NotEstimableError(
            f"The random effect {bound.recipe.random_names[column]!r} cannot vary: its column is constant or a "
            f"linear combination of the other random effects; leave it out of random=."
        )
    if rows <= kept:
        raise NotEstimableError(
            f"There are {rows} rows for {kept} fixed effects: too few to estimate a residual variance."
        )


def refuse_perfect(bound: BoundRows, problem: Problem) -> None:
    outcome = bound.model.outcome
    if problem.scale == 0.0:
        raise NotEstimableError(
            f"The fixed effects fit {outcome!r} perfectly: there is no residual variation, and no uncertainty to state."
        )


def refuse_unbounded(bound: BoundRows, estimates: Estimates) -> None:
    if estimates.verdict.unbounded:
        raise NotEstimableError(
            f"Every person's own line fits {bound.model.outcome!r} perfectly: there is no residual variation "
            f"within persons, and the likelihood has no maximum; check whether the outcome is computed from time."
        )

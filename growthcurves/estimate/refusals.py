"""Designs that cannot be answered: each refused in one sentence, never given numbers."""

from __future__ import annotations

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.data.vocabulary import vocabulary
from growthcurves.engine.build import MOST_CROSSED, Standardised
from growthcurves.engine.estimates import Estimates, Sums
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.model.covariance import residual_of
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import BoundRows
from growthcurves.numerics.distinct import numbered_within

#: Rows of a unit of the highest level up to which residual structures are fitted inside.
MOST_ROWS = 2_000
#: Sizes whose squares lie within the range of double-precision numbers.
LEAST, MOST = 1e-150, 1e150
BEYOND = "outside the numbers that can be computed with safely (1e-300 to 1e300)"


def refuse_data(model: GrowthModel, panel: Panel) -> None:
    persons, outcome, words = panel.persons, panel.values, vocabulary(panel)
    if persons.count == 1 and model.random.names:
        raise NotEstimableError(
            words.told(
                "The data hold one person only ({id} {who}): how persons differ cannot be estimated from one; give "
                "data of several persons.",
                id=model.id, who=show_id(persons.labels[0]),
            )  # fmt: skip
        )
    if outcome.min() == outcome.max():
        raise NotEstimableError(
            f"The outcome {model.outcome!r} is constant ({outcome[0]:g}): there is nothing to model; check the "
            f"column, and which rows were chosen."
        )
    _refuse_range(model.outcome, outcome)
    if model.time is not None:
        _refuse_range(model.time, panel.times)
    if model.time is not None and panel.time_range[0] == panel.time_range[1]:
        raise NotEstimableError(
            f"The time {model.time!r} is constant ({panel.times[0]:g}): no rate of change can be estimated; "
            f"check the column, or leave time out."
        )
    if model.random.names and int(persons.sizes.max()) == 1:
        what = "slopes of persons" if "slope" in model.random.names else "differences between persons"
        beside = "the residual" if model.likelihood_family is None else "how single outcomes scatter"
        raise NotEstimableError(
            words.told(
                f"Every person has one occasion only, so that {what} cannot be told from {beside}: check that "
                "{id!r} is the person, or fit random=() for the mean trend alone.",
                id=model.id,
            )
        )


def _refuse_range(name: str, values: np.ndarray, curve: str = "") -> None:
    """Refuse a column that varies so much, or so little, that the squares of its differences are no numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        size = float(values.max()) - float(values.min())
    if size == 0.0 or LEAST < size < MOST:
        return
    raise NotEstimableError(
        f"The values of {name!r}{curve} differ by up to {size:.3g}, whose square is {BEYOND}: correct the cell, or "
        f"give {name!r} in another unit."
    )


def refuse_columns(bound: BoundRows) -> None:
    """Refuse predictors and powers of time as `refuse_data` does the outcome."""
    recipe, model = bound.recipe, bound.model
    for (parameter, place), values in zip(recipe.weights, bound.weights, strict=True):
        _refuse_range(recipe.predictors[parameter].names[place], values)
    for name, values in zip(recipe.covariates.names, bound.covariates, strict=True):
        _refuse_range(name, values)
    for values in bound.stored[: len(bound.stored) - len(bound.covariates)]:
        _refuse_range(str(model.time), values, f" in a curve ({model.growth_shape.name})")


def refuse_units(bound: BoundRows, sums: Sums, frame: Standardised) -> None:
    """Refuse units in which the variance of an effect is no number, as a tiny outcome over a huge time."""
    recipe = bound.recipe
    terms = [recipe.terms[j] for j in sums.kept]
    for names, units in ((terms, frame.original_x()), (recipe.random_names, frame.original_z())):
        for name, size in zip(names, np.abs(units).max(axis=1, initial=0.0), strict=True):
            if not LEAST < size < MOST:
                columns = " or ".join(repr(column) for column in (bound.model.outcome, bound.model.time) if column)
                raise NotEstimableError(
                    f"In these units {name!r} is of the size {size:.1g}, and its variance is {BEYOND}: give {columns} "
                    f"in another unit{', or the predictor' if ':' in name else ''}."
                )


def refuse_sizes(bound: BoundRows) -> None:
    """Refuse crossed units of which there are too many, and units too large for a structure of residuals inside."""
    if bound.units and type(residual_of(bound.model.residual)) is not Independent:
        codes = np.unique(bound.units[-1], return_inverse=True)[1][bound.panel.persons.codes]
        largest, unit = int(np.bincount(codes).max()), list(bound.model.above)[-1]
        if largest > MOST_ROWS:
            raise NotAvailableError(
                f"There are {largest:,} rows of one unit of {unit!r}, whose covariance matrix is kept whole where "
                f"residual= is a structure: this version fits up to {MOST_ROWS:,}; with independent residuals there is "
                f"no limit."
            )
    if not bound.crossed:
        return
    names = bound.model.above
    sizes = [len(labels) * len(part.names) for (_, labels), part in zip(bound.crossed, names.values(), strict=True)]
    if sum(sizes) > MOST_CROSSED:
        told = ", ".join(f"{len(labels):,} of {unit!r}" for (_, labels), unit in zip(bound.crossed, names, strict=True))
        raise NotAvailableError(
            f"There are {sum(sizes):,} random effects of crossed units ({told}) beside {bound.model.id!r}, and their "
            f"square is kept whole: this version fits up to {MOST_CROSSED:,}."
        )


def refuse_taken_up(bound: BoundRows) -> None:
    """Refuse a level that has one unit, or whose differences are all taken up by fixed effects that are its own.

    Of J units with as many fixed effects of one growth parameter that differ between units alone nothing is left: their
    variance, and with it the errors of these effects, could be any number.
    """
    recipe, above = bound.recipe, bound.model.above
    for unit, (_, labels) in zip(above, bound.crossed, strict=False):
        _refuse_one_unit(unit, len(labels))
    for level, (unit, (first, _)) in enumerate(zip(above, numbered_within(bound.units), strict=False), start=1):
        _refuse_one_unit(unit, len(first))
        for parameter in above[unit].names:
            own = [
                (recipe.terms[column], bound.weights[weight - 1][first] if weight else np.ones(len(first)))
                for column, weight in recipe.growth_terms.get(parameter, ())
                if not weight or recipe.held[weight - 1] >= level
            ]
            if own and np.linalg.matrix_rank(np.column_stack([values for _, values in own])) >= len(first):
                told = ", ".join(name for name, _ in own[:8])
                raise NotEstimableError(
                    f"There are {len(first)} units of {unit!r}, and as many fixed effects on the {parameter} that are "
                    f"the same within each ({told}): these take up all that units differ in, and their errors "
                    f"could be any number. Leave predictors out, or the random {parameter} of {unit!r}."
                )


def _refuse_one_unit(unit: str, count: int) -> None:
    if count == 1:
        raise NotEstimableError(
            f"The data hold one unit of {unit!r} only: how units differ cannot be estimated from one; leave the level "
            f"out."
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


def refuse_perfect(bound: BoundRows, frame: Standardised) -> None:
    outcome = bound.model.outcome
    if frame.scale == 0.0:
        raise NotEstimableError(
            f"The fixed effects fit {outcome!r} perfectly: there is no residual variation, and no uncertainty to state."
        )


def refuse_unbounded(bound: BoundRows, estimates: Estimates) -> None:
    if estimates.verdict.unbounded:
        raise NotEstimableError(perfect_words(bound))


def perfect_words(bound: BoundRows) -> str:
    """What is said where nothing scatters within persons."""
    return vocabulary(bound.panel).told(
        "Every person's own line fits {outcome!r} perfectly: there is no residual variation within persons, "
        "and the likelihood has no maximum; check whether the outcome is computed from {time}.",
        outcome=bound.model.outcome, time=bound.model.time or "other columns",
    )  # fmt: skip

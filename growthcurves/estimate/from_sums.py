"""A fit from sums alone: of rows that were read in batches, and of sites that send no row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from growthcurves.contracts.note import Note
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.engine.build import Sums, estimated_from_sums, standard_of
from growthcurves.estimate.notes import design_notes, estimation_notes
from growthcurves.estimate.refusals import refuse_design, refuse_perfect, refuse_unbounded, refuse_units
from growthcurves.estimate.run import method_of, warned
from growthcurves.fitted import FittedModel
from growthcurves.model.recipe import BoundRows, Recipe


@dataclass(frozen=True, eq=False)
class ByPerson:
    """What a recipe makes of each person, or what says why it is not there (`Absent`).

    Attributes
    ----------
    weights : sequence of (N,) arrays
        As `BoundRows.weights`; they may be read when they are asked for.
    shape_values : (N, c) array
    random_weights : (N, r) array
    """

    weights: Sequence[np.ndarray] | Any
    shape_values: Any
    random_weights: Any

    @classmethod
    def absent(cls, recipe: Recipe, persons: int, why: Any) -> ByPerson:
        """Nothing of single persons; what a recipe does not take of persons is known without them."""
        nothing = np.zeros((persons, 0))
        return cls(why, why if recipe.shape.columns else nothing, why if recipe.weighted else nothing)


def fit_of_sums(
    recipe: Recipe,
    sums: Sums,
    panel: SavedPanel,
    by_person: ByPerson,
    kind: type[FittedModel],
    method: str | None = None,
    notes: Iterable[Note] = (),
    looked: BoundRows | None = None,
) -> FittedModel:
    """A fitted model of rows that are gone: the same record as a fit that was loaded without its rows.

    How to use it: make `Moments` of each piece of rows about the same `Centres` (`Rows.centres`, by
    ``rows_of(recipe.rows(table), centres=centres)`` and ``summed(rows).moments``); add them (``a + b``, in a fixed
    order); ``Sums.of_batches(moments, people)`` with a function that gives the persons' cross-products, or an `Absent`
    that says why there are none (``lambda: why``). The panel says what is left of the rows: roles, counts, times,
    reasons of rows left out; its `gone` is the sentence of every answer that needs them. Where persons are not known::

        why = Absent("No site sends persons", "ask the sites.", "sites send no persons")
        persons = SavedPersons(count, rows, Occasions(2, 5, 4.3), lambda: why, lambda: why, why)
        panel = SavedPanel(..., persons=persons, clock_of=lambda: clock, table_of=lambda: why, gone=why)
        fit = fit_of_sums(recipe, Sums.of_batches(moments, lambda: why), panel,
                          ByPerson.absent(recipe, count, why), GrowthFit, method)

    Parameters
    ----------
    recipe : Recipe
        Of normal outcomes with independent residuals, without crossed units: sums suffice for no other model.
    sums : Sums
    panel : SavedPanel
    by_person : ByPerson
    kind : type
        The class of the fit.
    method : {"reml", "ml"}, optional
    notes : iterable of Note
        What is said of the rows.
    looked : BoundRows, optional
        Rows of this recipe that notes may look at; without them notes on the estimates are told without names of
        columns that only rows could tell.

    Raises
    ------
    NotEstimableError
        When the sums cannot answer: as `estimate` of rows.
    """
    method = method_of(recipe.model, method)
    recipe = replace(recipe, clock_of=partial(getattr, panel, "clock"), covariate_means=_covariate_means(recipe, sums))
    shape_values, spread = by_person.shape_values, by_person.random_weights
    bound = BoundRows(recipe, panel, shape_values, (), by_person.weights, spread)  # type: ignore[arg-type]
    refuse_design(bound, sums)
    frame = standard_of(sums, method == "reml")
    refuse_perfect(bound, frame)
    refuse_units(bound, sums, frame)
    estimates = estimated_from_sums(sums, frame)
    refuse_unbounded(bound, estimates)
    said = [*notes, *design_notes(bound, sums), *estimation_notes(looked or bound, estimates)]
    return kind(recipe.model, panel, bound, estimates, method, warned(said))  # type: ignore[arg-type]


def _covariate_means(recipe: Recipe, sums: Sums) -> tuple[float, ...]:
    """Means of the covariates over all rows, from the sums."""
    found = []
    for j in range(len(recipe.covariates.names)):
        ((stored, _),) = recipe.made[recipe.first_of_rows + j]
        found.append(sums.mean_of(stored) * recipe.units[stored - 1])
    return tuple(found)

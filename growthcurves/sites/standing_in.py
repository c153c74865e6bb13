"""Persons who stand in for those of sites: rows whose sums are those that the sites sent.

Any rows with the sites' sums have their likelihood, and every answer that is a function of sums (docs/sites.md, 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.errors import DataError
from growthcurves.model.columns import replay
from growthcurves.model.nested import held_by
from growthcurves.model.occasions import learned_residual
from growthcurves.model.recipe import BoundRows
from growthcurves.numerics.stand_ins import stand_ins
from growthcurves.sites.cells import occasion_columns
from growthcurves.sites.recipe import SiteRecipe
from growthcurves.sites.schedule import ScheduleSums
from growthcurves.sites.sums import SiteSums
from growthcurves.sites.words import occasions_words


def stand_in_rows(shared: SiteRecipe, sums: list[SiteSums]) -> BoundRows:
    """Rows of persons who stand in for those of the sites, bound to the recipe."""
    tables, summed = zip(*(part for one in sums for part in _stand_ins(shared, one)), strict=True)
    frame, of_persons = pd.concat(tables, ignore_index=True), np.concatenate(summed)
    for name, values in shared.roles.types.items():
        if all(isinstance(value, str) for value in values):
            frame[name] = pd.Categorical(frame[name], categories=list(values))
    model = shared.model
    panel = Panel(frame, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)
    panel = panel.counted_by(shared.clock).referring(model.reference or {})
    recipe = replace(shared.recipe, model=replace(model, residual=learned_residual(model, panel)))
    bound = recipe.replayed(panel)
    weights = list(bound.weights)
    for j, counted in enumerate(shared.counted[1 : 1 + len(weights)]):
        if not counted:
            weights[j] = of_persons[:, 1 + j] + shared.person_centres[1 + j]
    means = tuple(float(np.mean(column)) for column in bound.covariates)
    same = [_without_rounding(column) for column in weights]
    recipe = replace(recipe, covariate_means=means, held=held_by(same, bound.units))
    return replace(bound, recipe=recipe, weights=tuple(weights))


def _without_rounding(column: np.ndarray) -> np.ndarray:
    """Values (N,) of which those that sums make equal are equal."""
    unit = 1e-11 * float(np.abs(column).max(initial=0.0))
    return column if unit == 0.0 else np.asarray(np.rint(column / unit))


def _stand_ins(shared: SiteRecipe, one: SiteSums) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """The rows that stand in for each schedule of a site, and what is summed of their persons."""
    number = 0
    for schedule in one.schedules:
        types = np.repeat(np.arange(len(schedule.types)), [kind.persons for kind in schedule.types])
        known, outcomes = _made(shared, one.site, schedule, types)
        yield _table(shared, one.site, schedule, types, known, outcomes, number), known
        number += len(types)


def _made(shared: SiteRecipe, site: str, schedule: ScheduleSums, types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is summed of each person (N, a), and outcomes (N, s), with the sums of a schedule."""
    if schedule.records is not None:
        kinds = [np.full(one.persons, one.type) for one in schedule.records]
        assert (np.concatenate(kinds) == types).all()
        outcomes = np.repeat(
            [one.outcomes for one in schedule.records], [one.persons for one in schedule.records], axis=0
        )
        return _counted(shared, site, schedule)[types], np.asarray(outcomes, dtype=float)
    assert schedule.of_persons is not None and schedule.with_outcomes is not None and schedule.of_outcomes is not None
    known, numbers = _counted(shared, site, schedule)[types], ~shared.counted
    try:
        if numbers.any():
            by_type = (types[:, None] == np.arange(len(schedule.types))).astype(float)
            sums = np.array([kind.sums for kind in schedule.types])
            known[:, numbers] = stand_ins(by_type, sums, schedule.of_persons[np.ix_(numbers, numbers)])
        if not np.allclose(
            known.T @ known, schedule.of_persons, rtol=1e-8, atol=1e-8 * np.abs(schedule.of_persons).max()
        ):
            raise ValueError("types are not those of the sums")
        return known, stand_ins(known, schedule.with_outcomes, schedule.of_outcomes)
    except ValueError as error:
        at = occasions_words(shared, list(schedule.occasions))
        raise DataError(f"{site}: the sums in 'schedules' at {at} do not fit together ({error}).") from None


def _counted(shared: SiteRecipe, site: str, schedule: ScheduleSums) -> np.ndarray:
    """What is summed of a person of each type, so far as it follows from what is counted, (types, a)."""
    recipe, roles = shared.recipe, shared.roles
    out = np.zeros((len(schedule.types), len(shared.person_names)))
    out[:, 0] = 1.0
    columns: dict[str, Any] = dict(
        zip(roles.types, zip(*(kind.values for kind in schedule.types), strict=True), strict=True)
    )
    count = len(schedule.types)
    columns |= {name: [value] * count for name, value in zip(roles.keyed, schedule.apart, strict=True)}
    columns |= {name: [1.0] * count for name in roles.numbers}
    if roles.site is not None:
        columns[roles.site] = [site] * count
    made = {
        name: replay(record, {used: pd.Series(columns[used]) for used in record.used})
        for name, record in recipe.predictors.items()
        if not record.constant
    }
    for place, (name, j) in enumerate(recipe.weights, start=1):
        if shared.counted[place]:
            out[:, place] = made[name][:, j]
    return out


def _table(
    shared: SiteRecipe,
    site: str,
    schedule: ScheduleSums,
    types: np.ndarray,
    known: np.ndarray,
    outcomes: np.ndarray,
    number: int,
) -> pd.DataFrame:
    """The rows of persons who stand in."""
    model, roles = shared.model, shared.roles
    count, size = outcomes.shape
    columns: dict[str, Any] = {model.id: np.repeat([f"{site}: {number + i}" for i in range(count)], size)}
    for place, name in enumerate(occasion_columns(shared)):
        columns[name] = np.tile(np.array([row[place] for row in schedule.occasions]), count)
    for place, name in enumerate(roles.types):
        values = np.array([kind.values[place] for kind in schedule.types], dtype=object)
        columns[name] = np.repeat(values[types], size)
    for name, value in zip(roles.keyed, schedule.apart, strict=True):
        own = f"{site}: {value}" if name in model.above and roles.site is None else value
        columns[name] = np.repeat(np.array([own], dtype=object), count * size)
    for name in roles.numbers:
        place = shared.person_names.index(name)
        columns[name] = np.repeat(known[:, place] + shared.person_centres[place], size)
    if roles.site is not None:
        columns[roles.site] = np.repeat(np.array([site], dtype=object), count * size)
    columns[model.outcome] = outcomes.reshape(-1) + shared.outcome_centre
    return pd.DataFrame(columns).infer_objects()

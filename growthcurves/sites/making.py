"""How a recipe is made from a model and rows of which it takes no person along: made-up rows do as well."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import as_frame, check_name, require_columns
from growthcurves.data.panel import Panel
from growthcurves.errors import DataError, ModelError, NotAvailableError, brief
from growthcurves.estimate import bound_panel, read_model
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.lme4 import parse_formula
from growthcurves.model.formula.tree import Expression, Factor, Number, walk
from growthcurves.model.groups import with_groups
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.random import crosses
from growthcurves.model.recipe import BoundRows, Recipe, model_columns
from growthcurves.numerics.bounds import several
from growthcurves.sites.recipe import Centres, Roles, SiteRecipe, shared_recipe

#: Numbers of so few values are counted, as categories are.
FEW_VALUES = 2
#: The most levels of one column: more are no groups of persons.
MOST_LEVELS = 1_000


def recipe_of_rows(
    model: Any, data: Any, levels: Mapping[str, Any] | None, site: str | None, **asked: Any
) -> SiteRecipe:
    """See `growthcurves.sites.door.site_recipe`."""
    if isinstance(model, FittedModel):
        if data is not None or levels or site is not None:
            raise ModelError(
                "A fit has its own rows and levels: gc.site_recipe(fit), or gc.site_recipe(model, data, levels=...)."
            )
        return _of_bound(model.bound, model.model, None, site, {})
    frame = _with_levels(
        as_frame(data.data if isinstance(data, Panel) else data), model, levels or {}, site, asked.get("time")
    )
    given, panel, people = read_model(model, frame, asked.get("time"), asked.get("where"), asked.get("options") or {})
    refuse_model(given)
    bound, _ = bound_panel(given, panel, people)
    formula = model if isinstance(model, str) else None
    return _of_bound(bound, given, formula, site, levels or {})


def refuse_model(model: GrowthModel) -> None:
    """Refuse models of which sums of schedules do not say enough, or whose files could not be read.

    Raises
    ------
    NotAvailableError
        Naming what stands in the way.
    """
    if crosses(model.above):
        units = ", ".join(map(repr, model.above))
        raise NotAvailableError(f"Units that cross persons ({units}) need rows: sites cannot send their sums.")
    if model.functions:
        names = ", ".join(sorted(model.functions))
        raise NotAvailableError(f"A recipe cannot hold functions of your own ({names}): compute the column first.")


def _with_levels(
    frame: pd.DataFrame, model: Any, levels: Mapping[str, Any], site: str | None, time: str | None
) -> pd.DataFrame:
    """The table with made-up persons for levels that none of its persons has."""
    if not isinstance(levels, Mapping):
        raise ModelError(
            f"levels= says the levels of columns, such as {{'arm': ['placebo', 'drug']}}, not {brief(levels)}."
        )
    check_name(site, "site")
    wanted = {name: _listed(name, values) for name, values in levels.items()}
    if site is not None and site not in frame.columns:
        if site not in wanted:
            wanted[site] = ["site 1", "site 2"]
        frame = frame.assign(**{site: wanted[site][0]})
    require_columns(frame, wanted)
    id_columns = _id_of(model, frame, time)
    for name, values in wanted.items():
        frame = _with_all(frame, name, values, id_columns)
    return frame


def _listed(name: str, values: Any) -> list[Any]:
    found = [value.item() if isinstance(value, np.generic) else value for value in several(values)]
    if len(found) < 2 or len(found) > MOST_LEVELS or len(set(map(str, found))) < len(found):
        raise ModelError(
            f"A column has two levels or more that differ, the reference first: {brief(name)} is given {len(found)}."
        )
    if not all(isinstance(value, (str, int, float, bool)) for value in found):
        raise ModelError(f"The levels of {brief(name)} are texts or numbers.")
    return found


def _id_of(model: Any, frame: pd.DataFrame, time: str | None) -> list[str]:
    """The column that says whose row it is, of a model; of a formula the data tell which bar has it."""
    if isinstance(model, GrowthModel):
        return [model.id]
    return list(with_groups(parse_formula(str(model), time), time, frame).group)


def _with_all(frame: pd.DataFrame, name: str, values: list[Any], id_columns: list[str]) -> pd.DataFrame:
    column = frame[name]
    there = list(pd.unique(column.dropna()))
    unknown = [value for value in there if value not in values]
    if unknown:
        raise DataError(
            f"{name!r} has the level {str(unknown[0])!r}, which is not among those that are named "
            f"({', '.join(map(str, values))})."
        )
    absent = [value for value in values if value not in there]
    if absent:
        frame = pd.concat([frame, *(_made_up(frame, name, value, id_columns) for value in absent)], ignore_index=True)
    if all(isinstance(value, str) for value in values):
        frame = frame.assign(**{name: pd.Categorical(frame[name], categories=values)})
    return frame


def _made_up(frame: pd.DataFrame, name: str, value: Any, id_columns: list[str]) -> pd.DataFrame:
    """The rows of the first person, as one of another level."""
    first = frame[id_columns].eq(frame[id_columns].iloc[0]).all(axis=1)
    rows = frame[first].copy()
    rows[name] = value
    for column in id_columns:
        fresh = frame[column].max() + 1 if holds_numbers(frame[column]) else f"made up {name} {value}"
        rows[column] = fresh
    return rows


def of_recipe(recipe: Recipe) -> SiteRecipe:
    """The recipe of a fit as one of sites: numbers are summed about zero, and none is counted by value."""
    refuse_model(recipe.model)
    _refuse_learned(recipe)
    levels, model = _known_levels(recipe), recipe.model
    of_rows = [name for record in recipe.level_one for name in record.used if name not in (*recipe.curves, model.time)]
    wave = [] if model.wave is None else [model.wave]
    names = [
        name
        for name in dict.fromkeys([*wave, *model_columns(model)])
        if name not in (model.id, model.time, model.outcome)
    ]
    rows = tuple(dict.fromkeys([*wave, *of_rows]))
    apart = {*rows, *_of_covariance(recipe)}
    types = {name: tuple(levels[name]) for name in names if name in levels and name not in apart}
    predicting = {name for one in recipe.predictors.values() for name in one.used}
    others = [name for name in names if name not in {*rows, *types}]
    numbers = tuple(name for name in others if name in predicting - apart)
    roles = Roles(types, numbers, tuple(name for name in others if name not in numbers), rows, None)
    return shared_recipe(recipe, model, None, roles, Centres(0.0, {}))


# ------------------------------------------------------------------ what the columns are


def _of_bound(
    bound: BoundRows, given: GrowthModel, formula: str | None, site: str | None, levels: Mapping[str, Any]
) -> SiteRecipe:
    recipe = bound.recipe
    refuse_model(given)
    if recipe.clock is not None and recipe.clock.derived:
        raise NotAvailableError(
            f"{given.time!r} holds dates, whose origin is each person's own: count elapsed times in the table first, "
            f"so that every site has the same numbers."
        )
    _refuse_learned(recipe)
    roles = _roles(bound, site, levels)
    if recipe.model.likelihood_family is not None and roles.numbers:
        raise NotAvailableError(
            f"Records of outcomes of a family are counted by predictor, and {roles.numbers[0]!r} holds numbers: make "
            f"groups of it, or name its few values as its levels."
        )
    first = shared_recipe(recipe, given, formula, roles, Centres(0.0, {}))
    return shared_recipe(recipe, given, formula, roles, _centres(bound, first))


def _refuse_learned(recipe: Recipe) -> None:
    """Refuse functions that learned from persons' values, which would stand in the recipe."""
    of_time = {recipe.model.time, recipe.model.wave}
    for columns in (*recipe.predictors.values(), *recipe.level_one):
        for factor, states in columns.states.items():
            if not factor.columns <= of_time and not _as_written(factor, states):
                raise NotAvailableError(
                    f"{factor.label} learns from the values of persons, which a recipe may not hold: compute the "
                    f"column with fixed round numbers in the table first (age - 40 in the place of center(age))."
                )


def _as_written(factor: Factor, states: Mapping[Any, Any]) -> bool:
    """Whether functions know no more than the formula says: levels, which every recipe has, and numbers in its text."""
    node = factor.node if isinstance(factor, Expression) else None
    written = {one.value for one in walk(node) if isinstance(one, Number)} if node is not None else set()
    return all(_numbers(state) <= written for state in states.values())


def _numbers(state: Any) -> set[float]:
    """The numbers in what a function knows, but for levels."""
    if isinstance(state, Mapping):
        return set().union(*(_numbers(value) for key, value in state.items() if key != "levels"))
    if isinstance(state, (list, tuple)):
        return set().union(*map(_numbers, state))
    return {float(state)} if isinstance(state, (int, float)) and not isinstance(state, bool) else set()


def _roles(bound: BoundRows, site: str | None, levels: Mapping[str, Any]) -> Roles:
    recipe, people = bound.recipe, PersonLevel(bound.panel)
    model = recipe.model
    roles = {model.id, model.time, model.outcome, site}
    wave = [] if model.wave is None else [model.wave]
    columns = [name for name in dict.fromkeys([*wave, *model_columns(model)]) if name not in roles]
    by_level = _known_levels(recipe)
    predicting = {name for one in recipe.predictors.values() for name in one.used}
    apart = {name for one in recipe.level_one for name in one.used} | _of_covariance(recipe)
    types: dict[str, tuple[Any, ...]] = {}
    numbers, keyed, of_rows = [], [], []
    for name in columns:
        if people.varies(name) or name == model.wave:
            of_rows.append(name)
        elif name in apart:
            keyed.append(name)
        elif name in by_level or name in levels or _few(people, name):
            types[name] = tuple(levels.get(name, by_level.get(name) or _values(people, name)))
        elif name in predicting:
            numbers.append(name)
        else:
            keyed.append(name)
    return Roles(types, tuple(numbers), tuple(keyed), tuple(of_rows), site)


def _known_levels(recipe: Recipe) -> dict[str, list[Any]]:
    records: Iterable[Columns] = (*recipe.predictors.values(), *recipe.level_one)
    return {name: found for columns in records for name, found in columns.known_levels.items()}


def _of_covariance(recipe: Recipe) -> set[str]:
    """The columns without which the occasions of a person do not say the covariance of the person's outcomes."""
    residual = getattr(residual_of(recipe.model.residual), "columns", ())
    return {*recipe.shape.columns, *recipe.model.above, *residual}


def _few(people: PersonLevel, name: str) -> bool:
    values = people.value(name)
    return not holds_numbers(pd.Series(values)) or len(pd.unique(pd.Series(values))) <= FEW_VALUES


def _values(people: PersonLevel, name: str) -> list[Any]:
    found = sorted(pd.unique(pd.Series(people.value(name))).tolist(), key=lambda value: (str(type(value)), value))
    return [value.item() if isinstance(value, np.generic) else value for value in found]


# ------------------------------------------------------------------ round centres


def round_centre(values: np.ndarray) -> float:
    """A round number near the middle of values, no nearer than their spread: it tells nothing of a person.

    Examples
    --------
    >>> round_centre(np.array([251.0, 298.0, 343.0, 300.0])), round_centre(np.array([38.1, 44.7, 41.2]))
    (300.0, 40.0)
    """
    values = np.asarray(values, dtype=float)
    spread = float(np.std(values))
    if not np.isfinite(spread) or spread == 0.0:
        return 0.0
    unit = 10.0 ** math.ceil(math.log10(spread))
    return float(round(float(np.mean(values)) / unit) * unit)


def _centres(bound: BoundRows, found: SiteRecipe) -> Centres:
    """About what a site sums, by name; of what is counted about zero."""
    numbers = {}
    weights = dict(zip(found.person_names[1 : 1 + len(bound.weights)], bound.weights, strict=True))
    people = PersonLevel(bound.panel)
    for name, counted in zip(found.person_names, found.counted, strict=True):
        if not counted:
            values = weights[name] if name in weights else people.value(name)
            numbers[name] = round_centre(np.asarray(values, dtype=float))
    family = bound.recipe.model.likelihood_family
    return Centres(round_centre(bound.panel.values) if family is None else 0.0, numbers)

"""What a table says of itself wherever it goes: of how many persons it is, and at which level its intervals are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.data.saved_panel import SavedPanel
from growthcurves.data.source import show_level
from growthcurves.data.unit_words import unit_words
from growthcurves.data.units_above import Above, UnitsAbove, above_of
from growthcurves.fitted import FittedModel
from growthcurves.remembered import remembered
from growthcurves.results.tables.units import unit_counts

#: Groups that a line lists.
_MOST_GROUPS = 8


def said(table: pd.DataFrame, fit: FittedModel, level: float | None = None) -> pd.DataFrame:
    """The table with its sample and confidence level among its attributes, for what is printed below it."""
    table.attrs["sample"] = sample(fit)
    if level is not None:
        table.attrs["level"] = float(level)
    return table


@remembered
def sample(fit: FittedModel) -> str:
    """Of whom a fit is, with the persons of each group that predicts growth.

    Examples
    --------
    >>> import growthcurves as gc
    >>> sample(gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont")))
    'N = 27 persons (sex: Male 16, Female 11), 108 observations.'
    """
    counts = [_counted(column, levels, found) for column, levels, found in _counts(fit)]
    groups = f" ({'; '.join(counts)})" if counts else ""
    return f"N = {units_counted(fit)}{groups}, {fit.sums.rows:,} observations."


def units_counted(fit: FittedModel) -> str:
    """How many persons, or what the data have in their place, a fit is of: "27 persons", "60 schools"."""
    who = fit.vocabulary.who
    return f"{fit.sums.persons:,} {who.one if fit.sums.persons == 1 else who.several}"


@remembered
def fewest_persons(fit: FittedModel) -> tuple[float, str]:
    """The smallest group of persons that a predictor of growth makes: how many, and which; infinite without groups.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fewest_persons(gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont")))
    (11, 'sex Female')
    """
    found = [
        (int(counts.get(level, 0)), f"{column} {show_level(level)}")
        for column, levels, counts in _counts(fit) for level in levels
    ]  # fmt: skip
    return min((one for one in found if one[0]), default=(float("inf"), ""))


def _groups(fit: FittedModel) -> list[tuple[str, list]]:
    """The columns of categories among the predictors of growth parameters, and their levels."""
    found = {name: levels for columns in fit.recipe.predictors.values() for name, levels in columns.levels.items()}
    return [(name, list(levels)) for name, levels in found.items() if len(levels) <= _MOST_GROUPS]


def _counts(fit: FittedModel) -> list[tuple[str, list, Mapping[Any, int]]]:
    """The same with how many persons have each level, as far as it is known."""
    groups = _groups(fit)
    known: Mapping[str, Mapping[Any, int]] = fit.panel.counts if isinstance(fit.panel, SavedPanel) else {}
    if all(column in known for column, _ in groups):
        return [(column, levels, known[column]) for column, levels in groups]
    persons = _persons(fit)
    return [(name, levels, persons[name].value_counts().to_dict()) for name, levels in groups if name in persons]


def _persons(fit: FittedModel) -> pd.DataFrame:
    """One row per person, as far as it is known."""
    if isinstance(fit.panel, SavedPanel):
        table = fit.panel.person_table
        return table if isinstance(table, pd.DataFrame) else pd.DataFrame()
    return fit.panel.frame.iloc[fit.panel.persons.first_rows]


def _counted(column: str, levels: list, counts: Mapping[Any, int]) -> str:
    return f"{column}: " + ", ".join(f"{show_level(level)} {counts.get(level, 0):,}" for level in levels)


def above_words(fit: FittedModel) -> str:
    """Units that hold persons and are no part of the model: "school (12 schools): ..."; "" where there are none."""
    above, nested = _above(fit)
    if not above:
        return ""
    found = ", ".join(f"{one.column} ({one.units:,} {one.several})" for one in above)
    one = unit_words(above[0].column).one if len(above) == 1 else "unit of these"
    alike = f"{fit.vocabulary.who.several} of one {one} are taken to be no more alike than others"
    return f"{found}: {alike}{_advice(fit, above) if nested else ''}"


def _above(fit: FittedModel) -> Above:
    """Those units, as far as they are known."""
    if isinstance(fit.panel, SavedPanel):
        return Above() if fit.panel.facts is None else fit.panel.facts.above
    return above_of(fit.panel, fit.data_columns, tuple(fit.model.above))


def _advice(fit: FittedModel, above: tuple[UnitsAbove, ...]) -> str:
    """How such units are made levels of the model, the smaller first, where a model can have them."""
    if fit.family is not None or not fit.independent or fit.bound.crossed:
        return ""
    counts = {one.column: one.units for one in unit_counts(fit)} | {one.column: one.units for one in above}
    there = {unit: tuple(part.names) for unit, part in fit.model.above.items()}
    named = {unit: there.get(unit, ("intercept",)) for unit in sorted(counts, key=lambda unit: -counts[unit])}
    return f";\nlevels={named} makes {'it a level' if len(above) == 1 else 'them levels'} of the model"

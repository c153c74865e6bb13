"""Rows by which it is told whether a model lies in another: those of both fits, or rows that stand for them.

Where the rows of one fit are there, they are read for the other. Where none are, persons of the fits are taken at times
and with values that vary within them like those observed, each column by itself; where persons are many, some of them,
and others whose columns are drawn: what is a combination of other columns there is so in any rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.absent import Absent
from growthcurves.data.panel import Panel
from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.model.recipe import used_columns
from growthcurves.results.compare.alignment import common_order
from growthcurves.results.questions.grid_variables import all_columns, levels_of_columns

#: Up to so many persons are taken as they are, or drawn, each at so many times.
PERSONS, TIMES = 4_000, 8
#: The outcome of rows that stand for others, which nothing depends on.
OUTCOME = "outcome of a stand-in"

Ordered = tuple[FittedModel, np.ndarray]


def rows_in_common(first: FittedModel, second: FittedModel) -> list[Ordered]:
    """Both fits with the same rows, and the order in which they are the same, (n,).

    Raises
    ------
    NotAvailableError
        Where no rows can stand for those that are gone.
    """
    pair = (first, second)
    if all(fit.panel.has_rows for fit in pair):
        return list(zip(pair, common_order(first, second), strict=True))
    there = next((fit for fit in pair if fit.panel.has_rows), None)
    if there is not None and not _is_read_by(there, pair):
        raise NotAvailableError(
            "Whether one model lies in the other is not known: the rows of the one lack columns of the other."
        )
    panel = _stand_ins(first, second) if there is None else there.panel
    order = np.arange(len(panel))
    return [(fit if fit.panel is panel else _with_rows(fit, panel), order) for fit in pair]


def _is_read_by(there: FittedModel, pair: tuple[FittedModel, FittedModel]) -> bool:
    """Whether the rows of a fit have the columns of both."""
    names = {name for fit in pair for name in (fit.model.id, *used_columns(fit.recipe))}
    return len(_times_named(pair)) <= 1 and names <= set(there.panel.frame.columns)


def _times_named(pair: tuple[FittedModel, FittedModel]) -> set[str]:
    """The columns that are the time of either model; a model without a random slope may have none."""
    return {fit.model.time for fit in pair if fit.model.time is not None}


def _with_rows(fit: FittedModel, panel: Panel) -> FittedModel:
    """A fit whose columns are made of other rows."""
    panel = panel.referring(fit.model.reference or {})
    return replace(fit, panel=panel, bound=fit.recipe.replayed(panel))


def _stand_ins(first: FittedModel, second: FittedModel) -> Panel:
    """Rows that stand for those that are gone."""
    named = _times_named((first, second))
    if len(named) > 1 or first.model.id != second.model.id:
        raise NotAvailableError(
            "Whether one model lies in the other is not known: their times or ids are columns of different names, and "
            "only rows tell how these hang together."
        )
    rng = np.random.default_rng(0)
    timed = next((fit for fit in (first, second) if fit.model.time is not None), first)
    time = timed.model.time
    persons = _persons(first, second, rng)
    table = persons.loc[persons.index.repeat(TIMES)].reset_index(drop=True)
    table[first.model.id] = np.repeat(np.arange(len(persons)), TIMES)
    if time is not None:
        table[time] = _times(timed, rng, len(persons)).ravel()
    names = dict.fromkeys(name for fit in (first, second) for name in used_columns(fit.recipe) if name not in table)
    drawn = {name: _drawn(name, (first, second), rng, len(table)) for name in names}
    table = table.assign(**drawn, **{OUTCOME: rng.normal(size=len(table))})
    return Panel(table, id=first.model.id, time=time, outcome=OUTCOME)


# ---------------------------------------------------------------- persons


def _persons(first: FittedModel, second: FittedModel, rng: np.random.Generator) -> pd.DataFrame:
    """Persons with the columns of both models that do not vary within them."""
    tables, labels = [_known(fit) for fit in (first, second)], first.panel.persons.labels
    place = pd.Index(second.panel.persons.labels).get_indexer(pd.Index(labels))
    rows = np.unique(np.linspace(0, len(labels) - 1, min(len(labels), PERSONS)).astype(int))
    found = [tables[0].iloc[rows].reset_index(drop=True), tables[1].iloc[place[rows]].reset_index(drop=True)]
    joined = pd.concat(found, axis=1)
    joined = joined.loc[:, ~joined.columns.duplicated()]
    if len(rows) == len(labels):
        return joined
    made = {name: _drawn(name, (first, second), rng, PERSONS) for name in joined}
    return pd.concat([joined.astype(object), pd.DataFrame(made, dtype=object)], ignore_index=True).infer_objects()


def _known(fit: FittedModel) -> pd.DataFrame:
    """The columns of a model that do not vary within persons, one row per person.

    Raises
    ------
    NotAvailableError
        Where persons are not known.
    """
    panel: Any = fit.panel
    why = panel.person_table if isinstance(panel.person_table, Absent) else None if fit.knows_persons else panel.gone
    if why is not None:
        raise NotAvailableError(f"Whether one model lies in the other is not known: {why.short}.")
    names = [name for name in used_columns(fit.recipe) if not panel.varies(name)]
    return pd.DataFrame({name: panel.person_values(name) for name in names}, index=range(panel.persons.count))


# ---------------------------------------------------------------- what is drawn


def _times(fit: FittedModel, rng: np.random.Generator, persons: int) -> np.ndarray:
    """Times of each person, (persons, times): of those observed where they are few, else any between the ends."""
    panel: Any = fit.panel
    if panel.time_facts is None:
        return np.zeros((persons, TIMES))
    if panel.facts.times is not None:
        return np.sort(rng.choice(np.array(panel.facts.times), (persons, TIMES)), axis=1)
    return np.sort(rng.uniform(panel.time_facts.first, panel.time_facts.last, (persons, TIMES)), axis=1)


def _drawn(name: str, fits: tuple[FittedModel, FittedModel], rng: np.random.Generator, rows: int) -> np.ndarray:
    """Values of a column: any of its levels, those of units that were seen, or numbers between its ends."""
    for columns in (columns for fit in fits for columns in all_columns(fit)):
        if name in (levels := levels_of_columns(columns)):
            return np.array(levels[name], dtype=object)[rng.integers(0, len(levels[name]), rows)]
    panel: Any = next(fit.panel for fit in fits if name in used_columns(fit.recipe))
    if name in panel.facts.numbers and not any(name in fit.model.above for fit in fits):
        low, high = panel.ends(name, None)
        return rng.uniform(low, high, rows)
    seen = np.asarray(panel.person_values(name), dtype=object)
    return seen[rng.integers(0, len(seen), rows)]

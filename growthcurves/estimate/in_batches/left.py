"""What is left of rows that were summed: a panel without them, and what their recipe makes of each person."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.absent import SUMMED_ROWS
from growthcurves.data.clock import Clock
from growthcurves.data.joined import in_order, kinds_of_parts
from growthcurves.data.panel import Panel
from growthcurves.data.saved_panel import SavedPanel, SavedPersons
from growthcurves.data.sources.asked import as_typed
from growthcurves.data.table_facts import TableFacts, few_times
from growthcurves.data.time_words import time_words
from growthcurves.data.units_above import Above, above_of
from growthcurves.estimate.from_sums import ByPerson
from growthcurves.estimate.given import BATCH
from growthcurves.estimate.in_batches.learning import Learned
from growthcurves.estimate.in_batches.people import People, Weights
from growthcurves.estimate.in_batches.source_rows import SourceRows
from growthcurves.estimate.in_batches.summing import Summing
from growthcurves.model.recipe import intercept_ranges, model_columns, used_columns


def panel_left(found: Learned, summing: Summing) -> SavedPanel:
    """What is left of the rows."""
    reading, tally, people, model = found.rows.reading, found.tally, summing.people, found.bound.model
    looked = found.bound.panel
    labels_of = partial(_labels, people, kinds_of_parts(looked.frame, looked.id))
    clock = partial(_clock, people, None if model.time is None else looked)
    persons = SavedPersons(
        tally.persons, tally.rows, tally.occasions, partial(people.column, "sizes"), labels_of, SUMMED_ROWS
    )
    names = ("id", "time", "outcome", "wave", "time_unit", "outcome_unit", "since")
    panel = SavedPanel(
        **{name: getattr(looked, name) for name in names}, where=reading.where, persons=persons,
        time_facts=tally.facts(), reasons=found.ledger.told(reading),
        clock_of=clock, hash_of=partial(found.rows.fingerprint, clock),
        table_of=partial(people.table, tuple(summing.table)), ranges=intercept_ranges(found.bound.recipe, looked.frame),
        gone=SUMMED_ROWS, counts=summing.facts.levels, facts=_facts(found, summing),
        last_of=partial(people.column, "last"),
    ).referring(model.reference or {})  # fmt: skip
    counted = time_words(looked).axis if looked.derived else ""
    return replace(panel, kept=tally.kept(panel, summing.table, counted), typed=_typed(found.rows))


def _typed(rows: SourceRows) -> tuple[str, str]:
    """The data as one would type them again in a call of `fit`, and its further options."""
    size, condition = rows.whole.size, rows.reading.where
    where = "" if condition is None else f", where={condition!r}"
    return as_typed(rows.whole.source), where + ("" if size == BATCH else f", batch={size}")


def by_person_of(found: Learned, people: People) -> ByPerson:
    """What the recipe makes of each person; weights are read where they are asked for."""
    recipe, count = found.bound.recipe, found.tally.persons
    shape_values = _by_person(people, "shape", bool(recipe.shape.columns), count)
    spread = _by_person(people, "random", bool(recipe.weighted), count)
    return ByPerson(Weights(people, len(found.bound.weights)), shape_values, spread)


def _by_person(people: People, name: str, there: bool, count: int) -> Any:
    return people.column(name) if there else np.zeros((count, 0))


def _labels(people: People, kinds: tuple[Any, ...]) -> Any:
    """Who the persons are; joined ids in the order of their parts."""
    labels = people.labels()
    return in_order(labels, kinds) if isinstance(labels, pd.Categorical) else labels


def _facts(found: Learned, summing: Summing) -> TableFacts:
    """What is remembered of the columns."""
    tally, recipe, whole = found.tally, found.bound.recipe, found.rows.whole
    of_persons = tuple(name for name in used_columns(recipe) if not found.sketch.varying.get(name))
    columns = dict.fromkeys([*whole.source.columns(), *map(str, found.bound.panel.frame.columns)])
    numbers = summing.facts.means(tally.rows, tally.persons, of_persons)
    times = few_times(tally.rows_at.values)
    return TableFacts(tuple(columns), of_persons, numbers, times, summing.facts.mark, _above(found))


def _above(found: Learned) -> Above:
    """Units above persons that the model leaves out, where everybody was looked at."""
    looked, model = found.bound.panel, found.bound.model
    used = [name for name in (model.id, model.time, model.outcome, *model_columns(model)) if name is not None]
    return above_of(looked, used, tuple(model.above)) if found.sketch.whole else Above()


def _clock(people: People, looked: Panel | None) -> Clock | None:
    """How times of new rows are read: as those of the persons that were looked at, with everybody's first."""
    if looked is None:
        return None
    return replace(looked.clock, firsts=people.column("first") if people.has("first") else None, derived=looked.derived)

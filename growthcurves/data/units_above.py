"""Columns that say in which schools, hospitals or sites persons are, where the analysis leaves them out."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array
from growthcurves.data.levels import told_apart
from growthcurves.data.unit_words import unit_words
from growthcurves.data.vocabulary import OF_PERSONS

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


class UnitsAbove(NamedTuple):
    """A column of units that hold persons: its name, how many units there are, and what they are called."""

    column: str
    units: int
    several: str


class Above(NamedTuple):
    """Units above persons that an analysis leaves out, and whether they and those that it has lie in one another."""

    units: tuple[UnitsAbove, ...] = ()
    nested: bool = True


def above_of(panel: Panel, used: Collection[str], levels: Collection[str]) -> Above:
    """The units that an analysis of a panel leaves out, beside the columns of units that are its levels."""
    found = units_above(panel, used)
    counts = {name: len(told_apart(raw_array(panel.frame, name))[1]) for name in levels} if found else {}
    counts |= {one.column: one.units for one in found}
    return Above(tuple(found), _in_one_another(panel, sorted(counts, key=lambda unit: -counts[unit])))


def _in_one_another(panel: Panel, names: list[str]) -> bool:
    """Whether units of each column lie in one of the next: names that are used again leave open which hold which."""
    first = panel.persons.first_rows
    labels = [told_apart(raw_array(panel.frame, name)[first])[0] for name in names]
    return all(
        first_difference(outer, inner, np.unique(inner, return_index=True)[1]) is None
        for inner, outer in zip(labels, labels[1:], strict=False)
    )


def units_above(panel: Panel, used: Collection[str]) -> list[UnitsAbove]:
    """Units that hold several persons each, by columns that the analysis does not use.

    A column is one of them where its name says so (school, hospital, site), it is the same in all rows of a person, and
    it has fewer values than there are persons.

    Examples
    --------
    >>> import growthcurves as gc, pandas as pd
    >>> rows = {"pupil": [1, 1, 2, 2, 3, 3], "school": [1, 1, 1, 1, 2, 2], "grade": [0, 1] * 3, "reading": range(6)}
    >>> units_above(gc.Panel(pd.DataFrame(rows), "pupil", "grade", "reading"), ())
    [UnitsAbove(column='school', units=2, several='schools')]
    """
    found = []
    for column in map(str, panel.frame.columns):
        words = unit_words(column)
        if column in {panel.id, panel.time, panel.outcome, panel.wave, *used} or words.one not in OF_PERSONS:
            continue
        values, persons = raw_array(panel.frame, column), panel.persons
        count = len(told_apart(values[persons.first_rows])[1])
        if 1 < count < persons.count and first_difference(values, persons.codes, persons.first_rows) is None:
            found.append(UnitsAbove(column, count, words.several))
    return found

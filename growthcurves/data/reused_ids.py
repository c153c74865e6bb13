"""Ids used again: one id that seems to be several persons, one at every site or in every arm."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array
from growthcurves.data.levels import told_apart
from growthcurves.data.persons import Persons
from growthcurves.data.source import show_id
from growthcurves.numerics.distributions import f_tail

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

#: A column with at most so many values makes groups.
MOST_GROUPS = 20
#: Ids whose rows are compared: with fewer no spread can be, and more than the first of them tell no more.
FEWEST_IDS, LOOKED_AT = 6, 500
#: Rows of one id and value are alike where chance makes them so more rarely than this.
ALIKE = 0.01
#: Rows of one id are alike whatever the value where chance makes them so more rarely than this.
ALIKE_ACROSS = 0.01


def reused_ids_note(panel: Panel, column: str) -> str | None:
    """Whether one id seems to be several persons, told apart by a column's values; None where nothing says so.

    Two things say so. Something else that persons differ in varies with the column alone: age is one number for id 7
    of one arm and another for id 7 of the other. Or the outcomes of one id are alike for one value of the column, and
    for different values no more alike than those of different ids (F tests of the mean squares of ids and of values
    within ids, after a straight line in time for every group).
    """
    used = _UsedAgain(panel, column)
    if not used.possible:
        return None
    name = used.other_column() if 2 * used.mixed.sum() >= used.persons.count else None
    if name is not None:
        return used.text(f"each with another {name!r}")
    return used.text("and are no more alike across them than different ids are") if used.as_strangers() else None


@dataclass(frozen=True, eq=False)
class _UsedAgain:
    """The rows of a panel's first persons by person and by the values of a column."""

    panel: Panel
    column: str

    @cached_property
    def rows(self) -> np.ndarray:
        return np.flatnonzero(self.panel.persons.codes < LOOKED_AT)

    @cached_property
    def persons(self) -> Persons:
        return Persons.of(self.panel.persons.codes[self.rows])

    def of(self, name: str) -> Any:
        """A column over these rows."""
        return self.panel.column(name)[self.rows]

    @cached_property
    def values(self) -> tuple[np.ndarray, Any]:
        return told_apart(self.of(self.column))

    @cached_property
    def cells(self) -> Persons:
        """Each person under each value."""
        codes, levels = self.values
        return Persons.of(self.persons.codes.astype(np.int64) * (len(levels) + 1) + codes)

    @cached_property
    def mixed(self) -> np.ndarray:
        """Whether a person has several values, one each."""
        return np.bincount(self.persons.codes[self.cells.first_rows], minlength=self.persons.count) > 1

    @property
    def possible(self) -> bool:
        """Whether several persons have several values, and values of several rows."""
        if 2 * self.cells.count > len(self.rows):
            return False
        return len(self.values[1]) > 1 and int(self.mixed.sum()) > 1

    def other_column(self) -> str | None:
        """Another column that is constant for each person under each value, and that differs with both."""
        panel, groups = self.panel, Persons.of(self.values[0])
        for name in panel.data.columns:
            if name in (panel.id, panel.time, panel.outcome, panel.wave, self.column):
                continue
            if self._told_apart_by(name) and not _constant(self.of(name), groups):
                return str(name)
        return None

    def _told_apart_by(self, name: str) -> bool:
        values = self.of(name)
        return _constant(values, self.cells) and not _constant(values, self.persons)

    def as_strangers(self) -> bool:
        """Whether rows of one id are alike under one value, and under others as unlike as those of strangers."""
        rows = np.flatnonzero(self.mixed[self.persons.codes])
        ids, cells = (pd.factorize(codes[rows])[0] for codes in (self.persons.codes, self.cells.codes))
        p, c, n = ids.max(initial=-1) + 1, cells.max(initial=-1) + 1, len(rows)
        if p < FEWEST_IDS or c <= p or n - c < 2 * p:
            return False
        rest, time = self._without_trend(rows), self._times(rows)
        within = _about_lines(rest, time, cells, ids)
        more = (_about_lines(rest, time, ids, ids) - within) / (c - p)
        if within <= 0 or f_tail(more / (within / (n - c - p)), c - p, n - c - p) > ALIKE:
            return False
        by_cell, by_id = _means(rest, cells), _means(rest, ids)
        across = float(((by_cell - by_id) ** 2).sum()) / (c - p)
        return f_tail(float((by_id**2).sum()) / (p - 1) / across, p - 1, c - p) > ALIKE_ACROSS

    def _times(self, rows: np.ndarray) -> np.ndarray:
        return self.panel.times[self.rows[rows]] if self.panel.time is not None else np.zeros(len(rows))

    def _without_trend(self, rows: np.ndarray) -> np.ndarray:
        """The outcomes less a line in time for every group, or in time and the column where it makes no groups."""
        panel, codes = self.panel, self.values[0][rows]
        time = self._times(rows)
        if len(self.values[1]) <= MOST_GROUPS:
            groups = (codes[:, None] == np.arange(len(self.values[1]))).astype(float)
        else:
            groups = np.column_stack([np.ones(len(rows)), panel.numbers(self.column)[self.rows[rows]]])
        design = np.column_stack([groups, groups * (time - time.mean())[:, None]])
        outcome = panel.values[self.rows[rows]]
        return outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]

    def text(self, why: str) -> str:
        panel = self.panel
        person = show_id(panel.persons.labels[self.persons.labels[int(self.mixed.argmax())]])
        first = "the first " if panel.persons.count > self.persons.count else ""
        name = self._grouping()
        parts = str(panel.id).split(", ")
        ids = parts if set(parts) <= set(map(str, panel.data.columns)) else [panel.id]
        advice = "give id= as the columns that tell them apart" if name is None else f"give id={[name, *ids]!r}"
        return (
            f"One id seems to be several persons: {int(self.mixed.sum())} of {first}{self.persons.count} ids, such as "
            f"{person}, occur under several values of {self.column!r}, {why}; if so, {advice}."
        )

    def _grouping(self) -> str | None:
        """The column itself where it makes groups, else one that does and tells the same persons apart."""
        if self._makes_groups(self.column):
            return self.column
        roles = (self.panel.id, self.panel.time, self.panel.outcome)
        others = [str(name) for name in self.panel.data.columns if name not in roles]
        return next((name for name in others if self._makes_groups(name) and self._goes_along(name)), None)

    def _goes_along(self, name: str) -> bool:
        """Whether a column varies within persons, and hardly ever within one of their values."""
        values = told_apart(self.of(name))[0]
        within = len(np.unique(np.column_stack([self.cells.codes, values]), axis=0))
        return not _constant(values, self.persons) and within <= 1.1 * self.cells.count

    def _makes_groups(self, name: str) -> bool:
        values = raw_array(self.panel.data, name)
        return not holds_numbers(values) or len(pd.unique(values)) <= MOST_GROUPS


def _constant(values: Any, persons: Persons) -> bool:
    return first_difference(values, persons.codes, persons.first_rows) is None


def _about_lines(values: np.ndarray, time: np.ndarray, levels: np.ndarray, ids: np.ndarray) -> float:
    """The sum of squares about lines with a level for each of `levels` and a slope for each id."""
    away, at = values - _means(values, levels), time - _means(time, levels)
    along, size = np.bincount(ids, away * at), np.bincount(ids, at * at)
    return float((away**2).sum() - (along[size > 0] ** 2 / size[size > 0]).sum())


def _means(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The mean of each row's group, (n,)."""
    return (np.bincount(codes, values) / np.bincount(codes))[codes]

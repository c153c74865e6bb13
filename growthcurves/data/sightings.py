"""Who was seen when, counted in batches of whole persons, whose rows are then forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import known_ids, standing_by_pattern
from growthcurves.data.checks import holds_numbers
from growthcurves.data.counts import Counts
from growthcurves.data.levels import factorized, told_apart, united
from growthcurves.data.panel import Panel
from growthcurves.data.patterns import plain_number
from growthcurves.data.persons import Persons
from growthcurves.data.points import points_of_times
from growthcurves.data.seen import MOST_LEVELS, SeenWhen, alike, codes_of, summed_by

#: Where there are more different times, who was seen at which is not kept; and so many different persons are.
MOST_WAVES, MOST_KINDS = 512, 200_000
_BITS = 62


@dataclass
class Sightings:
    """Persons of a table who are alike, with their number; more rows may come.

    Attributes
    ----------
    columns : tuple of str
        Columns that may make groups; those of many levels are left as they come.
    at : Counts
        Of the rows that have an outcome, by time, or by the number of the wave.
    sums : (W,) array
        Of the times of the rows that have an outcome, by the number of the wave; empty where times are waves.
    kinds : DataFrame
        Persons who are alike, K rows.
    persons, rows : (K,) arrays of int
        How many they are, and how many rows of them were used.
    seen : (K, W) array of bool
        At which times they have an outcome; None where there are too many.
    left_out : list of DataFrame
        As `Panel.left_out_though_seen`.
    """

    columns: tuple[str, ...] = ()
    at: Counts = field(default_factory=Counts)
    sums: np.ndarray = field(default_factory=lambda: np.zeros(0))
    kinds: pd.DataFrame = field(default_factory=pd.DataFrame)
    persons: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    seen: np.ndarray | None = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))
    left_out: list[pd.DataFrame] = field(default_factory=list)

    def see(self, panel: Panel) -> None:
        """Count the persons of a panel of whole persons."""
        known: Any = slice(None)
        everyone, rows = panel.persons, panel.persons.sizes
        if panel.keep is not None:
            ids, known = known_ids(panel)
            everyone = Persons.of(ids)
            rows = np.bincount(everyone.codes[panel.keep[known]], minlength=everyone.count)
        before = self.at.values
        masks = self._masks(panel, everyone, known)
        if panel.observed() is not panel:
            self.left_out.append(panel.left_out_though_seen())
        levels = {name: _levels(panel, name, known, everyone) for name in self.columns}
        self._without(name for name, (_, count) in levels.items() if count > MOST_LEVELS)
        place, first = alike([*masks, *(levels[name][0] for name in self.columns), rows > 0], everyone.count)
        kinds = panel.data[list(self.columns)][known].iloc[everyone.first_rows[first]]
        count = len(self.at.values)
        here = None if self.seen is None else _unpacked([mask[first] for mask in masks], len(first), count)
        self._join(kinds, np.bincount(place), summed_by(place, rows), here, before)

    def _masks(self, panel: Panel, everyone: Persons, known: Any) -> list[np.ndarray]:
        """At which times each person has an outcome, as the bits of whole numbers; nothing where that is not kept."""
        observed = panel.observed()
        axis = None if self.seen is None else _axis(observed)
        if axis is None or not len(axis):
            self.seen = None if axis is None else self.seen
            return []
        before = self.at.values
        points = points_of_times(observed) if panel.wave is None else None
        place = self.at.add(axis) if points is None else self.at.add(points.values, points.counts)[points.codes]
        if len(self.at.values) > MOST_WAVES:
            self.seen, self.at = None, Counts()
            return []
        if panel.wave is not None:
            sums = np.bincount(place, observed.times, len(self.at.values))
            self.sums = _moved(self.sums, before, self.at.values) + sums
        persons = everyone if observed.keep is None else Persons.of(everyone.codes[observed.keep[known]])
        masks = _bits_of(place, persons, len(self.at.values))
        return masks if observed.keep is None else _for_all(masks, persons.labels, everyone.count)

    def _without(self, names: Iterable[str]) -> None:
        gone = set(names)
        if gone:
            self.columns = tuple(name for name in self.columns if name not in gone)
            self.kinds = self.kinds.drop(columns=[name for name in gone if name in self.kinds])

    def _join(self, kinds: pd.DataFrame, persons: np.ndarray, rows: np.ndarray, seen: np.ndarray | None,
              before: np.ndarray) -> None:  # fmt: skip
        """Add persons who are alike to those of before, who were seen at the times known then."""
        if self.seen is not None and seen is not None:
            self.seen = np.concatenate([_moved(self.seen, before, self.at.values), seen])
        else:
            self.seen = None
        self.kinds = _below(self.kinds, kinds) if len(self.persons) else kinds.reset_index(drop=True)
        self.persons, self.rows = np.concatenate([self.persons, persons]), np.concatenate([self.rows, rows])
        self._without(_many_levels(self.kinds))
        self._settle()

    def _settle(self) -> None:
        """Make one of those who are alike."""
        masks = [] if self.seen is None else _packed(self.seen)
        codes = [codes_of(self.kinds[name]) for name in self.columns]
        place, first = alike([*masks, *codes, self.rows > 0])
        self.kinds = self.kinds.iloc[first].reset_index(drop=True)
        self.persons, self.rows = summed_by(place, self.persons), summed_by(place, self.rows)
        self.seen = None if self.seen is None else self.seen[first]
        if len(first) > MOST_KINDS and (self.columns or self.seen is not None):
            self._without(self.columns)
            self.seen = None if len(first) > 4 * MOST_KINDS else self.seen
            self._settle()

    def merged(self, other: Sightings) -> None:
        """Count what another has counted of other persons."""
        if not len(other.persons):
            return
        self.left_out += other.left_out
        shared = [name for name in self.columns if name in other.columns]
        self._without(name for name in self.columns if name not in shared)
        seen, before = None, self.at.values
        if self.seen is not None and other.seen is not None:
            self.at.merged(other.at)
            if len(self.at.values) > MOST_WAVES:
                self.seen, self.at = None, Counts()
            elif len(other.sums):
                theirs = _moved(other.sums, other.at.values, self.at.values)
                self.sums = _moved(self.sums, before, self.at.values) + theirs
            seen = None if self.seen is None else _moved(other.seen, other.at.values, self.at.values)
        self._join(other.kinds[shared], other.persons, other.rows, seen, before)

    def finished(self, name: str, no_waves: tuple[str, str] | None, columns: Iterable[str]) -> SeenWhen | None:
        """Who was seen when, with those of the columns that vary within nobody; None where too much was to be kept.

        `no_waves` says why times are no waves, where they are none.
        """
        if no_waves is None and self.seen is None:
            return None
        nobody = np.zeros((len(self.persons), 0), dtype=bool)
        seen = nobody if no_waves is not None or self.seen is None else self.seen
        waves = self.at.values[: seen.shape[1]]
        times = self.sums[: len(waves)] / self.at.times[: len(waves)] if len(self.sums) else waves
        found = SeenWhen(
            name, tuple(map(plain_number, waves)), times, standing_by_pattern(seen),
            self.persons, self.rows, self.kinds, self._left_out(), no_waves,
        )  # fmt: skip
        return found.without(set(self.columns) - set(columns))

    def _left_out(self) -> pd.DataFrame:
        if not self.left_out:
            return pd.DataFrame(columns=["reason", "rows", "persons"])
        return pd.concat(self.left_out).groupby("reason", sort=False, as_index=False).sum()


def _axis(panel: Panel) -> np.ndarray | None:
    """Along what persons are seen: the times of the rows, or the numbers of their waves; None where it cannot be kept.
    """
    if panel.wave is None:
        return panel.times if panel.time is not None else np.zeros(0)
    column = panel.column(panel.wave)
    if panel.time is None or isinstance(column.dtype, pd.CategoricalDtype) or not holds_numbers(column):
        return None
    numbers = panel.numbers(panel.wave)
    return None if np.isnan(numbers).any() else numbers


def _levels(panel: Panel, name: str, known: Any, everyone: Persons) -> tuple[np.ndarray, int]:
    """Number of each person's level of a column, and how many levels there are."""
    column = panel.data[name]
    if panel.keep is None and not holds_numbers(column.array):  # what the column's rows hold is remembered
        codes, levels = factorized(panel, name)
        return codes[everyone.first_rows], len(levels)
    codes, levels = told_apart(column[known].array[everyone.first_rows])
    return codes, len(levels)


def _many_levels(table: pd.DataFrame) -> list[str]:
    """The columns that have too many levels to make groups."""
    return [name for name in table if len(told_apart(table[name].array)[1]) > MOST_LEVELS]


def _bits_of(place: np.ndarray, persons: Persons, count: int) -> list[np.ndarray]:
    """The places that the rows (n,) of each person have, as bits of whole numbers, so many places in each."""
    masks, order = [], persons.order
    ordered = place if order is None else place[order]
    starts = np.cumsum(persons.sizes) - persons.sizes if persons.starts is None else persons.starts
    for first in range(0, count, _BITS):
        powers = np.zeros(count, dtype=np.int64)
        powers[first : first + _BITS] = 1 << np.arange(min(_BITS, count - first), dtype=np.int64)
        masks.append(np.bitwise_or.reduceat(powers[ordered], starts))
    return masks


def _for_all(masks: list[np.ndarray], there: np.ndarray, count: int) -> list[np.ndarray]:
    """The same of all persons, of whom some have no row."""
    found = []
    for mask in masks:
        every = np.zeros(count, dtype=np.int64)
        every[there] = mask
        found.append(every)
    return found


def _packed(cells: np.ndarray) -> list[np.ndarray]:
    """The columns of truths as bits of whole numbers, so many columns in each."""
    powers = 1 << np.arange(_BITS, dtype=np.int64)
    starts = range(0, cells.shape[1], _BITS)
    return [cells[:, start : start + _BITS] @ powers[: cells.shape[1] - start] for start in starts]


def _unpacked(masks: list[np.ndarray], rows: int, count: int) -> np.ndarray:
    if not masks:
        return np.zeros((rows, count), dtype=bool)
    bits = np.arange(_BITS, dtype=np.int64)
    cells = [(mask[:, None] >> bits) & 1 for mask in masks]
    return np.concatenate(cells, axis=1)[:, :count].astype(bool)


def _moved(seen: np.ndarray, before: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The same at more times, with nothing at the new ones."""
    if len(before) == len(times):
        return seen
    found = np.zeros((*seen.shape[:-1], len(times)), dtype=seen.dtype)
    found[..., np.searchsorted(times, before)] = seen
    return found


def _below(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Rows of both."""
    columns = {name: united([one[name].array, other[name].array]) for name in one}
    return pd.DataFrame(columns, index=range(len(one) + len(other)))

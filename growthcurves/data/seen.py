"""Who was seen when, kept of rows that are not: persons who are alike in all that is kept are one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.attendance import attendance
from growthcurves.data.grid import Grid
from growthcurves.data.joined import joined, texts_of
from growthcurves.data.levels import told_apart
from growthcurves.data.missing import person_groups
from growthcurves.data.persons import Persons
from growthcurves.data.roll import SEEN, Roll, counted_groups, group_codes
from growthcurves.errors import DataError, NotEstimableError

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

#: A column of more levels makes no groups.
MOST_LEVELS = 12


@dataclass(frozen=True, eq=False)
class SeenWhen:
    """Who was seen when.

    Attributes
    ----------
    name : str
        The column that waves come from.
    waves : tuple
        The waves at which there is an outcome, also where a predictor is missing.
    times : (W,) array or None
        Mean time of the rows at each wave; None without time.
    standing : (K, W) array of int
        Place in `STANDINGS`; without columns where there are no waves.
    persons, rows : (K,) arrays of int
        How many persons there are, and how many of their rows were used: none of those who are not in the fit.
    columns : DataFrame
        Person-level columns of few levels, K rows.
    left_out : DataFrame
        As `Panel.left_out_though_seen`.
    no_waves : (str, str) or None
        Why there are no waves, and what to do.
    explained : bool
        Whether it is known why waves are missing.
    notes : tuple of str
    """

    name: str
    waves: tuple[Any, ...]
    times: np.ndarray | None
    standing: np.ndarray
    persons: np.ndarray
    rows: np.ndarray
    columns: pd.DataFrame
    left_out: pd.DataFrame
    no_waves: tuple[str, str] | None = None
    explained: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, panel: Panel, columns: Iterable[str] = ()) -> SeenWhen:
        """That of a panel, with person-level columns where they have few levels."""
        try:
            there = attendance(panel)
        except (NotEstimableError, DataError) as error:
            told = (error.reason, error.advice) if isinstance(error, NotEstimableError) else (str(error), "")
            return _without_waves(panel, columns, told)
        used = there.persons.codes if panel.keep is None else there.persons.codes[panel.keep[there.known]]
        rows = np.bincount(used, minlength=there.persons.count)
        kept = _few_levels(panel, there.persons, there.known, columns)
        place, first = alike([*there.standing.T, *kept.codes, rows > 0])
        times = None if panel.time is None else there.grid.means(panel.observed().times)
        return cls(
            there.grid.name, tuple(there.grid.labels), times, there.standing[first],
            np.bincount(place), summed_by(place, rows), kept.table.iloc[first].reset_index(drop=True),
            panel.left_out_though_seen(), None, there.explained, there.notes,
        )  # fmt: skip

    def grid(self, codes: Any) -> Grid:
        """The waves; `codes` says why the place of each row is not known.

        Raises
        ------
        NotEstimableError
            Where there are none: says why.
        """
        if self.no_waves is not None:
            raise NotEstimableError(*self.no_waves)
        return Grid(self.name, list(self.waves), codes)

    def roll(self, by: Any, first: Mapping[Any, Any], codes: Any) -> Roll:
        """How persons of each group stand; the level that was asked for comes first."""
        groups, names = self.grouped(by, first)
        return Roll(self.grid(codes), self.times, self.standing, self.persons, groups, names, self.left_out,
                    self.explained, self.notes)  # fmt: skip

    def grouped(self, by: Any, first: Mapping[Any, Any]) -> tuple[np.ndarray, list[str]]:
        """Group of each row, and the groups in their order; without `by` everybody is of one."""
        if by is None:
            return np.zeros(len(self.persons), dtype=np.intp), ["all"]
        parts = texts_of(by, "by")
        column = self.columns[parts[0]].array if len(parts) == 1 else joined(self.columns, parts, first)
        return group_codes(column, first.get(parts[0]))

    def counted(self, by: Any, first: Mapping[Any, Any]) -> list[tuple[str, int, int]]:
        """Persons of the fit and their rows, by group: name, persons, rows."""
        there = self.rows > 0
        codes, names = self.grouped(by, first)
        return counted_groups(codes[there], names, self.persons[there], self.rows[there])

    def at_waves(self, by: Any, first: Mapping[Any, Any]) -> np.ndarray | None:
        """Persons of the fit who are seen at each wave, by group (groups, W); None where it is not known of each row
        whether it was used.
        """
        there = self.rows > 0
        seen = self.standing[there] == SEEN
        if (self.persons[there] @ seen).sum() != self.rows.sum():
            return None
        codes, names = self.grouped(by, first)
        members = codes[there] == np.arange(len(names))[:, None]
        return (members * self.persons[there]) @ seen

    def without_waves(self, why: tuple[str, str]) -> SeenWhen:
        """The same where it is not known who missed a wave: why, and what to do."""
        nothing = np.zeros((len(self.persons), 0), dtype=np.int8)
        return replace(self, waves=(), times=None, standing=nothing, no_waves=why).without(())

    def without(self, names: Iterable[str]) -> SeenWhen:
        """The same without some of its columns."""
        kept = self.columns.drop(columns=[name for name in names if name in self.columns])
        place, first = alike([*self.standing.T, *(codes_of(kept[name]) for name in kept), self.rows > 0])
        return replace(self, standing=self.standing[first], persons=summed_by(place, self.persons),
                       rows=summed_by(place, self.rows), columns=kept.iloc[first].reset_index(drop=True))  # fmt: skip


@dataclass(frozen=True, eq=False)
class FewLevels:
    """Person-level columns of few levels, and the number of each person's level."""

    table: pd.DataFrame
    codes: list[np.ndarray]


def _few_levels(panel: Panel, persons: Persons, known: Any, columns: Iterable[str]) -> FewLevels:
    """Those of the columns that have few levels and vary within nobody."""
    found: dict[str, Any] = {}
    for name in columns:
        try:
            person_groups(panel, persons, known, name)
        except DataError:  # it varies within somebody
            continue
        values = panel.data[name][known].array[persons.first_rows]
        if len(told_apart(values)[1]) <= MOST_LEVELS:
            found[name] = values
    table = pd.DataFrame(found, index=range(persons.count))
    return FewLevels(table, [codes_of(table[name]) for name in table])


def _without_waves(panel: Panel, columns: Iterable[str], told: tuple[str, str]) -> SeenWhen:
    """Persons of the fit and their columns alone."""
    known = slice(None) if panel.keep is None else panel.keep
    kept, rows = _few_levels(panel, panel.persons, known, columns), panel.persons.sizes
    place, first = alike(kept.codes, len(rows))
    none = np.zeros((len(first), 0), dtype=np.int8)
    table = kept.table.iloc[first].reset_index(drop=True)
    return SeenWhen(str(panel.wave or panel.time), (), None, none, np.bincount(place), summed_by(place, rows), table,
                panel.left_out_though_seen(), told)  # fmt: skip


def codes_of(column: pd.Series) -> np.ndarray:
    """The number of each value, -1 where it is missing."""
    return np.asarray(told_apart(column.array)[0])


def summed_by(place: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sums of counts of those who are of one place."""
    return np.bincount(place, counts).astype(np.int64)


def alike(parts: Iterable[np.ndarray], count: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Number of each row's combination of whole numbers (from -1), and the first row of each combination.

    Examples
    --------
    >>> place, first = alike([np.array([0, 1, 0, 0]), np.array([2, 2, 2, -1])])
    >>> place.tolist(), first.tolist()
    ([0, 1, 0, 2], [0, 1, 3])
    """
    keys = None
    for part in parts:  # number the pairs (combination so far, this part) anew
        whole = part.astype(np.int64) + 1
        keys = whole if keys is None else keys * (int(whole.max(initial=0)) + 1) + whole
        keys, _ = pd.factorize(keys)
    keys = np.zeros(count, dtype=np.int64) if keys is None else keys
    return keys, Persons.of(keys).first_rows

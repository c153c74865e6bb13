"""Columns seen at the level of persons: one value per person, or who it varies for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.constant import different
from growthcurves.data.frame import raw_array
from growthcurves.data.levels import factorized, told_apart
from growthcurves.data.panel import Panel
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.numerics.chunks import chunks
from growthcurves.remembered import remembered

#: Rows that are compared with those before them at a time.
ROWS = 1 << 15


@dataclass(frozen=True, eq=False)
class LookedUp:
    """What was looked up of the columns of a panel, by column."""

    varying: dict[str, int | None] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    coded: dict[str, tuple[np.ndarray, Any]] = field(default_factory=dict)


@remembered
def _looked_up(panel: Panel) -> LookedUp:
    return LookedUp()


def person_level(panel: Panel) -> PersonLevel:
    """A panel at the level of persons, where what anybody looks up is remembered as long as the panel is there."""
    return PersonLevel(panel, _looked_up(panel))


class PersonLevel:
    """A panel's columns as one value per person; what was looked up once is remembered.

    Parameters
    ----------
    panel : Panel
    known : LookedUp, optional
        What was looked up before.
    """

    def __init__(self, panel: Panel, known: LookedUp | None = None) -> None:
        self.panel = panel
        self.persons = panel.persons
        self._known = known or LookedUp()

    @property
    def first_rows(self) -> np.ndarray:
        """Position of each person's first row."""
        return self.persons.first_rows

    def rows(self, column: str) -> Any:
        """The column over the used rows; numbers as float64, whatever their type.

        Raises
        ------
        DataError
            For infinite values: person, row and column are named.
        """
        if column not in self._known.rows:
            values = raw_array(self.panel.frame, column)
            self._known.rows[column] = self.panel.numbers(column) if holds_numbers(values) else values
        return self._known.rows[column]

    def varies_for(self, column: str) -> int | None:
        """Position of a person within whom the column varies; None where it varies within nobody."""
        if column not in self._known.varying:
            self._known.varying[column] = self._find_varying(column)
        return self._known.varying[column]

    def hold(self, columns: Iterable[str]) -> None:
        """Take for known that columns vary within nobody."""
        self._known.varying.update(dict.fromkeys(columns))

    def varies(self, column: str) -> bool:
        """Whether the column varies within any person."""
        return self.varies_for(column) is not None

    def values(self, columns: list[str]) -> pd.DataFrame:
        """One row per person of columns that are constant within persons.

        Raises
        ------
        ModelError
            When a column varies within a person: the person is named.
        """
        self.refuse_varying(columns)
        first = self.first_rows
        taken = {column: self._take(column, first) for column in columns}
        return pd.DataFrame(taken, index=range(self.persons.count), copy=False)

    def refuse_varying(self, columns: Iterable[str]) -> None:
        """Refuse columns that vary within a person, as `values` does."""
        for column in columns:
            person = self.varies_for(column)
            if person is not None:
                self._refuse(column, person)

    def value(self, column: str) -> Any:
        """One value per person of a column that is constant within persons, as the table holds it."""
        return self._take(column, self.first_rows)

    def coded(self, column: str) -> tuple[np.ndarray, Any]:
        """The number of each person's value, -1 where it is missing, and the different values in order of appearance.

        For a column that is constant within persons.
        """
        if column not in self._known.coded:
            self._known.coded[column] = told_apart(self.value(column))
        return self._known.coded[column]

    def _take(self, column: str, rows: np.ndarray) -> Any:
        values = self._plain(column)
        taken = values[rows] if isinstance(values, np.ndarray) else values.take(rows)
        return taken.astype(np.float64) if _whole(values) else taken

    def _plain(self, column: str) -> Any:
        """The column over the used rows; whole numbers as they are, without a copy as float64."""
        if column not in self._known.held:
            values = self.panel.column(column)
            self._known.held[column] = values if _whole(values) else self.rows(column)
        return self._known.held[column]

    def _find_varying(self, column: str) -> int | None:
        values = self._plain(column)
        if (not isinstance(values, np.ndarray) or values.dtype == object) and not _whole_text(values):
            values, _ = factorized(self.panel, column)
        if self.persons.starts is not None:
            rows = (_first_change(values, self.persons.starts, part) for part in chunks(len(values), ROWS))
            found = next((row for row in rows if row is not None), None)
            return None if found is None else int(self.persons.whose([found])[0])
        changed = different(np.asarray(values), np.asarray(values[self.first_rows][self.persons.codes]))
        return int(self.persons.codes[changed.argmax()]) if changed.any() else None

    def _refuse(self, column: str, person: int) -> None:
        rows = self.panel.ids == self.persons.labels[person]
        seen = pd.unique(pd.Series(self.rows(column))[np.asarray(rows, dtype=bool)])[:2]
        raise ModelError(
            f"{column!r} is a level-2 predictor but varies within person {show_id(self.persons.labels[person])} "
            f"({show_id(seen[0])}, then {show_id(seen[1])}): give it as a time-varying predictor (time_varying=), "
            f"or check whether one id stands for two persons."
        )


def _first_change(values: Any, starts: np.ndarray, part: slice) -> int | None:
    """The first of some rows that is no person's first and has another value than the row before."""
    first = max(part.start, 1)
    changed = np.asarray(values[first : part.stop] != values[first - 1 : part.stop - 1], dtype=bool)
    own = starts[slice(*np.searchsorted(starts, [first, part.stop]))]
    changed[own - first] = False
    rows = np.flatnonzero(changed) + first
    rows = rows[different(np.asarray(values[rows]), np.asarray(values[rows - 1]))]
    return int(rows[0]) if rows.size else None


def _whole_text(values: Any) -> bool:
    """Whether an array is one of texts, none of which is missing: neighbours are compared without telling all apart."""
    return isinstance(values.dtype, pd.StringDtype) and not pd.isna(values).any()


def person_columns(panel: Any, columns: list[str]) -> pd.DataFrame:
    """One row per person of columns that are constant within persons, of a panel with rows or of one without.

    Raises
    ------
    ColumnError, ModelError, NotAvailableError
        For an unknown column, one that varies within a person, and one that is not kept.
    """
    if isinstance(panel, SavedPanel):
        return pd.DataFrame({name: panel.person_values(name) for name in columns})
    panel.require(columns)
    return PersonLevel(panel).values(columns)


def _whole(values: Any) -> bool:
    return isinstance(values, np.ndarray) and values.dtype.kind in "iu"

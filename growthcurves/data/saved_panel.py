"""What is left of a panel when its rows were not kept: roles, counts, times in a few numbers, persons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.clock import Clock
from growthcurves.data.time_facts import TimeFacts
from growthcurves.errors import NotAvailableError

ROWS = "save(path, rows=True)"
PEOPLE = "save(path), without people=False,"


class Absent:
    """Something that was not saved: asking anything of it says what to save."""

    def __init__(self, what: str, how: str) -> None:
        self._text = f"The fit was saved without {what}: for this answer save it with {how} where it was fitted."

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotAvailableError(self._text)

    def _refuse(self, *args: Any) -> Any:
        raise NotAvailableError(self._text)

    __getitem__ = __iter__ = __len__ = __array__ = _refuse


@dataclass(frozen=True, eq=False)
class SavedPersons:
    """Persons without rows: their number, their occasions, and (where they were saved) who they are."""

    count: int
    sizes: np.ndarray
    labels: Any
    rows: int

    @property
    def codes(self) -> np.ndarray:
        raise NotAvailableError(Absent("its rows", ROWS)._text)

    @property
    def starts(self) -> np.ndarray | None:
        raise NotAvailableError(Absent("its rows", ROWS)._text)

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True, eq=False)
class SavedPanel:
    """A panel without rows.

    Attributes
    ----------
    id, time, outcome, wave, time_unit, outcome_unit, since, where
        As in `Panel`.
    persons : SavedPersons
    time_facts : TimeFacts or None
    reasons : tuple of (str, int)
        Rows left out, by reason.
    clock : Clock or None
        How times of new rows are read; None without time.
    person_table : DataFrame
        The person-level columns of the model, one row per person.
    limits : (float or None, float or None) or None
        As in `Panel`.
    ranges : mapping
        Lowest and highest value of the numbers (of three values or more) that predict the intercept, by column.
    entry, status
        As in `Panel`.
    """

    id: str
    time: str | None
    outcome: str
    wave: str | None
    time_unit: str | None
    outcome_unit: str | None
    since: Any
    where: str | None
    persons: SavedPersons
    time_facts: TimeFacts | None
    reasons: tuple[tuple[str, int], ...]
    clock: Clock | None
    person_table: Any = field(default=None)
    first_levels: Mapping[Any, Any] = field(default_factory=dict)
    limits: tuple[float | None, float | None] | None = None
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    entry: str | None = None
    status: Any = None

    def referring(self, reference: Mapping[Any, Any]) -> SavedPanel:
        """The panel whose groups begin with the levels that a model refers to, as `Panel.referring`."""
        return replace(self, first_levels=dict(reference))

    @property
    def labels(self) -> dict[str, str]:
        """What columns are called in words: that is kept with the rows."""
        return {}

    @property
    def derived(self) -> bool:
        """Whether the panel's times were counted from an origin."""
        return self.clock is not None and self.clock.derived

    @property
    def rows_dropped(self) -> int:
        return sum(rows for _, rows in self.reasons)

    @property
    def dropped(self) -> pd.DataFrame:
        """Rows left out, counted by reason."""
        return pd.DataFrame(list(self.reasons), columns=["reason", "rows"])

    def __len__(self) -> int:
        return self.persons.rows

    def person_values(self, column: str) -> Any:
        """A person-level column of the model, one value per person.

        Raises
        ------
        NotAvailableError
            For a column that the model does not use.
        """
        if isinstance(self.person_table, pd.DataFrame) and column not in self.person_table.columns:
            raise NotAvailableError(f"{column!r} was not saved with the fit: save it with {ROWS} where it was fitted.")
        return self.person_table[column]

    def elapsed(self, frame: pd.DataFrame) -> np.ndarray:
        """Times of new rows, measured as the panel's were."""
        assert self.clock is not None
        return self.clock.read(frame)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotAvailableError(Absent("its rows", ROWS)._text)

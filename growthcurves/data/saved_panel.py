"""What is left of a panel whose rows are not kept: roles, counts, times in a few numbers, persons if known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.clock import Clock
from growthcurves.data.persons import Occasions
from growthcurves.data.table_facts import TableFacts
from growthcurves.data.time_facts import TimeFacts
from growthcurves.errors import ColumnError, ModelError, NotAvailableError, unknown

ROWS = "save(path, rows=True)"
PEOPLE = "save(path), without people=False,"


class Absent:
    """Something that is not there: asking anything of it says why, and what to do.

    Parameters
    ----------
    text : str
        The sentence of the error.
    short : str
        Why, in few words, for a line of a table or a page.
    """

    def __init__(self, text: str, short: str) -> None:
        self._text, self._short = text, short

    @classmethod
    def unsaved(cls, what: str, how: str) -> Absent:
        """What a fit was saved without."""
        text = f"The fit was saved without {what}: for this answer save it with {how} where it was fitted."
        return cls(text, f"the fit was saved without {what}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotAvailableError(self._text)

    def _refuse(self, *args: Any) -> Any:
        raise NotAvailableError(self._text)

    __getitem__ = __iter__ = __len__ = __array__ = _refuse


NO_ROWS, NO_PERSONS = Absent.unsaved("its rows", ROWS), Absent.unsaved("its persons", PEOPLE)
#: Rows that were read in batches and summed: none of them is kept.
SUMMED_ROWS = Absent(
    "The rows of this fit were read in batches and not kept: for this answer fit a table that fits into memory, such "
    "as a sample of whole persons.",
    "rows were read in batches and not kept",
)


def known(value: Any) -> Callable[[], Any]:
    """What gives a value that is known already, and can be pickled with it."""
    return partial(_itself, value)


def _itself(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False, repr=False)
class SavedPersons:
    """Persons without rows: their number, their occasions, and (where it is known) who they are.

    Attributes
    ----------
    count, rows : int
    occasions : Occasions
    sizes_of, labels_of : callable
        Give the rows of each person, (count,), and who they are, (count,), where they are asked for.
    gone : Absent
        Why there are no rows.
    """

    count: int
    rows: int
    occasions: Occasions
    sizes_of: Callable[[], Any]
    labels_of: Callable[[], Any]
    gone: Absent = NO_ROWS

    @classmethod
    def of(cls, sizes: np.ndarray, labels: Any, rows: int) -> SavedPersons:
        """From the rows of each person, and who they are."""
        occasions = Occasions(int(sizes.min()), int(sizes.max()), float(sizes.mean()))
        return cls(len(sizes), rows, occasions, known(sizes), known(labels))

    @cached_property
    def sizes(self) -> Any:
        """Rows of each person."""
        return self.sizes_of()

    @cached_property
    def labels(self) -> Any:
        """Who the persons are."""
        return self.labels_of()

    @property
    def codes(self) -> np.ndarray:
        raise NotAvailableError(self.gone._text)

    @property
    def starts(self) -> np.ndarray | None:
        raise NotAvailableError(self.gone._text)

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"SavedPersons(count={self.count}, rows={self.rows})"


@dataclass(frozen=True, eq=False, repr=False)
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
    clock_of : callable
        Gives how times of new rows are read, None without time.
    table_of : callable
        Gives the person-level columns of the model, one row per person.
    limits : (float or None, float or None) or None
        As in `Panel`.
    ranges : mapping
        Lowest and highest value of the numbers (of three values or more) that predict the intercept, by column.
    entry, status
        As in `Panel`.
    counts : mapping of column to mapping of level to int
        How many persons have each level of person-level columns of categories, where that is known without persons.
    gone : Absent
        Why there are no rows.
    facts : TableFacts or None
        What is remembered of the columns; None where a file of an earlier version was read.
    hash_of : callable, optional
        Gives the hash of columns of the rows that were used, where the rows can be read again.
    last_of : callable, optional
        Gives the last time of each person, (N,).
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
    clock_of: Callable[[], Clock | None]
    table_of: Callable[[], Any]
    first_levels: Mapping[Any, Any] = field(default_factory=dict)
    limits: tuple[float | None, float | None] | None = None
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    entry: str | None = None
    status: Any = None
    counts: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    gone: Absent = NO_ROWS
    facts: TableFacts | None = None
    hash_of: Callable[[Iterable[str]], str] | None = None
    last_of: Callable[[], np.ndarray] | None = None

    @cached_property
    def clock(self) -> Clock | None:
        """How times of new rows are read; None without time."""
        return self.clock_of()

    @cached_property
    def person_table(self) -> Any:
        """The person-level columns of the model, one row per person."""
        return self.table_of()

    @property
    def time_range(self) -> tuple[float, float]:
        """First and last time of the rows."""
        assert self.time_facts is not None
        return self.time_facts.first, self.time_facts.last

    def referring(self, reference: Mapping[Any, Any]) -> SavedPanel:
        """The panel whose groups begin with the levels that a model refers to, as `Panel.referring`."""
        return replace(self, first_levels=dict(reference))

    @property
    def summed(self) -> frozenset[str] | None:
        """Columns of numbers of which sums alone are known; None where outcomes of single persons are known."""
        return None

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

    def __repr__(self) -> str:
        roles = f"id={self.id!r}, time={self.time!r}, outcome={self.outcome!r}"
        return f"SavedPanel({roles}: {self.persons.count} persons, {self.persons.rows} rows, which are not kept)"

    def __getstate__(self) -> dict[str, Any]:
        """Without the source of the rows, which another process may not have."""
        return {**self.__dict__, "hash_of": None}

    def person_values(self, column: str) -> Any:
        """A person-level column of the model, one value per person.

        Raises
        ------
        ModelError
            For a column that varies within persons.
        ColumnError
            For one that the table did not have.
        NotAvailableError
            For a column that the model does not use, and where nobody is known.
        """
        known = self.facts
        if known is not None and column in known.numbers and column not in known.of_persons:
            raise ModelError(
                f"{column!r} is a level-2 predictor but varies within persons: give it as a time-varying predictor "
                f"(time_varying=), or check whether one id stands for two persons."
            )
        if known is not None and column not in known.columns:
            raise ColumnError(unknown("column", column, known.columns))
        if isinstance(self.person_table, pd.DataFrame) and column not in self.person_table.columns:
            if self.gone is not NO_ROWS:
                raise NotAvailableError(f"{column!r} is no column of the model, and {self.gone._short}.")
            raise NotAvailableError(f"{column!r} was not saved with the fit: save it with {ROWS} where it was fitted.")
        return self.person_table[column]

    def mean(self, column: str, shares: np.ndarray, average: str) -> float:
        """The mean of a column of numbers over persons or rows, as `average` says; over rows where it varies with time.

        `shares` (N,) are what each person counts, one in all.
        """
        known = None if self.facts is None else self.facts.numbers.get(column)
        if known is None or isinstance(self.person_table, pd.DataFrame) and not self.varies(column):
            return float(shares @ np.asarray(self.person_values(column), dtype=float))
        of_persons = average == "persons" and known.over_persons is not None
        return float(known.over_persons if of_persons else known.over_rows)  # type: ignore[arg-type]

    def ends(self, column: str, levels: Sequence[Any] | None) -> list[Any]:
        """The lowest and highest value of a column of the model; of categories the first and the last level.

        Raises
        ------
        NotAvailableError
            Where they were not remembered.
        """
        if levels is not None:
            return [levels[0], levels[-1]]
        known = None if self.facts is None else self.facts.numbers.get(column)
        if known is None:
            raise NotAvailableError(self.gone._text)
        return [known.low, known.high]

    def varies(self, column: str) -> bool:
        """Whether a column of the model varies within persons: it is none of theirs."""
        return column not in (self.person_table.columns if self.facts is None else self.facts.of_persons)

    def elapsed(self, frame: pd.DataFrame) -> np.ndarray:
        """Times of new rows, measured as the panel's were."""
        assert self.clock is not None
        return self.clock.read(frame)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotAvailableError(self.gone._text)

"""What is left of a panel whose rows are not kept: roles, counts, times in a few numbers, persons if known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.absent import NO_ROWS, ROWS, Absent
from growthcurves.data.clock import Clock
from growthcurves.data.joined import joined, name_of, texts_of
from growthcurves.data.persons import Occasions
from growthcurves.data.roll import counted_groups, group_codes
from growthcurves.data.table_facts import TableFacts
from growthcurves.data.time_facts import TimeFacts
from growthcurves.errors import ColumnError, ModelError, NotAvailableError, unknown
from growthcurves.later import Later
from growthcurves.remembered import remembered

if TYPE_CHECKING:
    from growthcurves.data.describe import PanelSummary
    from growthcurves.data.grid import Grid
    from growthcurves.data.kept import Kept
    from growthcurves.data.missing import MissingPatterns
    from growthcurves.data.seen import SeenWhen

missed = Later("growthcurves.data.missing")


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
        raise self.gone.refusal()

    @property
    def starts(self) -> np.ndarray | None:
        raise self.gone.refusal()

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
    kept : Kept, optional
        The description of the rows, and who was seen when.
    typed : (str, str)
        The data as one would type them again in a call of `fit`, and its further options.
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
    kept: Kept | None = None
    typed: tuple[str, str] = ("", "")

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
    def has_rows(self) -> bool:
        """Whether the rows are there."""
        return False

    @property
    def value_ends(self) -> np.ndarray:
        """The lowest and the highest outcome, where they are known."""
        ends = () if self.kept is None else (self.kept.summary.outcome_min, self.kept.summary.outcome_max)
        return np.array([one for one in ends if one == one])

    def refusal(self) -> NotAvailableError:
        """The error of whatever needs rows."""
        return self.gone.refusal()

    @property
    def knows_persons(self) -> bool:
        """Whether it is known who the persons are."""
        return not isinstance(self.persons.labels, Absent)

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

    # ------------------------------------------------ what was counted of the rows

    def describe(self, design: Any = None) -> PanelSummary:
        """The rows in numbers as `Panel.describe` has them, by the weights of the fit."""
        return self._of_rows().summary

    def grid(self) -> Grid:
        """The waves of the rows, as `Panel.grid`; the place of each row among them is not known."""
        return self._seen().grid(self.gone)

    def waves(self) -> Grid:
        """The waves that persons could miss."""
        return self.grid()

    @remembered
    def missing(self, by: Any = None) -> MissingPatterns:
        """The patterns of missing waves, as `Panel.missing` has them; persons are counted, and not known."""
        roll = self._known_by(by).roll(by, self.first_levels, self.gone)
        return missed.patterns_of(roll, self, None if by is None else name_of(by, "by"), self.gone)

    def group_counts(self, by: Any) -> list[tuple[str, int, int]]:
        """Persons and rows of each group: name, persons, rows."""
        if isinstance(self.person_table, pd.DataFrame):
            parts = texts_of(by, "by")
            table = pd.DataFrame({name: self.person_values(name) for name in parts})
            column = table[parts[0]].array if len(parts) == 1 else joined(table, parts, self.first_levels)
            codes, names = group_codes(column, self.first_levels.get(parts[0]))
            return counted_groups(codes, names, np.ones(len(codes), dtype=int), np.asarray(self.persons.sizes))
        return self._known_by(by).counted(by, self.first_levels)

    def at_waves(self, by: Any) -> tuple[np.ndarray, np.ndarray] | None:
        """Mean time of each wave, and persons of each group who were seen at it (groups, waves); None without waves."""
        if self.kept is None or self.kept.seen is None or self.kept.seen.no_waves is not None:
            return None
        seen = self._known_by(by)
        persons = seen.at_waves(by, self.first_levels)
        return None if persons is None or seen.times is None else (seen.times, persons)

    def _known_by(self, by: Any) -> SeenWhen:
        """Who was seen when, where it is known by these columns."""
        seen = self._seen()
        for column in [] if by is None else texts_of(by, "by"):
            if column not in seen.columns:
                self.person_values(column)  # or it says why it is not known
                raise NotAvailableError(f"Who was seen when is not known by {column!r}, and {self.gone.short}.")
        return seen

    def _of_rows(self) -> Kept:
        if self.kept is None:
            raise self.gone.refusal()
        return self.kept

    def _seen(self) -> SeenWhen:
        seen = self._of_rows().seen
        if seen is None:
            raise NotAvailableError(f"Who was seen when is too much to be kept of rows: {self.gone.short}.")
        return seen

    def _refuse_unknown(self, column: str, known: Any) -> None:
        """Refuse a column that is not among those that are known of persons."""
        facts = self.facts
        if facts is not None and column in facts.numbers and column not in facts.of_persons:
            raise ModelError(
                f"{column!r} is a level-2 predictor but varies within persons: give it as a time-varying predictor "
                f"(time_varying=), or check whether one id stands for two persons."
            )
        if facts is not None and column not in facts.columns:
            raise ColumnError(unknown("column", column, facts.columns))
        if isinstance(known, pd.DataFrame) and column not in known.columns:
            if self.gone is not NO_ROWS:
                raise NotAvailableError(f"{column!r} is no column of the model, and {self.gone.short}.")
            raise NotAvailableError(f"{column!r} was not saved with the fit: save it with {ROWS} where it was fitted.")

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
        self._refuse_unknown(column, self.person_table)
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
            raise self.gone.refusal()
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
        raise self.gone.refusal()

"""The panel: a long table whose columns have roles, validated once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.clock import Clock
from growthcurves.data.describe import PanelSummary, repeated_rows, summarise
from growthcurves.data.elapsed import Elapsed, elapsed_times, first_times, from_first
from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.data.missing import MissingPatterns, missing_patterns
from growthcurves.data.own_lines import people_table
from growthcurves.data.persons import Persons
from growthcurves.data.rows import Rows
from growthcurves.data.time_facts import TimeFacts
from growthcurves.data.wave_spread import wave_spread
from growthcurves.errors import DataError, ModelError
from growthcurves.signs import told


@dataclass(frozen=True, eq=False, repr=False)
class Panel:
    """A long table (one row per person and occasion) and what its columns mean.

    Rows with a missing id, time or outcome are left out and counted in `dropped`. The caller's table is
    neither copied nor changed.

    Parameters
    ----------
    data : DataFrame
        The long table, pandas or polars.
    id : str
        Column that says whose row it is: numbers, text or categories.
    time : str or None
        Column of the time: numbers, dates, or text with ISO dates. None for models without time.
    outcome : str
        Column of the outcome: numbers.
    wave : str, optional
        Column of the wave (the planned occasion), for structures that count waves.
    time_unit : str, optional
        Unit of time. For dates it decides the numbers: days (default), weeks, months (30.4375 days) or years
        (365.25 days).
    outcome_unit : str, optional
        Unit of the outcome, for tables and pictures.
    since : "first", column name, date or number, optional
        Origin of time: each person's first time (the default for dates), a column, or a fixed value.

    Raises
    ------
    ColumnError
        For an unknown column, with the nearest known one.
    DataError
        For text or infinite values in a column of numbers (person, row and column are named), for a date that
        can be read two ways, and when nothing is left.
    ModelError
        When two roles share a column, or an option does not fit the data.

    Examples
    --------
    >>> from growthcurves.data.datasets import load_dataset
    >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
    >>> panel
    Panel of 'reaction' over 'day': 18 persons ('subject'), 180 rows
    """

    data: pd.DataFrame
    id: str
    time: str | None
    outcome: str
    wave: str | None = None
    time_unit: str | None = None
    outcome_unit: str | None = None
    since: Any = None
    _rows: Rows = field(init=False)
    _times: Elapsed | None = field(init=False)
    _values: np.ndarray = field(init=False)
    _clock: Clock | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        data = as_frame(self.data)
        _check_roles(data, self.id, self.time, self.outcome, self.wave)
        ids = raw_array(data, self.id)
        times = _read_times(data, self.time, ids, self.since, self.time_unit)
        values = _read_outcome(data, self.outcome, ids)
        rows = Rows(len(data)).without_missing(ids, self.id)
        if times is not None:
            rows = rows.without_missing(times.values, self.time)
        rows = rows.without_missing(values, self.outcome)
        unit = self.time_unit if times is None else times.unit
        self._set(data=data, time_unit=unit, _rows=rows, _times=times, _values=values)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows that are used, every column; where time was dates, its column holds the elapsed numbers.

        It is the caller's own table where nothing was left out and time is as it was.
        """
        frame = self._rows.of(self.data)
        if self._times is None or not self._times.derived:
            return frame
        frame = frame.copy(deep=False)
        frame[self.time] = self.times
        return frame

    @cached_property
    def ids(self) -> Any:
        """Person of each used row: numpy array, or pandas array for text and categories."""
        return self._rows.of(raw_array(self.data, self.id))

    @cached_property
    def times(self) -> np.ndarray:
        """Elapsed time of each used row, float64.

        Raises
        ------
        DataError
            When the panel has no time.
        """
        if self._times is None:
            raise DataError("The panel has no time column: give one with time=.")
        return self._rows.of(self._times.values)

    @cached_property
    def time_facts(self) -> TimeFacts | None:
        """First, middle and last time, and the waves; None without time."""
        return None if self._times is None else TimeFacts.of(self.times)

    @property
    def derived(self) -> bool:
        """Whether elapsed times differ from the time column: it held dates, or an origin was taken off."""
        return self._times is not None and self._times.derived

    @cached_property
    def clock(self) -> Clock:
        """How times of new rows are read."""
        assert self.time is not None
        if self._clock is not None:
            return self._clock
        firsts = None
        if self.derived and from_first(self.since):
            firsts = first_times(self.data, self.time, raw_array(self.data, self.id))
        return Clock(self.id, self.time, self.time_unit, self.since, self.derived, firsts)

    @cached_property
    def values(self) -> np.ndarray:
        """Outcome of each used row, float64."""
        return self._rows.of(self._values)

    @cached_property
    def persons(self) -> Persons:
        """The persons of the used rows."""
        return Persons.of(self.ids)

    @property
    def keep(self) -> np.ndarray | None:
        """Which rows of `data` are used; None for all."""
        return self._rows.keep

    @property
    def rows_dropped(self) -> int:
        """Number of rows left out."""
        return self._rows.dropped

    @property
    def dropped(self) -> pd.DataFrame:
        """Rows left out, counted by reason: columns reason and rows. A row counts once."""
        return self._rows.table()

    def require(self, columns: Iterable[str]) -> None:
        """Refuse columns that the table does not have.

        Raises
        ------
        ColumnError
            For an unknown name, with the nearest known one.
        """
        require_columns(self.data, columns)

    def column(self, name: str) -> Any:
        """A column over the used rows, as the array it is kept in; time as `times`."""
        return self.times if name == self.time else self._rows.of(raw_array(self.data, name))

    def numbers(self, column: str) -> np.ndarray:
        """A column of numbers over the used rows as float64, missing values as NaN.

        Raises
        ------
        DataError
            When it holds text or infinite values: person, row and column are named.
        """
        if column == self.time:
            return self.times
        return self._rows.of(numeric_column(self.data, column, raw_array(self.data, self.id)))

    def elapsed(self, frame: pd.DataFrame) -> np.ndarray:
        """Times of other rows, measured as this panel's are: a known person's first visit is that of the panel.

        Parameters
        ----------
        frame : DataFrame
            Rows with the time column; with the id column where time counts from each person's first visit.

        Returns
        -------
        ndarray, shape (rows,)
            Elapsed time, NaN where missing.
        """
        if self._times is None or self.time is None:
            raise DataError("The panel has no time column: give one with time=.")
        return self.clock.read(frame)

    def drop_missing(self, columns: Iterable[str]) -> Panel:
        """A panel without the rows in which one of these columns is missing, counted as ``missing <column>``.

        Elapsed times stay what they were: each person's first visit is that of the whole table.

        Raises
        ------
        DataError
            When no row would be left: the column is named.
        """
        rows = self._rows
        for name in columns:
            self.require([name])
            rows = rows.without_missing(raw_array(self.data, name), name)
        return self if rows is self._rows else self._with_rows(rows)

    def duplicates(self) -> pd.DataFrame:
        """Used rows that share person and time with another row, in the order of the table."""
        return self.frame[repeated_rows(self.persons, self.times)]

    def describe(self) -> PanelSummary:
        """Persons, occasions, schedules, spread of time, and where the outcome's variance lies.

        Warns
        -----
        DataWarning
            When a person has two rows for one time.
        """
        return summarise(
            persons=self.persons,
            times=None if self._times is None else self.times,
            values=self.values,
            names={"id": self.id, "time": self.time, "outcome": self.outcome},
            units={"time": self.time_unit, "outcome": self.outcome_unit},
            dropped=self._rows.reasons,
            waves=wave_spread(self),
        )

    def missing(self, by: str | None = None) -> MissingPatterns:
        """Which waves persons missed, whether they dropped out or came back, and from where they left.

        Waves are those of the wave column, else the times that persons have in common.

        Parameters
        ----------
        by : str, optional
            Column of groups to compare; one value per person.

        Raises
        ------
        NotEstimableError
            When there is neither a wave column nor a common grid of times: says why.
        DataError
            When a row has no wave, or `by` varies within a person: the person is named.

        References
        ----------
        Little and Rubin (2019), Statistical Analysis with Missing Data, 3rd ed., section 1.2 (monotone patterns).

        Examples
        --------
        >>> long = pd.DataFrame({"who": [1, 1, 1, 2, 2, 3], "week": [0, 1, 2, 0, 2, 0], "y": [5, 4, 3, 5, 2, 6]})
        >>> missed = Panel(long, id="who", time="week", outcome="y").missing()
        >>> missed.table[["pattern", "kind", "persons"]]
          pattern          kind  persons
        0     x..      monotone        1
        1     x.x  intermittent        1
        2     xxx      complete        1
        """
        return missing_patterns(self, by)

    def people(self) -> pd.DataFrame:
        """One row per person (index id): rows, first and last time, and the person's own straight line.

        Columns n, first, last (times), intercept, slope, r2: least squares over the person's own rows. The
        intercept is read at time 0 where 0 lies inside the panel's observed times, else at the panel's first time:
        ``attrs["origin"]`` says which. A person whose rows share one time has no line (NaN), one whose outcome
        is constant has no r2; with two times the line goes through both points and r2 is 1.

        Raises
        ------
        DataError
            When the panel has no time.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> people = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction").people()
        >>> people.loc[308].round(2).to_dict()
        {'n': 10.0, 'first': 0.0, 'last': 9.0, 'intercept': 244.19, 'slope': 21.76, 'r2': 0.68}
        """
        times = self.times
        return people_table(self.persons, times, self.values, self.id, str(self.time))

    def plot(self, kind: str = "trajectories", **options: Any) -> Any:
        """A figure of the panel, on `ax=` if given; returns the Axes.

        Parameters
        ----------
        kind : str
            "trajectories" of persons and their observed mean, or another of ``growthcurves.plots.PANEL_FIGURES``.
        **options
            Options of that figure, such as ``by=`` for groups.
        """
        from growthcurves.plots import plot_panel

        return plot_panel(self, kind, **options)

    def to_pandas(self) -> pd.DataFrame:
        """The rows that are used, as `frame`: so a panel goes in wherever a long table does."""
        return self.frame

    def __len__(self) -> int:
        return self._rows.used

    @told
    def __repr__(self) -> str:
        over = "" if self.time is None else f" over {self.time!r}"
        out = f" ({self.rows_dropped} left out)" if self.rows_dropped else ""
        persons = f"{self.persons.count} persons ({self.id!r})"
        return f"Panel of {self.outcome!r}{over}: {persons}, {len(self)} rows{out}"

    def _repr_html_(self) -> str:
        return self.describe()._repr_html_()

    @classmethod
    def restored(
        cls, table: pd.DataFrame, roles: dict[str, Any], reasons: tuple[tuple[str, int], ...], clock: Clock | None
    ) -> Panel:
        """A panel of rows that were used before, times elapsed already, with the ledger of what was left out then."""
        plain = {name: roles[name] for name in ("id", "time", "outcome", "wave", "outcome_unit")}
        panel = cls(table, **plain, time_unit=roles["time_unit"] if roles["time"] is not None else None)
        dropped = sum(rows for _, rows in reasons)
        panel._set(_rows=Rows(len(table) + dropped, None, tuple(reasons)), since=roles["since"], _clock=clock)
        return panel

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _with_rows(self, rows: Rows) -> Panel:
        panel = object.__new__(type(self))
        panel._set(**{item.name: getattr(self, item.name) for item in fields(self)})
        panel._set(_rows=rows)
        return panel


def _check_roles(data: pd.DataFrame, id: str, time: str | None, outcome: str, wave: str | None) -> None:
    """Every role has a column of its own; only a wave number may serve as the time as well."""
    if id is None or outcome is None:
        raise ModelError("A panel needs the columns id= and outcome=.")
    roles = {"id": id, "time": time, "outcome": outcome}
    taken: dict[str, str] = {}
    for role, name in roles.items():
        if name is not None and name in taken:
            raise ModelError(f"Column {name!r} cannot be {taken[name]} and {role} at once.")
        if name is not None:
            taken[name] = role
    if wave is not None and wave in (id, outcome):
        raise ModelError(f"Column {wave!r} cannot be {taken[wave]} and wave at once.")
    require_columns(data, taken if wave is None else [*taken, wave])
    if not len(data):
        raise DataError("The table has no rows.")


def _read_times(
    data: pd.DataFrame, time: str | None, ids: Any, since: Any, unit: str | None
) -> Elapsed | None:
    if time is not None:
        return elapsed_times(data, time, ids, since, unit)
    if since is not None or unit is not None:
        raise ModelError("since= and time_unit= need a time column: give one with time=.")
    return None


def _read_outcome(data: pd.DataFrame, outcome: str, ids: Any) -> np.ndarray:
    if pd.api.types.is_bool_dtype(data[outcome].dtype):
        raise DataError(f"Outcome column {outcome!r} holds True and False where numbers are needed.")
    return numeric_column(data, outcome, ids)

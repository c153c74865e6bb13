"""The panel: a long table whose columns have roles, validated once."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.clock import Clock
from growthcurves.data.dates import DateStyle
from growthcurves.data.elapsed import Elapsed, first_times, from_first
from growthcurves.data.frame import (
    as_frame,
    as_named,
    check_name,
    check_text,
    listed,
    pairs,
    raw_array,
    require_columns,
)
from growthcurves.data.joined import with_joined
from growthcurves.data.limits import checked_limits, ends_of
from growthcurves.data.persons import Persons, plain_ids
from growthcurves.data.repeats import repeated_note
from growthcurves.data.roles import check_roles, read_outcome, read_times
from growthcurves.data.rows import Rows, leave_out
from growthcurves.data.source import matched_notes
from growthcurves.data.suspects import find_suspects, suspect_table
from growthcurves.data.time_facts import TimeFacts
from growthcurves.data.time_words import time_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError, DataWarning
from growthcurves.later import Later
from growthcurves.remembered import remembered
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.codebook import Codebook
    from growthcurves.data.correlations import Correlations
    from growthcurves.data.describe import PanelSummary
    from growthcurves.data.missing import MissingPatterns
    from growthcurves.data.table_one import TableOne

# What a fit does not need is loaded when it is asked for.
books = Later("growthcurves.data.codebook")
correlated = Later("growthcurves.data.correlations")
descriptions = Later("growthcurves.data.describe")
missed = Later("growthcurves.data.missing")
own_lines = Later("growthcurves.data.own_lines")
characteristics = Later("growthcurves.data.table_one")
spreads = Later("growthcurves.data.wave_spread")

#: What options look like that are dictionaries.
_LABELS, _LEFT_OUT = "{'bdi': 'Depression'}", "{'not of the study': mask}"
#: Attributes of a panel that models are made of, and no user asks for.
_PLUMBING = {
    "clock", "column", "counted_by", "derived", "elapsed", "first_levels", "keep", "numbers", "over", "persons",
    "referring", "require", "restored", "time_facts",
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Panel:
    """A long table (one row per person and occasion) and what its columns mean.

    Rows with a missing id, time or outcome are left out and counted in `dropped`. The caller's table is
    neither copied nor changed.

    Parameters
    ----------
    data : DataFrame
        The long table, pandas or polars.
    id : str or list of str
        Column that says whose row it is: numbers, text or categories; or several that say it together, such as
        ``["site", "patient"]``, which become one column of that name with commas.
    time : str or None
        Column of the time: numbers, dates, periods, or text with dates. None for models without time.
    outcome : str
        Column of the outcome: numbers.
    wave : str, optional
        Column of the wave (the planned occasion), for structures that count waves.
    time_unit : str, optional
        Unit of time. For dates it decides the numbers: days, weeks, months (30.4375 days) or years (365.25 days);
        by default that which follows the longest span from a person's first visit: years from two of them on (730
        days), months beyond one year (367 days), and days below; from other origins days.
    outcome_unit : str, optional
        Unit of the outcome, for tables and pictures.
    since : "first", column name, date or number, optional
        Origin of time: each person's first time (the default for dates), a column, or a fixed value.
    day_first : bool, optional
        Whether dates written like 11.10.2019 have the day first, where no date of the column settles it.
    date_format : str, optional
        How dates that are text are written, as `datetime.datetime.strptime` reads them: ``"%d%b%Y"``.
    labels : mapping, optional
        What columns are called in words; by default the variable labels of a file of SPSS, Stata or SAS.
    left_out : mapping of str to array of bool, optional
        Rows to leave out before anything is read, by reason; they are counted in `dropped`.
    where : str, optional
        The rows to use, as a condition: ``"PARAMCD == 'ACTOT' & age >= 18"``. Comparisons, ``&``, ``|``, ``~``, ``in``
        and ``is missing``; see docs/tables.md. The others are counted in `dropped`.
    limits : (float, float), optional
        Lowest and highest value that the outcome can have, as 0 and 63 of a sum score; None for a side that is open.
        Figures, intervals of predictions and the report keep to them.

    Raises
    ------
    ColumnError
        For an unknown column, with the nearest known one.
    DataError
        For text or infinite values in a column of numbers (person, row and column are named), for a date that
        can be read two ways, and when nothing is left.
    ModelError
        When two roles share a column, or an option does not fit the data; for limits that observed values leave.

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
    day_first: bool | None = None
    date_format: str | None = None
    labels: Mapping[str, str] | None = None
    left_out: Mapping[str, Any] | None = None
    where: str | None = None
    limits: Any = None
    _rows: Rows = field(init=False)
    _observed: Rows = field(init=False)
    _times: Elapsed | None = field(init=False)
    _values: np.ndarray = field(init=False)
    _clock: Clock | None = field(init=False, default=None)
    first_levels: Mapping[Any, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        data = as_frame(self.data)
        check_text(self.time_unit, "time_unit", "weeks")
        check_text(self.outcome_unit, "outcome_unit", "points")
        labels = pairs(data.attrs.get("labels") if self.labels is None else self.labels, "labels", _LABELS)
        style = DateStyle(self.day_first, self.date_format)
        out = pairs(self.left_out, "left_out", _LEFT_OUT)
        out |= {} if self.where is None else _not_chosen(data, self.where, style)
        data, counts = leave_out(data, out)
        for role in ("time", "outcome", "wave"):
            self._set(**{role: as_named(data, getattr(self, role))})
        data, id = with_joined(data, self.id, "id")
        check_roles(data, id, self.time, self.outcome, self.wave)
        ids = raw_array(data, id)
        times = read_times(data, self.time, ids, self.since, self.time_unit, style)
        values = read_outcome(data, self.outcome, ids)
        rows = Rows(len(data)).after(counts).without_missing(ids, id)
        if times is not None:
            rows = rows.without_missing(times.values, self.time)
        rows = rows.without_missing(values, self.outcome)
        unit = self.time_unit if times is None else times.unit
        self._set(data=data, id=id, time_unit=unit, labels=labels, _rows=rows, _times=times, _values=values)
        limits = None if self.limits is None else ends_of(checked_limits(self.limits, rows.of(values)))
        self._set(left_out=None, _observed=rows, limits=limits)

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
        """Person of each used row: numpy array, whole numbers as such, or pandas array for text and categories."""
        return plain_ids(self._rows.of(raw_array(self.data, self.id)))

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
    def time_range(self) -> tuple[float, float]:
        """First and last time of the used rows."""
        return float(self.times.min()), float(self.times.max())

    @cached_property
    def time_facts(self) -> TimeFacts | None:
        """First, middle and last time, the waves, and how long enough persons were followed; None without time."""
        return None if self._times is None else TimeFacts.of(self.times, self.persons)

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
        assert self._times is not None
        style = self._times.style
        if self.derived and from_first(self.since):
            firsts = first_times(self.data, self.time, raw_array(self.data, self.id), style)
        return Clock(self.id, self.time, self.time_unit, self.since, self.derived, firsts, style, style is not None)

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
    def rows_total(self) -> int:
        """Number of rows of the table that the panel was made of."""
        return self._rows.total

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
        require_columns(self.data, listed(columns, "columns", 0))

    def column(self, name: str) -> Any:
        """A column over the used rows, as the array it is kept in; time as `times`."""
        require_columns(self.data, [name])
        return self.times if name == self.time else self._rows.of(raw_array(self.data, name))

    def numbers(self, column: str) -> np.ndarray:
        """A column of numbers over the used rows as float64, missing values as NaN.

        Raises
        ------
        DataError
            When it holds text or infinite values: person, row and column are named.
        """
        require_columns(self.data, [column])
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
        return self.clock.read(as_frame(frame))

    def counted_by(self, clock: Clock | None) -> Panel:
        """The panel whose elapsed times another panel's clock has read, and which reads others as that does."""
        panel = self._with_rows(self._rows)
        panel._set(_clock=clock, time_unit=self.time_unit if clock is None else clock.unit)
        return panel

    def referring(self, reference: Mapping[Any, Any]) -> Panel:
        """The panel whose groups begin with the levels that a model refers to, by column, wherever they are shown."""
        if dict(reference) == self.first_levels:
            return self
        panel = self._with_rows(self._rows)
        panel._set(first_levels=dict(reference))
        return panel

    def drop_missing(self, columns: Iterable[str]) -> Panel:
        """A panel without the rows in which one of these columns is missing, counted as ``missing <column>``.

        Elapsed times stay what they were: each person's first visit is that of the whole table.

        Parameters
        ----------
        columns : sequence of str
            Of the table.

        Returns
        -------
        Panel
            With the same roles.

        Raises
        ------
        DataError
            When no row would be left: the column is named.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> len(panel.drop_missing(["reaction"]))
        180
        """
        rows = self._rows
        for name in listed(columns, "columns", least=0):
            name = as_named(self.data, name)
            self.require([name])
            rows = rows.without_missing(raw_array(self.data, name), name)
        return self if rows is self._rows else self._with_rows(rows)

    def leave_out(self, mask: Any, reason: str) -> Panel:
        """A panel without these rows of `data`, as if they had not been in the table but for their count in `dropped`.

        Each person's first visit is then the first that is left.

        Parameters
        ----------
        mask : array of bool, shape (rows of `data`,)
            True where a row is left out.
        reason : str
            Said in `dropped`, the description and the report.

        Returns
        -------
        Panel
            With the same roles.

        Raises
        ------
        ModelError
            For a mask that does not fit.
        DataError
            When no row would be left.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> early = panel.leave_out(panel.data["day"] > 3, "after day 3")
        >>> early.dropped.to_dict("records")
        [{'reason': 'after day 3', 'rows': 108}]
        """
        check_text(reason, "reason", "not of the study")
        rest, counts = leave_out(self.data, {reason: mask})
        return self._again(rest, self.outcome, counts)

    def over(self, data: pd.DataFrame, outcome: str) -> Panel:
        """The panel of another outcome, which is a column of these data: the same rows with one column more."""
        check_name(outcome, "outcome")
        return self._again(data, outcome, {})

    def with_wave(self, wave: str) -> Panel:
        """The panel with a column of planned occasions.

        Parameters
        ----------
        wave : str
            A column of the table.

        Returns
        -------
        Panel
            With the same rows.

        Raises
        ------
        ColumnError, ModelError
            For a column that the table does not have, or that has another role.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> panel.with_wave("visit").wave
        'visit'
        """
        check_name(wave, "wave")
        if wave == self.wave:
            return self
        check_roles(self.data, self.id, self.time, self.outcome, wave)
        panel = self._with_rows(self._rows)
        panel._set(wave=wave)
        return panel

    def _again(self, data: pd.DataFrame, outcome: str, counts: Mapping[str, int]) -> Panel:
        """The same roles over other data, with the rows counted that were left out before."""
        names = ("id", "time", "wave", "time_unit", "since", "day_first", "date_format")
        same = outcome == self.outcome
        unit, limits = (self.outcome_unit, self.limits) if same else (None, None)
        roles = {name: getattr(self, name) for name in names}
        panel = Panel(data, outcome=outcome, outcome_unit=unit, limits=limits, labels=self.labels, **roles)
        before = [(text, rows) for text, rows in self._rows.reasons if not text.startswith("missing ")]
        rows = panel._rows.after(dict(before) | dict(counts))
        panel._set(_rows=rows, _observed=rows, where=self.where)
        return panel

    def choose(self, where: str) -> Panel:
        """A panel of the rows for which a condition holds, as `where=` of a panel takes it.

        Parameters
        ----------
        where : str
            Such as ``"day <= 3 & arm == 'drug'"``; see docs/tables.md.

        Returns
        -------
        Panel
            With the same roles; the others are counted in `dropped`.

        Raises
        ------
        ColumnError, DataError, FormulaError
            For an unknown column, a condition that cannot be read, and when no row would be left.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> early = panel.choose("day <= 3 & ~(subject in [308, 309])")
        >>> early.dropped["reason"].tolist()
        ["not among the 64 of 180 rows by where='day <= 3 & ~(subject in [308, 309])'"]
        """
        style = DateStyle(self.day_first, self.date_format)
        ((reason, mask),) = _not_chosen(self.data, where, style).items()
        panel = self.leave_out(mask, reason)
        panel._set(where=where if self.where is None else f"({self.where}) & ({where})")
        return panel

    def observed(self) -> Panel:
        """The panel with all rows that have an outcome, those included that a model left out for a predictor.

        Returns
        -------
        Panel
            Itself where nothing was left out for a predictor.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.observed() is panel
        True
        """
        return self if self._rows is self._observed else self._with_rows(self._observed)

    def left_out_though_seen(self) -> pd.DataFrame:
        """Rows with an outcome that were left out for a missing predictor.

        Returns
        -------
        DataFrame
            Columns reason, rows, persons with such a row.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("orthodont")
        >>> data.loc[:3, "sex"] = None
        >>> gc.fit("distance ~ age * sex + (age | subject)", data).panel.left_out_though_seen()
                reason  rows  persons
        0  missing sex     4        1
        """
        return self._rows.beyond(self._observed, raw_array(self.data, self.id))

    @cached_property
    def suspects(self) -> pd.DataFrame:
        """Values of any column that may stand for missing: columns column, value, cells, persons, note.

        Codes used in the field, such as -9, -99, 999 or ``.a``, where they stand outside the other values, and values
        that repeat far outside the others.
        """
        once = self.data.columns[~self.data.columns.duplicated(keep=False)]
        names = [name for name in once if name not in (self.id, self.wave)]
        return suspect_table(find_suspects(self, names), self.data)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What to look at before an analysis, a sentence each: suspects, and how many cells a missing code matched."""
        return (*self.suspects["note"], *matched_notes(self.data))

    @remembered
    def codebook(self) -> Codebook:
        """Every column of the table: label, role, type, levels or range, cells missing.

        Returns
        -------
        Codebook
            ``.table``: a row per column of the table.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.codebook().table.loc[1, ["column", "type", "values"]].tolist()
        ['day', 'whole numbers', '0 to 9']
        """
        along = "time" if vocabulary(self).over_time else "predictor"
        roles = {"id": self.id, along: self.time, "outcome": self.outcome, "wave": self.wave}
        title = f"Codebook: {len(self.data.columns)} columns, {len(self.data)} rows"
        return books.codebook(self.data, roles, self.labels or {}, title)

    @cached_property
    def repeated(self) -> np.ndarray:
        """Whether each used row shares person and time with another, shape (n,)."""
        return descriptions.repeated_rows(self.persons, self.times)

    def duplicates(self) -> pd.DataFrame:
        """Used rows that share person and time with another row, in the order of the table.

        Returns
        -------
        DataFrame
            All columns.

        Raises
        ------
        DataError
            When the panel has no time.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> len(panel.duplicates())
        0
        """
        return self.frame[self.repeated]

    def describe(self) -> PanelSummary:
        """Persons, occasions, schedules, spread of time, and where the outcome's variance lies.

        Returns
        -------
        PanelSummary
            Its text and ``.table``, in the units of the panel; the panel itself is shown so in a notebook.

        Warns
        -----
        DataWarning
            When a person has two rows for one time.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.describe().table["value"].head(2).tolist()
        [18.0, 180.0]
        """
        note = None if self._times is None else repeated_note(self)
        if note is not None:
            warnings.warn(note, DataWarning, stacklevel=2)
        return descriptions.summarise(
            persons=self.persons,
            times=None if self._times is None else self.times,
            repeated=None if self._times is None else self.repeated,
            values=self.values,
            names={"id": self.id, "time": self.time, "outcome": self.outcome},
            units={"time": self.time_unit, "outcome": self.outcome_unit},
            dropped=self._rows.reasons,
            waves=spreads.wave_spread(self),
            columns=self.codebook().table,
            notes=self.notes,
            words=vocabulary(self),
            counted=time_words(self).axis if self.derived else "",
        )

    def table_one(self, by: str | list[str] | None = None, columns: list[str] | None = None) -> TableOne:
        """The first table of a paper: who was studied, by group, at each person's first row used.

        Numbers have mean (SD), categories counts and percentages of the persons whose value is known; missing values
        are counted. Differences between randomised groups are not tested (Altman 1985, The Statistician 34, 125-136).

        Parameters
        ----------
        by : str or list of str, optional
            Column of groups, or several that divide together; one value per person.
        columns : list of str, optional
            By default all but the roles, dates, and texts of more than 20 values.

        Returns
        -------
        TableOne
            ``.table`` with all digits; ``.save("table1.docx", style="apa")``.

        Raises
        ------
        ColumnError
            For an unknown column.
        DataError
            When `by` changes within a person, who is named.

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("trial"), id="patient", time="week", outcome="depression")
        >>> for line in str(panel.table_one(by="arm", columns=["age"])).splitlines()[2:4]:
        ...     print(" ".join(line.split()))
        placebo (N = 300) drug (N = 300) All (N = 600)
        age, mean (SD) 41.1 (12.7) 42.5 (13.6) 41.8 (13.2)
        """
        panel, name = self._with_joined(by, "by")
        return characteristics.table_one(panel, name, columns)

    def correlations(self, columns: list[str] | None = None) -> Correlations:
        """Means, SDs, ICC(1), and correlations within and between persons, as journals in the style of the APA print.

        Between: Pearson's correlation of the persons' means, N - 2 degrees of freedom. Within: that of deviations from
        them, rows - persons - 1 degrees of freedom. Each pair is of the rows in which both are known. ICC(1) is that of
        `describe` (one-way analysis of variance).

        Parameters
        ----------
        columns : list of str, optional
            Columns of numbers; by default the outcome, time, and all other numbers.

        Returns
        -------
        Correlations
            ``.table`` of pairs, ``.variables``; printed with "between" below the diagonal and "within" above it.

        Raises
        ------
        ColumnError
            For an unknown column.
        DataError
            For one that does not hold numbers.

        References
        ----------
        Snijders and Bosker (2012), Multilevel Analysis, 2nd ed., section 3.6 (within and between groups).

        Examples
        --------
        >>> from growthcurves.data.datasets import load_dataset
        >>> panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.correlations().table[["level", "r", "n", "df"]].round(3)
             level      r    n   df
        0  between    NaN   18   16
        1   within  0.716  180  161
        """
        return correlated.correlations(self, columns)

    def missing(self, by: str | list[str] | None = None) -> MissingPatterns:
        """Which waves persons missed, whether they dropped out or came back, and from where they left.

        Waves are those of the wave column, else the times that persons have in common.

        Parameters
        ----------
        by : str or list of str, optional
            Column of groups to compare, or several that divide together; one value per person.

        Returns
        -------
        MissingPatterns
            ``.table`` of patterns, ``.totals`` by kind, ``.dropout`` by wave; all by group if asked.

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
        panel, name = self._with_joined(by, "by")
        return missed.missing_patterns(panel, name)

    def people(self) -> pd.DataFrame:
        """One row per person (index id): rows, first and last time, and the person's own straight line.

        Columns n, first, last (times), intercept, slope, r2: least squares over the person's own rows. The
        intercept is read at time 0 where 0 lies inside the panel's observed times, else at the panel's first time:
        ``attrs["origin"]`` says which. A person whose rows share one time has no line (NaN), one whose outcome
        is constant has no r2; with two times the line goes through both points and r2 is 1.

        Returns
        -------
        DataFrame
            Index id; times in the panel's unit, slopes in units of the outcome per unit of time.

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
        return own_lines.people_table(self.persons, times, self.values, self.id, str(self.time))

    def __dir__(self) -> list[str]:
        """What a user asks of a panel; what models ask of it is left out."""
        return [name for name in super().__dir__() if name not in _PLUMBING]

    def plot(self, kind: str = "trajectories", **options: Any) -> Any:
        """A figure of the panel, before any model.

        Parameters
        ----------
        kind : str
            "trajectories" of persons and their observed mean, "missing" patterns, or another of
            ``growthcurves.plots.PANEL_FIGURES``.
        **options
            Options of that figure, such as ``by=`` for groups; ``ax=`` draws on these axes, ``figsize=`` (inches) on a
            new figure of that size.

        Returns
        -------
        Axes
            Of matplotlib.

        Raises
        ------
        ModelError
            For an unknown figure or option, with the known ones.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> axes = panel.plot(people=5)
        """
        from growthcurves.plots import plot_panel

        panel, options["by"] = self._with_joined(options.get("by"), "by")
        return plot_panel(panel, kind, **{name: value for name, value in options.items() if value is not None})

    def to_pandas(self) -> pd.DataFrame:
        """The rows that are used, as `frame`: so a panel goes in wherever a long table does.

        Returns
        -------
        DataFrame
            All columns; where time was dates, its column holds the elapsed numbers.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.to_pandas().shape
        (180, 3)
        """
        return self.frame

    def __len__(self) -> int:
        return self._rows.used

    @told
    def __repr__(self) -> str:
        along = "over" if vocabulary(self).over_time else "by"
        over = "" if self.time is None else f" {along} {self.time!r}"
        out = f" ({self.rows_dropped} left out)" if self.rows_dropped else ""
        persons = f"{self.persons.count} {vocabulary(self).who.several} ({self.id!r})"
        return f"Panel of {self.outcome!r}{over}: {persons}, {len(self)} rows{out}"

    def _repr_html_(self) -> str:
        return self.describe()._repr_html_()

    @classmethod
    def restored(
        cls, table: pd.DataFrame, roles: dict[str, Any], reasons: tuple[tuple[str, int], ...], clock: Clock | None
    ) -> Panel:
        """A panel of rows that were used before, times elapsed already, with the ledger of what was left out then."""
        plain = {name: roles[name] for name in ("id", "time", "outcome", "wave", "outcome_unit", "limits")}
        panel = cls(table, **plain, time_unit=roles["time_unit"] if roles["time"] is not None else None)
        dropped = sum(rows for _, rows in reasons)
        panel._set(_rows=Rows(len(table) + dropped, None, tuple(reasons)), since=roles["since"], _clock=clock)
        panel._set(where=roles["where"])
        return panel

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _with_joined(self, names: Any, option: str) -> tuple[Panel, Any]:
        """The panel with one column for several, and its name."""
        data, name = with_joined(self.data, names, option, self.first_levels)
        if data is self.data:
            return self, name
        panel = self._with_rows(self._rows)
        panel._set(data=data)
        return panel, name

    def _with_rows(self, rows: Rows) -> Panel:
        panel = object.__new__(type(self))
        panel._set(**{item.name: getattr(self, item.name) for item in fields(self)})
        panel._set(_rows=rows)
        return panel


def joining(panel: Panel, name: Any) -> Panel:
    """The panel with the column of that name where it has its parts alone: "arm, site" of arm and site."""
    return panel._with_joined(name, "by")[0]


def counting(panel: Panel, left_out: Mapping[str, int]) -> Panel:
    """The panel that counts, before its own, rows that were left out of its table before it was made."""
    found = panel._with_rows(panel._rows.after(left_out))
    found._set(_observed=panel._observed.after(left_out))
    return found


def _not_chosen(data: pd.DataFrame, where: str, style: DateStyle) -> dict[str, np.ndarray]:
    """The rows that a condition does not choose, by how that is told."""
    from growthcurves.model.formula.chosen import chosen_rows, where_reason

    chosen = chosen_rows(data, where, style)
    return {where_reason(where, chosen): ~chosen}

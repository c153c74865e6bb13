"""The rows of a panel: which of a long table are used, and what the columns that have roles hold there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

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
from growthcurves.data.reasons import checked_status
from growthcurves.data.roles import check_roles, read_outcome, read_times
from growthcurves.data.rows import Rows, leave_out
from growthcurves.data.time_facts import TimeFacts
from growthcurves.errors import DataError

#: What options look like that are dictionaries.
_LABELS, _LEFT_OUT = "{'bdi': 'Depression'}", "{'not of the study': mask}"


@dataclass(frozen=True, eq=False, repr=False)
class PanelRows:
    """A long table and the roles of its columns, validated once; what it is asked is in `growthcurves.data.panel`."""

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
    entry: str | None = None
    status: Any = None
    _rows: Rows = field(init=False)
    _observed: Rows = field(init=False)
    _times: Elapsed | None = field(init=False)
    _values: np.ndarray = field(init=False)
    _clock: Clock | None = field(init=False, default=None)
    first_levels: Mapping[Any, Any] = field(init=False, default_factory=dict)
    all_rows: bool = field(init=False, default=True)

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
        status = checked_status(data, self.status, rows.keep)
        self._set(left_out=None, _observed=rows, limits=limits, entry=as_named(data, self.entry), status=status)
        require_columns(data, [] if self.entry is None else [self.entry])

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

    @property
    def has_rows(self) -> bool:
        """Whether the rows are there, and not only what was counted of them."""
        return True

    @property
    def value_ends(self) -> np.ndarray:
        """The outcomes that limits of their scale must hold, (n,)."""
        return self.values

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

    def counted_by(self, clock: Clock | None) -> Self:
        """The panel whose elapsed times another panel's clock has read, and which reads others as that does."""
        panel = self._with_rows(self._rows)
        panel._set(_clock=clock, time_unit=self.time_unit if clock is None else clock.unit)
        return panel

    def referring(self, reference: Mapping[Any, Any]) -> Self:
        """The panel whose groups begin with the levels that a model refers to, by column, wherever they are shown."""
        if dict(reference) == self.first_levels:
            return self
        panel = self._with_rows(self._rows)
        panel._set(first_levels=dict(reference))
        return panel

    def drop_missing(self, columns: Iterable[str]) -> Self:
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

    def leave_out(self, mask: Any, reason: str) -> Self:
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

    def over(self, data: pd.DataFrame, outcome: str) -> Self:
        """The panel of another outcome, which is a column of these data: the same rows with one column more."""
        check_name(outcome, "outcome")
        return self._again(data, outcome, {})

    def with_wave(self, wave: str) -> Self:
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

    def _again(self, data: pd.DataFrame, outcome: str, counts: Mapping[str, int]) -> Self:
        """The same roles over other data, with the rows counted that were left out before."""
        names = ["id", "time", "wave", "time_unit", "since", "day_first", "date_format"]
        names += ["entry", "status"] if self.all_rows else []  # whose columns a saved fit does not keep
        same = outcome == self.outcome
        unit, limits = (self.outcome_unit, self.limits) if same else (None, None)
        roles = {name: getattr(self, name) for name in names}
        panel = type(self)(data, outcome=outcome, outcome_unit=unit, limits=limits, labels=self.labels, **roles)
        before = [(text, rows) for text, rows in self._rows.reasons if not text.startswith("missing ")]
        rows = panel._rows.after(dict(before) | dict(counts))
        panel._set(_rows=rows, _observed=rows, where=self.where)
        panel._set(entry=self.entry, status=self.status, all_rows=self.all_rows)
        return panel

    def choose(self, where: str) -> Self:
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
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> early = panel.choose("day <= 3 & ~(subject in [308, 309])")
        >>> early.dropped["reason"].tolist()
        ["not among the 64 of 180 rows by where='day <= 3 & ~(subject in [308, 309])'"]
        """
        style = DateStyle(self.day_first, self.date_format)
        ((reason, mask),) = _not_chosen(self.data, where, style).items()
        panel = self.leave_out(mask, reason)
        panel._set(where=where if self.where is None else f"({self.where}) & ({where})")
        return panel

    def observed(self) -> Self:
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

    @classmethod
    def restored(
        cls, table: pd.DataFrame, roles: dict[str, Any], reasons: tuple[tuple[str, int], ...], clock: Clock | None
    ) -> Self:
        """A panel of rows that were used before, times elapsed already, with the ledger of what was left out then."""
        plain = {name: roles[name] for name in ("id", "time", "outcome", "wave", "outcome_unit", "limits")}
        panel = cls(table, **plain, time_unit=roles["time_unit"] if roles["time"] is not None else None)
        dropped = sum(rows for _, rows in reasons)
        panel._set(_rows=Rows(len(table) + dropped, None, tuple(reasons)), since=roles["since"], _clock=clock)
        panel._set(**{name: roles.get(name) for name in ("where", "entry", "status")}, all_rows=False)
        return panel

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _with_joined(self, names: Any, option: str) -> tuple[Self, Any]:
        """The panel with one column for several, and its name."""
        data, name = with_joined(self.data, names, option, self.first_levels)
        if data is self.data:
            return self, name
        panel = self._with_rows(self._rows)
        panel._set(data=data)
        return panel, name

    def _with_rows(self, rows: Rows) -> Self:
        panel = object.__new__(type(self))
        panel._set(**{item.name: getattr(self, item.name) for item in fields(self)})
        panel._set(_rows=rows)
        return panel


def _not_chosen(data: pd.DataFrame, where: str, style: DateStyle) -> dict[str, np.ndarray]:
    """The rows that a condition does not choose, by how that is told."""
    from growthcurves.model.formula.chosen import chosen_rows, where_reason

    chosen = chosen_rows(data, where, style)
    return {where_reason(where, chosen): ~chosen}

"""How tables of a source become panels: the roles of columns, the condition on rows, what is left out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.clock import Clock
from growthcurves.data.dates import DateStyle, Written, written_dates
from growthcurves.data.elapsed import elapsed_times, holds_dates
from growthcurves.data.frame import check_name, raw_array
from growthcurves.data.joined import COMMA, with_its_parts, with_joined
from growthcurves.data.panel import Panel
from growthcurves.data.rows import NothingLeftError, missing
from growthcurves.data.units import unit_of_span
from growthcurves.errors import ColumnError, DataError, unknown
from growthcurves.estimate.reading import refuse_no_model
from growthcurves.model.formula.chosen import condition_columns, some_rows, where_counted
from growthcurves.model.formula.left import computed_side
from growthcurves.model.formula.lme4 import ParsedFormula, parse_formula
from growthcurves.model.from_formula import growth_model, with_time
from growthcurves.model.groups import with_groups
from growthcurves.model.growth import GrowthModel
from growthcurves.model.outcomes import with_outcome
from growthcurves.model.person_level import person_level
from growthcurves.model.recipe import group_columns, model_columns

#: Why rows are not there that a condition did not choose, until all rows have been counted.
WHERE = "where"
#: How times are counted and dates are written, before all dates together settle it, or a recipe says it.
NO_DATES: dict[str, Any] = {"time_unit": None, "since": None, "day_first": None, "date_format": None}


@dataclass
class Ledger:
    """Rows that were seen, and those that were left out, by reason.

    Attributes
    ----------
    rows : int
        All rows of the source.
    chosen : int
        Those that the condition chose; all without one.
    reasons : dict of str to int
    """

    rows: int = 0
    chosen: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def count(self, reasons: Iterable[tuple[str, int]]) -> None:
        for reason, rows in reasons:
            self.reasons[reason] = self.reasons.get(reason, 0) + rows

    def merged(self, other: Ledger) -> None:
        """Count what another has counted."""
        self.rows += other.rows
        self.chosen += other.chosen
        self.count(other.reasons.items())

    def told(self, reading: Reading) -> tuple[tuple[str, int], ...]:
        """The reasons as a panel of all rows has them, whichever batch met one first."""
        first, where = [], reading.where
        if where is not None and self.chosen < self.rows:
            first = [(where_counted(where, self.chosen, self.rows), self.rows - self.chosen)]
        return (*first, *sorted(self.reasons.items(), key=lambda found: reading.place_of(found[0])))

    def refuse_nothing(self, reading: Reading) -> None:
        """Refuse a source of which no row is left."""
        if self.rows == 0:
            raise DataError("The source has no rows.")
        if sum(self.reasons.values()) >= self.chosen:
            shown = ", ".join(f"{rows:,} for {reason}" for reason, rows in self.told(reading))
            raise DataError(f"No row is left (left out: {shown}): there is nothing to analyse.")


@dataclass(frozen=True, eq=False)
class Reading:
    """How tables of a source become panels.

    Attributes
    ----------
    roles : dict
        id, time, outcome and wave of a panel; how times are counted and dates are written (see `NO_DATES`).
    joined : tuple of column names
        Several columns that are one: each a tuple of names.
    needed : tuple of str
        Columns without which a row is left out, beside the roles.
    where : str or None
    computed : str or None
        The outcome that is computed, where it is.
    """

    roles: dict[str, Any]
    joined: tuple[tuple[str, ...], ...]
    needed: tuple[str, ...]
    where: str | None
    computed: str | None = None

    @classmethod
    def of_model(cls, model: GrowthModel, where: str | None) -> Reading:
        """That of a model's columns."""
        outcome = computed_side(model.outcome).read_from(model.id, model.time) if model.computed else model.outcome
        roles = {"id": model.id, "time": model.time, "outcome": outcome, "wave": model.wave}
        needed = tuple(dict.fromkeys([*model_columns(model), *group_columns(model)]))
        return cls(roles | NO_DATES, (), needed, where, model.outcome if model.computed else None)

    @classmethod
    def of_formula(cls, parsed: ParsedFormula, frame: pd.DataFrame, where: str | None) -> Reading:
        """That of a formula whose groupings and time are known, with a first table."""
        for group in parsed.groups[1:]:
            frame, _ = with_joined(frame, list(group), "levels")
        _, person = with_joined(frame, list(parsed.group), "id")
        outcome = parsed.left.read_from(person, parsed.time)
        roles = {"id": person, "time": parsed.time, "outcome": outcome, "wave": None}
        needed = tuple(column for column in parsed.columns if column not in parsed.roles)
        joined = (*(tuple(group) for group in parsed.groups[1:]), tuple(parsed.group))
        return cls(roles | NO_DATES, joined, needed, where, parsed.left.name if parsed.left.computed else None)

    def with_order(self, tables: Iterator[pd.DataFrame]) -> Reading:
        """That of dates that are text, with the order of day and month that all of them settle."""
        written, said = Written(), self.roles["day_first"]
        for frame, ids in map(self._with_ids, tables):
            written |= written_dates(frame, self.roles["time"], ids)
            said = DateStyle(said).or_of(frame).day_first
        return self._with(day_first=written.day_first(self.roles["time"], said))

    def with_unit(self, tables: Iterator[pd.DataFrame]) -> Reading:
        """That of dates, with the unit in which they are counted: by the longest span of a person of all tables."""
        time, longest, written, style = self.roles["time"], 0.0, Written(), DateStyle(self.roles["day_first"])
        for frame, ids in map(self._with_ids, tables):
            written |= written_dates(frame, time, ids)
            written.day_first(time, style.day_first)
            days = elapsed_times(frame, time, ids, None, "days", style).values
            longest = max(longest, float(np.nanmax(days, initial=0.0)))
        return self._with(time_unit=unit_of_span(longest))

    def counted_by(self, clock: Clock, frame: pd.DataFrame) -> Reading:
        """That of times that are counted as a recipe counts them, whose clock this is; `frame` is a first table.

        Raises
        ------
        DataError
            For dates where the recipe has numbers.
        """
        dates = holds_dates(frame[clock.time])
        if dates and not clock.derived:
            clock.read(frame)
        elapsed = not dates and clock.had_dates(frame)  # numbers in the place of dates are counted already
        style = clock.style or DateStyle()
        return self._with(time_unit=clock.unit, since=None if elapsed else clock.since,
                          day_first=style.day_first, date_format=style.date_format)  # fmt: skip

    @property
    def knows_order(self) -> bool:
        """Whether it is said how dates are written that are text."""
        return self.roles["day_first"] is not None or self.roles["date_format"] is not None

    def _with(self, **roles: Any) -> Reading:
        return replace(self, roles=self.roles | roles)

    def _with_ids(self, table: pd.DataFrame) -> tuple[pd.DataFrame, Any]:
        """The chosen rows of a table, and whose they are."""
        frame, id = self.chosen(table), self.roles["id"]
        for group in self.joined:
            frame, _ = with_joined(frame, list(group), "id")
        return frame, raw_array(with_its_parts(frame, id), id)

    def knowing(self, model: GrowthModel) -> Reading:
        """The same with the columns of a model that a formula became."""
        known = Reading.of_model(model, self.where)
        roles = known.roles | {name: self.roles[name] for name in ("id", *NO_DATES)}
        return replace(self, roles=roles, needed=known.needed, computed=known.computed)

    @property
    def looked(self) -> tuple[str, ...]:
        """The columns of which something may be learned: the outcome, or those it is computed of, and predictors."""
        of_outcome = () if self.computed is None else computed_side(self.computed).columns
        return tuple(dict.fromkeys([self.roles["outcome"], *self.needed, *of_outcome]))

    def panels(self, tables: Iterable[pd.DataFrame], ledger: Ledger | None = None) -> Iterator[Panel]:
        """The panels of tables of whole persons, without those of which no row is left."""
        ledger = Ledger() if ledger is None else ledger
        for frame in tables:
            ledger.rows += len(frame)
            try:
                frame = self.chosen(frame)
                ledger.chosen += len(frame)
                if len(frame):
                    panel = self.panel(frame)
                    if panel.rows_dropped:
                        ledger.count(panel.dropped.itertuples(index=False, name=None))
                    yield panel
            except NothingLeftError as nothing:
                ledger.count((self._as_computed(reason), rows) for reason, rows in nothing.reasons)

    def _as_computed(self, reason: str) -> str:
        """A reason met before a computed outcome was made: it is missing where its first column is."""
        return missing(self.computed) if self.computed and reason == missing(self.roles["outcome"]) else reason

    def place_of(self, reason: str) -> int:
        """When a panel looks for this reason to leave rows out."""
        order = [self.roles["id"], self.roles["time"], self.computed or self.roles["outcome"], *self.needed]
        reasons = [missing(name) for name in order]
        return reasons.index(reason) if reason in reasons else len(reasons)

    def chosen(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that the condition chooses; there may be none."""
        return frame if self.where is None else frame[some_rows(frame, self.where)]

    def panel(self, frame: pd.DataFrame) -> Panel:
        """The panel of a table of chosen rows, without those that miss something."""
        for group in self.joined:
            frame, _ = with_joined(frame, list(group), "id")
        for name in self.needed:
            frame = with_its_parts(frame, name)
        panel = Panel(frame, **self.roles)
        panel = panel if self.computed is None else with_outcome(panel, self.computed)
        return panel.drop_missing(self.needed)


@dataclass(frozen=True)
class Asked:
    """What a user asks to be fitted to a source.

    Attributes
    ----------
    model : GrowthModel or str
    time, where : str or None
    options : dict
        Of a formula.
    """

    model: GrowthModel | str
    time: str | None
    where: str | None
    options: dict[str, Any]

    def __post_init__(self) -> None:
        refuse_no_model(self.model, self.time, self.options)
        check_name(self.time, "time")

    @property
    def family(self) -> Any:
        """The family of outcomes, where one is asked for."""
        return self.options.get("family") if isinstance(self.model, str) else self.model.family

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The columns that the outcome is made of."""
        if isinstance(self.model, str):
            return parse_formula(self.model, self.time).left.columns
        return _outcomes(self.model)

    def parsed(self, first: pd.DataFrame, combinations: Callable[[list[str]], pd.DataFrame]) -> ParsedFormula:
        """A formula in the light of the first table; which groupings hold which takes all units of all tables."""
        assert isinstance(self.model, str)
        parsed = parse_formula(self.model, self.time)
        names = sorted({name for group in parsed.groups for name in group})
        units = combinations(names) if len(parsed.groups) > 1 else first
        return with_time(with_groups(parsed, self.time, units), self.time, None, first)

    def columns(self, known: list[str]) -> list[str]:
        """The columns of a source that are needed.

        Raises
        ------
        ColumnError
            For one that is not there, with the nearest.
        """
        if isinstance(self.model, str):
            parsed = parse_formula(self.model, self.time)
            names = [*parsed.columns, *_named(self.options.get("wave"))]
        else:
            names = names_of(self.model)
        names += condition_columns(self.where) if self.where is not None else []
        return parts_of(names, known)


def names_of(model: GrowthModel) -> list[str]:
    """All names of columns that a model uses."""
    roles = [model.id, *_named(model.time), *_outcomes(model), *_named(model.wave)]
    return [*roles, *model_columns(model), *group_columns(model)]


def _outcomes(model: GrowthModel) -> tuple[str, ...]:
    return tuple(computed_side(model.outcome).columns) if model.computed else (model.outcome,)


def parts_of(names: Iterable[str], known: list[str]) -> list[str]:
    """The columns that these names say, one by itself or several with commas, in the order of the table."""
    found: set[str] = set()
    for name in names:
        parts = [name] if name in known else name.split(COMMA)
        absent = [part for part in parts if part not in known]
        if absent:
            raise ColumnError(unknown("column", name if len(parts) == 1 else absent[0], known))
        found.update(parts)
    return [name for name in known if name in found]


def _named(name: str | None) -> list[str]:
    return [] if name is None else [name]


def model_of(parsed: ParsedFormula, panel: Panel, options: dict[str, Any]) -> GrowthModel:
    """The model that a formula says, given which columns vary within the persons of a panel."""
    return growth_model(parsed, person_level(panel).varies, **options)


def positions(panel: Panel, labels: Any) -> np.ndarray:
    """Which rows of the panel's table, used or not, are of these persons."""
    return panel.data[panel.id].isin(labels).to_numpy()

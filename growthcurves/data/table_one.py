"""Who was studied: each column at every person's first visit, by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.describe import person_time_order
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.frame import listed
from growthcurves.data.levels import as_groups
from growthcurves.data.markup import TextTable, html_of
from growthcurves.data.time_words import time_words
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError, ModelError, brief
from growthcurves.output.numbers import fixed_text, places_of
from growthcurves.output.save import Saved
from growthcurves.output.sheet import Sheet, sheet_of_texts
from growthcurves.output.styles import STYLES, Style
from growthcurves.signs import told

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

ALL = "All"
_COLUMNS = ["variable", "level", "group", "n", "missing", "mean", "sd", "percent", "label"]
#: More levels than a table of characteristics lists.
MOST_LEVELS = 20


@dataclass(frozen=True, eq=False, repr=False)
class TableOne(Saved):
    """Characteristics of the persons, by group.

    Attributes
    ----------
    table : DataFrame
        One row per number: variable, level (of categories; else empty), group, n (persons of that level, or with a
        number), missing (persons), mean, sd, percent (of the persons whose value is known), label (in words).
    persons : dict of str to int
        Persons of each group, and of all; rows where there is no time, as of students in schools.
    notes : tuple of str
    title : str
    """

    table: pd.DataFrame
    persons: dict[str, int]
    notes: tuple[str, ...]
    title: str

    @told
    def __str__(self) -> str:
        lines = self._lines(STYLES["plain"])
        width = max(len(label) for label, _ in lines)
        cells = [self._head(), *(texts for _, texts in lines if texts)]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.persons))]
        shown = [("", self._head()), *lines]
        rows = ["  ".join([f"{label:{width}}", *map(str.rjust, texts, widths)]).rstrip() for label, texts in shown]
        return "\n".join([self.title, "", *rows, "", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return html_of(self.title, TextTable(self._head(), self._lines(STYLES["plain"])), *self.notes)

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain Python values.

        Returns
        -------
        dict
            ``"persons"``, and ``"table"`` as a list of rows.

        Examples
        --------
        >>> import growthcurves as gc
        >>> data = gc.load_dataset("orthodont")
        >>> gc.Panel(data, id="subject", time="age", outcome="distance").table_one(by="sex").to_dict()["persons"]
        {'Male': 16, 'Female': 11, 'All': 27}
        """
        return {"persons": dict(self.persons), "table": self.table.to_dict("records"), "notes": list(self.notes)}

    def _sheet(self, style: Style, decimals: int | None) -> Sheet:
        return sheet_of_texts(self._lines(style, decimals), self._head(), style, self.title, self.notes)

    def _head(self) -> list[str]:
        return [f"{group} (N = {count:,})" for group, count in self.persons.items()]

    def _lines(self, style: Style, decimals: int | None = None) -> list[tuple[str, list[str]]]:
        lines: list[tuple[str, list[str]]] = []
        for variable, rows in self.table.groupby("variable", sort=False):
            by_level = list(rows.groupby("level", sort=False))
            if by_level[0][0] == "":
                places = _places(rows, decimals)
                lines.append((f"{variable}, mean (SD)", [_mean(row, places) for row in by_level[0][1].itertuples()]))
            else:
                lines.append((f"{variable}, n (%)", []))
                for level, found in by_level:
                    lines.append((f"  {level}", [f"{row.n:,} ({row.percent:.1f})" for row in found.itertuples()]))
            missing = by_level[0][1]["missing"]
            if missing.any():
                lines.append((f"  {variable} missing, n", [f"{count:,}" for count in missing]))
        return lines


def _places(rows: pd.DataFrame, decimals: int | None) -> int:
    """One decimal more than a whole number has, and those that show two digits of the SD."""
    if decimals is not None:
        return decimals
    sds = [sd for sd in rows["sd"] if sd > 0]
    return max(1, places_of([float(f"{min(sds):.2g}")])) if sds else 1


def _mean(row: Any, places: int) -> str:
    return "" if row.n == 0 else f"{fixed_text(row.mean, places)} ({fixed_text(row.sd, places) or '-'})"


def table_one(panel: Panel, by: str | None, columns: Sequence[str] | None) -> TableOne:
    """Characteristics of persons at their first row used; see `Panel.table_one`."""
    names = _asked(panel, by, columns)
    panel.require([*names, *([by] if by is not None else [])])
    words = vocabulary(panel)
    rows_alone = panel.time is None or not words.over_time
    frame, when = (panel.frame, "") if rows_alone else _at_first(panel)
    groups = _grouped(panel, frame, by, rows_alone)
    rows = [row for name in names for row in _rows(panel, name, frame[name], groups)]
    if not rows:
        raise ModelError("There is no column to describe: name some with columns=.")
    several, who = words.who.several, "rows, which" if rows_alone else "persons, who"
    described, title = f"at each person's first row with an outcome{when}", f"{several} at their first visit"
    if rows_alone:
        described, title = f"over all rows, of {panel.persons.count:,} {several}", "rows"
    notes = [f"Numbers are described {words.said(described)}; percentages are of known values."]
    left = len(frame) - sum(int(mask.sum()) for name, mask in groups.items() if name != ALL)
    if by is not None and left:
        notes.append(f"{brief(by)} is missing for {left:,} {who} are among all.")
    persons = {name: int(mask.sum()) for name, mask in groups.items()}
    return TableOne(pd.DataFrame(rows, columns=_COLUMNS), persons, tuple(notes), f"Characteristics of the {title}")


def _asked(panel: Panel, by: str | None, columns: Sequence[str] | None) -> list[str]:
    """The columns: those named, or all but the roles, dates and texts of many levels."""
    if columns is not None:
        return listed(columns, "columns")
    roles = {panel.id, panel.time, panel.wave, by}
    frame = panel.frame
    return [str(name) for name in frame if name not in roles and _describable(frame[name])]


def _describable(column: pd.Series) -> bool:
    if not isinstance(column, pd.Series) or holds_dates(column):
        return False
    return holds_numbers(column) or column.nunique() <= MOST_LEVELS


def _at_first(panel: Panel) -> tuple[pd.DataFrame, str]:
    """Each person's first row in time; where most begin together, a later one's values of that time are missing."""
    first = _first(panel)
    frame, times = panel.frame.iloc[first], panel.times[first]
    late = times > panel.time_range[0]
    if not late.any() or late.mean() >= 0.5:
        return frame, ""
    codes = panel.persons.codes
    varying = [name for name in frame if (panel.frame.groupby(codes)[name].nunique() > 1).any()]
    names = [name for name in varying if name not in {panel.id, panel.time, panel.wave}]
    frame = frame.assign(**{name: frame[name].mask(late) for name in names})
    when = time_words(panel).at(panel.time_range[0])
    return frame, f"; what changes is missing where that is not {when}"


def _first(panel: Panel) -> np.ndarray:
    """The first row in time of each person."""
    order = person_time_order(panel.persons, panel.times)
    order = np.arange(len(panel)) if order is None else order
    _, first = np.unique(panel.persons.codes[order], return_index=True)
    return np.asarray(order[first])


def _grouped(panel: Panel, frame: pd.DataFrame, by: str | None, rows_alone: bool) -> dict[str, np.ndarray]:
    """Which persons are of each group, all of them last."""
    everybody = {ALL: np.ones(len(frame), dtype=bool)}
    if by is None:
        return everybody
    if not rows_alone:
        _refuse_varying(panel, by)
    found = as_groups(frame[by].array, panel.first_levels.get(by))
    return {str(level): np.asarray(found == level) for level in found.categories} | everybody


def _refuse_varying(panel: Panel, by: str) -> None:
    counts = panel.frame.groupby(panel.persons.codes)[by].nunique()
    if (counts > 1).any():
        person = panel.persons.labels[int(np.argmax(counts.to_numpy() > 1))]
        raise DataError(f"{brief(by)} changes within {panel.id} {brief(person)}: groups are of persons.")


def _rows(panel: Panel, name: str, column: pd.Series, groups: dict[str, np.ndarray]) -> Iterator[list[Any]]:
    words = (panel.labels or {}).get(name) or name
    known = column.notna().to_numpy()
    if holds_numbers(column) and not isinstance(column.dtype, pd.CategoricalDtype) and column.dtype != bool:
        values = column.to_numpy(dtype=float, na_value=np.nan)
        for group, mask in groups.items():
            mine = values[mask & known]
            mean = mine.mean() if len(mine) else np.nan
            sd = mine.std(ddof=1) if len(mine) > 1 else np.nan
            missing = int((mask & ~known).sum())
            yield [words, "", group, len(mine), missing, mean, sd, np.nan, f"mean of {words}, {group}"]
        return
    found = as_groups(column.array, panel.first_levels.get(name))
    for level in found.categories:
        for group, mask in groups.items():
            count, of = int((mask & np.asarray(found == level)).sum()), int((mask & known).sum())
            percent = 100.0 * count / of if of else np.nan
            missing = int((mask & ~known).sum())
            yield [words, str(level), group, count, missing, np.nan, np.nan, percent, f"{words} {level}, {group}"]

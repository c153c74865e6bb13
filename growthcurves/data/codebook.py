"""The codebook: every column of a table with its label, type, values, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers, kind_of
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.markup import TextTable, html_of
from growthcurves.data.patterns import number_text
from growthcurves.data.source import show_id
from growthcurves.output.save import Saved

_MOST_LEVELS = 8
_COLUMNS = ["column", "label", "role", "type", "values", "minimum", "maximum", "missing"]


@dataclass(frozen=True, eq=False, repr=False)
class Codebook(Saved):
    """The columns of a table.

    Attributes
    ----------
    title : str
    table : DataFrame
        One row per column: column, label (of SPSS, Stata and SAS; else empty), role (id, time, outcome, wave), type
        (whole numbers, numbers, dates, text, categories, true or false), values (levels with their number of cells, or
        the range), minimum and maximum (of numbers, else missing), missing (cells).
    """

    title: str
    table: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """The table as plain Python values.

        Returns
        -------
        dict
            ``"title"``, and ``"columns"`` as a list of rows.

        Examples
        --------
        >>> import growthcurves as gc
        >>> panel = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
        >>> panel.codebook().to_dict()["columns"][0]["role"]
        'id'
        """
        records = self.table.astype(object).where(self.table.notna(), None).to_dict("records")
        return {"title": self.title, "columns": records}

    def __str__(self) -> str:
        shown = self.table.drop(columns=["minimum", "maximum"])
        empty = [name for name in ("label", "role") if not shown[name].any()]
        lines = shown.drop(columns=empty).to_string(index=False, justify="left").splitlines()
        return "\n".join([self.title, "", *("  " + line.rstrip() for line in lines)])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = ["label", "role", "type", "values", "missing"]
        rows = [(str(row["column"]), [str(row[name]) for name in head]) for row in self.table.to_dict("records")]
        return html_of(self.title, TextTable(head, rows, frozenset({0, 1, 2, 3})))


def codebook(frame: pd.DataFrame, roles: Mapping[str, Any], labels: Mapping[str, str], title: str) -> Codebook:
    """The codebook of a table; `roles` names the column of each role."""
    of = {column: role for role, column in roles.items() if column is not None}
    bare = frame.copy(deep=False)
    bare.attrs = {}  # pandas would copy them with every column
    columns = [bare.iloc[:, place] for place in range(bare.shape[1])]  # two may have one name
    rows = [_row(column, labels.get(str(column.name), ""), of.get(column.name, "")) for column in columns]
    return Codebook(title, pd.DataFrame(rows, columns=_COLUMNS))


def _row(column: pd.Series, label: str, role: str) -> list[Any]:
    low, high, kind = float("nan"), float("nan"), _type(column)
    missing = int(column.isna().sum())
    if missing == len(column):
        values = ""
    elif kind in ("numbers", "whole numbers"):
        numbers = _numbers(column)
        low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
        values = f"{_shown(low)} to {_shown(high)}"
    elif kind == "dates" and not isinstance(column.dropna().iloc[0], str):
        values = f"{_day(column.min())} to {_day(column.max())}"
    else:
        values = _levels(column)
    return [str(column.name), label, role, kind, values, low, high, missing]


def _type(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.infer_dtype(column, skipna=True) == "boolean":
        return "true or false"
    if holds_numbers(column):
        return "whole numbers" if _all_whole(column) else "numbers"
    return "dates" if holds_dates(column) else kind_of(column)


def _all_whole(column: pd.Series) -> bool:
    numbers = _numbers(column)
    return bool(((numbers == np.round(numbers)) | np.isnan(numbers)).all())


def _numbers(column: pd.Series) -> np.ndarray:
    """As floats, NaN where missing."""
    numbers = column if column.dtype == np.float64 else pd.to_numeric(column)
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def _levels(column: pd.Series) -> str:
    counts = column.value_counts(sort=not isinstance(column.dtype, pd.CategoricalDtype))
    shown = [f"{show_id(level)} ({cells})" for level, cells in counts.iloc[:_MOST_LEVELS].items()]
    if len(counts) <= _MOST_LEVELS:
        return ", ".join(shown)
    return f"{len(counts)} different, such as {', '.join(show_id(level) for level in counts.index[:3])}"


def _shown(value: float) -> str:
    return number_text(float(f"{value:.6g}"))


def _day(stamp: Any) -> str:
    text = str(stamp)
    return text.removesuffix(" 00:00:00")

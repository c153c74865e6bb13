"""A table as it is printed: a title, headings, cells that are texts, and notes below it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.output.numbers import decimals, fixed_text, places_of
from growthcurves.output.styles import Style
from growthcurves.signs import visible_line

#: Columns in one unit, whose decimals the standard errors decide.
_ESTIMATES = ("estimate", "std_error", "conf_low", "conf_high", "conf_low_adjusted", "conf_high_adjusted")
_BESIDE = ("model_std_error", "margin_low", "margin_high", "rhs")
_P_VALUES = ("p_value", "p_adjusted", "p_naive", "model_p_value")
_DEGREES = ("df", "df_num", "df_den", "model_df")
#: Criteria and ratios, to two places as everybody prints them.
_TWO_PLACES = ("statistic", "deviance", "aic", "aicc", "bic", "bic_persons")
#: What a row is called by, in the place of which the words for it are printed.
_KEYS = ("term", "quantity", "measure", "effect")
#: Signs after which a cell has a second line.
_LONGEST = 40
#: Signs that a column of words has at least before numbers are broken.
_LEAST = 8
#: What cannot be larger than one.
_SHARES = ("p_positive", "shrinkage", "reliability", "icc", "correlation", "weight", "r2")

HEADINGS = {
    "label": "", "term": "Term", "estimate": "Estimate", "std_error": "SE", "df": "df", "statistic": "t",
    "p_value": "p", "p_adjusted": "Adjusted p", "p_naive": "Naive p", "df_num": "df1", "df_den": "df2", "aic": "AIC",
    "aicc": "AICc", "bic": "BIC", "bic_persons": "BIC (persons)", "icc": "ICC", "n": "n", "r2": "R²",
    "model_std_error": "Model SE", "model_df": "Model df", "model_p_value": "Model p",
    "variance_std_error": "SE of variance", "n_aicc": "n of AICc", "n_bic": "n of BIC",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """A printed table.

    Attributes
    ----------
    title : str
    head : tuple of str
        A heading for each column.
    rows : tuple of tuple of str
        A cell for each column; a row of one cell is a heading of those below it.
    numbers : tuple of bool
        Which columns are numbers, and stand to the right.
    notes : tuple of str
        Below the table.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]
    notes: tuple[str, ...] = ()

    @property
    def widths(self) -> list[int]:
        """The signs of each column's longest text, of long ones as many as a line should have."""
        cells = [self.head, *(row for row in self.rows if len(row) == len(self.head))]
        return [min(max(len(row[k]) for row in cells), _LONGEST) + 3 for k in range(len(self.head))]

    def within(self, room: float) -> list[float]:
        """The widths in a line of `room` signs: where they are wider, words are broken before numbers are.

        Examples
        --------
        >>> Sheet("", ("what", "n"), (("w" * 28, "1.2345"),), (False, True)).within(20.0)
        [11.0, 9.0]
        """
        wanted = self.widths
        words = sum(width for width, number in zip(wanted, self.numbers, strict=True) if not number)
        left = room - (sum(wanted) - words)
        if sum(wanted) <= room or left < _LEAST * self.numbers.count(False):
            scale = min(1.0, room / sum(wanted))
            return [width * scale for width in wanted]
        shrunk = left / words
        return [width * (1.0 if number else shrunk) for width, number in zip(wanted, self.numbers, strict=True)]


@dataclass(frozen=True)
class Column:
    """A printed column."""

    head: str
    cells: list[str]
    number: bool


def sheet_of(
    parts: Sequence[tuple[str, pd.DataFrame]],
    style: Style,
    title: str = "",
    notes: Sequence[str] = (),
    level: float | None = None,
    headings: Mapping[str, str] | None = None,
    places: int | None = None,
) -> Sheet:
    """Tables with the same columns, printed below one another.

    Parameters
    ----------
    parts : sequence of (str, DataFrame)
        A heading (or none) and the rows below it.
    style : Style
    title : str
    notes : sequence of str
    level : float, optional
        Of the confidence intervals, for their heading.
    headings : mapping, optional
        Headings of columns where they are others than usual.
    places : int, optional
        Decimals of estimates, standard errors and intervals; by default as many as the standard errors bear.
    """
    frame = pd.concat([_flat(part) for _, part in parts], ignore_index=True) if len(parts) > 1 else _flat(parts[0][1])
    columns = _columns(frame, style, level, {**HEADINGS, **_tests(frame), **(headings or {})}, places)
    cells = list(zip(*(column.cells for column in columns), strict=True))
    rows: list[tuple[str, ...]] = []
    for heading, part in parts:
        rows += [(visible_line(heading),)] if heading else []
        rows += [cells.pop(0) for _ in range(len(part))]
    numbers = tuple(column.number for column in columns)
    told = tuple(visible_line(note) for note in notes if note)
    return Sheet(visible_line(title), tuple(column.head for column in columns), tuple(rows), numbers, told)


def sheet_of_texts(
    rows: Sequence[tuple[str, Sequence[str]]], head: Sequence[str], style: Style, title: str, notes: Sequence[str]
) -> Sheet:
    """A table whose cells are texts already: a label (or none) and its cells; a label alone is a heading."""
    cells = tuple(
        (visible_line(label.strip()), *(visible_line(text).replace("-", style.minus) for text in texts))
        for label, texts in rows
        if label.strip() or any(texts)
    )
    numbers = (False, *(True for _ in head))
    return Sheet(visible_line(title), ("", *map(visible_line, head)), cells, numbers, tuple(map(visible_line, notes)))


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """The table without its attributes; a named index is a column as the others."""
    plain = table.copy(deep=False)
    plain.attrs = {}
    return plain.reset_index() if any(name is not None for name in plain.index.names) else plain


def _tests(frame: pd.DataFrame) -> dict[str, str]:
    """What the statistic is called."""
    if "df_num" in frame:
        return {"statistic": "F"}
    return {} if "df" in frame else {"statistic": "Statistic"}


def _columns(
    frame: pd.DataFrame, style: Style, level: float | None, headings: Mapping[str, str], places: int | None
) -> list[Column]:
    """The columns that hold anything: the words in the place of the key, both ends of an interval in one."""
    kept = [name for name in frame if _holds_anything(frame[name])]
    key = next((name for name in _KEYS if name in kept), None)
    if "label" in kept and key is not None:
        kept = ["label" if name == key else name for name in kept if name != "label"]
    where = _estimate_places(frame) if places is None else [places] * len(frame)
    made, percent = [], "CI" if level is None else f"{100 * level:g}% CI"
    for name in kept:
        if str(name).startswith("conf_high") and style.brackets:
            continue
        cells, number = _cells(frame[name], str(name), style, where)
        head = headings.get(str(name), _words(str(name)))
        if str(name).startswith("conf_"):
            adjusted = "Adjusted " if str(name).endswith("adjusted") else ""
            end = "" if style.brackets else " low" if "low" in str(name) else " high"
            head = f"{adjusted}{percent}{end}"
            if style.brackets:
                high, _ = _cells(frame[str(name).replace("low", "high")], str(name), style, where)
                cells = [style.interval(*ends) for ends in zip(cells, high, strict=True)]
        made.append(Column(visible_line(head), cells, number))
    return made


def _holds_anything(column: pd.Series) -> bool:
    return not (column.isna() | (column.astype(object) == "")).all() if len(column) else True


def _words(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ") if name.islower() else name


def _estimate_places(frame: pd.DataFrame) -> list[int]:
    """Decimals of each row: the same for all, unless every row is a quantity of its own."""
    estimates = _floats(frame, "estimate") or _floats(frame, "value")
    errors = _floats(frame, "std_error") or [math.nan] * len(frame)
    if "quantity" in frame:
        values = estimates or errors
        return [_places([value], [error]) for value, error in zip(values, errors, strict=True)]
    ends = [value for name in _ESTIMATES[2:4] for value in _floats(frame, name)]
    return [_places(estimates or ends, errors)] * len(frame)


def _places(estimates: list[float], errors: list[float]) -> int:
    """Decimals at which every standard error shows two digits; of estimates alone, three digits of each."""
    known = [error for error in errors if math.isfinite(error) and error > 0]
    return max(max(decimals(error) for error in known), 2) if known else places_of(estimates)


def _floats(frame: pd.DataFrame, name: str) -> list[float]:
    return frame[name].astype(float).tolist() if name in frame else []


def _cells(column: pd.Series, name: str, style: Style, places: list[int]) -> tuple[list[str], bool]:
    """The texts of a column, and whether they are numbers."""
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["yes" if value else "no" for value in column], False
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype):
        return [_text(value) for value in column], False
    if pd.api.types.is_integer_dtype(column.dtype):
        return [_text(value).replace("-", style.minus, 1) for value in column], True
    values = column.astype(float).tolist()
    texts = _printed(name, values, style, places)
    return [t.replace("-", style.minus, 1) if t.startswith("-") else t for t in texts], True


def _printed(name: str, values: list[float], style: Style, places: list[int]) -> list[str]:
    """The numbers of a column as what they are: p-values, degrees of freedom, estimates, criteria, shares, others."""
    if name in _P_VALUES:
        return [style.p_value(value) for value in values]
    if name in _SHARES:
        return ["" if math.isnan(value) else style.share(value, 2) for value in values]
    if name in _DEGREES:
        whole = all(abs(value - round(value)) < 0.05 for value in values if math.isfinite(value))
        same = 0 if whole else style.df_places
    elif name in (*_ESTIMATES, *_BESIDE, "value"):
        return [fixed_text(*pair) for pair in zip(values, places, strict=True)]
    else:
        same = 2 if name in _TWO_PLACES else places_of(values)
    return [fixed_text(value, same) for value in values]


def _text(value: Any) -> str:
    """A cell of words; the two ends of a range, and nothing for what is missing."""
    if isinstance(value, (tuple, list, np.ndarray)):
        return " to ".join(_text(item) for item in value)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, float):
        return fixed_text(value, places_of([value]))
    return visible_line(str(value))

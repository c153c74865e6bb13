"""The one law for answers: a frozen record with a table, text, HTML and a dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from growthcurves.data.markup import Block, TextTable, html_of
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import shown_value
from growthcurves.output.save import Saved
from growthcurves.results.tables.printing import number, p_text
from growthcurves.signs import told

#: The columns of every tidy table, in this order.
TIDY = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]


@dataclass(frozen=True, eq=False)
class Answer(Saved):
    """An answer of a fit.

    Attributes
    ----------
    table : DataFrame
    """

    table: pd.DataFrame

    def __init_subclass__(cls, **options: Any) -> None:
        """No answer's text steers a terminal, whatever the user's names hold."""
        super().__init_subclass__(**options)
        if "__str__" in vars(cls):
            cls.__str__ = told(cls.__str__)  # type: ignore[method-assign]

    def __post_init__(self) -> None:
        """The words for a row stand last, whatever columns an answer has."""
        if "label" in self.table:
            names = [name for name in self.table.columns if name != "label"]
            object.__setattr__(self, "table", self.table[[*names, "label"]])

    @told
    def __str__(self) -> str:
        return without_labels(self.table).to_string(index=False)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        title, *blocks = self._blocks()
        return html_of(str(title), *blocks)

    def _blocks(self) -> tuple[Block, ...]:
        """The answer for a notebook: a title, then paragraphs and tables."""
        return ("", text_table(self.table))

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain Python values, as ``--json`` of the command line writes them.

        Returns
        -------
        dict
            ``"table"`` as a list of rows, and what else the answer says.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.icc(at=[0]).to_dict()["table"][0]["time"]
        0.0
        """
        return {"table": self.table.to_dict(orient="records")}


def without_labels(table: pd.DataFrame) -> pd.DataFrame:
    """A table for print, where the words of a row would stand beside its term."""
    return table.drop(columns="label") if {"label", "term"} <= set(table.columns) else table


#: Rows that a notebook shows of a long table.
LONGEST = 40

_HEADINGS = {"std_error": "SE", "p_value": "p", "conf_low": "from", "conf_high": "to", "p_adjusted": "p adjusted"}


def text_table(table: pd.DataFrame) -> TextTable:
    """A table of numbers and words for a notebook: the first column as label, empty columns left out."""
    shown = without_labels(table).head(LONGEST).dropna(axis=1, how="all")
    shown = shown.loc[:, [not (shown[name].astype(object) == "").all() for name in shown]]
    texts = frozenset(k - 1 for k, name in enumerate(shown) if not pd.api.types.is_numeric_dtype(shown[name]))
    rows = [(cells[0], cells[1:]) for cells in zip(*(_texts(shown[name]) for name in shown), strict=True)]
    left_out = len(table) - len(shown)
    more = [(f"... and {left_out:,} more rows in .table", ())] if left_out else []
    return TextTable([_HEADINGS.get(str(name), str(name)) for name in shown][1:], [*rows, *more], texts)


def _texts(column: pd.Series) -> list[str]:
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if value else "no" for value in column]
    if not pd.api.types.is_numeric_dtype(column):
        return ["" if value is None or value != value else str(value) for value in column]
    if pd.api.types.is_integer_dtype(column):
        return [f"{value}" for value in column]
    return [p_text(value) if str(column.name).startswith("p_") else number(value) for value in column]


def checked_level(level: float) -> float:
    """A confidence level between 0.01 and 1 - 1e-9: beyond, an interval is a point or the whole line.

    Raises
    ------
    ModelError
        For anything else.
    """
    number = isinstance(level, Real) and not isinstance(level, bool)
    if not number or not 0.01 <= level <= 1 - 1e-9:
        raise ModelError(f"level= is a confidence level between 0 and 1, such as 0.95, not {shown_value(level)}.")
    return level

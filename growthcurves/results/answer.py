"""The one law for answers: a frozen record with a table, text, HTML and a dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from growthcurves.errors import ModelError

#: The columns of every tidy table, in this order.
TIDY = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer of a fit.

    Attributes
    ----------
    table : DataFrame
    """

    table: pd.DataFrame

    def __str__(self) -> str:
        return self.table.to_string(index=False)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain Python values."""
        return {"table": self.table.to_dict(orient="records")}


def checked_level(level: float) -> float:
    """A confidence level between 0 and 1.

    Raises
    ------
    ModelError
        For anything else.
    """
    if not 0.0 < level < 1.0:
        raise ModelError(f"level= is a confidence level between 0 and 1, such as 0.95, not {level!r}.")
    return level


def number(value: float, digits: int = 4) -> str:
    """A number for a reader: four significant digits, fixed notation where it is readable."""
    if value != value:
        return "-"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        return f"{value:.{digits - 1}e}"
    if size >= 10 ** (digits - 1):
        return f"{value:.1f}" if round(size, 1) < 10**digits else f"{value:.0f}"
    places = max(digits - 1 - int(f"{size:.3e}".split("e")[1]), 0)
    return f"{value:.{places}f}"


def p_text(p: float) -> str:
    """A p-value for a reader."""
    if p != p:
        return "-"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0") if p < 1 else "1"

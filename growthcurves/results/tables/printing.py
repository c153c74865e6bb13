"""Numbers as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from growthcurves.output.numbers import decimals, fixed_text, on_the_point

#: Columns in the unit of an estimate.
_ESTIMATES = ("estimate", "icc", "std_error", "conf_low", "conf_high", "conf_low_adjusted", "conf_high_adjusted")


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


def places_of_errors(errors: Iterable[float]) -> int:
    """Decimals of estimates in one unit: those at which every standard error shows two digits, two at least.

    Examples
    --------
    >>> places_of_errors([0.2039, 0.1993]), places_of_errors([1.5458]), places_of_errors([])
    (3, 2, 3)
    """
    known = [decimals(error) for error in errors if np.isfinite(error) and error > 0]
    return max(2, *known) if known else 3


def rows_text(table: pd.DataFrame, one_unit: bool) -> str:
    """A table for a terminal: decimals fixed by column, decimal points below one another.

    Parameters
    ----------
    table : DataFrame
    one_unit : bool
        Whether all rows are in one unit, and have the same decimals; else each has four digits.
    """
    places = places_of_errors(table["std_error"]) if one_unit else None
    texts = {str(name): _column(table[name], str(name), places) for name in table}
    return pd.DataFrame(texts, index=table.index).to_string(index=False)


def _column(column: pd.Series, name: str, places: int | None) -> list[str]:
    if name.startswith("p_"):
        return [p_text(value) for value in column]
    if not pd.api.types.is_float_dtype(column.dtype):
        return ["-" if value is None or value != value else str(value) for value in column]
    if name in _ESTIMATES and places is not None:
        return on_the_point([fixed_text(value, places) or "-" for value in column])
    if name.startswith("df") or name == "statistic":
        return on_the_point([_fixed(value, 2 if name == "statistic" else 1) for value in column])
    return on_the_point([number(value) for value in column])


def _fixed(value: float, places: int) -> str:
    if np.isinf(value):
        return "inf"
    return fixed_text(value, 0 if abs(value) >= 10_000 else places) or "-"

"""Codes that mean missing, in columns that have a type already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.exact import with_missing
from growthcurves.data.frame import check_name


@dataclass(frozen=True)
class MissingCodes:
    """What the user says is missing: ``-99`` is also the text ``"-99"`` and the other way round.

    Attributes
    ----------
    given : tuple
        The codes as given.
    texts, numbers : frozenset
        Every code as text, and those that are numbers as float.

    Examples
    --------
    >>> MissingCodes.of([-99, "refused"]).without(pd.Series(["12", "-99", "refused"])).isna().tolist()
    [False, True, True]
    """

    given: tuple[Any, ...]
    texts: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, codes: Any) -> MissingCodes:
        """From one code or several."""
        given = (codes,) if isinstance(codes, str) or not isinstance(codes, Iterable) else tuple(codes)
        for code in given:
            check_name(code, "missing")
        parsed = {code: _number(code) for code in given}
        numbers = frozenset(number for number in parsed.values() if number is not None)
        whole = {str(int(number)) for number in numbers if number.is_integer()}
        return cls(given, frozenset(map(str, given)) | whole, numbers)

    def without(self, column: pd.Series) -> pd.Series:
        """The column with these codes missing; the column itself where it holds none."""
        if isinstance(column.dtype, pd.CategoricalDtype):
            return column.cat.remove_categories([c for c in column.cat.categories if self.has(c)])
        found = self._found(column)
        return with_missing(column, found) if found.any() else column

    def tally(self, columns: Iterable[pd.Series]) -> dict[str, int]:
        """Cells that each code makes missing.

        Examples
        --------
        >>> MissingCodes.of([-99, "refused"]).tally([pd.Series(["12", "-99", "-99.0"]), pd.Series([1, -99])])
        {'-99': 3, 'refused': 0}
        """
        single = {str(code): MissingCodes.of((code,)) for code in self.given}
        counts = dict.fromkeys(single, 0)
        for column in columns:
            for text, code in single.items():
                counts[text] += int(np.count_nonzero(code._found(_plain(column))))
        return counts

    def has(self, value: Any) -> bool:
        """Whether one value is such a code."""
        return str(value) in self.texts or _number(value) in self.numbers

    def _found(self, column: pd.Series) -> np.ndarray:
        if not self.given or pd.api.types.is_bool_dtype(column.dtype):
            return np.zeros(len(column), dtype=bool)
        if pd.api.types.is_numeric_dtype(column.dtype):
            found = column.isin(list(self.numbers))
        elif pd.api.types.is_datetime64_any_dtype(column.dtype):
            days = column.dt.strftime("%Y-%m-%d")
            found = days.isin(self.texts)
        else:
            found = column.isin([*self.texts, *self.numbers]) | self._as_numbers(column)
        return found.to_numpy(dtype=bool, na_value=False)

    def _as_numbers(self, column: pd.Series) -> Any:
        """Texts such as ``-99.0`` that are one of the codes as a number."""
        if not self.numbers or column.isna().all():
            return False
        return pd.to_numeric(column, errors="coerce").isin(list(self.numbers))


def _plain(column: pd.Series) -> pd.Series:
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def _number(code: Any) -> float | None:
    try:
        number = float(code)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if np.isfinite(number) else None

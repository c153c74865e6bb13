"""Which rows of a table are used, and why the others are left out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import missing_rows
from growthcurves.errors import DataError


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that are used.

    Attributes
    ----------
    total : int
        Number of rows of the table.
    keep : ndarray of bool, shape (total,), or None
        The rows that are used; None for all.
    reasons : tuple of (str, int)
        Reason and number of the rows left out; a row counts once, under the first reason that it meets.

    Examples
    --------
    >>> import numpy as np
    >>> rows = Rows(3).without_missing(np.array([1.0, np.nan, 2.0]), "age")
    >>> rows.reasons, rows.used
    ((('missing age', 1),), 2)
    """

    total: int
    keep: np.ndarray | None = None
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def dropped(self) -> int:
        """Number of rows left out."""
        return sum(rows for _, rows in self.reasons)

    @property
    def used(self) -> int:
        """Number of rows used."""
        return self.total - self.dropped

    def without_missing(self, column: Any, name: Hashable) -> Rows:
        """Leave out the rows in which a column (an array over all rows of the table) is missing.

        Raises
        ------
        DataError
            When no row would be left.
        """
        missing = missing_rows(column)
        if missing is None:
            return self
        keep = ~missing if self.keep is None else self.keep & ~missing
        count = self.used - int(np.count_nonzero(keep))
        if count == self.used:
            raise DataError(_nothing_left(self, name))
        if count == 0:
            return self
        return replace(self, keep=keep, reasons=(*self.reasons, (f"missing {name}", count)))

    def of(self, values: Any) -> Any:
        """The used rows of an array or frame; the same object where all are used."""
        return values if self.keep is None else values[self.keep]

    def table(self) -> pd.DataFrame:
        """The rows left out as a table with the columns reason and rows."""
        return pd.DataFrame(
            {
                "reason": pd.Series([reason for reason, _ in self.reasons], dtype="str"),
                "rows": pd.Series([rows for _, rows in self.reasons], dtype="int64"),
            }
        )


def _nothing_left(rows: Rows, name: Hashable) -> str:
    if not rows.reasons:
        return f"Column {str(name)!r} is missing in every row: there is nothing to analyse."
    earlier = ", ".join(f"{count} for {reason}" for reason, count in rows.reasons)
    return (
        f"Column {str(name)!r} is missing in every row that is left (left out before: {earlier}): "
        f"there is nothing to analyse."
    )

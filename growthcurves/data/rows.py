"""Which rows of a table are used, and why the others are left out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import missing_rows
from growthcurves.errors import DataError, ModelError


class NothingLeftError(DataError):
    """No row of a table is left; `reasons` says why, with the rows of each reason."""

    def __init__(self, text: str, reasons: tuple[tuple[str, int], ...]) -> None:
        super().__init__(text)
        self.reasons = reasons


def missing(name: Hashable) -> str:
    """The reason why rows without a value of a column are left out."""
    return f"missing {name}"


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
    masks : mapping of str to ndarray of bool, shape (total,)
        The rows left out for each reason that is not from before.

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
    masks: Mapping[str, np.ndarray] = field(default_factory=dict)

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
        absent = missing_rows(column)
        if absent is None:
            return self
        keep = ~absent if self.keep is None else self.keep & ~absent
        count = self.used - int(np.count_nonzero(keep))
        if count == self.used:
            raise NothingLeftError(_nothing_left(self, name), (*self.reasons, (missing(name), self.used)))
        if count == 0:
            return self
        reason = missing(name)
        gone = absent if self.keep is None else self.keep & absent
        return replace(self, keep=keep, reasons=(*self.reasons, (reason, count)), masks={**self.masks, reason: gone})

    def after(self, reasons: Mapping[str, int]) -> Rows:
        """These rows as what remained of a larger table, of which others were left out before."""
        there = tuple((reason, rows) for reason, rows in reasons.items() if rows)
        return replace(self, total=self.total + sum(rows for _, rows in there), reasons=(*there, *self.reasons))

    def of(self, values: Any) -> Any:
        """The used rows of an array or frame; the same object where all are used."""
        return values if self.keep is None else values[self.keep]

    def beyond(self, others: Rows, ids: Any) -> pd.DataFrame:
        """The rows left out here and not in `others`: columns reason, rows, persons (with such a row)."""
        new = {reason: mask for reason, mask in self.masks.items() if reason not in others.masks}
        counts = [(reason, int(mask.sum()), pd.Series(ids[mask]).nunique()) for reason, mask in new.items()]
        return pd.DataFrame(counts, columns=["reason", "rows", "persons"])

    def table(self) -> pd.DataFrame:
        """The rows left out as a table with the columns reason and rows."""
        return pd.DataFrame(
            {
                "reason": pd.Series([reason for reason, _ in self.reasons], dtype="str"),
                "rows": pd.Series([rows for _, rows in self.reasons], dtype="int64"),
            }
        )


def leave_out(frame: pd.DataFrame, masks: Mapping[str, Any]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The table without the rows of these masks, and how many each took; a row counts under the first that has it.

    Parameters
    ----------
    frame : DataFrame
    masks : mapping of str to array of bool, shape (rows,)
        By reason the rows to leave out; a missing value leaves nothing out.

    Raises
    ------
    ModelError
        For a mask of another length, or of other values than True and False.
    DataError
        When no row would be left.

    Examples
    --------
    >>> rest, counts = leave_out(pd.DataFrame({"y": [1, 2, 3]}), {"not of the study": [False, True, False]})
    >>> rest["y"].tolist(), counts
    ([1, 3], {'not of the study': 1})
    """
    out = np.zeros(len(frame), dtype=bool)
    counts: dict[str, int] = {}
    for reason, given in masks.items():
        mask = _mask(given, len(frame), reason) & ~out
        counts[reason] = int(np.count_nonzero(mask))
        out |= mask
    if len(frame) and out.all():
        shown = ", ".join(f"{rows} for {reason}" for reason, rows in counts.items())
        raise DataError(f"No row is left (left out: {shown}): there is nothing to analyse.")
    return (frame[~out] if out.any() else frame), counts


def _mask(given: Any, rows: int, reason: str) -> np.ndarray:
    flat = getattr(given, "ndim", 0) == 1 or isinstance(given, (list, tuple))
    fits = flat and len(given) == rows
    mask = np.asarray(pd.Series(given).fillna(False).astype(object)) if fits else np.empty(0)
    if len(mask) != rows or not all(isinstance(value, bool | np.bool_) for value in mask):
        raise ModelError(f"The rows to leave out for {reason!r} need one True or False for each of the {rows} rows.")
    return mask.astype(bool)


def _nothing_left(rows: Rows, name: Hashable) -> str:
    if not rows.reasons:
        return f"Column {str(name)!r} is missing in every row: there is nothing to analyse."
    earlier = ", ".join(f"{count} for {reason}" for reason, count in rows.reasons)
    return (
        f"Column {str(name)!r} is missing in every row that is left (left out before: {earlier}): "
        f"there is nothing to analyse."
    )

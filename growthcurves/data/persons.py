"""Persons: which rows belong to which person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.exact import EXACT


class Occasions(NamedTuple):
    """How many occasions persons have."""

    fewest: int
    most: int
    mean: float


@dataclass(frozen=True, eq=False, repr=False)
class Persons:
    """The persons of a table, from its id column.

    Build it with `Persons.of`.

    Attributes
    ----------
    labels : ndarray or pandas array, shape (count,)
        The distinct ids in the order of first appearance.
    starts : ndarray of int, shape (count,), or None
        First row of each person where the rows of every person lie together (ready for ``ufunc.reduceat``);
        None where they do not.
    rows : int
        Number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> persons = Persons.of(np.array([308, 308, 309, 309, 309]))
    >>> persons.count, persons.labels, persons.starts, persons.codes
    (2, array([308, 309]), array([0, 2]), array([0, 0, 1, 1, 1]))
    """

    labels: Any
    starts: np.ndarray | None
    rows: int
    _codes: np.ndarray | None = field(default=None)

    @classmethod
    def of(cls, ids: Any) -> Persons:
        """Persons of an array of ids without missing values: numpy array, pandas array or Series.

        Sorted ids cost two vectorised comparisons; ids of which every person's rows lie together cost one
        hash per person; others one hash per row. Unused levels of a categorical are no persons.
        """
        if isinstance(ids, pd.Series):
            ids = ids.array
        if isinstance(ids, pd.arrays.NumpyExtensionArray):
            ids = ids.to_numpy()
        if isinstance(ids, np.ndarray) and ids.dtype != object:
            return cls._of_runs(ids)
        codes, labels = pd.factorize(ids)
        return cls._of_codes(codes, labels)

    @property
    def count(self) -> int:
        """Number of persons."""
        return len(self.labels)

    @property
    def occasions(self) -> Occasions:
        """How many rows persons have."""
        sizes = self.sizes
        return Occasions(int(sizes.min()), int(sizes.max()), float(sizes.mean()))

    @cached_property
    def sizes(self) -> np.ndarray:
        """Rows of each person, shape (count,)."""
        if self.starts is not None:
            return np.diff(self.starts, append=self.rows)
        return np.bincount(self.codes, minlength=self.count)

    @cached_property
    def codes(self) -> np.ndarray:
        """Position in `labels` of the person of each row, shape (rows,)."""
        if self._codes is not None:
            return self._codes
        return np.repeat(np.arange(self.count), self.sizes)

    @cached_property
    def order(self) -> np.ndarray | None:
        """Rows in the order of persons, each person's rows in the order of the table; None if they lie so."""
        return None if self.starts is not None else np.argsort(self.codes, kind="stable")

    @cached_property
    def first_rows(self) -> np.ndarray:
        """First row of each person, shape (count,)."""
        if self.starts is not None:
            return self.starts
        first = np.empty(self.count, dtype=np.intp)
        first[self.codes[::-1]] = np.arange(self.rows - 1, -1, -1)  # the last written is the first
        return first

    def whose(self, rows: Sequence[int]) -> np.ndarray:
        """The persons of a few rows.

        Examples
        --------
        >>> Persons.of(np.array([308, 308, 309])).whose([2, 0]).tolist()
        [1, 0]
        """
        if self.starts is None:
            return self.codes[np.asarray(rows, dtype=np.intp)]
        return np.searchsorted(self.starts, rows, side="right") - 1

    def __len__(self) -> int:
        return self.count

    def __repr__(self) -> str:
        return f"Persons(count={self.count}, rows={self.rows})"

    @classmethod
    def _of_runs(cls, ids: np.ndarray) -> Persons:
        starts = run_starts(ids)
        labels = ids[starts]
        if bool((labels[1:] > labels[:-1]).all()):
            return cls(labels, starts, len(ids))
        run_codes, distinct = pd.factorize(labels)
        if len(distinct) == len(labels):
            return cls(labels, starts, len(ids))
        return cls(distinct, None, len(ids), np.repeat(run_codes, np.diff(starts, append=len(ids))))

    @classmethod
    def _of_codes(cls, codes: np.ndarray, labels: Any) -> Persons:
        labels = labels.array if isinstance(labels, pd.Index) else labels
        starts = run_starts(codes)
        together = len(starts) == len(labels)
        return cls(labels, starts if together else None, len(codes), codes)


def plain_ids(ids: Any) -> Any:
    """Ids without missing values; whole numbers as numpy has them, also where a missing id had made them floats.

    Examples
    --------
    >>> import numpy as np
    >>> plain_ids(np.array([308.0, 309.0])), plain_ids(np.array([1.5, 2.0]))
    (array([308, 309]), array([1.5, 2. ]))
    """
    dtype = ids.dtype
    if not isinstance(dtype, np.dtype):
        return ids.to_numpy(dtype=dtype.numpy_dtype) if pd.api.types.is_integer_dtype(dtype) else ids
    whole = dtype.kind == "f" and len(ids) and bool((np.abs(ids) < EXACT).all() and (ids == np.floor(ids)).all())
    return ids.astype(np.int64) if whole else ids


def run_starts(values: np.ndarray) -> np.ndarray:
    """Positions at which a new run of equal values starts.

    Examples
    --------
    >>> import numpy as np
    >>> run_starts(np.array([5, 5, 7, 5]))
    array([0, 2, 3])
    """
    if not len(values):
        return np.empty(0, dtype=np.intp)
    change = np.empty(len(values), dtype=bool)
    change[0] = True
    np.not_equal(values[1:], values[:-1], out=change[1:])
    return np.flatnonzero(change)

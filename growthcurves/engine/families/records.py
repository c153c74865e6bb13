"""Persons who look alike, taken together: the same rows, and answers that say the same, are one record with a count.

With a canonical link, sums of y and of products of y with the random effects' columns say all that the answers say
(McCullagh and Nelder 1989, section 2.2): the rest of X'y is added over persons. See docs/engine.md, 8.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.engine.general.stacks import Closed, by_person_in_time, mixed_keys
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.numerics.arrays import Array

#: Elements (nodes times rows) that are worked on at once.
CHUNK = 1 << 16


@dataclass(frozen=True, eq=False)
class Records:
    """Records of persons with n rows each, R of them.

    Attributes
    ----------
    X : (n, R, p) array
        Standard columns.
    Z : (q, n, R) array
        Standard random effects' columns.
    offset : (n, R) array
        What is added to the linear predictor.
    answers : Answers
        Of the first person of each record, (n, R).
    counts : (R,) array
    persons : (N,) array of int
        The persons, whose records are `codes`.
    codes : (N,) array of int
    """

    X: Array
    Z: Array
    offset: Array
    answers: Answers
    counts: Array
    persons: Array
    codes: Array

    @property
    def count(self) -> int:
        return len(self.counts)

    @property
    def size(self) -> int:
        """Rows of a person."""
        return len(self.offset)

    def take(self, part: slice) -> Records:
        """Some of the records, without the persons."""
        none = np.zeros(0, dtype=int)
        return Records(
            self.X[:, part],
            self.Z[:, :, part],
            self.offset[:, part],
            self.answers.at(part),
            self.counts[part],
            none,
            none,
        )

    def pieces(self, nodes: int) -> Iterator[slice]:
        """Slices of records that fit the cache with so many nodes."""
        step = max(1, CHUNK // max(nodes * self.size, 1))
        for first in range(0, self.count, step):
            yield slice(first, min(first + step, self.count))


@dataclass(frozen=True, eq=False)
class Collected:
    """All records of a panel.

    Attributes
    ----------
    groups : list of Records
        One for each number of rows of a person.
    lift : (p,) array
        What X'y of all persons has more than that of the records times their counts.
    """

    groups: list[Records]
    lift: Array


def collected(rows: Rows, closed: Closed, canonical: bool) -> Collected:
    """The records of the rows."""
    order, sizes = by_person_in_time(rows)
    starts = np.cumsum(sizes) - sizes
    groups, lift = [], np.zeros(closed.into.shape[1] - 1)
    for n in np.unique(sizes[sizes > 0]):
        persons = np.flatnonzero(sizes == n)
        index = order[starts[persons][:, None] + np.arange(n)]
        keys = mixed_keys(_told_by(rows, closed, index, persons, canonical))
        _, first, codes, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        stands = np.ones(len(persons)) if rows.stands is None else rows.stands[persons]
        if rows.stands is not None:
            counts = np.bincount(codes.reshape(-1), weights=stands)
        groups.append(_records(rows, closed, index[first], persons[first], counts, persons, codes))
        if canonical and len(first) < len(persons):
            lift += _lift(rows, closed, index, persons, stands)
            lift -= _lift(rows, closed, index[first], persons[first], counts)
    return Collected(groups, lift)


def _told_by(rows: Rows, closed: Closed, index: Array, persons: Array, canonical: bool) -> list[Array]:
    """What persons must share to be one record, (N, ...) each."""
    y = rows.outcome[index]
    beside = [rows.trials, rows.offset]
    if canonical:
        columns = closed.columns(index)[..., closed.z_columns] if closed.z_columns else np.ones((*index.shape, 0))
        answers = [(columns[..., c] * y).sum(axis=1)[:, None] for c in range(columns.shape[-1])]
    else:
        answers = [y]
    by_row = [one[index] for one in (*closed.stored, *(part for part in beside if part is not None))]
    return [*by_row, closed.weights[persons], *answers]


def _records(
    rows: Rows, closed: Closed, index: Array, first: Array, counts: Array, persons: Array, codes: Array
) -> Records:
    """Records from the rows (R, n) of their first persons."""
    trials = None if rows.trials is None else rows.trials[index].T
    return Records(
        np.ascontiguousarray(closed.X(index, first).swapaxes(0, 1)),
        np.ascontiguousarray(np.moveaxis(closed.Z(index), (0, 1, 2), (2, 1, 0))),
        np.zeros(index.T.shape) if rows.offset is None else np.ascontiguousarray(rows.offset[index].T),
        Answers(np.ascontiguousarray(rows.outcome[index].T, dtype=float), trials),
        counts.astype(float),
        persons,
        codes.reshape(-1),
    )


def _lift(rows: Rows, closed: Closed, index: Array, persons: Array, counts: Array) -> Array:
    """Sum of counts times X'y, (p,)."""
    y = rows.outcome[index]
    by_column = (closed.columns(index) * y[..., None]).sum(axis=1)
    table = by_column.T @ (closed.weights[persons] * counts[:, None])
    return table[tuple(closed.pairs)] @ closed.into[:-1, :-1]

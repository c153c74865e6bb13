"""Rows as persons with the same schedule: what a likelihood with structured residuals needs of them.

Persons whose occasions and stored columns are the same, to the last bit, share V_i, and enter a likelihood through sums
of products of their weights and outcomes alone (docs/engine.md, 7.1). Where few share a schedule each stands
alone. Schedules with as many occasions are stacked side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.general.outcomes import Own, Shared
from growthcurves.engine.likelihood.problem import Standardised
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distinct import few_distinct
from growthcurves.numerics.order import by_person_and_time

#: The most numbers (schedules times occasions squared) of a stack, so that what is made of it fits the cache.
MOST_NUMBERS = 1 << 18
#: The most different occasions over which one matrix is made of which schedules take their part.
MOST_OCCASIONS = 100


@dataclass(frozen=True, eq=False)
class Stack:
    """S schedules of n occasions.

    Attributes
    ----------
    occasions : Occasions
        (S, n) each.
    Z : (S, n, q) array
        Standard columns of the random effects.
    counts : (S,) array
        Persons of each schedule.
    data : Shared or Own
    members : (N,) array of int
        The persons.
    member_rows : (N, n) array of int
        Their rows, in the order of time.
    codes : (N,) array of int
        Which schedule each has.
    places : (S, n) array of int or None
        Where its occasions are among all different ones; None where these are too many.
    """

    occasions: Occasions
    Z: Array
    counts: Array
    data: Shared | Own
    members: Array
    member_rows: Array
    codes: Array
    places: Array | None

    @property
    def size(self) -> int:
        """Occasions of a schedule."""
        return self.Z.shape[1]

    def between(self, G: Array) -> Array:
        """Z G Z' of each schedule, (S, n, n)."""
        return self.Z @ G @ np.swapaxes(self.Z, 1, 2)

    def gathered(self, M: Array) -> Array:
        """The sum of Z' M Z over schedules, (q, q), M (S, n, n)."""
        return np.einsum("snq,snm,smr->qr", self.Z, M, self.Z, optimize=True)

    def own(self, R: Array) -> Array:
        """Of matrices (..., S, n, n) over the occasions what is between those of one person."""
        return R

    @property
    def pairs(self) -> tuple[Array, Array]:
        """Where every pair of its occasions is in a matrix over all different ones, (S, n, n)."""
        assert self.places is not None
        return self.places[:, :, None], self.places[:, None, :]


class Common(NamedTuple):
    """The different occasions of all rows, where they are few.

    Attributes
    ----------
    grid : Occasions or None
        Every different occasion once, (m,), in the order of time; None where there are too many.
    places : (n,) array of int or None
        Where each row's is among them.
    """

    grid: Occasions | None
    places: Array | None


def stacks_of(rows: Rows, closed: Closed, common: Common) -> list[Stack]:
    """The schedules of the rows, in stacks of as many occasions."""
    order, sizes = by_person_in_time(rows)
    starts = np.cumsum(sizes) - sizes
    found: list[Stack] = []
    for n in np.unique(sizes):
        persons = np.flatnonzero(sizes == n)
        index = order[starts[persons][:, None] + np.arange(n)]
        found += _stacks_of_size(rows, closed, index, persons, common.places)
    return found


def by_person_in_time(rows: Rows) -> tuple[Array, Array]:
    """Rows ordered by person, then wave or time; and the number of rows of each person."""
    when = rows.occasions.time if rows.occasions.wave is None else rows.occasions.wave
    sizes = np.bincount(rows.codes, minlength=rows.persons)
    return by_person_and_time(rows.codes, when), sizes


def common_occasions(rows: Rows) -> Common:
    """The different occasions; rows of one person at one occasion are two."""
    order, _ = by_person_in_time(rows)
    parts = [part[order] for part in rows.occasions if part is not None]
    same = np.diff(rows.codes[order], prepend=-1) == 0
    for part in parts:
        same &= np.concatenate([[False], part[1:] == part[:-1]])
    runs = np.arange(len(order))
    again = runs - np.maximum.accumulate(np.where(same, 0, runs))  # how often the occasion has been before
    known = few_distinct(mixed_keys([np.asarray(part)[:, None] for part in (*parts, again)]), MOST_OCCASIONS)
    if known is None:
        return Common(None, None)
    codes, first = known
    if not all((part == part[first[codes]]).all() for part in (*parts, again)):
        return Common(None, None)
    in_time = np.lexsort([*(part[first] for part in (again, *parts[::-1]))])
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.argsort(in_time)[codes]
    return Common(rows.occasions.take(order[first[in_time]]), places)


def _stacks_of_size(
    rows: Rows, closed: Closed, index: Array, persons: Array, places: Array | None
) -> Iterator[Stack]:
    """Stacks of persons with n occasions each; `index` (N, n) are their rows."""
    codes, first = _schedules(rows.occasions, closed, index)
    n, shared = index.shape[1], 2 * len(first) <= len(persons)
    chosen = first if shared else np.arange(len(persons))
    step = max(1, MOST_NUMBERS // (n * n))
    if shared:
        inside = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes))
    for begin in range(0, len(chosen), step):
        some = chosen[begin : begin + step]
        members, own = some, np.arange(len(some))
        if shared:
            members = inside[(ends[begin - 1] if begin else 0) : ends[begin + len(some) - 1]]
            own = codes[members] - begin
            data: Shared | Own = closed.shared(index[members], persons[members], own, index[some])
        else:
            data = Own(closed.wide(index[some], persons[some]))
        occasions, counts = rows.occasions.take(index[some]), np.bincount(own).astype(float)
        at = None if places is None else places[index[some]]
        yield Stack(occasions, closed.Z(index[some]), counts, data, persons[members], index[members], own, at)


def _schedules(occasions: Occasions, closed: Closed, index: Array) -> tuple[Array, Array]:
    """Number persons by what their rows hold; a number of each person (N,), and the first person of each."""
    parts = [part[index] for part in (*occasions, *closed.stored) if part is not None]
    _, first, codes = np.unique(mixed_keys(parts), return_index=True, return_inverse=True)
    same = all((part == part[first[codes]]).all() for part in parts)
    return (codes.reshape(-1), first) if same else (np.arange(len(index)), np.arange(len(index)))


def mixed_keys(parts: Sequence[Array]) -> Array:
    """A number of each person (N,) that tells the values of parts (N, n) apart."""
    keys = np.zeros(len(parts[0]), dtype=np.uint64)
    for place, part in enumerate(parts):
        keys = _mixed(keys, np.ascontiguousarray(part), place)
    return keys


def _mixed(keys: Array, part: Array, place: int) -> Array:
    """Keys that also tell the values of a part (N, n) apart."""
    bits = part.astype(np.float64).view(np.uint64)
    for column in range(bits.shape[1]):
        keys = (keys ^ (bits[:, column] + np.uint64(place + 1))) * np.uint64(0x9E3779B97F4A7C15)
        keys = keys ^ (keys >> np.uint64(29))
    return keys


@dataclass(frozen=True, eq=False)
class Closed:
    """The closed products of rows: stored columns and weights about their centres."""

    stored: list[Array]
    weights: Array
    outcome: Array
    pairs: Array
    into: Array
    into_z: Array
    z_columns: list[int]

    @classmethod
    def of(cls, rows: Rows, sums: Sums, frame: Standardised) -> Closed:
        terms, totals = sums.terms, sums.totals
        used = sorted({g for g, _ in terms.x_closed if g} | {g for g in terms.z_closed if g})
        place = {0: 0} | {g: i + 1 for i, g in enumerate(used)}
        heavy = sorted({w for _, w in terms.x_closed if w})
        weight = {0: 0} | {w: i + 1 for i, w in enumerate(heavy)}
        stored = [np.asarray(rows.stored[g - 1], dtype=float) - totals.row_centre[g] for g in used]
        weights = [rows.weights[w - 1] - totals.weight_centre[w] for w in heavy]
        return cls(
            stored,
            np.column_stack([np.ones(rows.persons), *weights]),
            rows.outcome - totals.row_centre[-1],
            np.array([(place[g], weight[w]) for g, w in terms.x_closed]).T,
            frame.into_xy,
            frame.into_z,
            [place[g] for g in terms.z_closed],
        )

    def columns(self, index: Array) -> Array:
        """The constant and the stored columns at some rows, (..., n, g)."""
        return np.stack([np.ones(index.shape), *(one[index] for one in self.stored)], axis=-1)

    def Z(self, index: Array) -> Array:
        return self.columns(index)[..., self.z_columns] @ self.into_z

    def X(self, index: Array, persons: Array) -> Array:
        """Standard X of persons (N,) at rows (N, n), (N, n, p)."""
        return self._products(index, persons) @ self.into[:-1, :-1]

    def wide(self, index: Array, persons: Array) -> Array:
        """Standard [X y] of persons (N,) at rows (N, n), (N, n, p + 1)."""
        closed = self._products(index, persons)
        return np.concatenate([closed, self.outcome[index][..., None]], axis=-1) @ self.into

    def _products(self, index: Array, persons: Array) -> Array:
        columns, weights = self.columns(index), self.weights[persons]
        return columns[..., self.pairs[0]] * weights[:, None, self.pairs[1]]

    def shared(self, index: Array, persons: Array, codes: Array, first: Array) -> Shared:
        """Sums over persons whose codes are in order."""
        begins = np.flatnonzero(np.diff(codes, prepend=-1))
        weights, outcome = self.weights[persons], self.outcome[index]
        return Shared(
            self.columns(first),
            _sums(weights, weights, begins),
            _sums(weights, outcome, begins),
            _sums(outcome, outcome, begins),
            self.pairs,
            self.into,
        )


def _sums(left: Array, right: Array, begins: Array) -> Array:
    """Sums of products of rows from one begin to the next, (S, left, right)."""
    ends = np.append(begins[1:], len(left))
    return np.stack([left[a:b].T @ right[a:b] for a, b in zip(begins, ends, strict=True)])

"""Persons with the same times: what they share is summed once, and of each person only what is his own.

See docs/engine.md, section 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import Moments, PersonMoments, most_schedules
from growthcurves.engine.sums.nesting import Cells
from growthcurves.engine.sums.rows import pair_index, person_gram
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.schedules import Schedules, numbered_keys
from growthcurves.numerics.arrays import Array, upper
from growthcurves.numerics.chunks import FEW_PERSONS, chunks
from growthcurves.numerics.mixing import mixed
from growthcurves.numerics.points import AtPoints, Points
from growthcurves.numerics.products import long_sum, wide
from growthcurves.numerics.threads import each, in_order


@dataclass(frozen=True, eq=False)
class Alike:
    """Persons by the points at which they have rows.

    Attributes
    ----------
    columns : AtPoints
        Stored columns g_1, ..., g_m, of which the first are known by point.
    starts : (N,) array
        First row of each person.
    schedule : (N,) array of int
        The number of each person's times.
    times : (K, D) array of int
        How many rows such a person has at each point.
    in_turn : bool
        Whether every person has one row at each point, in order.
    """

    columns: AtPoints
    starts: NDArray[np.integer]
    schedule: NDArray[np.intp]
    times: NDArray[np.intp]
    in_turn: bool

    @classmethod
    def of(cls, rows: Rows) -> Alike | None:
        """Those of rows; None where columns are not known by point, or few persons have the same times."""
        columns, starts = rows.stored, rows.starts
        if not isinstance(columns, AtPoints) or starts is None or rows.row_stands is not None or rows.crossed:
            return None
        points, terms = columns.points, rows.terms
        if any(k > len(columns.by_point) for k in terms.z_closed):
            return None
        width = len(points)
        if points.in_turn and np.array_equal(starts, np.arange(0, points.rows, width)):
            return cls(columns, starts, np.zeros(rows.persons, np.intp), np.ones((1, width), np.intp), True)
        ends = np.append(starts, points.rows)
        keys = np.concatenate(list(in_order(lambda part: _keys(points, ends, part), chunks(rows.persons))))
        schedule = numbered_keys(keys, most_schedules(terms, rows.persons))
        if schedule is None:
            return None
        first = np.empty(int(schedule.max()) + 1, dtype=np.intp)
        first[schedule[::-1]] = np.arange(rows.persons - 1, -1, -1)
        times = np.array([np.bincount(points.codes[ends[k] : ends[k + 1]], minlength=width) for k in first])
        return cls(columns, starts, schedule, times, False)

    @property
    def shared(self) -> range:
        """The stored columns that persons with the same times share, the constant first."""
        return range(len(self.columns.by_point) + 1)

    def design(self, centre: Array) -> Array:
        """Packed Gram matrices of the shared columns about a centre, by schedule (pairs, K).

        They are summed as those of rows are, so that a person's is the same to the last bit either way.
        """
        K, width = self.times.shape
        places = np.repeat(np.tile(np.arange(width), K), self.times.ravel())
        codes = np.repeat(np.arange(K), self.times.sum(axis=1))
        rows = [column[places] for column in self.columns.by_point]
        return person_gram(rows, centre[: len(self.shared)], K, None, codes)

    def gram(self, outcome: Array, centre: Array) -> Array:
        """What `person_gram` makes of all rows, (pairs, N)."""
        count, shared = len(self.starts), len(self.shared)
        own = [*self.columns.others, outcome]
        pairs = pair_index(shared + len(own))
        left, right = upper(shared)
        design, by_schedule = self.design(centre), pairs[left, right]
        columns = zip(self.columns.by_point, centre[1:shared], strict=True)
        at_points = np.array([np.ones(len(self.columns.points)), *(column - c for column, c in columns)])
        out = np.empty((int(pairs.max()) + 1, count))
        ends = np.append(self.starts, len(outcome))

        def piece(part: slice) -> None:
            rows = slice(int(ends[part.start]), int(ends[part.stop]))
            local = self._local(ends, part)
            values = [np.subtract(one[rows], c, dtype=np.float64) for one, c in zip(own, centre[shared:], strict=True)]
            out[by_schedule, part] = design if design.shape[1] == 1 else design[:, self.schedule[part]]
            for j, value in enumerate(values):
                out[pairs[:shared, shared + j], part] = wide(at_points, self._by_point(value, local, rows).T)
                for k, other in enumerate(values[j:], start=j):
                    out[pairs[shared + j, shared + k], part] = self._by_person(value * other, local)

        each(piece, chunks(count, FEW_PERSONS))
        return out

    def _local(self, ends: NDArray[np.integer], part: slice) -> NDArray[np.intp] | None:
        """Which of some persons each of their rows is of, where it does not go without saying."""
        if self.in_turn:
            return None
        sizes = np.diff(ends[part.start : part.stop + 1])
        return np.repeat(np.arange(len(sizes)), sizes)

    def _by_point(self, values: Array, local: NDArray[np.intp] | None, rows: slice) -> Array:
        """Sums of values by person and point, (persons, D)."""
        width = len(self.columns.points)
        if local is None:
            return values.reshape(-1, width)
        count = int(local[-1]) + 1
        place = local * width + self.columns.points.codes[rows]
        return np.bincount(place, weights=values, minlength=count * width).reshape(count, width)

    def _by_person(self, values: Array, local: NDArray[np.intp] | None) -> Array:
        if local is None:
            width = len(self.columns.points)
            return values.reshape(-1, width) @ np.ones(width)
        return np.bincount(local, weights=values)

    def moments(self, people: PersonMoments) -> Moments:
        """What estimation needs of these persons, as `PersonMoments.moments` gives it."""
        terms, K = people.terms, len(self.times)
        factors = Factors.of(terms, self.shared, people.row_centre.size - 1)
        left, right = upper(len(self.shared))
        design = np.empty((K, len(self.shared), len(self.shared)))
        design[:, left, right] = design[:, right, left] = self.design(people.row_centre).T
        order = None if K == 1 else np.argsort(self.schedule.astype(np.min_scalar_type(K)), kind="stable")
        products = factors.summed(people, self.schedule, order, K)
        lifts = factors.lifts(design)
        q, width = len(terms.z_closed), len(terms.x_closed) + 1
        T = (lifts @ products @ lifts.transpose(0, 2, 1)).reshape(K, q, width, q, width)
        z = np.array(terms.z_closed, dtype=np.intp)
        G = design[:, z[:, None], z]
        counts = products[:, 0, 0].copy()
        cells = None if people.nesting is None else factors.cells(people, self.schedule, lifts)
        shared = Schedules(counts, design[:, 0, 0].copy(), G, T, cells).merged()
        return people.moments_of(factors.total(people, design, products), shared).as_persons()


def _keys(points: Points, ends: NDArray[np.integer], part: slice) -> NDArray[np.uint64]:
    """One number for the times of each of some persons, whatever their order."""
    numbers = mixed([np.arange(len(points), dtype=np.float64)])[points.codes[ends[part.start] : ends[part.stop]]]
    return np.add.reduceat(numbers, ends[part.start : part.stop] - ends[part.start])


@dataclass(frozen=True, eq=False)
class Factors:
    """What a person's cross-products C = Z'[X y] are linear in, once the times are known: weights, and sums of what is
    the person's own with the shared columns.

    With C_i = L u_i for all persons of a schedule, the sum of C_i x C_i is L (sum of u_i u_i') L': its cost does not
    depend on how many columns the curve has.

    Attributes
    ----------
    terms : Terms
    shared : range
        The shared stored columns.
    last : int
        The outcome's place among stored columns.
    weights : int
        How many weights there are, the constant included.
    own : tuple of (column, weight)
        Products of X (and the outcome) whose stored column is the person's own.
    beside : tuple of int
        The shared columns that stand beside them.
    """

    terms: Terms
    shared: range
    last: int
    weights: int
    own: tuple[tuple[int, int], ...]
    beside: tuple[int, ...]

    @classmethod
    def of(cls, terms: Terms, shared: range, last: int) -> Factors:
        wide = (*terms.x_closed, (last, 0))
        beside = sorted({*terms.z_closed, *(k for k, _ in wide if k in shared)})
        weights = 1 + max(w for _, w in wide)
        return cls(terms, shared, last, weights, tuple(pair for pair in wide if pair[0] not in shared), tuple(beside))

    @cached_property
    def places(self) -> dict[tuple[int, int, int], int]:
        """Where the sum of a shared column with a product of the person's own is."""
        keys = ((k, *pair) for pair in self.own for k in self.beside)
        return {key: self.weights + place for place, key in enumerate(keys)}

    def values(self, people: PersonMoments, part: slice | NDArray[np.intp]) -> Array:
        """u_i of some persons, (f, N)."""
        weights = people.weights[: self.weights - 1, part]
        out = np.empty((self.weights + len(self.places), weights.shape[1]))
        out[0], out[1 : self.weights] = 1.0, weights
        for (k, own, w), place in self.places.items():
            row = people.gram[people.pairs[k, own], part]
            out[place] = row * weights[w - 1] if w else row
        return out

    def summed(
        self, people: PersonMoments, schedule: NDArray[np.intp], order: NDArray[np.intp] | None, count: int
    ) -> Array:
        """Sums of u_i u_i' by schedule, (K, f, f); `order` sorts persons by schedule, None where there is one."""
        ends = np.append(0, np.cumsum(np.bincount(schedule, minlength=count)))
        mass = people.mass

        def piece(part: slice) -> list[tuple[int, Array]]:
            chosen = part if order is None else order[part]
            found = self.values(people, chosen)
            left = found if mass is None else found * mass[chosen]
            here = range(*np.searchsorted(ends, [part.start + 1, part.stop]) - [1, 0])
            spans = [slice(max(ends[k] - part.start, 0), ends[k + 1] - part.start) for k in here]
            return [(k, long_sum(left[:, span], found[:, span].T)) for k, span in zip(here, spans, strict=True)]

        size = self.weights + len(self.places)
        out = np.zeros((count, size, size))
        for found in in_order(piece, chunks(people.count)):
            for k, product in found:
                out[k] += product
        return out

    def lifts(self, design: Array) -> Array:
        """L of each schedule, (K, q (p + 1), f), from the Gram matrices of the shared columns (K, m + 1, m + 1)."""
        z, wide = self.terms.z_closed, (*self.terms.x_closed, (self.last, 0))
        out = np.zeros((len(design), len(z), len(wide), self.weights + len(self.places)))
        for a, left in enumerate(z):
            for j, (k, w) in enumerate(wide):
                if k in self.shared:
                    out[:, a, j, w] = design[:, left, k]
                else:
                    out[:, a, j, self.places[left, k, w]] = 1.0
        return out.reshape(len(design), len(z) * len(wide), out.shape[-1])

    def cells(self, people: PersonMoments, schedule: NDArray[np.intp], lifts: Array) -> Cells:
        """The persons of each unit above them, by schedule."""
        assert people.nesting is not None
        found = Cells.of(schedule, self.values(people, slice(None))[None], people.nesting, people.stands)
        shape = (len(found.C), len(self.terms.z_closed), len(self.terms.x_closed) + 1)
        C = (lifts[found.schedule] @ found.C[:, 0, :, None]).reshape(shape)
        return Cells(found.schedule, found.counts, C, found.nesting)

    def total(self, people: PersonMoments, design: Array, products: Array) -> Array:
        """[X y]'[X y] of all rows in closed centred coordinates, (p_closed + 1, p_closed + 1)."""
        wide, w = [*self.terms.x_closed, (self.last, 0)], self.weights
        shared = np.einsum("kab,kuv->abuv", design, products[:, :w, :w])
        beside, own = products.sum(axis=0), self._of_own(people)
        out = np.empty((len(wide), len(wide)))
        for i, (k, u) in enumerate(wide):
            for j, (m, v) in enumerate(wide[: i + 1]):
                if k in self.shared and m in self.shared:
                    out[i, j] = shared[k, m, u, v]
                elif k in self.shared:
                    out[i, j] = beside[u, self.places[k, m, v]]
                elif m in self.shared:
                    out[i, j] = beside[v, self.places[m, k, u]]
                else:
                    out[i, j] = own[k, m][u, v]
                out[j, i] = out[i, j]
        return out

    def _of_own(self, people: PersonMoments) -> dict[tuple[int, int], Array]:
        """Sums over persons of products of two columns of their own, by pairs of weights, (r + 1, r + 1)."""
        columns, most = sorted({k for k, _ in self.own}), max(w for _, w in self.own)
        weights, mass = np.concatenate([np.ones((1, people.count)), people.weights[:most]]), people.mass
        left = weights if mass is None else weights * mass
        pairs = ((k, m) for k in columns for m in columns)
        return {(k, m): long_sum(left * people.gram[people.pairs[k, m]], weights.T) for k, m in pairs}

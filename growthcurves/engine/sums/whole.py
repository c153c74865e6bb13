"""What a fit remembers of its rows, whatever the likelihood: counts, ranks, dependence, spread of the columns.

Persons' own cross-products (tier 2) may be absent; what needs them then says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from operator import add
from typing import Any, NamedTuple

import numpy as np

from growthcurves.engine.sums.alike import Alike
from growthcurves.engine.sums.coordinates import Coordinates, coordinates
from growthcurves.engine.sums.crossing import Crossing
from growthcurves.engine.sums.design import Terms, standardise
from growthcurves.engine.sums.moments import Moments, PersonMoments
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.engine.sums.own_growth import OwnGrowth, own_growth
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.totals import RowTotals, Totals
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks

#: A sum of squares of X beta below this share of the outcome's is that of a constant.
CONSTANT = 1e-20
#: Shares of a left-out column, and gaps between a squared length and one, below this are nothing but rounding.
ROUNDING = 1e-10


class Spread(NamedTuple):
    """Sums of squares and products of the standard z within persons and between their means, and the mean of z."""

    within: Array
    between: Array
    mean: Array


@dataclass(frozen=True, eq=False)
class Sums:
    """Cross-products of the rows and the standard coordinates found in them.

    Attributes
    ----------
    totals : Totals
        Over all rows.
    coordinates : Coordinates
    by_person : callable
        Gives `people` and `moments`, when they are asked for.
    known : Moments or None
        Those that `by_person` gives, where they are known before persons are asked for.
    """

    totals: Totals
    coordinates: Coordinates
    by_person: Callable[[], tuple[Any, Moments]]
    known: Moments | None = None

    @classmethod
    def of(cls, people: PersonMoments) -> Sums:
        """What persons' cross-products come to."""
        return cls.from_moments(people, people.moments())

    @classmethod
    def of_rows(cls, rows: Rows, persons: bool = True) -> Sums:
        """The one pass over the rows; without persons, their cross-products are made when they are asked for."""
        if persons:
            return cls.from_moments(*_by_person(rows))
        totals = RowTotals.of(rows)
        return cls(totals, coordinates(totals), partial(_by_person, rows))

    @classmethod
    def from_moments(cls, people: Any, moments: Moments) -> Sums:
        """Totals that have been made already, with the persons that they are of."""
        return cls(moments, coordinates(moments), partial(_known, people, moments))

    @classmethod
    def of_batches(cls, moments: Moments, people: Callable[[], Any]) -> Sums:
        """Totals of batches of persons that were added up; the persons are read where they are asked for."""
        return cls(moments, coordinates(moments), partial(_with_persons, people, moments), moments)

    def with_terms(self, terms: Terms) -> Sums | None:
        """The same sums of a model whose columns are made otherwise of the same products; None where these differ."""
        mine = self.terms
        if (terms.x_closed, terms.z_closed) != (mine.x_closed, mine.z_closed):
            return None
        moments = self.moments.restricted(terms)
        known = None if self.known is None else moments
        return Sums(moments, coordinates(moments), partial(_other_terms, self, moments), known)

    @cached_property
    def _by_person(self) -> tuple[Any, Moments]:
        return self.by_person()

    @property
    def people(self) -> Any:
        """Tier 2: PersonMoments, or a stand-in that says why there are none."""
        return self._by_person[0]

    @property
    def moments(self) -> Moments:
        """Tier 1: totals, and persons by schedule."""
        return self._by_person[1] if self.known is None else self.known

    @property
    def rows(self) -> int:
        """How many rows were seen, whatever they stand for."""
        return int(self.totals.rows) if self.totals.counted is None else self.totals.counted[0]

    @property
    def persons(self) -> int:
        """How many persons were seen, whatever they stand for."""
        return int(self.totals.persons) if self.totals.counted is None else self.totals.counted[1]

    @property
    def nesting(self) -> Nesting | None:
        """The units above persons, or above those who share a schedule where nobody else is known."""
        people = self.people
        if isinstance(people, PersonMoments):
            return people.nesting
        return reduce(add, (one for one, _ in self._nestings)) if self._nestings else None

    @property
    def _nestings(self) -> list[tuple[Nesting, Array]]:
        """Units above persons who share a schedule, and above others, with how many persons each entry stands for."""
        shared, own, pieces = self.moments.shared, self.moments.own, list[tuple[Nesting, Array]]()
        if shared is not None and shared.cells is not None:
            pieces.append((shared.cells.nesting, shared.cells.counts))
        if own is not None and own.nesting is not None:
            pieces.append((own.nesting, np.ones(own.count)))
        return pieces

    @cached_property
    def unit_sizes(self) -> tuple[Array, ...]:
        """How many persons each unit of each level above persons holds, innermost first; known without persons too."""
        pieces = self._nestings
        if not pieces:
            return ()
        nesting = reduce(add, (piece for piece, _ in pieces))
        persons = np.concatenate([counts for _, counts in pieces])
        pairs = zip(nesting.units, nesting.counts, strict=True)
        return tuple(np.bincount(units, weights=persons, minlength=count) for units, count in pairs)

    @property
    def outcome_total(self) -> float:
        """The sum of the outcomes of all rows."""
        constant = self.terms.x_closed.index((0, 0))
        return float(self.totals.total[constant, -1]) + self.totals.rows * float(self.totals.row_centre[-1])

    def mean_of(self, column: int) -> float:
        """The mean over all rows of a stored column that is a column of X, in the units in which it is stored."""
        closed = self.terms.x_closed
        away = self.totals.total[closed.index((0, 0)), closed.index((column, 0))]
        return float(self.totals.row_centre[column] + away / self.totals.rows)

    @property
    def terms(self) -> Terms:
        return self.totals.terms

    @property
    def kept(self) -> tuple[int, ...]:
        """Columns of X that are estimated."""
        return self.coordinates.x.kept

    @property
    def left_out(self) -> tuple[int, ...]:
        """Columns of X that are linear combinations of those before them; a constant whose place thresholds take is no
        column."""
        known = self.terms
        return tuple(j for j in self.coordinates.dependent_x if known.constant or known.x[j] != (0, 0))

    @cached_property
    def dependence(self) -> Array:
        """Coefficients A (kept, left out) with which the columns left out are made of those kept: X_out = X_kept A."""
        totals, x = self.totals, self.coordinates.x
        lift = totals.terms.lift_x(totals.row_centre, totals.weight_centre)[:, list(self.left_out)]
        standard = x.into.T @ totals.total[:-1, :-1] @ lift / totals.rows
        A = np.linalg.solve(x.back, standard)
        parts = np.abs(A) * np.linalg.norm(x.back, axis=0)[:, None]
        return np.where(parts > ROUNDING * np.linalg.norm(standard, axis=0), A, 0.0)

    def triangle(self, order: Sequence[int]) -> Array:
        """The Cholesky factor of X'X with its columns in this order, upper triangular."""
        totals = self.totals
        lift = totals.terms.lift_x(totals.row_centre, totals.weight_centre)[:, list(order)]
        content = np.array([totals.terms.x_closed.index(totals.terms.x[j]) for j in order], dtype=int)
        return standardise(totals.total[:-1, :-1], lift, content).back

    def squared_correlation(self, beta: Array) -> float:
        """Squared correlation of the outcome with X beta; NaN where X beta is constant.

        beta (p,) is that of the standard columns.
        """
        total, x, n = self.totals.total, self.coordinates.x, self.totals.rows
        constant, mean = self.terms.x_closed.index((0, 0)), self._standard_mean
        products = total[:-1, -1] - total[constant, -1] * total[:-1, constant] / n
        covariance = beta @ (x.into.T @ products)
        fixed = n * _about_the_mean(beta, mean)
        outcome = total[-1, -1] - total[constant, -1] ** 2 / n
        return float((covariance / fixed) * (covariance / outcome)) if fixed > CONSTANT * outcome else float("nan")

    @property
    def _standard_mean(self) -> Array:
        """The means of the standard columns of X; of length one where the constant lies in their span."""
        constant = self.terms.x_closed.index((0, 0))
        return self.coordinates.x.into.T @ self.totals.total[constant, :-1] / self.totals.rows

    def _without_level(self, beta: Array) -> Array:
        """beta (p,) of the kept columns without the mean of X beta, where the constant lies in their span: what varies
        keeps its digits, however far from zero the outcome lies."""
        back, mean = self.coordinates.x.back, self._standard_mean
        if 1.0 - float(mean @ mean) > ROUNDING:
            return beta
        return beta - float(mean @ back @ beta) * np.linalg.solve(back, mean)

    def designs(self, columns: Sequence[int]) -> tuple[Array, Array] | None:
        """The inverse of the cross-products of some row columns (K, K, m) by schedule, NaN where it has none, and how
        many persons have each, (m,); None where persons are at hand, or have times of their own."""
        found = None if self.known is None or self.totals.counted is not None else self.known.shared
        stored = {0, *(g for k in columns for g, _ in self.terms.combination(k))}
        if self.known is None or found is None or self.known.own is not None:
            return None
        if not stored <= {0, *self.terms.z_closed}:
            return None
        return own_growth(self.known.one_of_each(found), columns).inverse, found.counts

    def own_growth(self, columns: Sequence[int]) -> OwnGrowth:
        """Each person's own least-squares growth on some row columns."""
        return own_growth(self.people, columns)

    def spread(self) -> Spread:
        """How the standard random effects' columns vary within and between persons."""
        closed, into, n = list(self.terms.z_closed), self.coordinates.z.into, self.totals.rows
        size = len(closed)
        within, sums = np.zeros((size, size)), np.zeros(size)
        for part in self._pieces():
            gram, level, counts = _about_person(part, closed)
            within += (gram if part.mass is None else gram * part.mass).sum(axis=2)
            sums += (level * counts).sum(axis=1)
        between = np.zeros((size, size))
        for part in self._pieces():
            _, level, counts = _about_person(part, closed)
            away = level - (sums / n)[:, None]
            between += (away * counts) @ away.T
        return Spread(into.T @ within @ into, into.T @ between @ into, into.T @ sums / n)

    def fixed_squares(self, beta: Array) -> tuple[float, float]:
        """Sums of squares of x' beta within persons and between their means."""
        terms, beta = self.terms, self._without_level(beta)
        rows = sorted({k for k, _ in terms.x})
        stored = sorted({0, *(g for k in rows for g, _ in terms.combination(k))})
        inside, means, sizes = 0.0, [], []
        for part in self._pieces():
            basis = terms.rows(rows, stored, part.row_centre)
            gram, level, counts = _about_person(part, stored)
            weights = basis @ self._row_weights(part, rows, beta)
            left = weights if part.mass is None else weights * part.mass
            inside += float(np.einsum("an,abn,bn->", left, gram, weights))
            means.append((weights * level).sum(axis=0))
            sizes.append(counts)
        mean, count = np.concatenate(means), np.concatenate(sizes)
        away = mean - np.average(mean, weights=count)
        return inside, float(count @ away**2)

    def _row_weights(self, part: PersonMoments, rows: list[int], beta: Array) -> Array:
        """How x' beta of each person is made of row columns, (rows, N)."""
        out = np.zeros((len(rows), part.count))
        for value, j in zip(beta, self.kept, strict=True):
            k, w = self.terms.x[j]
            out[rows.index(k)] += value * (part.weights[w - 1] + part.weight_centre[w] if w else 1.0)
        return out

    def _pieces(self) -> Iterator[PersonMoments]:
        """Persons' cross-products in pieces that fit the cache."""
        for part in chunks(self.people.count):
            yield self.people.take(part)


def _by_person(rows: Rows) -> tuple[PersonMoments, Moments]:
    """Cross-products by person, and what they come to."""
    made = (rows.terms, rows.stored, rows.outcome, rows.weights, rows.persons, rows.starts, rows.apart, rows.labels)
    alike = Alike.of(rows)
    found = PersonMoments.of_rows(*made, rows.row_stands, rows.about, alike)
    people = replace(found, nesting=rows.nesting, stands=rows.stands)
    crossing = Crossing.of_rows(rows, people.row_centre, people.weight_centre) if rows.crossed else None
    moments = people.moments(crossing) if alike is None else alike.moments(people)
    if rows.stands is not None:
        moments = replace(moments, counted=(len(rows.outcome), rows.persons))
    return people, moments


def _known(people: Any, moments: Moments) -> tuple[Any, Moments]:
    return people, moments


def _about_person(part: PersonMoments, stored: list[int]) -> tuple[Array, Array, Array]:
    """Gram matrices of stored columns about the person's means (s, s, N), the means (s, N), the rows (N,), which are
    those of all persons that each stands for."""
    gram = part.block(stored, stored)
    counts = part.block([0], [0])[0, 0]
    sums = part.block(stored, [0])[:, 0]
    level = sums / counts
    return gram - level[:, None] * sums[None], level, counts if part.mass is None else counts * part.mass


def _about_the_mean(beta: Array, mean: Array) -> float:
    """beta' beta - (mean' beta)^2 of orthonormal columns with these means, without the rounding of its two parts.

    Where the constant lies in the span of the columns their means have length one, and what is left of beta beside
    them is nothing for a constant.
    """
    along, gap = float(mean @ beta), 1.0 - float(mean @ mean)
    beside = beta - along * mean
    return float(beside @ beside) + (along**2 * gap if gap > ROUNDING else 0.0)


def _with_persons(people: Callable[[], Any], moments: Moments) -> tuple[Any, Moments]:
    return people(), moments


def _other_terms(sums: Sums, moments: Moments) -> tuple[Any, Moments]:
    """Persons of sums whose columns are made otherwise; who is not there is not there still."""
    people = sums.people
    return (replace(people, terms=moments.terms) if isinstance(people, PersonMoments) else people), moments

"""Persons remembered through cross-products, as values that add up.

`PersonMoments` (tier 2) keeps the Gram matrix of the stored columns and the outcome by person; `Moments` (tier 1)
keeps what estimation needs. Both are sums about a provisional centre that they carry, so that nothing cancels
at y + 1e9 or t + 1e6, and adding two of them first translates the second to the centre of the first.
See docs/engine.md, section 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.sums.crossing import Crossing
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.nesting import Cells, Nesting
from growthcurves.engine.sums.rows import Centres, centred_about, pair_index, person_gram
from growthcurves.engine.sums.schedules import Schedules, shared_schedules
from growthcurves.errors import DataError
from growthcurves.numerics.arrays import Array, upper
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.mixing import mixed
from growthcurves.numerics.products import long_sum
from growthcurves.numerics.threads import in_order

if TYPE_CHECKING:
    from growthcurves.engine.sums.alike import Alike

@dataclass(frozen=True)
class PersonMoments:
    """The Gram matrix of (1, g_1, ..., g_m, y) by person, about a centre, and the persons' weights.

    Attributes
    ----------
    terms : Terms
        Which products make X and Z.
    gram : (pairs, N) array
        Packed Gram matrices, component first.
    weights : (r, N) array
        w_1, ..., w_r about their centres (w_0 = 1 is not stored).
    row_centre : (m + 2,) array
        Centre of 1 (always 0), g_1, ..., g_m, y.
    weight_centre : (r + 1,) array
    labels : (N,) array or None
        Who the persons are; needed to add pieces that share persons.
    nesting : Nesting or None
        The units above persons.
    stands : (N,) array or None
        How many persons of their unit each stands for, the conditional sampling weight; None where each counts once.

    Examples
    --------
    >>> import growthcurves as gc, numpy as np
    >>> from growthcurves.engine.sums.design import Terms
    >>> terms = Terms(x=((0, 0), (1, 0)), z=(0, 1), blocks=((0, 1),))
    >>> time, outcome = np.array([0.0, 1, 2, 0, 1, 2]), np.array([3.0, 4, 6, 5, 5, 7])
    >>> persons = gc.PersonMoments.of_rows(terms, [time], outcome, [], count=2, starts=np.array([0, 3]))
    >>> persons.count, persons.block([0], [0]).tolist()
    (2, [[[3.0, 3.0]]])
    """

    terms: Terms
    gram: Array
    weights: Array
    row_centre: Array
    weight_centre: Array
    labels: NDArray | None = None
    nesting: Nesting | None = None
    stands: Array | None = None

    @classmethod
    def of_rows(
        cls,
        terms: Terms,
        columns: Sequence[NDArray],
        outcome: NDArray,
        weights: Sequence[NDArray],
        count: int,
        starts: NDArray[np.integer] | None = None,
        codes: NDArray[np.integer] | None = None,
        labels: NDArray | None = None,
        row_stands: Array | None = None,
        centres: Centres | None = None,
        alike: Alike | None = None,
    ) -> PersonMoments:
        """One pass over the rows.

        Parameters
        ----------
        terms : Terms
        columns : sequence of (n,) arrays
            Stored columns g_1, ..., g_m.
        outcome : (n,) array
        weights : sequence of (N,) arrays
            Weights w_1, ..., w_r of the persons.
        count : int
            Number of persons N.
        starts, codes : arrays or None
            Where each person's rows begin if they lie together, else whose row each is.
        row_stands : (n,) array or None
            How many rows of its person each stands for.
        centres : Centres, optional
            About what the sums are taken; by default observed values near the means.
        alike : Alike, optional
            The same persons by their times, where many have the same.
        """
        row_centre, weight_centre = centres or Centres(centred_about([*columns, outcome]), centred_about(weights))
        if alike is None:
            gram = person_gram([*columns, outcome], row_centre, count, starts, codes, row_stands)
        else:
            gram = alike.gram(outcome, row_centre)
        centred = np.empty((len(weights), count))
        for row, weight, centre in zip(centred, weights, weight_centre[1:], strict=True):
            np.subtract(weight, centre, out=row)
        return cls(terms, gram, centred, row_centre, weight_centre, labels)

    @property
    def count(self) -> int:
        """Number of persons."""
        return self.gram.shape[1]

    @property
    def pairs(self) -> NDArray[np.intp]:
        return pair_index(self.row_centre.size)

    @cached_property
    def mass(self) -> Array | None:
        """How many persons of the population each stands for, (N,); None where each counts once."""
        if self.stands is None or self.nesting is None:
            return self.stands
        return self.stands * self.nesting.mass

    def block(self, left: Sequence[int], right: Sequence[int]) -> Array:
        """The Gram matrix between two lists of stored columns (the outcome is the last, -1), by person: (l, r, N)."""
        return self.gram[self.pairs[np.ix_(left, right)]]

    def recentred(self, row_centre: Array, weight_centre: Array) -> PersonMoments:
        """The same moments about another centre, exactly."""
        if np.array_equal(row_centre, self.row_centre) and np.array_equal(weight_centre, self.weight_centre):
            return self
        width = self.row_centre.size
        shift = self.row_centre - row_centre  # b - new = (b - old) + shift
        pairs = self.pairs
        gram = np.empty_like(self.gram)
        for i in range(width):
            for j in range(i, width):
                moved = self.gram[pairs[i, j]] + shift[i] * self.gram[pairs[0, j]]
                moved += shift[j] * self.gram[pairs[0, i]] + shift[i] * shift[j] * self.gram[0]
                gram[pairs[i, j]] = moved
        weights = self.weights + (self.weight_centre - weight_centre)[1:, None]
        return replace(self, gram=gram, weights=weights, row_centre=row_centre, weight_centre=weight_centre)

    def __add__(self, other: PersonMoments) -> PersonMoments:
        """All persons of both; persons with the same label are one person whose rows came in two pieces."""
        if self.terms != other.terms:
            raise ValueError("moments of different models do not add up")
        if self.stands is not None or other.stands is not None:
            raise ValueError("weighted persons do not add up: weights are scaled over all of them")
        other = other.recentred(self.row_centre, self.weight_centre)
        gram = np.concatenate([self.gram, other.gram], axis=1)
        weights = np.concatenate([self.weights, other.weights], axis=1)
        nesting = self.nesting + other.nesting if self.nesting and other.nesting else None
        if self.labels is None or other.labels is None:
            return replace(self, gram=gram, weights=weights, labels=None, nesting=nesting)
        labels = np.concatenate([self.labels, other.labels])
        _, first, codes = np.unique(labels, return_index=True, return_inverse=True)
        if first.size == labels.size:
            return replace(self, gram=gram, weights=weights, labels=labels, nesting=nesting)
        scale = np.maximum(np.abs(weights).max(axis=1, initial=1.0), 1.0)[:, None]
        apart = (np.abs(weights - weights[:, first][:, codes]) > 1e-9 * scale).any(axis=0)
        if apart.any():
            raise DataError(
                f"The person {labels[apart.argmax()]} has other predictors in one batch of rows than in another: what "
                f"predicts growth parameters is constant within persons."
            )
        merged = np.stack([np.bincount(codes, weights=row, minlength=first.size) for row in gram])
        return replace(
            self,
            gram=merged,
            weights=weights[:, first],
            labels=labels[first],
            nesting=nesting and nesting.take(first),
        )

    @classmethod
    def joined(cls, pieces: Sequence[PersonMoments]) -> PersonMoments:
        """All persons of pieces about the same centres that share no person, in their order."""
        first = pieces[0]
        if len(pieces) == 1:
            return first
        labels = None if first.labels is None else np.concatenate([piece.labels for piece in pieces])
        nesting = None
        if first.nesting is not None:
            by_person = zip(*(piece.nesting.by_person() for piece in pieces if piece.nesting), strict=True)
            nesting = Nesting.of([np.concatenate(level) for level in by_person])
        gram = np.concatenate([piece.gram for piece in pieces], axis=1)
        weights = np.concatenate([piece.weights for piece in pieces], axis=1)
        return replace(first, gram=gram, weights=weights, labels=labels, nesting=nesting)

    def take(self, persons: NDArray[np.integer] | slice) -> PersonMoments:
        """The moments of some of the persons."""
        labels = None if self.labels is None else self.labels[persons]
        nesting = self.nesting and self.nesting.take(persons)
        stands = None if self.stands is None else self.stands[persons]
        gram, weights = self.gram[:, persons], self.weights[:, persons]
        return replace(self, gram=gram, weights=weights, labels=labels, nesting=nesting, stands=stands)

    def cross_products(self) -> Array:
        """C_i = Z_i'[X_i y_i] in closed centred coordinates, (q_closed, p_closed + 1, N)."""
        terms, pairs = self.terms, self.pairs
        out = np.empty((len(terms.z_closed), len(terms.x_closed) + 1, self.count))
        for a, z in enumerate(terms.z_closed):
            for j, (k, w) in enumerate(terms.x_closed):
                product = self.gram[pairs[z, k]]
                out[a, j] = product * self.weights[w - 1] if w else product
            out[a, -1] = self.gram[pairs[z, -1]]
        return out

    def total(self) -> Array:
        """[X y]'[X y] of all rows in closed centred coordinates, (p_closed + 1, p_closed + 1)."""
        wide = [*self.terms.x_closed, (self.row_centre.size - 1, 0)]
        pairs, mass = self.pairs, self.mass
        needed = sorted({int(pairs[k, k2]) for k, _ in wide for k2, _ in wide})

        def piece(part: slice) -> list[Array]:
            weights = np.concatenate([np.ones((1, self.gram[0, part].size)), self.weights[:, part]])
            left = weights if mass is None else weights * mass[part]
            return [long_sum(left * self.gram[pair, part], weights.T) for pair in needed]

        sums = np.zeros((len(self.gram), len(self.weights) + 1, len(self.weights) + 1))
        for found in in_order(piece, chunks(self.count)):
            sums[needed] += found
        return np.array([[sums[pairs[k, k2], w, w2] for k2, w2 in wide] for k, w in wide])

    def moments(self, crossing: Crossing | None = None) -> Moments:
        """What estimation needs of them: compressed by schedule where many persons share one and none crosses units."""
        schedule = None if crossing is not None else self.schedule()
        return self.moments_of(self.total(), None if schedule is None else self._compress(schedule), crossing)

    def moments_of(self, total: Array, shared: Schedules | None, crossing: Crossing | None = None) -> Moments:
        """The moments of these persons with a total; one by one where they are not compressed by schedule."""
        return Moments(
            terms=self.terms,
            total=total,
            rows=int(round(self.gram[0].sum())) if self.mass is None else float(self.gram[0] @ self.mass),
            persons=self.count if self.mass is None else float(self.mass.sum()),
            row_centre=self.row_centre,
            weight_centre=self.weight_centre,
            shared=shared,
            own=replace(self, labels=None) if shared is None else None,
            crossing=crossing,
        )

    def schedule(self, persons: float | None = None) -> NDArray[np.intp] | None:
        """The number of each person's schedule, (N,), or None where few persons share one, of so many in all."""
        closed = self.terms.z_closed
        within = self.pairs[np.ix_(closed, closed)][upper(len(closed))]
        limit = most_schedules(self.terms, self.count if persons is None else persons)
        return shared_schedules([self.gram[row] for row in {0, *within.tolist()}], limit)

    def _compress(self, schedule: NDArray[np.intp]) -> Schedules:
        """The persons by schedule, from the number of each person's."""
        order = np.argsort(schedule.astype(np.min_scalar_type(int(schedule.max()))), kind="stable")
        counts, mass = np.bincount(schedule), self.mass
        ends = np.append(0, np.cumsum(counts))
        q, width = len(self.terms.z_closed), len(self.terms.x_closed) + 1

        def piece(part: slice) -> list[tuple[int, Array]]:
            """Sums over some of the persons in the order of their schedules, for each schedule that is there."""
            C = self.take(order[part]).cross_products().reshape(q * width, part.stop - part.start)
            here = range(*np.searchsorted(ends, [part.start + 1, part.stop]) - [1, 0])
            left = C if mass is None else C * mass[order[part]]
            spans = [slice(max(ends[k] - part.start, 0), ends[k + 1] - part.start) for k in here]
            return [(k, long_sum(left[:, span], C[:, span].T)) for k, span in zip(here, spans, strict=True)]

        T = np.zeros((counts.size, q * width, q * width))
        for found in in_order(piece, chunks(self.count)):
            for k, product in found:
                T[k] += product
        firsts = order[ends[:-1]]
        lengths = self.gram[0, firsts]
        closed = self.terms.z_closed
        G = np.ascontiguousarray(self.take(firsts).block(closed, closed).transpose(2, 0, 1))
        made = (schedule, self.cross_products(), self.nesting, self.stands) if self.nesting is not None else None
        cells = None if made is None else Cells.of(*made)
        counts = counts if mass is None else np.bincount(schedule, weights=mass)
        return Schedules(counts.astype(float), lengths, G, T.reshape(counts.size, q, width, q, width), cells)


def most_schedules(terms: Terms, persons: float) -> float:
    """T pays while it holds fewer numbers than the persons' own cross-products (docs/engine.md, 1.3)."""
    q, width = len(terms.z_closed), len(terms.x_closed) + 1
    return 2 * persons / max((q + 1) * width, 1)


@dataclass(frozen=True)
class Moments:
    """All that ML and REML estimation, its certificate and its degrees of freedom need of the data.

    Attributes
    ----------
    terms : Terms
    total : (p_closed + 1, p_closed + 1) array
        [X y]'[X y] of all rows.
    rows, persons : int or float
        How many there are; where they are weighted, how many they stand for.
    row_centre, weight_centre : arrays
        The provisional centre of all sums.
    shared : Schedules or None
        Persons compressed by schedule.
    own : PersonMoments or None
        Persons kept one by one, where few share a schedule.
    crossing : Crossing or None
        Units that cross persons, who are then kept one by one.
    counted : (int, int) or None
        How many rows and persons were seen, where these are weighted.

    Examples
    --------
    >>> import growthcurves as gc, numpy as np
    >>> from growthcurves.engine.sums.design import Terms
    >>> terms = Terms(x=((0, 0), (1, 0)), z=(0, 1), blocks=((0, 1),))
    >>> time, outcome = np.array([0.0, 1, 2, 0, 1, 2]), np.array([3.0, 4, 6, 5, 5, 7])
    >>> persons = gc.PersonMoments.of_rows(terms, [time], outcome, [], count=2, starts=np.array([0, 3]))
    >>> both = persons.moments() + persons.moments()
    >>> both.persons, both.rows
    (4, 12)
    """

    terms: Terms
    total: Array
    rows: float
    persons: float
    row_centre: Array
    weight_centre: Array
    shared: Schedules | None
    own: PersonMoments | None
    crossing: Crossing | None = None
    counted: tuple[int, int] | None = None

    @cached_property
    def gram(self) -> Array:
        """Z'Z of all rows in closed centred coordinates, (q_closed, q_closed)."""
        closed = self.terms.z_closed
        size = len(closed)
        gram = np.zeros((size, size))
        if self.shared is not None:
            gram += (self.shared.counts @ self.shared.G.reshape(len(self.shared.G), size * size)).reshape(size, size)
        if self.own is not None:
            pairs = self.own.pairs[np.ix_(closed, closed)]
            mass = self.own.mass
            needed = set(pairs.ravel().tolist())
            sums = {row: self.own.gram[row].sum() if mass is None else self.own.gram[row] @ mass for row in needed}
            gram += np.array([[sums[row] for row in line] for line in pairs.tolist()])
        return gram

    def recentred(self, row_centre: Array, weight_centre: Array) -> Moments:
        """The same moments about another centre, exactly."""
        if np.array_equal(row_centre, self.row_centre) and np.array_equal(weight_centre, self.weight_centre):
            return self
        shift = self.row_centre - row_centre
        into_xy = self._with_outcome(
            self.terms.translate_x(shift, self.weight_centre - weight_centre), float(shift[-1])
        )
        into_z = self.terms.translate_z(shift)
        return replace(
            self,
            total=into_xy.T @ self.total @ into_xy,
            row_centre=row_centre,
            weight_centre=weight_centre,
            shared=self.shared and self.shared.transformed(into_z, into_xy),
            own=self.own and self.own.recentred(row_centre, weight_centre),
        )

    def select(self, x: Sequence[int], z: Sequence[int]) -> Moments:
        """The moments of the model with only some columns of X and Z: no pass over anything."""
        return self.restricted(self.terms.select(tuple(x), tuple(z)))

    def restricted(self, terms: Terms) -> Moments:
        """The moments of a model whose columns are products that these moments hold already."""
        keep_x = [*(self.terms.x_closed.index(pair) for pair in terms.x_closed), len(self.terms.x_closed)]
        keep_z = [self.terms.z_closed.index(k) for k in terms.z_closed]
        shared = self.shared and self.shared.select(keep_z, keep_x)
        own = self.own and replace(self.own, terms=terms)
        crossing = self.crossing and self.crossing.select(keep_z, keep_x)
        total = self.total[np.ix_(keep_x, keep_x)]
        return replace(self, terms=terms, total=total, shared=shared, own=own, crossing=crossing)

    def settled(self, everybody: Callable[[], PersonMoments]) -> Moments:
        """Sums of batches as those of all rows at once: whether persons are compressed is decided by all of them.

        `everybody` gives the persons of all batches.
        """
        if self.own is None:
            return self.as_persons()
        most = most_schedules(self.terms, self.persons)
        schedule = self.own.schedule(self.persons)
        if schedule is not None:
            pieces = self.own._compress(schedule)
            shared = pieces if self.shared is None else self.shared + pieces
            if len(shared.counts) <= most:
                return replace(self, shared=shared, own=None).as_persons()
        if self.shared is None:
            return self
        return replace(self, shared=None, own=replace(everybody(), labels=None))

    def one_of_each(self, shared: Schedules) -> PersonMoments:
        """A person of each schedule, of whom nothing but the design of the random effects is known."""
        closed, pairs = self.terms.z_closed, pair_index(self.row_centre.size)
        gram = np.zeros((int(pairs.max()) + 1, len(shared.counts)))
        gram[0] = shared.lengths
        for place, left in enumerate(closed):
            for other, right in enumerate(closed):
                gram[pairs[left, right]] = shared.G[:, place, other]
        weights = np.zeros((len(self.weight_centre) - 1, len(shared.counts)))
        return PersonMoments(self.terms, gram, weights, self.row_centre, self.weight_centre)

    def as_persons(self) -> Moments:
        """The same with schedules in the order in which they are found in persons (see `shared_schedules`)."""
        shared = self.shared
        if shared is None:
            return self
        closed, pairs = self.terms.z_closed, pair_index(self.row_centre.size)
        left, right = upper(len(closed))
        rows = pairs[np.ix_(closed, closed)][left, right].tolist()
        places = dict(zip(rows, zip(left, right, strict=True), strict=True))
        keys = [shared.lengths if row == 0 else shared.G[:, *places[row]] for row in {0, *places}]
        return replace(self, shared=shared.taken(np.argsort(mixed(keys), kind="stable")))

    def _with_outcome(self, into: Array, outcome_shift: float) -> Array:
        p, columns = into.shape
        wide = np.zeros((p + 1, columns + 1))
        wide[:p, :columns] = into
        wide[-1, -1] = 1.0
        if outcome_shift:
            wide[self.terms.x_closed.index((0, 0)), -1] = outcome_shift
        return wide

    def __add__(self, other: Moments) -> Moments:
        """The moments of both pieces; each person must lie wholly in one of them."""
        if self.terms != other.terms:
            raise ValueError("moments of different models do not add up")
        if self.counted is not None or other.counted is not None:
            raise ValueError("weighted moments do not add up: weights are scaled over all persons")
        if self.crossing is not None or other.crossing is not None:
            raise ValueError("moments of crossed units do not add up: units of one piece may be those of another")
        other = other.recentred(self.row_centre, self.weight_centre)
        shared = self.shared + other.shared if self.shared and other.shared else self.shared or other.shared
        own = self.own + other.own if self.own and other.own else self.own or other.own
        return replace(
            self,
            total=self.total + other.total,
            rows=self.rows + other.rows,
            persons=self.persons + other.persons,
            shared=shared,
            own=own,
        )

"""Persons drawn with replacement, or left out one by one, as weighted sums of their own cross-products.

No rows are touched; see docs/inference-bootstrap.md, section 2.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.batch.all_but_one import AllButOne, Gone
from growthcurves.engine.batch.blocks import OwnBatch, PersonBatch, SharedBatch
from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.batch.interpolated import Interpolated
from growthcurves.engine.draws.replicates import person_products
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks


class CaseSource:
    """Replicates of persons with multiplicities, in the standard coordinates of the fit to all of them.

    Parameters
    ----------
    problem : Problem
    people : PersonMoments
        The persons that the problem was made of.
    seed : SeedSequence
    into_z : array, optional
        Columns of persons = closed centred columns @ into_z, where they are not the problem's Z.
    """

    def __init__(
        self, problem: Problem, people: PersonMoments, seed: np.random.SeedSequence, into_z: Array | None = None
    ) -> None:
        self.problem, self.count = problem, people.count
        into_z = problem.into_z if into_z is None else into_z
        self.lengths, self.G, self.C = person_products(people, into_z, problem.into_xy)
        self.totals = person_totals(people, problem.into_xy)
        schedule = people.schedule()
        self.members = None if schedule is None else _members(schedule)
        self.schedule = np.arange(people.count) if schedule is None else schedule
        self.stream = np.random.default_rng(seed)
        self._near: dict[str, Any] = {}

    @property
    def numbers(self) -> int:
        """Numbers that a replicate holds."""
        q, width = self.C.shape[1:]
        return self.count + (0 if self.members is None else len(self.members) * q * q * width * width)

    @property
    def of_one(self) -> int:
        """Numbers that a replicate without one person holds."""
        q, width = self.C.shape[1:]
        return q * (q + width) + width * width

    def next(self, count: int) -> Batch:
        """The next `count` replicates of as many persons as there are, drawn with replacement."""
        drawn = self.stream.integers(0, self.count, (count, self.count))
        drawn += np.arange(count)[:, None] * self.count
        times = np.bincount(drawn.ravel(), minlength=count * self.count)
        return self.weighted(times.reshape(count, self.count).astype(float))

    def without(self, first: int, last: int, near: Array | None = None) -> Batch:
        """The persons but one, leaving out number first, ..., last - 1 in turn; `near` (q, q) is close to their D."""
        part = slice(first, last)
        gone = Gone(self.lengths[part], self.G[part], self.C[part])
        everyone = self.everyone if near is None else self._close_to(near)
        blocks = tuple(AllButOne(block, self.schedule[part], gone) for block in everyone)
        total, rows = self._whole
        persons = np.full(last - first, self.count - 1.0)
        return Batch(self.problem, blocks, total - self.totals[part], rows - self.lengths[part], persons)

    @cached_property
    def _whole(self) -> tuple[Array, float]:
        """[X y]'[X y] and rows of everyone."""
        return self.totals.sum(axis=0), float(self.lengths.sum())

    @cached_property
    def everyone(self) -> tuple[PersonBatch, ...]:
        """All persons once, as one replicate."""
        return self._blocks(np.ones((1, self.count)))

    def _close_to(self, D: Array) -> tuple[PersonBatch, ...]:
        """All persons where their sums are asked for near D alone; kept for the D asked for last."""
        if self.members is not None:
            return self.everyone
        if self._near.get("D") is not D:
            width = self.totals.shape[1]
            known = tuple(Interpolated.near(block, D, self.count, width) for block in self.everyone)
            self._near.update(D=D, known=known)
        return self._near["known"]  # type: ignore[no-any-return]

    def weighted(self, times: Array) -> Batch:
        """Persons counted as often as `times` (B, N) says."""
        width = self.totals.shape[1]
        total = (times @ self.totals.reshape(self.count, -1)).reshape(len(times), width, width)
        return Batch(self.problem, self._blocks(times), total, times @ self.lengths, times.sum(axis=1))

    def _blocks(self, times: Array) -> tuple[PersonBatch, ...]:
        if not self.C.shape[1]:
            return ()
        return (self._own(times) if self.members is None else self._shared(times),)

    def _own(self, times: Array) -> OwnBatch:
        once = None if (times == 1.0).all() else times
        return OwnBatch(self.lengths, self.G, self.C[:, :, :-1], self.C[None, :, :, -1], once)

    def _shared(self, times: Array) -> SharedBatch:
        assert self.members is not None
        B, K, (q, width) = len(times), len(self.members), self.C.shape[1:]
        p = width - 1
        counts = np.empty((B, K))
        fixed, moving = np.zeros((B, K, q * q * p * p)), np.zeros((B, K, q * q * width))
        for k, persons in enumerate(self.members):
            counts[:, k] = times[:, persons].sum(axis=1)
            for part in chunks(len(persons)):
                C, mine = self.C[persons[part]], times[:, persons[part]]
                fixed[:, k] += mine @ (C[:, :, None, :p, None] * C[:, None, :, None, :p]).reshape(len(C), -1)
                moving[:, k] += mine @ (C[:, :, None, :] * C[:, None, :, -1:]).reshape(len(C), -1)
        firsts = [persons[0] for persons in self.members]
        shape = (B, K * q * q)
        return SharedBatch(
            counts, self.lengths[firsts], self.G[firsts], fixed.reshape(*shape, p * p), moving.reshape(*shape, width)
        )


def _members(schedule: Array) -> list[Array]:
    """The persons of each schedule."""
    order = np.argsort(schedule, kind="stable")
    return np.split(order, np.cumsum(np.bincount(schedule))[:-1])


def person_totals(people: PersonMoments, into_xy: Array) -> Array:
    """[X_i y_i]'[X_i y_i] of every person in standard coordinates, (N, p + 1, p + 1)."""
    wide = [*people.terms.x_closed, (people.row_centre.size - 1, 0)]
    rows = np.array([[people.pairs[k, k2] for k2, _ in wide] for k, _ in wide])
    which = [w for _, w in wide]
    out = np.empty((people.count, into_xy.shape[1], into_xy.shape[1]))
    for part in chunks(people.count):
        piece = people.take(part)
        weights = np.concatenate([np.ones((1, piece.count)), piece.weights])[which]
        closed = piece.gram[rows] * weights[:, None] * weights[None]
        out[part] = into_xy.T @ closed.transpose(2, 0, 1) @ into_xy
    return out

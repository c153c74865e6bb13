"""A model with fewer columns of X and Z, and replicates drawn under another model, without a pass over anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class Submodel:
    """A smaller problem in standard coordinates of its own.

    Attributes
    ----------
    problem : Problem
    into_z, into_xy : arrays
        Its standard columns of Z and of [X y] = those of the larger problem @ into.
    """

    problem: Problem
    into_z: Array
    into_xy: Array

    def of(self, batch: Batch) -> Batch:
        """Replicates of the larger problem as replicates of this one."""
        return batch.transformed(self.problem, self.into_z, self.into_xy)


def submodel(
    problem: Problem, x: Sequence[int], z: Sequence[int], partition: tuple[tuple[int, ...], ...] | None = None
) -> Submodel:
    """The model with only the columns `x` of X (of those kept) and `z` of Z.

    Parameters
    ----------
    problem : Problem
    x, z : sequence of int
        Columns that stay, in the original coding.
    partition : tuple of tuples, optional
        Blocks of the columns that stay, numbered as they stay; default those of the problem.
    """
    place = {old: new for new, old in enumerate(z)}
    if partition is None:
        kept = (tuple(place[a] for a in block if a in place) for block in problem.partition)
        partition = tuple(block for block in kept if block)
    A, back_x = np.linalg.qr(problem.back_x[:, list(x)])
    into_z, back_z = np.zeros((problem.q, len(z))), np.zeros((len(z), len(z)))
    for block in partition:
        columns = problem.back_z[:, [z[a] for a in block]]
        rows = np.flatnonzero((columns != 0.0).any(axis=1))  # of their level alone: rounding would mix levels
        into_z[rows[:, None], block], back_z[np.ix_(block, block)] = np.linalg.qr(columns[rows])
    into_xy = np.zeros((problem.p + 1, len(x) + 1))
    into_xy[:-1, :-1] = A
    into_xy[:-1, -1] = (problem.offset - A @ (A.T @ problem.offset)) / problem.scale
    into_xy[-1, -1] = 1.0
    smaller = replace(
        problem,
        blocks=tuple(block.transformed(into_z, into_xy) for block in problem.blocks) if z else (),
        total=into_xy.T @ problem.total @ into_xy,
        partition=partition,
        back_x=back_x,
        back_z=back_z,
        offset=A.T @ problem.offset,
        into_z=problem.into_z @ into_z,
        into_xy=problem.into_xy @ into_xy,
    )
    return Submodel(smaller, into_z, into_xy)

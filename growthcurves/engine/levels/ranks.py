"""Ranks of [X Z] as random effects of one level after the other come in, the highest level first.

It is the tree's way up with projections in the place of shrinkage: what the columns of a unit explain is taken out, and
their rank counts (docs/engine.md, section 9; SAS's rule of containment).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from growthcurves.engine.likelihood.levels import LevelBlocks
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.submodels.ranks import RANK
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.component import times


def ranks_by_level(problem: Problem, blocks: LevelBlocks) -> list[list[int]]:
    """For each level, persons first: ranks with the levels above it and none, one, ..., all of its random effects."""
    out: list[list[int]] = []
    for level in range(len(blocks.into) - 1, -1, -1):
        here = [_rank(problem, blocks, level, columns) for columns in range(blocks.into[level].shape[1] + 1)]
        out.insert(0, here)
    return out


def _rank(problem: Problem, blocks: LevelBlocks, level: int, columns: int) -> int:
    """Rank of [X Z] with the random effects of the levels above `level` and the first columns of its own."""
    tree, rank = blocks.tree, 0
    taken = [T[:, :columns] if at == level else T if at > level else T[:, :0] for at, T in enumerate(blocks.into)]
    M, ranks = _projection(tree.G, taken[0])
    rank += int(ranks[tree.cells.design] @ tree.cells.counts)
    left = tree.G - times(tree.G, times(M, tree.G))
    explained = sum((block.contract(_of(taken[0])) for block in blocks.persons), np.zeros_like(problem.total))
    cells = tree.cells
    G, U = cells.counts * left[..., cells.design], cells.C - times(times(tree.G, M)[..., cells.design], cells.C)
    whole = cells.counts * tree.G[..., cells.design]
    for at, T in enumerate(taken[1:]):
        G, C, whole = tree.summed(at, G), tree.summed(at, U), tree.summed(at, whole)
        M, ranks = _projection(G, T, whole)
        rank += int(ranks.sum())
        MC = times(M, C)
        explained = explained + np.tensordot(C, MC, ((0, 2), (0, 2)))
        G, U = G - times(G, times(M, G)), C - times(G, MC)
    p = problem.p
    rest = (problem.total - explained)[:p, :p] / problem.rows  # X'X is rows times the identity
    return rank + int((np.linalg.eigvalsh(rest) > RANK).sum())


def _of(T: Array) -> Callable[[Array], Array]:
    """What `contract` takes: weights made from Z'Z (k, r, r)."""
    return lambda G: np.ascontiguousarray(_projection(G.transpose(1, 2, 0), T)[0].transpose(2, 0, 1))


def _projection(G: Array, T: Array, whole: Array | None = None) -> tuple[Array, Array]:
    """T (T'G T)^- T' and the rank of T'G T, component first.

    Zeros are relative to the columns themselves; a column of which nothing but rounding is left beside what it was,
    by the cross-products `whole` of all rows, is zero.
    """
    inner = np.einsum("ra,rsn,sb->nab", T, G, T, optimize=True)
    if not T.shape[1]:
        return np.zeros_like(G), np.zeros(G.shape[2])
    squares = np.maximum(np.einsum("naa->na", inner), 0.0)
    if whole is not None:
        squares[squares <= RANK * np.einsum("ra,rsn,sa->na", T, whole, T, optimize=True)] = 0.0
    size = np.sqrt(squares)
    scale = np.where(size > 0.0, 1.0 / np.where(size > 0.0, size, 1.0), 0.0)
    values, vectors = np.linalg.eigh(inner * scale[:, :, None] * scale[:, None, :])
    there = values > RANK
    inverse = np.where(there, 1.0 / np.where(there, values, 1.0), 0.0)
    M = (vectors * inverse[:, None, :]) @ vectors.swapaxes(1, 2) * scale[:, :, None] * scale[:, None, :]
    return np.einsum("ra,nab,sb->rsn", T, M, T, optimize=True), there.sum(axis=1).astype(float)

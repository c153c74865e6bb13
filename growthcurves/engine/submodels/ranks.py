"""Ranks of [X Z] from cross-products, Z being the persons' own columns (block-diagonal over persons)."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.likelihood.problem import Problem
from growthcurves.numerics.arrays import Array

#: Eigenvalues below this fraction of the largest are zeros.
RANK = 1e-10


def rank_with(problem: Problem, columns: int) -> int:
    """Rank of [X Z] with only the first `columns` random effects in Z.

    It is the sum of the ranks of the persons' Z plus that of what they leave of X. Standard columns span what
    the original ones do, since the change of coordinates is triangular within blocks.
    """
    pieces = (piece for block in problem.layouts for piece in block.designs())
    own = sum(_own_rank(piece.G[:, :columns, :columns]) @ piece.counts for piece in pieces)
    explained = np.zeros((problem.p + 1, problem.p + 1))
    if columns:
        for block in problem.layouts:
            explained += block.contract(lambda G: _projection(G, columns))
    left = (problem.total - explained)[: problem.p, : problem.p] / problem.rows  # X'X is rows times the identity
    return int(own) + int((np.linalg.eigvalsh(left) > RANK).sum())


def _own_rank(G: Array) -> Array:
    values = np.linalg.eigvalsh(G)
    return (values > RANK * np.maximum(values[:, -1:], 1e-300)).sum(axis=1) if G.shape[1] else np.zeros(len(G))


def _projection(G: Array, columns: int) -> Array:
    """The generalised inverse of Z'Z of the first columns, zero elsewhere."""
    values, vectors = np.linalg.eigh(G[:, :columns, :columns])
    there = values > RANK * np.maximum(values[:, -1:], 1e-300)
    inverse = np.where(there, 1.0 / np.where(there, values, 1.0), 0.0)
    out = np.zeros_like(G)
    out[:, :columns, :columns] = (vectors * inverse[:, None, :]) @ vectors.swapaxes(1, 2)
    return out

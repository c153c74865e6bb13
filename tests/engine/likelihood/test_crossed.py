"""Sums over crossed units and their pairs against dense matrices, one to three factors beside persons."""

from __future__ import annotations

import numpy as np
import pytest
from of_units import check_other_columns, check_pairs, check_value
from scipy.sparse import csr_matrix

from growthcurves.engine.likelihood.crossed import CrossedBlocks, Met
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.sums.schedules import Schedules

ROWS, PERSONS, WIDTH, R = 120, 15, 4, 2


class Panel:
    """Rows of persons and of units that cross them, drawn from a seed."""

    def __init__(self, factors, seed):
        rng = np.random.default_rng(seed)
        B, self.XY = rng.normal(size=(ROWS, R)), rng.normal(size=(ROWS, WIDTH))
        units = [self._units(rng, count) for count in (PERSONS, 6, 4, 3)[: factors + 1]]
        self.into = [np.eye(R), *(rng.normal(size=(R, rng.integers(1, R + 1))) for _ in range(factors))]
        self.columns = []
        for level, (codes, T) in enumerate(zip(units, self.into, strict=True)):
            self.columns += [(level, np.where((codes == u)[:, None], B @ T, 0.0)) for u in range(codes.max() + 1)]
        self.blocks = self._blocks(B, units[0])
        q = sum(T.shape[1] for T in self.into)
        self.D = np.zeros((q, q))
        for place in self.blocks.places:
            root = rng.normal(size=(place.stop - place.start,) * 2)
            root[:, 0] *= seed % 2
            self.D[place, place] = 0.3 * root @ root.T
        weight = rng.normal(size=(WIDTH, WIDTH))
        self.weight = weight @ weight.T
        self.V = np.eye(ROWS)
        for level, z in self.columns:
            place = self.blocks.places[level]
            self.V += z @ self.D[place, place] @ z.T
        self.inverse = np.linalg.inv(self.V)

    @staticmethod
    def _units(rng, count):
        return np.concatenate([np.arange(count), rng.integers(0, count, ROWS - count)])

    def _blocks(self, B, persons):
        W = np.concatenate([z for level, z in self.columns if level], axis=1)
        mine = [persons == i for i in range(PERSONS)]
        G = np.stack([B[own].T @ B[own] for own in mine])
        C = np.stack([B[own].T @ self.XY[own] for own in mine])
        K = np.stack([B[own].T @ W[own] for own in mine])
        place = np.nonzero(np.abs(K).sum(axis=1))
        rows = tuple(csr_matrix((K[:, a][place], place), (PERSONS, W.shape[1])) for a in range(R))
        counts = [sum(level == f for level, _ in self.columns) for f in range(1, len(self.into))]
        sizes = tuple((count, T.shape[1]) for count, T in zip(counts, self.into[1:], strict=True))
        alone = Schedules(np.ones(PERSONS), np.array([own.sum() for own in mine], float), G,
                          C[:, :, :, None, None] * C[:, None, None])  # fmt: skip
        met = Met(np.ascontiguousarray(G.transpose(1, 2, 0)), np.ascontiguousarray(C.transpose(1, 2, 0)), rows,
                  W.T @ W, W.T @ self.XY, sizes)  # fmt: skip
        return CrossedBlocks((SharedBlocks(alone),), tuple(self.into), np.eye(R), met)


@pytest.fixture(params=[(factors, seed) for factors in (1, 2, 3) for seed in (1, 2)], ids=str)
def panel(request):
    return Panel(*request.param)


def test_value_is_dense(panel):
    check_value(panel.blocks, panel.D, panel.XY, panel.V, panel.inverse)


def test_sums_over_pairs_of_units_are_dense(panel):
    check_pairs(panel.blocks, panel.D, panel.weight, panel.columns, panel.XY, panel.inverse)


def test_other_columns_are_the_same_units(panel):
    check_other_columns(panel.blocks, panel.D, WIDTH)

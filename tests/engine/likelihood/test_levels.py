"""Sums over units of every level and their pairs against dense matrices, two to four levels, singular D too."""

from __future__ import annotations

import numpy as np
import pytest
from of_units import check_other_columns, check_pairs, check_value

from growthcurves.engine.likelihood.levels import LevelBlocks
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.likelihood.tree import Cells, Tree
from growthcurves.engine.sums.schedules import Schedules

PERSONS, WIDTH, R = 40, 4, 2


class Panel:
    """Persons of four designs in units of one to three levels above them, drawn from a seed."""

    def __init__(self, levels, seed):
        rng = np.random.default_rng(seed)
        self.parents, count = [], PERSONS
        for size in (12, 5, 2)[: levels - 1]:
            self.parents.append(np.sort(np.concatenate([np.arange(size), rng.integers(0, size, count - size)])))
            count = size
        designs = [rng.normal(size=(rng.integers(2, 6), R)) for _ in range(4)]
        k = rng.integers(0, 4, PERSONS)
        Z, XY = [designs[i] for i in k], [rng.normal(size=(len(designs[i]), WIDTH)) for i in k]
        self.into = [np.eye(R), *(rng.normal(size=(R, rng.integers(1, R + 1))) for _ in range(levels - 1))]
        self.blocks = self._blocks(designs, k, [z.T @ w for z, w in zip(Z, XY, strict=True)])
        self.D = np.zeros((sum(T.shape[1] for T in self.into),) * 2)
        for place in self.blocks.places:
            root = rng.normal(size=(place.stop - place.start,) * 2)
            root[:, 0] *= seed % 2  # every other panel has a direction that does not vary
            self.D[place, place] = 0.3 * root @ root.T
        weight = rng.normal(size=(WIDTH, WIDTH))
        self.weight = weight @ weight.T
        self.XY, rows = np.concatenate(XY), np.concatenate(Z)
        units = np.repeat(np.arange(PERSONS), [len(z) for z in Z])
        self.columns = []
        for level, T in enumerate(self.into):
            units = units if level == 0 else self.parents[level - 1][units]
            self.columns += [(level, np.where((units == s)[:, None], rows @ T, 0.0)) for s in range(units.max() + 1)]
        V = np.eye(len(rows))
        for level, z in self.columns:
            place = self.blocks.places[level]
            V += z @ self.D[place, place] @ z.T
        self.V, self.inverse = V, np.linalg.inv(V)

    def _blocks(self, designs, k, C):
        G, C = np.stack([z.T @ z for z in designs]), np.stack(C)
        T = np.zeros((4, R, WIDTH, R, WIDTH))
        for i in range(PERSONS):
            T[k[i]] += np.multiply.outer(C[i], C[i])
        lengths = np.array([len(z) for z in designs], float)
        shared = SharedBlocks(Schedules(np.bincount(k, minlength=4).astype(float), lengths, G, T))
        pairs = np.column_stack([self.parents[0], k])
        cells, codes, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
        sums = np.zeros((len(cells), R, WIDTH))
        np.add.at(sums, codes.ravel(), C)
        own = Cells(counts.astype(float), cells[:, 1], np.ascontiguousarray(sums.transpose(1, 2, 0)))
        tree = Tree(np.ascontiguousarray(G.transpose(1, 2, 0)), own, (cells[:, 0], *self.parents[1:]))
        return LevelBlocks((shared,), tuple(self.into), np.eye(R), tree)


@pytest.fixture(params=[(levels, seed) for levels in (2, 3, 4) for seed in (1, 2)], ids=str)
def panel(request):
    return Panel(*request.param)


def test_value_is_dense(panel):
    check_value(panel.blocks, panel.D, panel.XY, panel.V, panel.inverse)


def test_sums_over_pairs_of_units_are_dense(panel):
    check_pairs(panel.blocks, panel.D, panel.weight, panel.columns, panel.XY, panel.inverse)


def test_other_columns_are_the_same_units(panel):
    check_other_columns(panel.blocks, panel.D, WIDTH)


def test_what_kenward_and_roger_need_is_dense(panel):
    q, places = len(panel.D), panel.blocks.places
    E = np.zeros((2, q, q))
    rng = np.random.default_rng(5)
    for place in places:
        E[:, place, place] = rng.normal(size=(2, place.stop - place.start, place.stop - place.start))
    E = E + E.swapaxes(1, 2)
    dense = np.zeros((WIDTH, WIDTH))
    through = [sum(z @ one[places[k], places[k]] @ z.T for k, z in panel.columns) for one in E]
    for one in through:
        half = panel.inverse @ one @ panel.inverse
        dense += panel.XY.T @ half @ one @ panel.inverse @ panel.XY
    found = panel.blocks.linked(panel.D, np.einsum("kab,kcd->abcd", E, E))
    assert found == pytest.approx(dense, rel=1e-10, abs=1e-10 * np.abs(dense).max())

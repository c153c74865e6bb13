"""Kept products give the sums that one person after the other gives by the textbook formulas; relative 1e-11.

With V_i = I + Z_i D Z_i': log|V_i|, Z_i'V_i^-1 Z_i and Z_i'V_i^-1[X_i y_i], from rows, without cross-products.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.engine.likelihood.kept import ONE_THREAD, KeptBlocks, for_many_evaluations
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.numerics.chunks import CHUNK_PERSONS
from growthcurves.results.questions.design_rows import own_rows


def visits(persons: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    sizes = rng.integers(1, 6, persons)
    who, visit = np.repeat(np.arange(persons), sizes), np.concatenate([np.arange(size) for size in sizes])
    frame = pd.DataFrame({"id": who, "time": visit + rng.uniform(0, 0.3, who.size), "x": rng.normal(size=who.size)})
    level, rate, slope = rng.normal(size=(3, persons))[:, who]
    frame["y"] = level + (0.5 + rate) * frame["time"] + slope * frame["x"] + rng.normal(size=who.size)
    return frame


def fit_of(persons: int):
    return gc.fit("y ~ time + x + (time + x | id)", visits(persons), time="time")


@pytest.fixture(scope="module", params=[40, 700])
def fit(request):
    return fit_of(request.param)


def in_standard_columns(fit):
    """Z (n, q) and [X y] (n, p + 1) of all rows."""
    rows, problem = own_rows(fit), fit.estimates.solution.problem
    X = rows.X @ np.linalg.inv(problem.back_x)
    y = (fit.panel.values - X @ problem.offset) / problem.scale
    return fit.standard_rows(rows.Z), np.column_stack([X, y])


@pytest.mark.parametrize("rank", [3, 1, 0])
def test_sums_are_those_of_dense_matrices(fit, rank):
    (block,) = for_many_evaluations(fit.estimates.solution.problem).blocks
    assert isinstance(block, KeptBlocks)
    Z, XY = in_standard_columns(fit)
    F = np.random.default_rng(1).normal(size=(3, 3))
    F[:, rank:] = 0.0
    D, K = F @ F.T, np.diag(np.arange(1.0, XY.shape[1] + 1.0))
    log_det, left, sums = 0.0, 0.0, [0.0, 0.0, 0.0, 0.0]
    for person in range(fit.panel.persons.count):
        rows = fit.panel.persons.codes == person
        V = np.eye(rows.sum()) + Z[rows] @ D @ Z[rows].T
        P, U = (Z[rows].T @ np.linalg.solve(V, part) for part in (Z[rows], XY[rows]))
        log_det += np.linalg.slogdet(V)[1]
        left = left + XY[rows].T @ np.linalg.solve(V, XY[rows])
        parts = (np.multiply.outer(U, U), P, np.multiply.outer(P, P), np.multiply.outer(P, U @ K @ U.T))
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    found = block.reduce(D)
    assert found.log_det == pytest.approx(log_det, rel=1e-11)
    np.testing.assert_allclose(XY.T @ XY - found.explained, left, rtol=1e-11, atol=1e-9)
    for ours, theirs in zip(block.curvature(D, K), sums, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11 * np.abs(theirs).max())


def test_what_belongs_to_one_matrix_is_not_given_for_another(fit):
    (block,) = for_many_evaluations(fit.estimates.solution.problem).blocks
    D, K = np.eye(3), np.eye(block.C.shape[1])
    first = block.reduce(D).explained
    block.reduce(2.0 * D)
    np.testing.assert_array_equal(block.reduce(D).explained, first)
    np.testing.assert_array_equal(block.curvature(D, K).uu, KeptBlocks.of(block).curvature(D, K).uu)


def test_pieces_are_filled_up_and_small(fit):
    (block,) = for_many_evaluations(fit.estimates.solution.problem).blocks
    q, width, pieces, size = block.C.shape
    assert fit.panel.persons.count <= pieces * size < fit.panel.persons.count + size
    assert size == 64 or size * (q * width) ** 2 <= ONE_THREAD


def test_other_layouts_and_large_panels_stay_as_they_are(monkeypatch):
    shared = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")).estimates.solution.problem
    assert [type(block) for block in for_many_evaluations(shared).blocks] == [SharedBlocks]
    own = fit_of(40).estimates.solution.problem
    monkeypatch.setattr("growthcurves.engine.likelihood.kept.CHUNK_PERSONS", 39)
    assert [type(block) for block in for_many_evaluations(own).blocks] == [OwnBlocks]
    assert CHUNK_PERSONS >= 40

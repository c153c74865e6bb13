"""Replicates of one seed are the same (to what the search leaves) whatever the order of rows and batches."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.numerics.factors import triangular_root

TRIAL = gc.load_dataset("trial")[:900]


@pytest.mark.parametrize(
    "formula", ["depression ~ week * age + (week | patient)", "depression ~ seen + age + (seen | patient)"]
)
def test_the_order_of_rows_does_not_move_the_draws(formula):
    table = TRIAL.assign(seen=TRIAL["week"] + np.random.default_rng(1).uniform(0, 0.4, len(TRIAL)))
    orders = [table, table[::-1], [table[at : at + 70] for at in range(0, 900, 70)]]
    first, *others = (gc.fit(formula, data, time=formula.split()[2]).bootstrap(n=40, rng=1) for data in orders)
    if "seen" in formula:  # persons with times of their own are drawn one by one, in their order
        others = others[1:]
    for other in others:
        values, expected = (found.table.iloc[:, :5].to_numpy(float) for found in (other, first))
        np.testing.assert_allclose(values, expected, rtol=0, atol=2e-3)


def test_a_triangular_root_has_any_rank_and_moves_little():
    rng = np.random.default_rng(2)
    for rank in range(5):
        half = rng.standard_normal((3, 4, rank))
        S = half @ half.swapaxes(1, 2)
        L = triangular_root(S)
        np.testing.assert_allclose(L @ L.swapaxes(1, 2), S, atol=1e-10)
        assert (np.diagonal(L, axis1=1, axis2=2) > 0).sum(axis=1).tolist() == [rank] * 3
        assert not np.triu(L, 1).any()
    many = np.eye(5) + 1e-14 * rng.standard_normal((5, 5))
    np.testing.assert_allclose(triangular_root(many @ many.T), np.eye(5), atol=1e-12)

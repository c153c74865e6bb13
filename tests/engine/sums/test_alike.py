"""Persons with the same times, summed together, are what their rows come to one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.sums.alike import Alike
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.points import AtPoints, Points

#: A quadratic by arm with an age; a covariate with a product of its own; lines of persons in sites.
CURVE = Terms(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1)), (0, 1), ((0, 1),))
COVARIATE = Terms(((0, 0), (0, 1), (1, 0), (3, 0), (3, 1)), (0, 1), ((0, 1),))
SITES = replace(CURVE, z=(0, 1, 0), blocks=((0, 1), (2,)), levels=(("person", 2), ("site", 1)))


def rows(kind: str, terms: Terms, seed: int = 5, persons: int = 900) -> Rows:
    """Five waves of everybody; with missed ones; in any order; or some of them twice."""
    rng = np.random.default_rng(seed)
    who, time = np.repeat(np.arange(persons), 5), np.tile([0.0, 1, 2, 3.5, 6], persons)
    if kind != "in turn":
        kept = np.sort(rng.permutation(len(who))[: 4 * persons])
        kept = np.append(kept, rng.choice(kept, 40)) if kind == "twice" else kept
        kept = kept[np.argsort(who[kept], kind="stable")] if kind == "twice" else kept
        order = np.lexsort([rng.random(len(kept)), who[kept]]) if kind == "any order" else np.arange(len(kept))
        who, time = who[kept][order], time[kept][order]
    labels, starts = np.unique(who, return_index=True)
    points = Points.of(time)
    assert points is not None and points.in_turn == (kind == "in turn")
    stored = AtPoints(points, [points.values, points.values**2], [rng.normal(size=len(who))])
    weights = [rng.integers(0, 2, len(labels)).astype(float), rng.normal(50, 9, len(labels)).round(1)]
    nesting = Nesting.of([rng.integers(0, 12, len(labels))]) if terms.levels else None

    return Rows(terms, stored, rng.normal(20, 5, len(who)), weights, len(labels), starts, None, labels,
                Occasions(time), nesting=nesting)  # fmt: skip


@pytest.mark.parametrize("terms", [CURVE, COVARIATE, SITES], ids=["curve", "covariate", "sites"])
@pytest.mark.parametrize("kind", ["in turn", "missed", "any order", "twice"])
def test_sums_are_those_of_the_rows(kind, terms):
    together = rows(kind, terms)
    assert Alike.of(together) is not None
    found, wanted = Sums.of_rows(together), Sums.of_rows(replace(together, stored=list(together.stored)))
    near = {"rtol": 1e-10, "atol": 1e-8}
    np.testing.assert_allclose(found.people.gram, wanted.people.gram, **near)
    np.testing.assert_allclose(found.moments.total, wanted.moments.total, rtol=1e-10, atol=1e-6)
    one, other = found.moments.shared, wanted.moments.shared
    assert one is not None and other is not None
    for name in ("counts", "lengths"):
        assert (getattr(one, name) == getattr(other, name)).all()
    assert np.array_equal(one.G, other.G) or kind in ("any order", "twice")
    np.testing.assert_allclose(one.T, other.T, rtol=1e-10, atol=1e-6)
    if terms.levels:
        np.testing.assert_allclose(one.cells.C, other.cells.C, **near)
        assert (one.cells.schedule == other.cells.schedule).all() and (one.cells.counts == other.cells.counts).all()


def test_times_that_are_many_or_missing_are_no_points():
    assert Points.of(np.arange(100.0)) is None
    assert Points.of(np.array([0.0, 1.0, np.nan] * 50)) is None
    assert Points.of(np.array([])) is None

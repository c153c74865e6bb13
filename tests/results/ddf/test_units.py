"""F of rows that are measured in very different units is that of the same rows in any other: the law is exact."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
TESTS = (["intercept", "slope", "slope:age"], ["intercept:age", "slope:age"], ["slope", "x"])


def statistics(data):
    fit = gc.fit("y ~ t * age + x + (t | id)", data)
    return [fit.test(rows, ddf=ddf).statistic for rows in TESTS for ddf in ("satterthwaite", "kenward-roger")]


@pytest.mark.parametrize("column", ["y", "t", "age", "x"])
def test_units_of_one_column(column):
    rng = np.random.default_rng(7)
    persons, t = np.repeat(np.arange(30), 5), np.tile(np.arange(5.0), 30)
    data = pd.DataFrame({"id": persons, "t": t, "age": rng.normal(size=30)[persons], "x": rng.normal(size=150)})
    u = rng.normal(size=(30, 2))[persons]
    data["y"] = 1 + u[:, 0] + (0.3 + 0.4 * u[:, 1]) * t + 0.2 * data["age"] + rng.normal(size=150)
    plain = statistics(data)
    for unit in (1e-120, 1e-40, 1e-12, 1e12, 1e40, 1e120):
        assert statistics(data.assign(**{column: data[column] * unit})) == pytest.approx(plain, rel=1e-6)

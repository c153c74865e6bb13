"""Totals made straight from rows are those of the persons' cross-products."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.engine.build import summed
from growthcurves.estimate.run import rows_of

MODELS = {
    "slopes": "y ~ t*arm + (t | id)",
    "occasions": "y ~ C(visit)*arm + x:arm + (1 | id)",
    "columns of Z beside those of X": "y ~ arm + (t + I(t**2) | id)",
    "no random effects": gc.GrowthModel("y", "t", "id", predictors="arm", random=()),
}


def data(shuffled):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"id": np.repeat(np.arange(90), 5), "visit": np.tile(np.arange(5), 90)})
    frame["t"] = frame["visit"] + rng.uniform(-0.2, 0.2, len(frame))
    frame["x"] = 1e3 + rng.normal(size=len(frame))
    frame["arm"] = np.where(frame["id"] % 3, "a", "b")
    frame["y"] = 1e6 + frame["t"] + rng.normal(size=len(frame)) + rng.normal(size=90)[frame["id"]]
    return frame.sample(frac=1.0, random_state=1) if shuffled else frame


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("name", MODELS)
def test_totals_of_rows_are_those_of_persons(name, shuffled):
    fit = gc.fit(MODELS[name], data(shuffled), time="t" if isinstance(MODELS[name], str) else None)
    rows = rows_of(fit.bound)
    ours, theirs = summed(rows, persons=False), summed(rows)
    for attribute in ("total", "gram", "row_centre", "weight_centre"):
        found, expected = getattr(ours.totals, attribute), getattr(theirs.totals, attribute)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max(initial=1.0))
    assert (ours.rows, ours.persons, ours.kept) == (theirs.rows, theirs.persons, theirs.kept)
    assert "_by_person" not in vars(ours)
    np.testing.assert_array_equal(ours.people.gram, theirs.people.gram)

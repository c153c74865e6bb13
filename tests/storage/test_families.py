"""Fits of every family come back from a file with the same numbers."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from tests.results.family_panels import drawn_panel

OPTIONS = {
    "yes": ("y", {"family": "binomial"}), "words": ("said", {"family": "probit"}),
    "successes": ("y", {"family": "binomial", "trials": "m"}), "counts": ("y", {"family": "poisson", "exposure": "w"}),
    "nb": ("y", {"family": "nb1"}), "gamma": ("w", {"family": "gamma"}), "state": ("state", {"family": "ordinal"}),
    "lognormal": ("w", {"family": "lognormal"}),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("name", OPTIONS)
def test_every_family_comes_back(name, tmp_path):
    kind = name if name in ("yes", "successes") else "counts"
    data = drawn_panel(kind, persons=30, occasions=3)
    data["said"] = np.where(data["y"] > 0, "yes", "no")
    data["state"] = pd.cut(data["y"], [-1, 0, 2, 999], labels=["low", "middle", "high"])
    outcome, options = OPTIONS[name]
    fit = gc.fit(f"{outcome} ~ t * arm + (1 | id)", data, time="t", **options)
    back = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    assert back.deviance == fit.deviance and back.model.family == fit.model.family
    pd.testing.assert_series_equal(back.bse, fit.bse, rtol=1e-9)
    for people in ("average", "known"):
        pd.testing.assert_series_equal(back.predict(people=people), fit.predict(people=people), rtol=1e-9)

"""Total and chronic slopes of a trial out of two pieces are the combinations that one would write by hand."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc


@pytest.mark.parametrize(
    ("between", "weights"), [((0, 16), (0.25, 0.75)), ((4, 16), (0.0, 1.0)), ((2, 12), (0.2, 0.8))]
)
def test_slopes_of_two_pieces(between, weights):
    data = gc.load_dataset("trial").astype({"patient": str, "arm": str})
    model = gc.GrowthModel(
        "depression", "week", "patient", shape=gc.Piecewise(knots=[4]), predictors="arm", reference={"arm": "placebo"}
    )
    fit = gc.fit(model, data[data.patient < "P100"])
    found = fit.slopes(by="arm", between=between, differences="reference").differences.iloc[0]
    hand = {f"slope{k + 1}:arm[drug]": weight for k, weight in enumerate(weights) if weight}
    row = fit.contrast({"difference": hand}).table.iloc[0]
    shown = ["estimate", "std_error", "df", "conf_low", "conf_high"]
    np.testing.assert_allclose(found[shown].astype(float), row[shown].astype(float), rtol=1e-9)

"""Another origin of a model of a family is algebra: as the fit with that origin."""

import numpy as np
import pytest

import growthcurves as gc
from tests.results.family_panels import drawn_panel

ASKED = {
    "binomial": ("yes", "(t | id)", {}),
    "poisson": ("counts", "(1 | id)", {"exposure": "w"}),
    "negative-binomial": ("counts", "(1 | id)", {}),
    "ordinal": ("counts", "(t | id)", {}),
}


@pytest.mark.parametrize("family", ASKED)
def test_another_origin_is_algebra(family):
    kind, random, options = ASKED[family]
    data = drawn_panel(kind, persons=40)
    if family == "ordinal":
        data["y"] = np.digitize(data["y"], [1, 3])
    formula = f"y ~ t * arm + {random}"
    fit = gc.fit(formula, data, family=family, time="t", **options)
    moved = fit.recentre(3.0)
    again = gc.fit(formula, data.assign(t=data["t"] - 3.0), family=family, time="t", **options)
    assert moved.llf == pytest.approx(again.llf, abs=1e-9) and moved.certificate.converged
    np.testing.assert_allclose(moved.params, again.params, atol=1e-6)
    np.testing.assert_allclose(moved.bse, again.bse, rtol=1e-6)
    ours, theirs = (one.variance_components("wald")["estimate"] for one in (moved, again))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    rows = data.head(3)
    np.testing.assert_allclose(moved.predict(rows), fit.predict(rows), rtol=1e-9)


def test_another_model_under_another_origin_is_refused():
    fit = gc.fit("y ~ t * arm + (t || id)", drawn_panel("yes"), family="binomial", time="t")
    with pytest.raises(gc.errors.ModelError, match="must share one covariance matrix"):
        fit.recentre(3.0)

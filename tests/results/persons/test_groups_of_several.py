"""Several columns in by= are one group of each combination: the answers of a column that joins them."""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import three_arms

import growthcurves as gc
from growthcurves.results.persons.trajectories import mean_curve

pytestmark = pytest.mark.usefixtures("undrawn")

BY = ["arm", "sex"]


@pytest.fixture(scope="module")
def data():
    frame = three_arms()
    return frame.assign(both=frame["arm"].astype(str) + ", " + frame["sex"])


@pytest.fixture(scope="module")
def fit(data):
    return gc.fit("y ~ time * arm * sex + (time | id)", data)


def test_the_mean_curve_and_the_change_report(fit):
    times = np.array([0.0, 3.0])
    several = mean_curve(fit, times, by=BY).set_index(["group", "time"]).sort_index()
    one = mean_curve(fit, times, by="both").set_index(["group", "time"]).sort_index()
    np.testing.assert_allclose(several, one, rtol=1e-12)
    several, one = (
        {
            str(f.group and [level.value for level in f.group]): f.value
            for f in fit.change(by=by).findings
            if f.kind.name == "MEAN_RATE"
        }
        for by in (BY, "both")
    )
    assert sorted(several.values()) == pytest.approx(sorted(one.values()), rel=1e-12)
    assert len(several) == 6


def test_pictures_and_the_report(fit, tmp_path):
    assert fit.plot.trajectories(by=BY) is not None
    assert "arm, sex" in fit.report(tmp_path / "report.html", by=BY).html

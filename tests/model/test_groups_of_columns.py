"""Several columns are one group wherever a covariance is one of its own in each group: residuals, random effects."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

ROLES = {"outcome": "depression", "time": "week", "id": "patient"}
#: What is by groups, and by what.
KINDS = {
    "residual": lambda by: {"residual": gc.AR1(by=by), "random": ()},
    "beside": lambda by: {"residual": gc.Het(by=by), "random": ("intercept",)},
    "random": lambda by: {"random": gc.ByGroup(by, "intercept")},
}


@pytest.fixture(scope="module")
def trial():
    data = gc.load_dataset("trial")
    return data[data["patient"].isin(data["patient"].unique()[:80])].reset_index(drop=True)


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_as_one_column_that_says_the_same(trial, kind, tmp_path):
    several = gc.fit(gc.GrowthModel(**ROLES, **KINDS[kind](["arm", "sex"])), trial)
    own = trial.assign(both=trial["arm"].astype(str) + ", " + trial["sex"].astype(str))
    one = gc.fit(gc.GrowthModel(**ROLES, **KINDS[kind]("both")), own)
    several.save(tmp_path / "fit.json", rows=True)
    for fit in (several, gc.load(tmp_path / "fit.json")):
        assert fit.deviance == pytest.approx(one.deviance, abs=1e-6)
        np.testing.assert_allclose(fit.predict(trial.tail(9)), one.predict(own.tail(9)), rtol=1e-6)
        found = fit.marginal_covariance(at=[0, 4], by=["arm", "sex"]).table["covariance"]
        expected = one.marginal_covariance(at=[0, 4], by="both").table["covariance"]
        np.testing.assert_allclose(np.sort(found), np.sort(expected), rtol=1e-5)


def test_structures_by_several_columns_are_compared(trial):
    model = gc.GrowthModel(**ROLES, random=())
    found = gc.compare_residuals(model, trial, ["cs", gc.CS(by=["arm", "sex"])])
    assert found.table["structure"].tolist() == ["cs", "cs by arm, sex"]


@pytest.mark.parametrize("by", [[], [1, 2], ["arm", "arm"], ["arm", "nope"], [["arm"], "sex"]])
def test_what_names_no_columns_is_refused(trial, by):
    with pytest.raises(GrowthCurvesError):
        gc.fit(gc.GrowthModel(**ROLES, residual=gc.AR1(by=by), random=()), trial)

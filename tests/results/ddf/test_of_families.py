"""Degrees of freedom of outcomes that are not normal: z tests by default; what is of normal outcomes is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import growthcurves as gc


@pytest.fixture(scope="module")
def answers():
    """40 persons of two arms, six answers each."""
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"id": np.repeat(np.arange(40), 6), "week": np.tile(np.arange(6), 40)})
    data["arm"] = np.where(data["id"] % 2 == 0, "placebo", "drug")
    eta = -0.5 + 0.2 * data["week"] + rng.normal(size=40)[data["id"]]
    data["well"] = (rng.random(240) < 1.0 / (1.0 + np.exp(-eta))).astype(int)
    data["state"] = np.digitize(eta + rng.logistic(size=240), [-1.0, 1.0])
    return data


@pytest.fixture(scope="module")
def fit(answers):
    return gc.fit("well ~ week * arm + (1 | id)", answers, family="binomial", reference={"arm": "placebo"})


def test_z_by_default(fit):
    table = fit.fixed_effects()
    assert table.attrs["ddf"] == "normal" and np.isinf(table["df"]).all()
    np.testing.assert_allclose(table["p_value"], 2.0 * stats.norm.sf(abs(table["estimate"] / table["std_error"])))
    ends = table.set_index("term").loc["week", ["conf_low", "conf_high"]]
    np.testing.assert_allclose(fit.conf_int().loc["week"], ends.astype(float))


@pytest.mark.parametrize("ddf", ["satterthwaite", "kenward-roger", gc.Satterthwaite("expected")])
def test_methods_of_normal_outcomes_are_refused(fit, ddf):
    with pytest.raises(gc.errors.ModelError, match="are of normal outcomes: of family='binomial' there are 'normal'"):
        fit.fixed_effects(ddf=ddf)
    with pytest.raises(gc.errors.ModelError, match="'between-within'"):
        fit.test("week = 0", ddf=ddf)


def test_methods_that_count(fit):
    """40 persons, two columns between them; 240 rows, four columns; by nlme less 40 persons and two terms within."""
    assert fit.fixed_effects(ddf="between-within")["df"].tolist() == [38.0, 38.0, 236.0, 236.0]
    assert fit.fixed_effects(ddf="residual")["df"].tolist() == [236.0] * 4
    assert fit.fixed_effects(ddf=gc.Containment("nlme"))["df"].tolist() == [198.0, 38.0, 198.0, 198.0]
    assert fit.test(["week = 0", "week:arm = 0"], ddf="between-within").kind == "F"


def test_thresholds_count_as_the_constant(answers):
    fit = gc.fit("state ~ week * arm + (1 | id)", answers, family="ordinal", reference={"arm": "placebo"})
    assert fit.fixed_effects(ddf="between-within")["df"].tolist() == [38.0, 237.0, 237.0]

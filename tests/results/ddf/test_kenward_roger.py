"""Kenward-Roger against pbkrtest: standard errors to 1e-6, degrees of freedom to 1e-4."""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, our_term, table

import growthcurves as gc
from growthcurves.results.ddf.kenward_roger import scaling
from growthcurves.results.effects.coefficients import joint_test

UNBALANCED = cases("sleepstudy_unbalanced")
PANELS = cases("panels")


@pytest.mark.parametrize("case", ["day_reml", "intercept_reml"])
def test_unbalanced_sleepstudy_same_as_pbkrtest(case):
    fit = gc.fit(UNBALANCED[case]["formula"], table("sleepstudy_unbalanced.csv"))
    found = fit.fixed_effects(ddf="kenward-roger")
    record = UNBALANCED[case]["kenward_roger"]
    np.testing.assert_allclose(found["std_error"], record["se"], rtol=1e-6)
    np.testing.assert_allclose(found["df"], record["df"], rtol=1e-4)
    np.testing.assert_allclose(gc.KenwardRoger().covariance(fit), record["vcov"], rtol=1e-5)
    assert found.attrs["ddf"] == "Kenward-Roger, expected information"


@pytest.mark.parametrize("case", ["arms_reml", "own_times_reml"])
def test_panels_same_as_pbkrtest(case):
    record = PANELS[case]
    fit = gc.fit(record["formula"], table(record["data"]))
    found = fit.fixed_effects(ddf="kenward-roger").set_index("term")
    found = found.loc[[our_term(name, "time") for name in record["fixed"]["names"]]]
    np.testing.assert_allclose(found["std_error"], record["kenward_roger"]["se"], rtol=1e-6)
    np.testing.assert_allclose(found["df"], record["kenward_roger"]["df"], rtol=1e-4)


def test_information_that_is_not_positive_definite_gives_no_numbers(sleep_fit, monkeypatch):
    """Nothing is printed as certain; the table says why."""
    monkeypatch.setitem(sleep_fit.estimates.solution.__dict__, "expected_information", None)
    found = sleep_fit.fixed_effects(ddf="kenward-roger")
    assert found[["std_error", "df", "p_value", "conf_low"]].isna().all().all()
    assert "not positive definite" in found.attrs["why_not"]
    assert found.attrs["why_not"] in str(sleep_fit.summary(ddf="kenward-roger"))
    assert np.isnan(joint_test(sleep_fit, np.eye(2), ddf="kenward-roger").p_value)


def test_scaling_has_no_answer_where_no_f_has_the_moments():
    assert np.isnan(scaling(2, 4.5, 2.5)).all()
    assert scaling(2, 0.0, 0.0) == (1.0, np.inf)


def test_ml_is_refused_with_what_to_do(sleep):
    fit = gc.fit("reaction ~ day + (day | subject)", sleep, method="ml")
    with pytest.raises(gc.errors.ModelError, match="REML"):
        fit.fixed_effects(ddf="kenward-roger")

"""Kenward-Roger against pbkrtest: standard errors to 1e-6, degrees of freedom to 1e-4."""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, table

import growthcurves as gc

UNBALANCED = cases("sleepstudy_unbalanced")
FORMULAS = {"day_reml": "reaction ~ day + (day | subject)", "intercept_reml": "reaction ~ day + (1 | subject)"}


@pytest.mark.parametrize("case", FORMULAS)
def test_unbalanced_sleepstudy_same_as_pbkrtest(case):
    fit = gc.fit(FORMULAS[case], table("sleepstudy_unbalanced.csv"))
    found = fit.fixed_effects(ddf="kenward-roger")
    record = UNBALANCED[case]["kenward_roger"]
    np.testing.assert_allclose(found["std_error"], record["se"], rtol=1e-6)
    np.testing.assert_allclose(found["df"], record["df"], rtol=1e-4)
    np.testing.assert_allclose(gc.KenwardRoger().covariance(fit), record["vcov"], rtol=1e-5)
    assert found.attrs["ddf"] == "Kenward-Roger, expected information"


def test_ml_is_refused_with_what_to_do(sleep):
    fit = gc.fit("reaction ~ day + (day | subject)", sleep, method="ml")
    with pytest.raises(gc.errors.ModelError, match="REML"):
        fit.fixed_effects(ddf="kenward-roger")

"""Degrees of freedom, adjusted and robust errors against lmerTest, pbkrtest, nlme and clubSandwich (make_ddf.R).

Standard errors to 1e-6, degrees of freedom to 1e-4 relative. lmerTest's own df come from numerical derivatives; the
closed form beside them (`df_dense`, R too) is compared at 1e-6.
"""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, table

import growthcurves as gc
from growthcurves.results.effects.coefficients import joint_test

REFERENCE = cases("ddf")
# the formula, and R's reference level where it is not the first of ours
MODELS = {
    "sleepstudy": ("reaction ~ day + (day | subject)", {}),
    "sleepstudy_intercept": ("reaction ~ day + (1 | subject)", {}),
    "unbalanced": ("reaction ~ day + (day | subject)", {}),
    "unbalanced_intercept": ("reaction ~ day + (1 | subject)", {}),
    "orthodont": ("distance ~ age * sex + (age | subject)", {"sex": "Female"}),
    "orthodont_intercept": ("distance ~ age * sex + (1 | subject)", {"sex": "Female"}),
    "bodyweight": ("weight ~ day * diet + (day | rat)", {}),
    "chickweight": ("weight ~ day * diet + (day | chick)", {}),
    "trial": ("depression ~ week * arm + (week | patient)", {"arm": "drug"}),
    "varying": ("y ~ time + x + (time + x | id)", {}),
}
TIMES = ("day", "age", "time", "week")


def order(names, fit):
    """Where R's terms stand among ours."""
    ours = [_factors(term.split(":")) for term in fit.terms]
    return [ours.index(_factors(name.split(":"))) for name in names]


def _factors(parts):
    """The variables of a term, without the growth parameters' names and brackets."""
    words = {"(Intercept)", "intercept", "slope", *TIMES}
    slope = bool({"slope", *TIMES} & set(parts))
    return slope, frozenset(part.replace("[", "").replace("]", "") for part in parts if part not in words)


@pytest.fixture(scope="module", params=MODELS)
def case(request):
    formula, reference = MODELS[request.param]
    record = REFERENCE[request.param]
    data = table(record["data"]) if record["data"].endswith(".csv") else gc.load_dataset(record["data"])
    data = data.iloc[: record["rows"]]
    time = formula.split("~")[1].split()[0]
    fit = gc.fit(formula, data, time=time, reference=reference) if reference else gc.fit(formula, data, time=time)
    return fit, record, order(record["names"], fit)


def joint(fit, places, ddf):
    """All terms but R's first."""
    return joint_test(fit, np.eye(len(places))[places[1:]], ddf=ddf)


def same_test(found, record, df=1e-4, statistic=1e-6):
    assert found.statistic == pytest.approx(record["statistic"], rel=statistic)
    assert found.df_num == record["df_num"]
    assert found.df_den == pytest.approx(record["df_den"], rel=df)
    assert found.p_value == pytest.approx(record["p_value"], rel=1e-2, abs=1e-300)


def test_same_fit(case):
    fit, record, places = case
    np.testing.assert_allclose(fit.params.to_numpy()[places], record["estimate"], rtol=1e-6)
    np.testing.assert_allclose(fit.bse.to_numpy()[places], record["se"], rtol=1e-6)


def test_satterthwaite(case):
    fit, record, places = case
    found = fit.fixed_effects()["df"].to_numpy()[places]
    np.testing.assert_allclose(found, record["satterthwaite"]["df"], rtol=1e-4)
    np.testing.assert_allclose(found, record["satterthwaite"]["df_dense"], rtol=1e-6)


def test_fai_and_cornelius(case):
    fit, record, places = case
    same_test(joint(fit, places, "satterthwaite"), record["satterthwaite"]["joint"])


def test_kenward_roger(case):
    fit, record, places = case
    found = fit.fixed_effects(ddf="kenward-roger")
    np.testing.assert_allclose(found["std_error"].to_numpy()[places], record["kenward_roger"]["se"], rtol=1e-6)
    np.testing.assert_allclose(found["df"].to_numpy()[places], record["kenward_roger"]["df"], rtol=1e-4)
    same_test(joint(fit, places, "kenward-roger"), record["kenward_roger"]["joint"])


def test_expected_satterthwaite_has_the_df_of_kenward_roger(case):
    fit, record, places = case
    found = fit.fixed_effects(ddf=gc.Satterthwaite(information="expected"))
    np.testing.assert_allclose(found["df"].to_numpy()[places], record["kenward_roger"]["df"], rtol=1e-4)


def test_nlme(case):
    fit, record, places = case
    found = fit.fixed_effects(ddf=gc.Containment(rule="nlme"))["df"].to_numpy()[places]
    np.testing.assert_array_equal(found, record["nlme_df"])


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_robust(case, kind):
    fit, record, places = case
    found = fit.robust(kind).table
    np.testing.assert_allclose(found["std_error"].to_numpy()[places], record[kind]["se"], rtol=1e-6)
    np.testing.assert_allclose(found["df"].to_numpy()[places], record[kind]["df"], rtol=1e-4)
    np.testing.assert_allclose(found["p_value"].to_numpy()[places], record[kind]["p_value"], rtol=1e-3, atol=1e-15)
    same_test(joint(fit, places, gc.Robust(kind)), record[kind]["joint"])

"""Residual structures side by side: deviances of nlme (make_residuals.R), criteria and tests by hand."""

from __future__ import annotations

import numpy as np
import pytest
import reference_values
from scipy.stats import chi2

import growthcurves as gc
from growthcurves.errors import ModelError

FORMULA = "distance ~ age + cs(age | subject)"
NLME = ["cs", "csh", "ar1", "arh1", "un", "het", "car1"]


@pytest.fixture(scope="module")
def data():
    return gc.load_dataset("orthodont")


@pytest.fixture(scope="module")
def compared(data):
    return gc.compare_residuals(FORMULA, data, NLME)


def nlme(name):
    cases = reference_values.cases("residuals")["cases"]
    found = [
        case for case in cases
        if (case["panel"], case["structure"], case["method"], case["random"]) == ("orthodont", name, "REML", "none")
    ]  # fmt: skip
    return found[0] if found else None


def test_each_row_is_the_fit_of_nlme(compared):
    seen = 0
    for row in compared.table.to_dict(orient="records"):
        case = nlme(row["structure"])
        if case is None:
            continue
        seen += 1
        assert -2 * row["log_likelihood"] == pytest.approx(case["deviance"], abs=1e-6)
        assert row["estimate:slope"] == pytest.approx(case["beta"][1], rel=1e-4)
        assert row["std_error:slope"] == pytest.approx(case["std_error"][1], rel=1e-4)
    assert seen >= 5


def test_criteria_and_tests_by_hand(compared):
    table = compared.table.set_index("structure")
    row, large = table.loc["ar1"], table.loc["un"]
    d, k, n = -2 * row["log_likelihood"], 4, 108
    assert (row["parameters"], large["parameters"]) == (k, 12)
    assert row["aic"] == pytest.approx(d + 2 * k)
    assert row["aicc"] == pytest.approx(d + 2 * k * n / (n - k - 1))
    assert row["bic"] == pytest.approx(d + k * np.log(n))
    statistic = 2 * (large["log_likelihood"] - row["log_likelihood"])
    assert (row["against"], row["df"]) == ("un", 8)
    assert row["statistic"] == pytest.approx(statistic)
    assert row["p_value"] == pytest.approx(chi2.sf(statistic, 8))
    assert table.loc["car1", "against"] == ""  # decay over time is no special case of waves


def test_ends_of_ranges_and_other_levels_are_not_tested(data):
    structures = ["exp", gc.Exponential(nugget=True), gc.Het("sex"), "het", "un"]
    table = gc.compare_residuals(FORMULA, data, structures).table.set_index("structure")
    assert list(table["against"]) == ["", "", "", "un", ""]


def test_what_is_refused_or_fails_is_a_row_with_the_reason(data):
    asked = ["ar1", "foo", "toep2", gc.AR1(by="age"), gc.AR1(by="nothing"), 3, "cs", "CS"]
    compared = gc.compare_residuals(FORMULA, data, asked)
    table = compared.table.set_index("structure")
    assert list(table.index) == ["ar1", "foo", "toep2", "ar1 by age", "ar1 by nothing", "3", "cs"]
    assert list(compared.fits) == ["ar1", "cs"]
    reasons = table["note"][["foo", "toep2", "ar1 by age", "ar1 by nothing", "3"]]
    words = ["no residual structure", "band", "changes within", "no column", "'3'"]
    for reason, says in zip(reasons, words, strict=True):
        assert says in reason and reason in str(compared)
    assert table.loc["foo"].drop(["against", "converged", "identified", "note", "label"]).isna().all()
    assert compared.to_dict()["table"][0]["structure"] == "ar1"
    assert "<table" in compared._repr_html_()


def test_all_are_fitted_to_the_same_rows(data):
    some = data.assign(device=np.where(np.arange(len(data)) % 9 == 0, None, "a"))
    some.loc[some.index[1::2], "device"] = some.loc[some.index[1::2], "device"].replace("a", "b")
    compared = gc.compare_residuals(FORMULA, some, ["cs", gc.Het("device")])
    assert {fit.nobs for fit in compared.fits.values()} == {int(some["device"].notna().sum())}


def test_effects_that_are_asked_for(data):
    compared = gc.compare_residuals("distance ~ age * sex + cs(age | subject)", data, "cs", terms="slope")
    assert list(compared.table)[-6:-4] == ["estimate:slope", "std_error:slope"]
    with pytest.raises(ModelError, match="no fixed effect 'nothing'"):
        gc.compare_residuals(FORMULA, data, ["cs"], terms="nothing")
    with pytest.raises(ModelError, match="needs residual structures"):
        gc.compare_residuals(FORMULA, data, [])

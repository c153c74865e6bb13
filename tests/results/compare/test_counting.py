"""Criteria as programs count them: lme4 and nlme against R (tests/reference/make_criteria.R), SAS by its definitions.

Tolerances: deviances 1e-5 absolute (R's optimisers); what is counted exact; SAS's criteria 1e-9 against its formulas.
"""

import numpy as np
import pytest
from reference_values import cases, table

import growthcurves as gc


@pytest.mark.parametrize("record", cases("criteria"), ids=lambda r: f"{r['case']} {r['random']} {r['method']}")
def test_as_lme4_and_nlme(record):
    data = table(f"{record['case']}.csv")
    fit = gc.fit(f"reaction ~ day + {record['random']}", data, record["method"], time="day")
    found = fit.criteria().table.set_index("program")
    for said in record["said"]:
        row = found.loc[said["program"]]
        assert (row["parameters"], row["n_bic"]) == (said["df"], said["nobs"])
        assert row[["deviance", "aic", "bic"]].tolist() == pytest.approx(
            [said["deviance"], said["aic"], said["bic"]], abs=1e-5
        )
    assert found.loc["lme4", ["aic", "aicc", "bic"]].tolist() == [fit.aic, pytest.approx(fit.aicc), fit.bic]


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_as_sas_defines_them(method):
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"), method)
    row = fit.criteria().table.set_index("program").loc["SAS"]
    d, n = (4, 178) if method == "reml" else (6, 180)
    expected = [fit.deviance + 2 * d, fit.deviance + 2 * d * n / (n - d - 1), fit.deviance + d * np.log(18)]
    assert row[["aic", "aicc", "bic"]].tolist() == pytest.approx(expected, abs=1e-9)
    assert fit.bic_persons == pytest.approx(fit.deviance + 6 * np.log(18), abs=1e-9)


def test_sas_does_not_count_a_variance_of_zero():
    fit = gc.fit("y ~ time + (time || id)", table("panel_zero_slope.csv"))
    assert fit.certificate.singular
    assert fit.criteria().table.set_index("program").loc[["lme4", "SAS"], "parameters"].tolist() == [5, 2]


def test_printed():
    text = str(gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")).criteria())
    assert "SAS" in text and "REML" in text and "1755.63" in text

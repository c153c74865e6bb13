"""Offsets and computed outcomes on the outcome's own scale: lme4's predict and fitted, emmeans' type="response".

R's optimiser stops near the optimum, so estimates are held to 1e-5 and standard errors and ends to 1e-4, relatively.
"""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, table

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError

CASES = [case for case in cases("scales") if case["formula"]]
ROWS = [0, 49, 179]


@pytest.fixture(scope="module")
def data():
    frame = table("sleepstudy.csv")
    person = frame["subject"].astype("category").cat.codes + 1
    return frame.assign(sex=np.where(person % 2 == 0, "f", "m"), dose=(person * 7) % 11 + frame["day"] % 3)


def agree(answer, expected):
    for column, tolerance in (("estimate", 1e-5), ("std_error", 1e-4), ("conf_low", 1e-4), ("conf_high", 1e-4)):
        assert answer[column].to_numpy() == pytest.approx(np.array(expected[column]), rel=tolerance), column


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["formula"])
def test_predictions_and_means_are_those_of_lme4_and_emmeans(case, data):
    fit = gc.fit(case["formula"], data, time="day")
    assert fit.fittedvalues.to_numpy()[ROWS] == pytest.approx(case["fitted"], rel=1e-5)
    assert fit.resid.to_numpy()[ROWS] == pytest.approx(case["resid"], rel=1e-3)
    for rows in (None, data):
        assert fit.predict(rows, people="average").to_numpy()[ROWS] == pytest.approx(case["average"], rel=1e-5)
    assert fit.predict(data).to_numpy() == pytest.approx(fit.fittedvalues.to_numpy(), rel=1e-12)
    means = fit.means(at=[0, 4.5], by="sex")
    agree(means.table, case["link"])
    if case["response"] is not None:
        agree(fit.means(at=[0, 4.5], by="sex", scale="response").table, case["response"])


def test_what_stays_of_the_model(data):
    """Means on the scale of the column have no tests, no differences, and are not combined."""
    fit = gc.fit("log(reaction) ~ day * sex + (day | subject)", data)
    found = fit.means(at=[0, 4.5], by="sex", scale="response")
    assert found.table[["statistic", "p_value"]].isna().all(axis=None) and "medians of reaction" in str(found)
    assert [one.value for one in found.findings] == found.table["estimate"].tolist()
    with pytest.raises(NotAvailableError, match="Differences of log"):
        fit.means(by="sex", scale="response", differences="pairwise")
    with pytest.raises(ModelError, match="scale of the model"):
        fit.contrast([[1, -1, 0, 0]], of=found)
    two = gc.fit("I(reaction / (dose + 1)) ~ day + (day | subject)", data)
    with pytest.raises(NotAvailableError, match="only where 'dose' is known"):
        two.means(scale="response")


def test_plain_outcomes_have_one_scale(data):
    fit = gc.fit("reaction ~ day + (day | subject)", data)
    assert fit.means(scale="response").table.equals(fit.means().table)
    with pytest.raises(ModelError, match="scale"):
        fit.means(scale="log")


def test_an_offset_is_part_of_combined_means_and_of_simulated_outcomes(data):
    plain = gc.fit("I(reaction - 100 - dose) ~ day * sex + (day | subject)", data)
    fit = gc.fit("reaction ~ day * sex + offset(dose) + offset(100 + 0 * day) + (day | subject)", data)
    held = data["dose"].mean() + 100
    means, less = (one.means(at=[0, 9], by="sex") for one in (fit, plain))
    assert means.table["estimate"].to_numpy() == pytest.approx(less.table["estimate"] + held)
    mean = fit.contrast([[0.5, 0.5, 0, 0], [1, -1, 0, 0]], of=means).table["estimate"]
    ours = plain.means(at=[0], by="sex").table["estimate"]
    assert mean[0] == pytest.approx(ours.mean() + held) and mean[1] == pytest.approx(ours[0] - ours[1])
    drawn = fit.simulate(1, rng=1)["sim_1"] - plain.simulate(1, rng=1)["sim_1"]
    assert drawn.to_numpy() == pytest.approx(data["dose"].to_numpy() + 100.0, abs=1e-6)
    as_they_are = fit.means(at=[0], by="sex", weights="counterfactual", average="rows").table["estimate"]
    assert as_they_are.to_numpy() == pytest.approx(means.table["estimate"][:2].to_numpy())


def test_an_offset_is_saved(data, tmp_path):
    fit = gc.fit("reaction ~ day + offset(dose) + (day | subject)", data)
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    assert again.predict(data).equals(fit.predict(data)) and again.fittedvalues.equals(fit.fittedvalues)


def test_outcomes_on_two_scales_are_not_compared(data):
    formulas = [f"{left} ~ day + (1 | subject)" for left in ("reaction", "log(reaction)")]
    fits = [gc.fit(formula, data, time="day", method="ml") for formula in formulas]
    with pytest.raises(ModelError, match="Jacobian") as refused:
        gc.compare(*fits)
    assert len(str(refused.value)) < 300
    assert "likelihood of log(reaction)" in str(fits[1].summary()) and "of log(reaction)" in str(fits[1].criteria())
    offset = gc.fit("reaction ~ day + offset(dose) + (1 | subject)", data, time="day", method="ml")
    table = gc.compare(fits[0], offset).table
    assert table["p_value"].isna().all() and table["aic"].tolist() == pytest.approx([fits[0].aic, offset.aic])

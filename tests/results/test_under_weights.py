"""Answers of weighted fits are those of persons and units that are repeated as often as their weights say."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.plots import FIGURES


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


def repeated(data: pd.DataFrame, unit: str, weight: str, *inside: str) -> pd.DataFrame:
    """Each unit, with what lies in it, as often as the weight says; `was` is which unit it was."""
    parts = []
    for k in range(int(data[weight].max())):
        more = data[data[weight] > k]
        named = {name: more[name].astype(str) + f"/{k}" for name in (unit, *inside)}
        parts.append(more.assign(was=more[unit], **named))
    return pd.concat(parts, ignore_index=True)


def weights_of(units, *counts: float) -> dict:
    names = pd.unique(units)
    return dict(zip(names, np.resize(np.array(counts), len(names)), strict=True))


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    data = gc.load_dataset("trial")
    return data.assign(w=data["patient"].map(weights_of(data["patient"], 1.0, 2.0, 3.0)))


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    """24 schools of 2 to 5 pupils, three or four waves each, and what pupils are like."""
    rng, rows = np.random.default_rng(3), []
    for school in range(24):
        of_school = rng.normal(0, [1.2, 0.5])
        for k in range(int(rng.integers(2, 6))):
            own, x = rng.normal(0, [1.0, 0.4]) + of_school, rng.normal()
            for t in range(int(rng.integers(3, 5))):
                y = 5 + own[0] + 0.5 * x + (1 + own[1] + 0.2 * x) * t + rng.normal(0, 0.8)
                rows.append((f"s{school}", f"s{school}p{k}", float(t), x, y))
    data = pd.DataFrame(rows, columns=["school", "pupil", "t", "x", "y"])
    return data.assign(
        wp=data["pupil"].map(weights_of(data["pupil"], 1.0, 3.0, 2.0)),
        ws=data["school"].map(weights_of(data["school"], 2.0, 1.0, 3.0)),
    )


# ------------------------------------------------ sensitivity to dropout


FORMULA = "depression ~ week * arm + (week | patient)"


@pytest.mark.parametrize("asked", [{"by": "arm"}, {"by": "arm", "arms": "drug"}, {"of": "mean"}])
def test_sensitivity_to_dropout(trial, asked) -> None:
    fit = gc.fit(FORMULA, trial, wave="visit", design=gc.SurveyDesign("w"))
    both = gc.fit(FORMULA, repeated(trial, "patient", "w"), wave="visit", design=gc.SurveyDesign(psu="was"))
    mine, theirs = fit.dropout_sensitivity(**asked), both.dropout_sensitivity(**asked)
    for one, other in ((mine.table, theirs.table), (mine.parts, theirs.parts), (mine.tipping, theirs.tipping)):
        numbers = one.select_dtypes("number").columns
        np.testing.assert_allclose(one[numbers], other[numbers], rtol=1e-6, atol=1e-9)
    assert mine.rate == pytest.approx(theirs.rate, rel=1e-8)


def test_sensitivity_to_dropout_of_equal_weights_is_that_of_none(trial) -> None:
    fit = gc.fit(FORMULA, trial.assign(w=4.0), wave="visit", design=gc.SurveyDesign("w"))
    plain = gc.fit(FORMULA, trial, wave="visit", method="ml")
    mine, theirs = (one.dropout_sensitivity(by="arm").parts for one in (fit, plain))
    shown = ["estimate", "per_delta", "per_delta_error", "correlation"]
    np.testing.assert_allclose(mine[shown], theirs[shown], rtol=1e-9)


def test_sensitivity_to_dropout_by_replicates_is_the_jackknife_of_what_delta_adds(trial) -> None:
    """Persons in 12 groups, each left out once: what delta adds is computed again by weights of zero."""
    groups = trial["patient"].map(weights_of(trial["patient"], *np.arange(12.0)))
    names = [f"r_{k}" for k in range(1, 13)]
    factor = 12 / 11
    with_them = trial.assign(**{f"r_{k + 1}": trial["w"] * factor * (groups != k) for k in range(12)})
    design = gc.SurveyDesign("w", replicates=gc.ReplicateWeights(names, "jackknife"))
    fit = gc.fit(FORMULA, with_them, wave="visit", design=design)
    part = fit.dropout_sensitivity(by="arm").parts.iloc[0]
    one_by_one = []
    for name in names:
        left = gc.fit(FORMULA, with_them, wave="visit", design=gc.SurveyDesign(name))
        one_by_one.append(left.dropout_sensitivity(by="arm").parts["per_delta"].iloc[0])
    error = np.sqrt(11 / 12 * ((np.array(one_by_one) - part["per_delta"]) ** 2).sum())
    assert part["per_delta_error"] == pytest.approx(error, rel=0.02)  # variances are held there, and fitted again here


def test_sensitivity_to_dropout_takes_no_weights_of_rows(trial) -> None:
    fit = gc.fit(FORMULA, trial.assign(r=1.0 + trial["week"]), wave="visit", design=gc.SurveyDesign({"rows": "r"}))
    with pytest.raises(NotAvailableError, match="visits that were not made have none"):
        fit.dropout_sensitivity(by="arm")


# ------------------------------------------------ the same kind of fit


def test_a_recentred_fit_keeps_its_kind_and_the_means_of_its_covariates(trial) -> None:
    data = trial.assign(stress=np.random.default_rng(1).normal(0, 1, len(trial)))
    formula = "depression ~ week * arm + stress + (week | patient)"
    fit = gc.fit(formula, data, design=gc.SurveyDesign("w"))
    moved = fit.recentre(8)
    assert type(moved) is type(fit) is type(moved.refit())
    with pytest.raises(NotAvailableError, match="pseudo-likelihood"):
        moved.criteria()
    assert "weighted ML (pseudo-likelihood)" in str(moved)
    mine, theirs = (one.means(at=[0, 16]).table for one in (fit, moved))
    np.testing.assert_allclose(mine["estimate"], theirs["estimate"], rtol=1e-8)
    plain = gc.fit(FORMULA, data)
    assert type(plain.recentre(8)) is type(plain)


# ------------------------------------------------ units above persons


def test_growth_of_units_is_that_of_their_weighted_pupils(schools) -> None:
    formula = "y ~ x * t + (t | pupil) + (t | school)"
    fit = gc.fit(formula, schools, time="t", design=gc.SurveyDesign({"pupil": "wp"}, scale="none"))
    both = gc.fit(formula, repeated(schools, "pupil", "wp"), time="t", design=gc.SurveyDesign(psu="school"))
    mine, theirs = fit.units(), both.units()
    shown = [name for name in mine if name.startswith(("eb_", "effect_"))]
    np.testing.assert_allclose(mine[shown], theirs[shown], rtol=1e-5, atol=1e-7)


def test_reliability_of_units_is_averaged_by_their_weights(schools) -> None:
    formula = "y ~ x * t + (t | pupil) + (t | school)"
    fit = gc.fit(formula, schools, time="t", design=gc.SurveyDesign({"school": "ws"}))
    both = gc.fit(formula, repeated(schools, "school", "ws", "pupil"), time="t", design=gc.SurveyDesign(psu="was"))
    mine, theirs = fit.reliability(), both.reliability()
    np.testing.assert_allclose(mine["reliability"], theirs["reliability"], rtol=1e-6)
    assert mine["units"].tolist()[2:] == [24, 24]


def test_units_count_persons_and_not_their_weights(schools) -> None:
    formula = "y ~ x * t + (t | pupil) + (t | school)"
    fit = gc.fit(formula, schools, time="t", design=gc.SurveyDesign({"pupil": "wp", "school": "ws"}, scale="none"))
    sizes = schools.groupby("school")["pupil"].nunique()
    assert fit.units()["persons"].to_dict() == sizes.to_dict()
    table = fit.reliability()
    assert (table["persons"] == schools["pupil"].nunique()).all()
    assert f"{sizes.min()} to {sizes.max()} pupils per school, mean {sizes.mean():.1f}" in str(fit)


# ------------------------------------------------ figures


@pytest.mark.parametrize("figure", ["shrinkage", "start_and_rate"])
def test_means_in_figures_are_weighted(trial, figure) -> None:
    fit = gc.fit(FORMULA, trial, design=gc.SurveyDesign("w"))
    both = gc.fit(FORMULA, repeated(trial, "patient", "w"), design=gc.SurveyDesign(psu="was"))
    made = FIGURES[figure]()
    (frame, texts), (other, told) = made.scene(fit), made.scene(both)
    if figure == "shrinkage":
        assert texts["mean"] == pytest.approx(told["mean"], rel=1e-7)
        return
    mine, theirs = (one[one["part"] == "mean"][["start", "rate"]] for one in (frame, other))
    np.testing.assert_allclose(mine, theirs, rtol=1e-7)


# ------------------------------------------------ few degrees of freedom


def test_more_rows_than_degrees_of_freedom_are_told_and_the_rest_is_answered() -> None:
    data = gc.load_dataset("survey").assign(w=lambda d: 1.0 + d["person"] % 3, psu=lambda d: d["person"] % 2)
    fit = gc.fit("wellbeing ~ year * education + (year | person)", data, design=gc.SurveyDesign("w", psu="psu"))
    table = fit.joint_tests().table.set_index("term")
    assert table.loc["slope:education", "note"] == (
        "2 rows cannot be tested together with 1 degree of freedom of the design"
    )
    one = fit.test("slope = 0")
    assert table.loc["slope", "p_value"] > 0
    assert one.df == 1
    names = ["slope:education[middle]", "slope:education[high]"]
    with pytest.raises(NotEstimableError, match="2 rows cannot be tested together with 1 degree of freedom"):
        fit.test([f"{name} = 0" for name in names])
    assert fit.change(by="education").sentences()
    assert fit.report().html.startswith("<!doctype html>")


def test_as_many_rows_as_degrees_of_freedom_are_tested() -> None:
    """Korn and Graubard (1990): (d - k + 1) / (d k) W with k and d - k + 1 degrees of freedom, here of d = 2 = k."""
    data = gc.load_dataset("survey").assign(w=lambda d: 1.0 + d["person"] % 3, psu=lambda d: d["person"] % 3)
    fit = gc.fit("wellbeing ~ year * education + (year | person)", data, design=gc.SurveyDesign("w", psu="psu"))
    names = ["slope:education[middle]", "slope:education[high]"]
    found = fit.test([f"{name} = 0" for name in names])
    V, beta = fit.cov_params().loc[names, names].to_numpy(), fit.params[names].to_numpy()
    assert (found.df_num, found.df) == (2, 1.0)
    assert found.statistic == pytest.approx(beta @ np.linalg.solve(V, beta) / 4, rel=1e-8)


# ------------------------------------------------ tables and pages without criteria


def test_models_side_by_side_without_criteria_of_a_weighted_fit(trial) -> None:
    fit, plain = gc.fit(FORMULA, trial, design=gc.SurveyDesign("w")), gc.fit(FORMULA, trial)
    alone, both = gc.journal_table([fit]), gc.journal_table([fit, plain], names=["Weighted", "Plain"])
    assert "AIC  " not in str(alone)
    assert "weighted ML (pseudo-likelihood)" in str(alone)
    table = both.table.set_index(["model", "term"])
    components = fit.variance_components().set_index("term")
    for term in ("sd:slope", "sd:residual"):
        shown = ["estimate", "conf_low", "conf_high"]
        assert table.loc[("Weighted", term), shown].tolist() == pytest.approx(components.loc[term, shown].tolist())
    line = next(line for line in str(both).splitlines() if line.startswith("  AIC"))
    assert line.split()[1:] == [f"{plain.aic:.2f}"]


def test_the_checklist_of_a_page_claims_no_criteria(trial) -> None:
    page = gc.fit(FORMULA, trial, design=gc.SurveyDesign("w")).report().html
    assert "Deviance, AIC, BIC" not in page
    assert "maximises a pseudo-likelihood, which has no AIC and no BIC" in page


def test_rows_of_weight_zero_are_rows_left_out(trial) -> None:
    data = trial.assign(r=np.where(np.arange(len(trial)) % 4 == 1, 0.0, 1.0 + trial["week"]))
    data = data[data.groupby("patient")["r"].transform("max") > 0]
    design = gc.SurveyDesign({"patient": "w", "rows": "r"})
    fit, without = gc.fit(FORMULA, data, design=design), gc.fit(FORMULA, data[data["r"] > 0], design=design)
    assert fit.nobs == without.nobs == int((data["r"] > 0).sum())
    assert fit.params.to_numpy() == pytest.approx(without.params.to_numpy(), rel=1e-12)
    assert fit.bse.to_numpy() == pytest.approx(without.bse.to_numpy(), rel=1e-10)
    assert fit.panel.dropped["rows"].tolist() == [int((data["r"] == 0).sum())]


# ------------------------------------------------ families


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_families_with_as_many_points_are_of_repeated_persons_in_all_that_is_printed(family) -> None:
    """Of persons who differ much; by itself the fit of repeated persons takes more points, as it has more rows."""
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"person": np.repeat(np.arange(90), 4), "t": np.tile(np.arange(4.0), 90)})
    data["w"] = data["person"].map(weights_of(data["person"], 1.0, 2.0, 3.0))
    eta = -0.3 + 0.4 * data["t"] + np.repeat(rng.normal(0, 2, 90), 4)
    drawn = rng.random(360) < 1 / (1 + np.exp(-eta))
    data["y"] = drawn.astype(int) if family == "binomial" else rng.poisson(np.exp(eta / 2))
    how = {"time": "t", "family": family, "quadrature": 21}
    fit = gc.fit("y ~ t + (1 | person)", data, design=gc.SurveyDesign("w"), **how)
    both = gc.fit("y ~ t + (1 | person)", repeated(data, "person", "w"), design=gc.SurveyDesign(psu="was"), **how)
    assert fit.params.to_numpy() == pytest.approx(both.params.to_numpy(), rel=1e-9)
    assert fit.bse.to_numpy() == pytest.approx(both.bse.to_numpy(), rel=1e-8)
    assert str(fit.means(scale="response")) == str(both.means(scale="response"))
    assert str(fit.icc()) == str(both.icc())
    assert fit.certificate.quadrature.points == both.certificate.quadrature.points == 21

"""Units above persons: lme4's ranef with its conditional variances, and ranks against the joint posterior, dense."""

from __future__ import annotations

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import reference_values
from scipy.stats import norm

import growthcurves as gc
from growthcurves.plots import LEVEL_FIGURES

CASES = {case["case"]: case for case in reference_values.cases("levels")}
THREE = "y ~ grade * private + poor + (grade | school) + (1 | class) + (grade | pupil)"


@pytest.fixture(scope="module")
def fit():
    return gc.fit(THREE, reference_values.table("levels_waves.csv"), time="grade")


@pytest.mark.parametrize("unit", ["school", "class"])
def test_effects_are_lme4s(fit, unit):
    found, case = fit.units(unit), CASES["waves-three-reml"]["units"][unit]
    assert found.index.astype(str).tolist() == [str(one) for one in case["id"]]
    effects = found[[name for name in ("effect_intercept", "effect_slope") if name in found]].to_numpy()
    assert effects == pytest.approx(np.array(case["values"]).reshape(effects.shape), abs=2e-4)
    place = list(fit.model.above).index(unit) + 1
    known = fit.estimates.units(place).spread[range(effects.shape[1]), range(effects.shape[1])]
    assert known == pytest.approx(np.array(case["variance"]).reshape(known.shape), rel=1e-3)


def test_random_effects_are_those_of_persons_alone(fit):
    case, found = CASES["waves-three-reml"]["units"]["pupil"], fit.random_effects
    assert list(found) == ["intercept", "slope"]
    assert found.to_numpy() == pytest.approx(np.array(case["values"]), abs=2e-4)


def test_own_curves_are_the_sum_of_all_effects_along_the_path(fit):
    pupil = fit.people().iloc[0]
    data = reference_values.table("levels_waves.csv").drop_duplicates("pupil").iloc[0]
    own, school, klass = fit.random_effects.iloc[0], fit.units("school").iloc[0], fit.units("class").iloc[0]
    beta = fit.params
    slope = beta["slope"] + beta["slope:private"] * data["private"] + own["slope"] + school["effect_slope"]
    start = beta["intercept"] + beta["intercept:private"] * data["private"] + beta["intercept:poor"] * data["poor"]
    start += own["intercept"] + school["effect_intercept"] + klass["effect_intercept"]
    assert pupil[["eb_intercept", "eb_slope"]].to_numpy(float) == pytest.approx([start, slope], rel=1e-10)


@pytest.fixture(scope="module")
def dense(fit):
    """Mean and covariance of (beta, schools, classes, pupils) given the outcomes: Henderson's equations (1975)."""
    data = reference_values.table("levels_waves.csv")
    ones, grade = np.ones(len(data)), data["grade"].to_numpy(float)
    X = np.column_stack([ones, grade, data["private"], data["poor"], grade * data["private"]])
    sd = fit.variance_components("wald").set_index("term")["estimate"]
    sigma2 = sd["sd:residual"] ** 2
    Z, inverse = [X], [np.zeros((5, 5))]
    line = [ones, grade]
    for column, mark, rows in (("school", "|school", line), ("class", "|class", line[:1]), ("pupil", "", line)):
        names = ["intercept", "slope"][: len(rows)]
        sds = sd[[f"sd:{name}{mark}" for name in names]].to_numpy()
        R = np.eye(len(rows))
        if len(rows) == 2:
            R[0, 1] = R[1, 0] = sd[f"cor:intercept,slope{mark}"]
        indicator = pd.get_dummies(data[column]).to_numpy(float)
        Z.append(np.concatenate([indicator * row[:, None] for row in rows], axis=1))
        inverse.append(np.kron(np.linalg.inv(R * np.outer(sds, sds)), np.eye(indicator.shape[1])))
    W = np.concatenate(Z, axis=1)
    prior = np.zeros((W.shape[1], W.shape[1]))
    at = 0
    for block in inverse:
        prior[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    C = np.linalg.inv(W.T @ W / sigma2 + prior)
    return C @ W.T @ data["y"].to_numpy() / sigma2, C


@pytest.mark.parametrize(("unit", "first", "count"), [("school", 5, 14), ("class", 5 + 28, 42)])
def test_standard_errors_and_expected_ranks_are_those_of_the_joint_posterior(fit, dense, unit, first, count):
    mean, C = dense
    here = slice(first, first + count)
    m, S = mean[here], C[here, here]
    table = fit.units(unit)
    assert table["effect_intercept"].to_numpy() == pytest.approx(m, abs=1e-6)
    assert table["effect_intercept_se"].to_numpy() == pytest.approx(np.sqrt(np.diag(S)), rel=1e-6)
    apart = np.sqrt(np.add.outer(np.diag(S), np.diag(S)) - 2 * S + np.eye(count))
    above = norm.cdf((m[None, :] - m[:, None]) / apart)
    expected = 1 + above.sum(axis=1) - 0.5
    sd = np.sqrt((above * (1 - above)).sum(axis=1) * 4 / 4_000)  # of correlated events, no more than twice that
    assert np.abs(table["rank_intercept"].to_numpy() - expected).max() < 4 * sd.max() + 0.05


def test_growth_parameters_are_of_the_average_person_of_a_school(fit, dense):
    mean, C = dense
    data = reference_values.table("levels_waves.csv").drop_duplicates("pupil")
    table = fit.units("school")
    for place, school in enumerate(table.index[:3]):
        those = data[data["school"] == school]
        row = np.zeros(len(mean))
        row[[0, 2, 3]] = 1.0, those["private"].mean(), those["poor"].mean()
        row[5 + place] = 1.0
        assert table.loc[school, "eb_intercept"] == pytest.approx(row @ mean, abs=1e-6)
        assert table.loc[school, "eb_intercept_se"] == pytest.approx(np.sqrt(row @ C @ row), rel=1e-6)
        assert table.loc[school, ["persons", "rows"]].tolist() == [
            len(those), (reference_values.table("levels_waves.csv")["school"] == school).sum()
        ]  # fmt: skip


def test_ranks_of_classes_lie_between_one_and_their_number_and_add_up(fit):
    table = fit.units("class", level=0.9)
    assert table["rank_intercept"].sum() == pytest.approx(42 * 43 / 2)
    assert (table["rank_intercept_low"] <= table["rank_intercept_high"]).all()
    assert table["rank_intercept_low"].min() >= 1 and table["rank_intercept_high"].max() <= 42
    assert table["school"].nunique() == 14


def test_unknown_units_are_answered_with_the_known(fit):
    with pytest.raises(gc.errors.ModelError, match="There is no level above persons 'clas'. Did you mean 'class'"):
        fit.units("clas")
    with pytest.raises(gc.errors.ModelError, match="name one of 'class', 'school'"):
        fit.units()
    two = gc.fit("y ~ grade + (1 | pupil)", reference_values.table("levels_waves.csv"), time="grade")
    with pytest.raises(gc.errors.ModelError, match="no units above persons"):
        two.units("school")


def test_a_loaded_fit_has_its_units(fit, tmp_path):
    fit.save(tmp_path / "fit.json")
    pd.testing.assert_frame_equal(gc.load(tmp_path / "fit.json").units("school"), fit.units("school"))
    fit.save(tmp_path / "few.json", people=False)
    with pytest.raises(gc.errors.NotAvailableError):
        gc.load(tmp_path / "few.json").units("school")


def test_equal_schools_have_no_ranks():
    data = reference_values.table("levels_waves.csv")
    data["school"] = data["pupil"] % 14
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit("y ~ grade + (1 | school/pupil)", data, time="grade")
    assert fit.certificate.singular
    table = fit.units("school")
    assert (table["effect_intercept"].abs() < 1e-9).all() and table["rank_intercept"].isna().all()


def test_the_caterpillar_shows_effects_in_order_with_their_intervals(fit):
    frame, table = LEVEL_FIGURES["units"]("school").data(fit), fit.units("school")
    rates = frame[frame["panel"] == "rate of change"]
    assert rates["value"].is_monotonic_increasing and rates["place"].tolist() == list(range(14))
    first = table["effect_slope"].idxmin()
    assert rates["id"].iloc[0] == str(first)
    half = norm.ppf(0.975) * table.loc[first, "effect_slope_se"]
    assert rates["high"].iloc[0] == pytest.approx(table.loc[first, "effect_slope"] + half)
    assert len(fit.plot.units(unit="class").axes) == 1
    plt.close("all")


def test_units_beside_correlated_residuals_are_those_of_their_persons_lines():
    data = reference_values.table("levels_waves.csv")
    levels = {"class": ("intercept",), "school": ("intercept", "slope")}
    model = gc.GrowthModel("y", "grade", "pupil", wave="wave", residual="ar1", random=("intercept",), levels=levels)
    fit = gc.fit(model, data)
    schools, classes, lines = fit.units("school"), fit.units("class"), fit.people()
    assert schools["eb_slope"].to_numpy() == pytest.approx(fit.params["slope"] + schools["effect_slope"].to_numpy())
    of = data.drop_duplicates("pupil").set_index("pupil")
    assert lines["eb_slope"].to_numpy() == pytest.approx(schools["eb_slope"][of["school"]].to_numpy())
    assert lines["eb_slope_se"].to_numpy() == pytest.approx(schools["eb_slope_se"][of["school"]].to_numpy())
    own = lines["eb_intercept"] - fit.random_effects["intercept"]
    assert own.to_numpy() == pytest.approx(classes["eb_intercept"][of["class"]].to_numpy())

"""Estimated means, slopes and their differences against emmeans and emtrends on R's own fits.

emmeans rests on lmerTest's numerical derivatives: estimates 1e-7, standard errors 1e-6, degrees of freedom 1e-4,
p-values 1e-4 (relative). R's qtukey stops at about 1e-6; intervals are compared at 1e-5 of their width.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table, three_arms
from scipy import stats

import growthcurves as gc

RECORD = cases("emmeans")
CASES = {
    "orthodont": ("orthodont.csv", "distance ~ age * sex + (age | subject)", {"sex": "Male"}, "sex", [8, 11, 14]),
    "two_arms": ("panel_arms.csv", "y ~ time * arm + time * age + (time | id)", None, "arm", [0, 2.5, 5]),
    "three_arms": (
        "panel_three_arms.csv",
        "y ~ time * arm * sex + time * age + (time | id)",
        {"arm": "placebo"},
        "arm",
        [0, 3, 6],
    ),
}
METHODS = {"satterthwaite": "satterthwaite", "kenward_roger": "kenward-roger"}


@pytest.fixture(scope="module")
def fits():
    return {
        name: gc.fit(case[1], three_arms() if name == "three_arms" else table(case[0]), reference=case[2])
        for name, case in CASES.items()
    }


@pytest.fixture(params=CASES)
def name(request):
    return request.param


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


def same(found: pd.DataFrame, record: dict, suffix: str = "") -> None:
    np.testing.assert_allclose(found["estimate"], record["estimate"], rtol=1e-7)
    np.testing.assert_allclose(found["std_error"], record["se"], rtol=1e-6)
    np.testing.assert_allclose(found["df"], record["df"], rtol=1e-4)
    if "p" in record:
        np.testing.assert_allclose(found["p_adjusted" if suffix else "p_value"], record["p"], rtol=1e-3, atol=2e-7)
    width = np.subtract(record["high"], record["low"])
    np.testing.assert_allclose((found[f"conf_low{suffix}"] - record["low"]) / width, 0, atol=1e-5)
    np.testing.assert_allclose((found[f"conf_high{suffix}"] - record["high"]) / width, 0, atol=1e-5)


def test_means_of_sleepstudy(sleep_fit):
    same(sleep_fit.means(at=[0, 4, 9]).table, RECORD["sleepstudy"]["means"])
    for adjust, record in RECORD["sleepstudy"]["pairwise"].items():
        compare(sleep_fit.means(at=[0, 4, 9], differences="pairwise", adjust=adjust).differences, record, adjust)


def test_means_by_group(fits, name, method):
    _, _, _, by, times = CASES[name]
    found = fits[name].means(at=times, by=by, ddf=METHODS[method])
    record = RECORD[name][method]["means"]
    same(found.table, record)
    assert list(found.table[by].astype(str)) == record[by]
    assert list(found.table["kind"].unique()) == ["mean"]


@pytest.mark.covering
@pytest.mark.parametrize("adjust", ["none", "holm", "bonferroni", "tukey", "scheffe"])
def test_pairwise_differences_of_means(fits, name, method, adjust):
    _, _, _, by, times = CASES[name]
    found = fits[name].means(at=times, by=by, differences="pairwise", adjust=adjust, ddf=METHODS[method]).differences
    compare(found, RECORD[name][method]["pairwise"][adjust], adjust)


@pytest.mark.parametrize("adjust", ["none", "holm"])
def test_differences_from_the_reference(fits, name, method, adjust):
    _, _, _, by, times = CASES[name]
    found = fits[name].means(at=times, by=by, differences="reference", adjust=adjust, ddf=METHODS[method]).differences
    compare(found, RECORD[name][method]["reference"][adjust], adjust)


@pytest.mark.covering
@pytest.mark.parametrize("adjust", ["none", "holm", "bonferroni", "tukey", "scheffe"])
def test_slopes_and_their_differences(fits, name, method, adjust):
    _, _, _, by, times = CASES[name]
    record = RECORD[name][method]
    for places in ({"between": (times[0], times[-1])}, {"at": times[1]}):
        found = fits[name].slopes(by=by, differences="pairwise", adjust=adjust, ddf=METHODS[method], **places)
        same(found.means, record["slopes"])
        compare(found.differences, record["slope_pairwise"][adjust], adjust)


def compare(found: pd.DataFrame, record: dict, adjust: str) -> None:
    if adjust == "none":
        assert "p_adjusted" not in found
        same(found, record)
    else:
        same(found, record, "_adjusted")


def test_a_mean_that_the_data_do_not_determine_is_withheld():
    data = three_arms()
    data = data[~((data["arm"] == "high") & (data["sex"] == "f"))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.ModelWarning)
        fit = gc.fit("y ~ time * arm * sex + (time | id)", data, reference={"arm": "placebo"})
    found = fit.means(at=3, by=["arm", "sex"])
    record = RECORD["missing_cell"]["means"]
    ours = found.table.set_index(["arm", "sex"])
    for i, cell in enumerate(zip(record["arm"], record["sex"], strict=True)):
        row = ours.loc[cell]
        if record["estimate"][i] is None:
            assert row[["estimate", "std_error", "df", "p_value", "conf_low"]].isna().all()
        else:
            np.testing.assert_allclose(row["estimate"], record["estimate"][i], rtol=1e-7)
            np.testing.assert_allclose(row["std_error"], record["se"][i], rtol=1e-6)
    assert "not estimable" in str(found)
    pairs = fit.means(at=3, by="arm", differences="pairwise", adjust="tukey")
    assert pairs.differences["estimate"].isna().sum() == 2  # both differences of the arm without women
    with pytest.raises(gc.errors.NotEstimableError):
        fit.contrast({"arm[high], sex[f], time 3": 1, "arm[low], sex[f], time 3": -1}, of=found)


def test_time_varying_covariates_stand_at_their_mean_over_rows():
    fit = gc.fit("y ~ time * x + (time | id)", table("panel_varying.csv"), time="time")
    same(fit.means(at=[0, 3]).table, RECORD["varying"]["means"])
    record = {key: [value] for key, value in RECORD["varying"]["slope"].items()}
    for places in ({}, {"at": 2.0}):
        found = fit.slopes(**places).table
        same(found, record)


@pytest.fixture(scope="module")
def curve():
    model = gc.GrowthModel("y", "time", "id", shape="quadratic", predictors="arm", reference={"arm": "placebo"})
    return gc.fit(model, three_arms())


def test_a_curve(curve):
    record = RECORD["curve"]
    same(curve.means(at=[0, 3, 6], by="arm").table, record["means"])
    same(curve.slopes(by="arm", between=(0, 6)).table, record["average"])
    same(curve.slopes(by="arm").table, record["average"])
    same(curve.slopes(by="arm", at=3).table, record["at3"])


SHAPES = ["linear", "quadratic", "cubic", gc.Piecewise(knots=[3]), gc.Spline(df=3), gc.LogTime(offset=1), "occasions"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape(shape):
    """A mean is the prediction for the average person of that kind; rates are those of the means."""
    model = gc.GrowthModel("y", "time", "id", shape=shape, predictors="arm + age", random=("intercept",))
    fit = gc.fit(model, three_arms())
    age = three_arms().drop_duplicates("id")["age"].mean()
    times = np.array([1.0, 2.0, 5.0])
    found = fit.means(at=times, by="arm").table
    people = pd.DataFrame({"time": found["time"], "arm": found["arm"].astype(str), "age": age})
    expected = fit.predict(people, people="average", interval="confidence")
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(found[columns], expected[columns], rtol=1e-8)
    mean = found.set_index(["time", "arm"])["estimate"]
    rate = fit.slopes(by="arm", between=(1, 5)).table.set_index("arm")["estimate"]
    for arm, value in rate.items():
        np.testing.assert_allclose(value, (mean[5.0, arm] - mean[1.0, arm]) / 4, rtol=1e-8)
    if shape == "occasions":
        with pytest.raises(gc.errors.NotEstimableError, match="no rate at a single time"):
            fit.slopes(at=2)
        return
    near = fit.means(at=[2 - 1e-4, 2 + 1e-4], by="arm").table["estimate"].to_numpy()
    at = fit.slopes(by="arm", at=2).table["estimate"].to_numpy()
    np.testing.assert_allclose(at, (near[3:] - near[:3]) / 2e-4, rtol=1e-6)


def test_planned_occasions_whose_times_vary():
    data = three_arms().assign(wave=lambda d: d["time"].astype(int))
    data["time"] += np.random.default_rng(1).normal(0, 0.05, len(data)).round(3)
    model = gc.GrowthModel("y", "time", "id", shape="occasions", wave="wave", predictors="arm", random=("intercept",))
    fit = gc.fit(model, data)
    found = fit.means(by="arm").table
    sizes = data.groupby("wave")["time"].median()
    np.testing.assert_allclose(np.unique(found["time"]), sizes, rtol=1e-12)
    first = [f"wave[{wave}]" for wave in sizes.index]
    reference = found[found["arm"] == fit.recipe.predictors[first[0]].levels["arm"][0]]
    np.testing.assert_allclose(reference["estimate"], fit.params[first], rtol=1e-9)
    rate = fit.slopes(by="arm").table["estimate"].to_numpy()[0]
    expected = (fit.params[first[-1]] - fit.params[first[0]]) / (sizes.iloc[-1] - sizes.iloc[0])
    np.testing.assert_allclose(rate, expected, rtol=1e-9)
    effects = list(fit.joint_tests().table["term"])
    assert effects == ["wave", "arm", "wave:arm"]


def test_within_and_between_parts_stand_at_their_means():
    data = table("panel_varying.csv")
    model = gc.GrowthModel("y", "time", "id", time_varying="within(x) + between(x)", random=("intercept", "slope"))
    fit = gc.fit(model, data)
    mean = data["x"].mean()
    expected = fit.params["intercept"] + 3 * fit.params["slope"] + mean * fit.params["between(x)"]
    np.testing.assert_allclose(fit.means(at=3).table["estimate"][0], expected, rtol=1e-9)


def test_dunnett_with_two_comparisons_by_quadrature(fits):
    """P(max |T| > c) = 1 - E[P(|Z1| < cS, |Z2| < cS)], the inner one as an integral over the common factor."""
    found = fits["three_arms"].slopes(by="arm", differences="reference", adjust="dunnett")
    pairwise = fits["three_arms"].slopes(by="arm", differences="pairwise").differences["std_error"].to_numpy()
    a, b, c = pairwise
    rho = (a**2 + b**2 - c**2) / (2 * a * b)  # from var(d1 - d2)
    rows = found.differences

    points, weights = np.polynomial.legendre.leggauss(400)
    z, s = 9 * points, 1.5 * (points + 1)  # from -9 to 9, and from 0 to 3

    def inside(bound, df):
        low, high = ((side * bound * s[:, None] - np.sqrt(rho) * z) / np.sqrt(1 - rho) for side in (-1, 1))
        given = ((stats.norm.cdf(high) - stats.norm.cdf(low)) ** 2 * stats.norm.pdf(z)) @ (9 * weights)
        return (given * stats.chi.pdf(s * np.sqrt(df), df) * np.sqrt(df)) @ (1.5 * weights)

    for _, row in rows.iterrows():
        expected = 1 - inside(abs(row["statistic"]), row["df"])
        np.testing.assert_allclose(row["p_adjusted"], expected, atol=2e-5)
        width = (row["conf_high_adjusted"] - row["estimate"]) / row["std_error"]
        np.testing.assert_allclose(1 - inside(width, row["df"]), 0.05, atol=2e-5)
    assert "standard error" in found.adjustment


def test_dunnetts_published_bounds():
    """Two-sided .05, equal groups (Dunnett 1964, table II): 20 df, 2 to 4 comparisons; infinite df, 2 comparisons."""
    from growthcurves.results.effects.adjust import Family, adjusted

    for df, bounds in ((20.0, {2: 2.38, 3: 2.54, 4: 2.65}), (np.inf, {2: 2.21})):
        for size, bound in bounds.items():
            correlation = np.full((size, size), 0.5) + 0.5 * np.eye(size)
            family = Family(np.full(size, bound), np.full(size, df), correlation, "reference", size + 1, 0.95)
            found = adjusted("dunnett", family)
            np.testing.assert_allclose(found.width, bound, atol=0.0051)
            np.testing.assert_allclose(found.p, 0.05, atol=0.0007)


def test_by_a_covariate_needs_values(fits):
    with pytest.raises(gc.errors.ModelError, match="covariate: say at which values"):
        fits["two_arms"].means(by="age")
    times = np.tile([0, 1, 2], 8)
    data = pd.DataFrame({"id": np.repeat(np.arange(8), 3), "t": times, "treated": np.repeat([0, 1], 12)})
    data["y"] = np.random.default_rng(1).normal(size=24) + data["t"]
    with pytest.raises(gc.errors.ModelError, match=r"by=\{'treated': \[0, 1\]\}"):
        gc.fit("y ~ t * treated + (1 | id)", data).means(by="treated")
    found = fits["two_arms"].slopes(by={"age": [40, 50]}, differences="pairwise", adjust="none").differences
    fixed = fits["two_arms"].fixed_effects().set_index("term").loc["slope:age"]
    np.testing.assert_allclose(found["estimate"][0], 10 * fixed["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["p_value"][0], fixed["p_value"], rtol=1e-6)


def test_the_table_says_what_is_averaged(fits):
    found = fits["three_arms"].means(at=0, by="arm")
    assert "equal weight over the levels of sex" in found.note
    people = three_arms().drop_duplicates("id")
    assert f"age at {people['age'].mean():.2f}" in found.note
    assert found.note.capitalize()[:20] in str(found)
    assert found.to_dict()["note"] == found.note


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"by": "amr"}, "Did you mean 'arm'"),
        ({"by": {"arm": ["medium"]}}, "level of 'arm'"),
        ({"by": "arm", "differences": "all"}, "kind of differences"),
        ({"by": "arm", "differences": "pairwise", "adjust": "tuckey"}, "Did you mean 'tukey'"),
        ({"by": "arm", "differences": "pairwise", "adjust": "dunnett"}, "differences='reference'"),
        ({"by": "arm", "differences": "reference", "adjust": "tukey"}, "differences='pairwise'"),
        ({"at": 0, "differences": "pairwise"}, "one estimate only"),
        ({"at": ["soon"]}, "at="),
        ({"ddf": "satterwaite"}, "Did you mean 'satterthwaite'"),
    ],
)
def test_what_cannot_be_asked_of_means(fits, options, match):
    with pytest.raises(gc.errors.ModelError, match=match):
        fits["three_arms"].means(**options)


def test_slopes_refuse_two_questions_and_models_without_time(fits):
    with pytest.raises(gc.errors.ModelError, match="give one"):
        fits["two_arms"].slopes(between=(0, 1), at=2)
    with pytest.raises(gc.errors.ModelError, match="between="):
        fits["two_arms"].slopes(between=(3, 1))
    dyestuff = gc.fit("yield ~ 1 + (1 | batch)", table("dyestuff.csv"))
    with pytest.raises(gc.errors.NotEstimableError, match="no time"):
        dyestuff.slopes()
    found = dyestuff.means().table
    np.testing.assert_allclose(found["estimate"], 1527.5, rtol=1e-9)
    assert list(found["term"]) == ["all"]

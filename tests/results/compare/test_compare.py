"""Comparisons of fits: against R (tests/reference/make_compare.R), against hand computations, and what is refused.

Tolerances: likelihood ratios 1e-6 absolute; p-values of closed forms 1e-12 relative; simulated distributions and
bootstrap p-values within four Monte Carlo standard errors of both sides.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table
from scipy.stats import chi2

import growthcurves as gc
from growthcurves.engine.submodels.spectral import simulated_ratios, spectrum
from growthcurves.errors import ModelError

RECORDS = cases("compare")
RANDOM = {
    "none": (),
    "level": ("intercept",),
    "apart": gc.Diagonal("intercept", "slope"),
    "both": ("intercept", "slope"),
}
#: Parameters more, and the degrees of freedom of the two halves of the mixture (none: a chi-square).
SITUATIONS = {"none level": (1, 0, 1), "level apart": (1, 0, 1), "level both": (2, 1, 2), "apart both": (1, 1, 1)}


def sleep_fits(record):
    name, small, large = record["case"].split()
    data = table(f"{name}.csv")
    return [
        gc.fit(gc.GrowthModel("reaction", "day", "subject", origin=0, random=RANDOM[part]), data, record["method"])
        for part in (small, large)
    ]


@pytest.mark.parametrize("record", RECORDS["ratios"][:-1], ids=lambda record: f"{record['case']} {record['method']}")
def test_likelihood_ratios_of_r(record):
    fits = sleep_fits(record)
    row = gc.compare(*fits, rng=1).table.iloc[1]
    assert row["statistic"] == pytest.approx(record["statistic"], abs=1e-6)
    situation = record["case"].split(maxsplit=1)[1]
    if situation in SITUATIONS:
        more, low, high = SITUATIONS[situation]
        tails = [chi2.sf(record["statistic"], df) if df else 0.0 for df in (low, high)]
        assert row["df"] == more
        assert row["p_value"] == pytest.approx(np.mean(tails), rel=1e-5)
        assert row["p_naive"] == pytest.approx(chi2.sf(record["statistic"], more), rel=1e-5)
    else:
        assert row["df"] == 3
        assert "tangent cone" in row["distribution"]
        assert row["p_value"] < row["p_naive"]


def test_the_fit_without_a_random_effect_is_the_smaller_fit():
    for record in RECORDS["ratios"][:-1]:
        situation = record["case"].split(maxsplit=1)[1]
        if situation != "apart both":
            tested = {"none level": ("intercept",), "none both": ("intercept", "slope")}.get(situation, ("slope",))
            found = sleep_fits(record)[1].test_variance(*tested, rng=1)
            assert found.statistic == pytest.approx(record["statistic"], abs=1e-6)


def orthodont(formula, method):
    data = gc.load_dataset("orthodont")
    return gc.fit(formula, data.assign(age=data["age"] - 8), method=method)


def test_means_are_compared_by_ml_and_it_says_so():
    record = RECORDS["ratios"][-1]
    formulas = ["distance ~ age + sex + (1 | subject)", "distance ~ age * sex + (1 | subject)"]
    data = gc.load_dataset("orthodont")
    fits = [gc.fit(formula, data.assign(age=data["age"] - 8), time="age") for formula in formulas]
    found = gc.compare(*fits)
    assert found.table["statistic"].iloc[1] == pytest.approx(record["statistic"], abs=1e-6)
    assert found.table["p_value"].iloc[1] == pytest.approx(chi2.sf(record["statistic"], 1), rel=1e-5)
    assert any("refitted by ML" in note for note in found.notes)
    assert all(fit.method == "ml" for fit in found.fits.values())
    mixed = gc.compare(fits[0], fits[1].refit(method="ml"))
    assert any("not all fits are by REML" in note for note in mixed.notes)


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("record", RECORDS["nulls"], ids=lambda record: record["case"])
def test_exact_distribution_is_that_of_rlrsim(record, method):
    name, part = record["case"].split()
    data, random = table(f"{name}.csv"), {"level": "1", "slope": "0 + day"}[part]
    fit = gc.fit(f"reaction ~ day + ({random} | subject)", data, method=method, time="day")
    problem, n = fit.estimates.solution.problem, 40_000
    drawn = simulated_ratios(problem, spectrum(problem, 0), n, np.random.default_rng(5))
    theirs = record[method]
    for x, p in [*zip(record["at"], theirs["beyond"], strict=True), (1e-9, 1 - theirs["zero"])]:
        error = np.sqrt(p * (1 - p) * (1 / n + 1 / theirs["n"]))
        assert np.mean(drawn > x) == pytest.approx(p, rel=0, abs=4 * error)


BOOTSTRAPS = {
    "orthodont means": ["distance ~ age + sex + (age | subject)", "distance ~ age * sex + (age | subject)"],
    "orthodont slope": ["distance ~ age * sex + (1 | subject)", "distance ~ age * sex + (age | subject)"],
}


@pytest.mark.parametrize("record", RECORDS["bootstraps"], ids=lambda record: record["case"])
def test_bootstrap_is_that_of_pbkrtest(record):
    data = gc.load_dataset("orthodont").assign(age=lambda frame: frame["age"] - 8)
    fits = [gc.fit(formula, data, method="ml", time="age") for formula in BOOTSTRAPS[record["case"]]]
    found = gc.compare(*fits, method="bootstrap", n=4000, rng=1)
    row, p = found.table.iloc[1], record["p"]
    assert row["statistic"] == pytest.approx(record["statistic"], abs=1e-4)
    assert row["p_value"] == pytest.approx(p, rel=0, abs=4 * np.sqrt(p * (1 - p) * (1 / 4000 + 1 / record["n"])))
    assert "parametric bootstrap" in row["distribution"]


def test_exact_and_bootstrap_agree_where_both_apply():
    rng = np.random.default_rng(12)
    data = pd.DataFrame({"id": np.repeat(np.arange(12), 4), "t": np.tile(np.arange(4.0), 12)})
    data["y"] = rng.normal(size=48) + 0.5 * rng.normal(size=12)[data["id"]]
    fit = gc.fit("y ~ t + (1 | id)", data, time="t")
    exact = fit.test_variance("intercept", method="exact", n=40_000, rng=1)
    drawn = fit.test_variance("intercept", method="bootstrap", n=4000, rng=2)
    error = np.hypot(exact.table["mc_error"].iloc[0], drawn.table["mc_error"].iloc[0])
    assert 0 < exact.p_value < 1
    assert exact.p_value == pytest.approx(drawn.p_value, rel=0, abs=4 * error)
    assert "40,000 draws, rng=1" in str(exact)


def test_draws_are_reproducible_and_their_seed_is_printed(sleep):
    fit = gc.fit("reaction ~ day + (day || subject)", sleep)
    first = fit.test_variance("slope", method="bootstrap", n=50)
    seed = int(str(first).rpartition("rng=")[2].split()[0])
    again = fit.test_variance("slope", method="bootstrap", n=50, rng=seed)
    assert again.table.equals(first.table)


@pytest.fixture(scope="module")
def three(sleep):
    shapes = {"linear": "linear", "quadratic": "quadratic", "cubic": "cubic"}
    return {
        name: gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=shape), sleep, method="ml")
        for name, shape in shapes.items()
    }


def test_criteria_and_weights_by_hand(three):
    found = gc.compare(*three.values(), names=list(three)).table.set_index("fit")
    for name, fit in three.items():
        k, n = 6 + list(three).index(name), 180
        assert found.loc[name, "parameters"] == k
        assert found.loc[name, "aic"] == pytest.approx(fit.deviance + 2 * k, rel=1e-14)
        assert found.loc[name, "aicc"] == pytest.approx(fit.deviance + 2 * k * n / (n - k - 1), rel=1e-12)
        assert found.loc[name, "bic"] == pytest.approx(fit.deviance + k * np.log(180), rel=1e-14)
        assert found.loc[name, "bic_persons"] == pytest.approx(fit.deviance + k * np.log(18), rel=1e-14)
    raw = np.exp(-found["aic"] / 2 + found["aic"].min() / 2)
    np.testing.assert_allclose(found["weight"], raw / raw.sum(), rtol=1e-12)
    assert list(found["against"]) == ["", "linear", "quadratic"]


def test_the_order_of_fits_and_of_rows_and_the_origin_of_time_do_not_matter(sleep):
    large = gc.fit("reaction ~ day + (day | subject)", sleep)
    shuffled = sleep.sample(frac=1, random_state=1).assign(day=lambda frame: frame["day"] + 1e6)
    small = gc.fit("reaction ~ day + (1 | subject)", shuffled, time="day")
    record = next(r for r in RECORDS["ratios"] if r["case"] == "sleepstudy level both" and r["method"] == "reml")
    found = gc.compare(large, small)
    assert list(found.table["fit"]) == ["2", "1"]
    assert found.table["statistic"].iloc[1] == pytest.approx(record["statistic"], abs=1e-6)
    assert found.table["distribution"].iloc[1] == "half chi-square 1, half chi-square 2"


def test_reml_does_not_depend_on_how_the_fixed_effects_are_coded(sleep):
    """Time in milliseconds changes the REML criterion of its coding (traps: by 2 log 1000), not the comparison."""
    large = gc.fit("reaction ~ day + (day | subject)", sleep)
    small = gc.fit("reaction ~ day + (1 | subject)", sleep.assign(day=sleep["day"] * 1000), time="day")
    record = next(r for r in RECORDS["ratios"] if r["case"] == "sleepstudy level both" and r["method"] == "reml")
    assert gc.compare(large, small).table["statistic"].iloc[1] == pytest.approx(record["statistic"], abs=1e-6)


def test_the_change_report_has_the_same_test(sleep, sleep_fit):
    found = sleep_fit.test_variance("slope")
    report = sleep_fit.change()
    assert report.value("likelihood ratio for slope variance") == pytest.approx(found.statistic, rel=1e-12)
    assert report.value("p-value of slope variance, mixture") == found.p_value
    assert report.value("p-value of slope variance, naive") == found.p_naive


def test_different_rows_are_refused_with_the_persons(sleep):
    whole = gc.fit("reaction ~ day + (day | subject)", sleep)
    part = gc.fit("reaction ~ day + (day | subject)", sleep.drop(index=[3, 25]))
    with pytest.raises(ModelError, match=r"180 and 178.*2 persons differ \(subject 308, 310\)"):
        gc.compare(whole, part)
    with pytest.raises(ModelError, match="different outcomes"):
        gc.compare(whole, gc.fit("day ~ reaction + (1 | subject)", sleep, time="reaction"))


def test_models_that_are_not_nested_have_criteria_and_no_test(sleep):
    spline = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Spline(df=3)), sleep, method="ml")
    pieces = gc.fit(
        gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise(knots=[4]), random=("intercept",)),
        sleep,
        method="ml",
    )
    found = gc.compare(spline, pieces)
    assert np.isnan(found.table["p_value"]).all()
    assert "no test, because the fixed effects" in str(found)
    equal = gc.compare(spline, spline)
    assert "both have 8 parameters" in str(equal)


def test_covariances_that_the_larger_model_holds_at_zero_are_not_nested(sleep):
    small = gc.fit("reaction ~ day + (day | subject)", sleep, method="ml")
    model = gc.GrowthModel("reaction", "day", "subject", shape="quadratic", random=gc.Diagonal("intercept", "slope"))
    larger = gc.fit(model.replace(predictors=None), sleep, method="ml")
    cubic = gc.fit(model.replace(shape="cubic"), sleep, method="ml")
    assert larger.parameter_count == small.parameter_count
    assert "covariances at zero" in str(gc.compare(small, cubic))


def test_a_smaller_model_that_is_singular_itself_has_no_large_sample_distribution():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"id": np.repeat(np.arange(20), 5), "t": np.tile(np.arange(5.0), 20)})
    data["y"] = rng.normal(size=100)
    data["y"] -= data.groupby("id")["y"].transform("mean")  # persons have the same mean exactly
    fit = gc.fit("y ~ t + (t || id)", data)
    found = fit.test_variance("slope")
    assert np.isnan(found.p_value)
    assert "method='bootstrap'" in str(found)
    assert 0 < fit.test_variance("slope", method="bootstrap", n=100, rng=1).p_value <= 1


def test_what_is_not_identified_is_not_tested(sleep):
    two = sleep[sleep["day"].isin([0, 5])]
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", two)
    found = fit.test_variance("slope")
    assert np.isnan(found.p_value)
    assert "cannot tell" in str(found)


def test_what_does_not_apply_is_refused(sleep, sleep_fit):
    with pytest.raises(ModelError, match="at least two fits"):
        gc.compare(sleep_fit)
    with pytest.raises(ModelError, match="takes fits, not str"):
        gc.compare(sleep_fit, "another")
    with pytest.raises(ModelError, match="2 different names"):
        gc.compare(sleep_fit, sleep_fit, names=["a", "a"])
    with pytest.raises(ModelError, match="exact distribution is known for one variance"):
        sleep_fit.test_variance("slope", method="exact")
    with pytest.raises(ModelError, match="random effect"):
        sleep_fit.test_variance("slop")
    with pytest.raises(ModelError, match="Name the random effects"):
        sleep_fit.test_variance()
    with pytest.raises(ModelError, match="bootstrap"):
        sleep_fit.test_variance("slope", method="boot")
    with pytest.raises(ModelError, match="number of draws"):
        sleep_fit.test_variance("slope", method="bootstrap", n=0)


def test_exact_beside_other_variances_says_that_it_approximates(sleep):
    fit = gc.fit("reaction ~ day + (day || subject)", sleep)
    found = fit.test_variance("slope", method="exact", rng=1)
    assert "Approximate" in str(found)
    assert found.p_value < 0.001


def test_records_are_answers(three):
    found = gc.compare(*three.values())
    assert set(found.to_dict()) == {"table", "notes"}
    assert "<td" in found._repr_html_() and "half chi-square" not in found._repr_html_()
    one = three["linear"].test_variance("slope")
    assert "half chi-square 1, half chi-square 2" in one._repr_html_()
    assert set(one.to_dict()) == {"table", "title", "notes"}


@pytest.mark.parametrize("change", [lambda y: 2 * y, lambda y: y - 200, np.log])
def test_an_outcome_of_other_values_is_told_as_that(sleep, change):
    """The likelihood of a transformed outcome lacks the Jacobian: the advice is not to look for missing predictors."""
    one = gc.fit("reaction ~ day + (1 | subject)", sleep, time="day")
    other = gc.fit("reaction ~ day + (1 | subject)", sleep.assign(reaction=change(sleep["reaction"])), time="day")
    with pytest.raises(ModelError, match="rescaled or transformed") as refused:
        gc.compare(one, other)
    assert "18 persons differ" in str(refused.value) and len(str(refused.value)) < 300


def test_the_same_outcomes_at_other_times_are_told_as_that(sleep):
    one = gc.fit("reaction ~ day + (1 | subject)", sleep, time="day")
    moved = sleep.assign(day=9 - sleep["day"])
    other = gc.fit("reaction ~ day + (1 | subject)", moved, time="day")
    with pytest.raises(ModelError, match="at other values of 'day'"):
        gc.compare(one, other)

"""Heavy tails: skewlmm's estimates, the density of scipy, data that are known, and what is refused."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, multivariate_t, norm

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError

REFERENCE = Path(__file__).parents[2] / "reference" / "heavy_tails.json"
FORMULA = "distance ~ age * sex + (age | subject)"


@pytest.fixture(scope="module")
def fit():
    return gc.fit(FORMULA, gc.load_dataset("orthodont"), reference={"sex": "Male"})


@pytest.fixture(scope="module")
def found(fit):
    return fit.heavy_tailed()


def cells(found, column):
    return found.table.set_index("term")[column]


def drawn(persons=300, df=4.0, seed=5):
    """Straight lines of persons with intercepts of SD 2, slopes of SD .5, residuals of SD 1 in the scale matrix."""
    rng = np.random.default_rng(seed)
    codes, year = np.repeat(np.arange(persons), 5), np.tile(np.arange(5.0), persons)
    share = np.ones(persons) if np.isinf(df) else np.sqrt(rng.chisquare(df, persons) / df)
    effects = rng.normal(size=(persons, 2)) * [2.0, 0.5]
    own = effects[codes, 0] + effects[codes, 1] * year + rng.normal(size=len(codes))
    return pd.DataFrame({"id": codes, "year": year, "y": 10.0 + 0.8 * year + own / share[codes]})


# ---------------------------------------------------------------- against others


def test_estimates_are_those_of_skewlmm(found):
    """Its EM stops where the likelihood has all but the last digits (tests/reference/heavy_tails.R)."""
    wanted = json.loads(REFERENCE.read_text())
    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-5)
    assert found.df == pytest.approx(wanted["nu"], rel=1e-4)
    terms = ["intercept", "slope", "intercept:sex[Female]", "slope:sex[Female]"]
    assert cells(found, "estimate")[terms].to_list() == pytest.approx(wanted["beta"], abs=5e-5)
    D = np.array(wanted["D"])
    sds = [*np.sqrt(np.diag(D)), np.sqrt(wanted["sigma2"])]
    assert cells(found, "scale")[["sd:intercept", "sd:slope", "sd:residual"]].to_list() == pytest.approx(sds, rel=2e-3)
    correlation = D[0, 1] / np.sqrt(D[0, 0] * D[1, 1])
    assert cells(found, "estimate")["cor:intercept,slope"] == pytest.approx(correlation, abs=2e-3)


def dense_deviance(parameters, X, Y, times):
    """-2 log likelihood by scipy of persons seen at the same times, their outcomes (N, n), X (N, n, p)."""
    beta, (sd0, sd1, cor, sd), df = parameters[:4], parameters[4:8], parameters[8]
    Z = np.column_stack([np.ones_like(times), times])
    G = np.array([[sd0**2, cor * sd0 * sd1], [cor * sd0 * sd1, sd1**2]])
    t = multivariate_t(np.zeros(len(times)), Z @ G @ Z.T + sd**2 * np.eye(len(times)), df=df)
    return -2.0 * float(t.logpdf(Y - X @ beta).sum())


def test_errors_are_those_of_the_observed_information_of_scipys_density(fit, found):
    data = gc.load_dataset("orthodont")
    times, girl = np.array([8.0, 10.0, 12.0, 14.0]), data["sex"].to_numpy().reshape(-1, 4) == "Female"
    age = np.broadcast_to(times, girl.shape)
    order = list(fit.terms)
    columns = {"intercept": 1.0 + 0.0 * age, "slope": age, "intercept:sex[Female]": 1.0 * girl,
               "slope:sex[Female]": girl * age}  # fmt: skip
    X, Y = np.stack([columns[name] for name in order], axis=-1), data["distance"].to_numpy().reshape(-1, 4)
    scale = cells(found, "scale")
    at = np.array([*cells(found, "estimate")[order], scale["sd:intercept"], scale["sd:slope"],
                   cells(found, "estimate")["cor:intercept,slope"], scale["sd:residual"], found.df])  # fmt: skip
    assert dense_deviance(at, X, Y, times) == pytest.approx(-2.0 * found.log_likelihood, abs=1e-8)
    steps = 1e-4 * np.array([1, 1, 0.1, 0.1, 1, 0.1, 0.5, 1, 5])
    around = {}
    for i in range(9):
        for j in range(i + 1):
            for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                moved = at + a * steps[i] * np.eye(9)[i] + b * steps[j] * np.eye(9)[j]
                around[i, j, a, b] = dense_deviance(moved, X, Y, times)
    H = np.zeros((9, 9))
    for i in range(9):
        for j in range(i + 1):
            sum_ = around[i, j, 1, 1] - around[i, j, 1, -1] - around[i, j, -1, 1] + around[i, j, -1, -1]
            H[i, j] = H[j, i] = sum_ / (4 * steps[i] * steps[j])
    cov = 2.0 * np.linalg.inv(H)
    errors = np.sqrt(np.diag(cov))
    assert cells(found, "std_error")[order].to_list() == pytest.approx(errors[:4], rel=1e-4)
    assert scale_errors(found) == pytest.approx(errors[[4, 5, 7]], rel=1e-3)
    assert cells(found, "std_error")["cor:intercept,slope"] == pytest.approx(errors[6], rel=1e-3)
    factor = np.sqrt(found.df / (found.df - 2.0))  # of outcomes: by the delta method, df too
    slope = np.zeros(9)
    slope[7], slope[8] = factor, -at[7] / (factor * (found.df - 2.0) ** 2)
    assert cells(found, "estimate")["sd:residual"] == pytest.approx(at[7] * factor)
    assert cells(found, "std_error")["sd:residual"] == pytest.approx(np.sqrt(slope @ cov @ slope), rel=1e-3)


def scale_errors(found):
    return cells(found, "scale_std_error")[["sd:intercept", "sd:slope", "sd:residual"]].to_list()


def test_weights_are_those_of_distances(fit, found):
    data = gc.load_dataset("orthodont")
    own = data[data["subject"] == "M09"]
    times = own["age"].to_numpy(dtype=float)
    estimate, scale = cells(found, "estimate"), cells(found, "scale")
    Z = np.column_stack([np.ones(4), times])
    S = np.diag(scale[["sd:intercept", "sd:slope"]])
    C = np.array([[1.0, estimate["cor:intercept,slope"]], [estimate["cor:intercept,slope"], 1.0]])
    V = Z @ S @ C @ S @ Z.T + scale["sd:residual"] ** 2 * np.eye(4)
    e = own["distance"].to_numpy() - Z @ estimate[["intercept", "slope"]].to_numpy()
    d = e @ np.linalg.solve(V, e)
    assert found.weights["M09"] == pytest.approx((found.df + 4) / (found.df + d), rel=1e-6)


# ---------------------------------------------------------------- what holds of any


def test_the_normal_columns_are_those_of_ml(fit, found):
    ml = fit.refit("ml")
    assert found.normal_log_likelihood == pytest.approx(ml.llf, abs=1e-7)
    assert cells(found, "normal")[list(ml.terms)].to_list() == pytest.approx(ml.params.to_list())
    assert cells(found, "normal_std_error")[list(ml.terms)].to_list() == pytest.approx(ml.bse.to_list())
    parts = ml.variance_components(method="wald").set_index("term")
    assert cells(found, "normal")[parts.index].to_list() == pytest.approx(parts["estimate"].to_list())
    apart = (cells(found, "estimate") - cells(found, "normal")) / cells(found, "normal_std_error")
    assert cells(found, "difference").to_list() == pytest.approx(apart.to_list())


def test_the_ratio_is_tested_at_the_end_of_the_range(found):
    ratio = 2.0 * (found.log_likelihood - found.normal_log_likelihood)
    assert found.statistic == pytest.approx(ratio, abs=1e-7)
    assert found.p_value == pytest.approx(0.5 * chi2.sf(ratio, 1), rel=1e-6)


def test_at_the_ends_of_the_interval_of_df_the_deviance_has_risen_by_the_quantile(fit, found):
    low, high = found.df_interval
    assert low < found.df < high
    for df in (low, high):
        held = fit.heavy_tailed(df=df)
        assert 2.0 * (found.log_likelihood - held.log_likelihood) == pytest.approx(chi2.ppf(0.95, 1), abs=2e-4)
        assert np.isnan(held.statistic) and np.isnan(held.p_value) and "as given" in str(held)


def test_tests_and_intervals_of_fixed_effects_are_normal(fit):
    found = fit.heavy_tailed(level=0.9).table.iloc[0]
    assert found["statistic"] == pytest.approx(found["estimate"] / found["std_error"])
    ends = found["estimate"] + norm.ppf([0.05, 0.95]) * found["std_error"]
    assert [found["conf_low"], found["conf_high"]] == pytest.approx(ends.tolist())
    assert found["df"] == np.inf


def test_the_unit_of_the_outcome_and_the_origin_of_time_do_not_matter(found):
    data = gc.load_dataset("orthodont")
    data["distance"], data["age"] = 1e6 + 1e-3 * data["distance"], data["age"] + 1990.0
    moved = gc.fit(FORMULA, data, reference={"sex": "Male"}).heavy_tailed()
    assert moved.df == pytest.approx(found.df, rel=1e-5)
    assert cells(moved, "estimate")["slope"] == pytest.approx(1e-3 * cells(found, "estimate")["slope"], rel=1e-5)
    assert moved.weights.to_list() == pytest.approx(found.weights.to_list(), rel=1e-4)


def test_truth_is_found():
    found = gc.fit("y ~ year + (year | id)", drawn()).heavy_tailed()
    assert found.df_interval[0] < 4.0 < found.df_interval[1] and found.p_value < 1e-6
    truth = {"intercept": 10.0, "slope": 0.8}
    for term, value in truth.items():
        assert abs(cells(found, "estimate")[term] - value) < 3.0 * cells(found, "std_error")[term]
    for term, value in {"sd:intercept": 2.0, "sd:slope": 0.5, "sd:residual": 1.0}.items():
        assert abs(cells(found, "scale")[term] - value) < 3.0 * cells(found, "scale_std_error")[term]
        of_outcomes = value * np.sqrt(2.0)
        assert abs(cells(found, "estimate")[term] - of_outcomes) < 3.0 * cells(found, "std_error")[term]


def test_a_person_far_away_hardly_moves_the_estimates():
    data = drawn(60, np.inf, seed=2)
    clean = gc.fit("y ~ year + (year | id)", data, method="ml")
    data.loc[data["id"] == 7, "y"] += 200.0 * data.loc[data["id"] == 7, "year"]
    found = gc.fit("y ~ year + (year | id)", data).heavy_tailed()
    assert found.weights.idxmin() == 7 and found.weights[7] < 0.01
    assert "7 0.00" in str(found)
    apart = abs(cells(found, "estimate")["slope"] - clean.params["slope"])
    assert apart < 0.5 * clean.bse["slope"]
    assert abs(cells(found, "normal")["slope"] - clean.params["slope"]) > 20.0 * clean.bse["slope"]


def test_normal_outcomes_have_the_normal_estimates():
    """Where the score of 1 / df at 0 is negative the estimate is the end of the range, and LR is 0."""
    found = gc.fit("y ~ year + (year | id)", drawn(100, np.inf, seed=5)).heavy_tailed()
    assert found.df == np.inf and found.statistic == 0.0 and found.p_value == 1.0
    assert found.df_interval[0] > 8.0 and found.df_interval[1] == np.inf
    assert (found.weights == 1.0).all() and found.converged
    assert cells(found, "difference").abs().max() < 1e-4
    assert cells(found, "std_error").to_list() == pytest.approx(cells(found, "normal_std_error").to_list(), rel=2e-2)
    assert "no heavier than normal" in str(found)


def test_infinite_variances_are_withheld():
    found = gc.fit("y ~ year + (year | id)", drawn(80, 1.2, seed=1)).heavy_tailed()
    assert found.df < 2.0 and np.isnan(cells(found, "estimate")["sd:slope"])
    assert cells(found, "scale")["sd:slope"] == pytest.approx(0.5, abs=0.3)
    assert np.isfinite(cells(found, "estimate")["cor:intercept,slope"])
    assert "variances are infinite" in str(found)


def test_of_what_is_not_identified_fixed_effects_are_told():
    data = drawn(80, 4.0).query("year < 2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = gc.fit("y ~ year + (year | id)", data).heavy_tailed()
        whole = gc.fit("y ~ year + un(year | id)", data, wave="year").heavy_tailed()
    assert found.converged and not found.certificate.identified
    assert found.df == pytest.approx(whole.df, rel=1e-4)
    for column in ("estimate", "std_error"):
        both = [cells(one, column)[["intercept", "slope"]].to_list() for one in (found, whole)]
        assert both[0] == pytest.approx(both[1], rel=1e-4)
    assert np.isnan(cells(found, "scale")["sd:slope"])


def test_units_above_share_their_scale():
    data = drawn(120, 5.0)
    data["site"] = data["id"] % 30
    rng = np.random.default_rng(4)
    data["y"] += 2.0 * rng.normal(size=30)[data["site"]]
    data.loc[data["site"] == 3, "y"] *= 4.0
    found = gc.fit("y ~ year + (year | site/id)", data).heavy_tailed()
    assert found.weights.index.name == "site" and len(found.weights) == 30 and found.weights.idxmin() == 3
    assert "sites, with all its" in str(found) and "sd:intercept|site" in found.table["term"].to_list()


# ---------------------------------------------------------------- as a record, and what is refused


def test_as_a_record(fit, found, tmp_path):
    text = str(found)
    assert "Lightest weights (1 with normal tails): M09 0.17, M13 0.23" in text
    assert "df = 5.039 (95 % profile interval 2.233 to 14.07)" in text and "both fitted by ML" in text
    assert found.method == "ml" and "REML" not in text
    told = json.loads(json.dumps(found.to_dict()))
    assert told["weights"]["M09"] == pytest.approx(found.weights["M09"]) and told["method"] == "ml"
    assert "M09 0.17" in found._repr_html_() and "converged" in told["certificate"]
    found.save(tmp_path / "heavy.csv")
    assert len(pd.read_csv(tmp_path / "heavy.csv")) == len(found.table)


def test_what_is_refused(fit, tmp_path):
    data = gc.load_dataset("orthodont")
    data["whole"] = data["distance"].round().astype(int)
    with pytest.raises(NotAvailableError, match="family='poisson'"):
        gc.fit("whole ~ age + (1 | subject)", data, family="poisson").heavy_tailed()
    for df in (0.0, -1, float("nan"), True, "4"):
        with pytest.raises(ModelError, match="df="):
            fit.heavy_tailed(df=df)
    with pytest.raises(ModelError, match="level="):
        fit.heavy_tailed(level=95)
    with pytest.raises(NotAvailableError, match="without its rows"):
        gc.load(fit.save(tmp_path / "fit.json")).heavy_tailed()
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True)).heavy_tailed()
    assert again.df == pytest.approx(fit.heavy_tailed().df, rel=1e-9)


def test_crossed_units_are_refused():
    data = drawn(40, 5.0)
    data["rater"] = (data["id"] + data["year"].astype(int)) % 8
    data["y"] += np.random.default_rng(1).normal(size=8)[data["rater"]] * 3.0
    crossed = gc.fit("y ~ year + (1 | id) + (1 | rater)", data, time="year")
    with pytest.raises(NotAvailableError, match="Crossed units"):
        crossed.heavy_tailed()


def test_persons_fitted_perfectly_are_refused():
    """Three of eight persons have no residual: the likelihood has no maximum."""
    data = drawn(8, np.inf, seed=3)
    data["kind"] = np.where(data["id"] < 1, "a", "b")
    exact = data["id"] < 5
    data.loc[exact, "y"] = 3.0 + data.loc[exact, "year"]
    data.loc[~exact, "y"] += 30.0 * np.random.default_rng(2).normal(size=int((~exact).sum()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(NotEstimableError, match="Degrees of freedom"):
            gc.fit("y ~ year + (1 | id)", data).heavy_tailed()

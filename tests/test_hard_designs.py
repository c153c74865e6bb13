"""Designs that must not give confident nonsense, and codings that must not change a digit.

Each design is one that real files hold. The answer is a right number, or one clear sentence: an error where the data
cannot answer, a warning that is kept on the fit and printed with it where they can only just.
"""

from __future__ import annotations

import html
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table

import growthcurves as gc
from growthcurves.errors import (
    ConvergenceWarning,
    DataError,
    DataWarning,
    IdentificationWarning,
    ModelError,
    ModelWarning,
    NotEstimableError,
)

pytestmark = pytest.mark.usefixtures("undrawn")

FORMULA = "reaction ~ day + (day | subject)"
BOTH_DOORS = (FORMULA, gc.GrowthModel("reaction", "day", "subject"))


@pytest.fixture
def sleep():
    return gc.load_dataset("sleepstudy")


@pytest.fixture
def person(sleep):
    """The person of each row as a number from 0 to 17."""
    return pd.factorize(sleep["subject"])[0]


def warned(category, words, model, data, **options):
    """A fit that warns of one thing: the category is right, and the sentence is on the fit and in its text."""
    with pytest.warns(category, match=words) as caught:
        fit = gc.fit(model, data, **options)
    texts = [str(item.message) for item in caught if issubclass(item.category, category)]
    for text in texts:
        assert text in fit.warnings
        assert text in str(fit)
    return fit


def same_numbers(fit, other, rel=1e-9):
    assert fit.deviance == pytest.approx(other.deviance, rel=rel)
    np.testing.assert_allclose(fit.params[list(other.terms)], other.params, rtol=rel)
    np.testing.assert_allclose(fit.bse[list(other.terms)], other.bse, rtol=rel)
    np.testing.assert_allclose(fit.cov_re, other.cov_re, rtol=1e-6, atol=1e-6 * np.diag(other.cov_re).max())
    assert fit.scale == pytest.approx(other.scale, rel=1e-8)


# --- two common occasions per person: V and the fixed effects are known, G and the residual variance are not ---


@pytest.fixture
def two_occasions():
    return table("sleepstudy_two_occasions.csv")


@pytest.fixture
def withheld(two_occasions):
    return warned(IdentificationWarning, "withheld", FORMULA, two_occasions)


def test_two_common_occasions_fixed_effects_are_those_of_r(withheld):
    record = cases("two_occasions")
    assert withheld.certificate.converged and not withheld.certificate.identified
    assert "NOT identified" in str(withheld.certificate)
    assert withheld.deviance == pytest.approx(355.119553720, abs=5e-9)
    np.testing.assert_allclose(withheld.params, record["fixed"]["estimate"], rtol=1e-9)
    np.testing.assert_allclose(withheld.bse, record["fixed"]["se"], rtol=1e-8)
    assert withheld.fixed_effects()["df"].tolist() == pytest.approx([17, 17], rel=1e-6)  # balanced: persons - 1


def test_two_common_occasions_withhold_what_needs_the_variances(withheld):
    components = withheld.variance_components()
    assert components.drop(columns=["term", "unit", "label"]).isna().all(axis=None)
    assert "not identified" in components.attrs["withheld"]
    assert withheld.cov_re.isna().all(axis=None) and np.isnan(withheld.scale)
    assert withheld.random_effects.isna().all(axis=None)
    assert withheld.fittedvalues.isna().all() and withheld.resid.isna().all()
    assert withheld.icc().table.drop(columns=["time", "label"]).isna().all(axis=None)
    people = withheld.people()
    assert people.filter(regex="^eb_|shrinkage|p_positive").isna().all(axis=None)
    assert people[["n", "ols_intercept", "ols_slope"]].notna().all(axis=None)
    for who, interval in [("known", None), ("known", "prediction"), ("average", "prediction"), ("new", "confidence")]:
        with pytest.raises(NotEstimableError, match="withheld"):
            withheld.predict(people=who, interval=interval)
    assert withheld.predict(people="average", interval="confidence").notna().all(axis=None)


def test_two_common_occasions_change_report_keeps_the_mean_rate_only(withheld):
    report = withheld.change()
    assert "withheld" in str(report)
    rows = report.table.dropna(subset=["estimate"])
    assert set(rows["quantity"]) <= {"persons", "mean rate"}  # shares are withheld, of own lines too
    assert report.table.loc[report.table["quantity"] != "mean rate", ["conf_low", "conf_high"]].isna().all(axis=None)
    assert report.value("mean rate") == pytest.approx(withheld.params["slope"], rel=1e-12)


def test_two_common_occasions_no_text_shows_a_variance(withheld, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        withheld.report(tmp_path / "two.html")
    page = re.sub(r"<(style|svg|script).*?</\1>", " ", (tmp_path / "two.html").read_text("utf-8"), flags=re.S)
    page = html.unescape(re.sub(r"<[^>]+>", " ", page))
    hidden = withheld.estimates.solution  # where the optimiser happened to stop
    sd = np.sqrt([*np.diag(hidden.G), hidden.sigma2])
    values = [*sd, *np.diag(hidden.G), hidden.sigma2, hidden.G[0, 1] / (sd[0] * sd[1])]
    for text in (str(withheld), str(withheld.change()), page):
        for value in values:
            for digits in (3, 4):
                shown = f"{value:#.{digits}g}".rstrip(".").removeprefix("0")
                assert not re.search(rf"(?<![\d.])0?{re.escape(shown)}(?!\d)", text), (shown, text)
        assert "withheld" in text and not re.search(r"\bnan\b", text, re.I)


def test_two_common_occasions_are_not_said_to_be_singular_or_not(withheld):
    """Whether G lacks rank cannot be known: it does at some of the optima and does not at others."""
    assert "not singular" not in str(withheld.certificate)


@pytest.mark.parametrize(("spread", "seed"), [(1.0, 1), (4.0, 11), (4.0, 12)])
def test_two_occasions_at_times_of_ones_own_are_identified(two_occasions, spread, seed):
    day = two_occasions["day"] + np.random.default_rng(seed).uniform(-spread / 2, spread / 2, len(two_occasions))
    fit = gc.fit(FORMULA, two_occasions.assign(day=day))
    assert fit.certificate.identified and fit.certificate.converged
    assert fit.variance_components()["estimate"].notna().all() and fit.scale > 0
    assert fit.deviance == pytest.approx(dense_reml(fit, two_occasions.assign(day=day)), rel=1e-9)


@pytest.mark.parametrize("spread", [1.0, 0.2, 0.01])
def test_two_occasions_at_times_of_ones_own_may_leave_no_residual(two_occasions, spread):
    """The restricted likelihood of these rises all the way to a residual variance of zero (lme4 agrees)."""
    day = two_occasions["day"] + np.random.default_rng(11).uniform(-spread / 2, spread / 2, len(two_occasions))
    fit = warned(ConvergenceWarning, "could not be certified", FORMULA, two_occasions.assign(day=day))
    assert fit.certificate.identified and not fit.certificate.converged


# --- too few persons or occasions ---


@pytest.mark.parametrize("model", BOTH_DOORS)
def test_one_occasion_per_person_is_refused(sleep, model):
    one = sleep.groupby("subject").sample(1, random_state=3)
    with pytest.raises(NotEstimableError, match=r"one occasion only.*slope.*'subject'"):
        gc.fit(model, one)


def test_one_occasion_per_person_and_random_intercept(sleep):
    one = sleep.groupby("subject").sample(1, random_state=3)
    with pytest.raises(NotEstimableError, match="one occasion only") as caught:
        gc.fit("reaction ~ day + (1 | subject)", one, time="day")
    assert "persons of persons" not in str(caught.value)


def test_persons_with_one_occasion_among_others_are_kept(sleep):
    """Henderson's point: they inform the intercept. Checked against a dense likelihood at the estimate."""
    some = sleep[(sleep["subject"] < 350) | (sleep["day"] == 4)]
    fit = gc.fit(FORMULA, some)
    assert fit.nobs == len(some) and len(fit.people()) == 18 and fit.panel.rows_dropped == 0
    single = fit.people()["n"] == 1
    assert single.sum() == 7  # persons numbered 350 and above
    assert "(1 to 10 per person" in str(fit) and "11 persons with an own line" in str(fit)
    people = fit.people()
    assert people.loc[single, ["ols_intercept", "ols_slope"]].isna().all(axis=None)
    assert people.filter(like="eb_").notna().all(axis=None)
    without = gc.fit(FORMULA, some[some["subject"] < 350])
    assert abs(fit.params["intercept"] - without.params["intercept"]) > 0.1
    assert fit.deviance == pytest.approx(dense_reml(fit, some), rel=1e-9)


def dense_reml(fit, data):
    """-2 log REML of reaction ~ day + (day | subject) at the estimate, with the n by n covariance matrix."""
    X = np.column_stack([np.ones(len(data)), data["day"]])
    y, ids = data["reaction"].to_numpy(), data["subject"].to_numpy()
    V = np.where(ids[:, None] == ids, X @ fit.cov_re.to_numpy() @ X.T, 0.0) + fit.scale * np.eye(len(data))
    A = X.T @ np.linalg.solve(V, X)
    residual = y - X @ np.linalg.solve(A, X.T @ np.linalg.solve(V, y))
    log_det = np.linalg.slogdet(V)[1] + np.linalg.slogdet(A)[1]
    return (len(y) - 2) * np.log(2 * np.pi) + log_det + residual @ np.linalg.solve(V, residual)


@pytest.mark.parametrize("model", BOTH_DOORS)
def test_one_person_is_refused_and_named(sleep, model):
    with pytest.raises(NotEstimableError, match=r"one person only \(subject 308\)"):
        gc.fit(model, sleep[sleep["subject"] == 308])


def test_two_persons_are_warned_of(sleep):
    fit = warned(DataWarning, "2 persons only", FORMULA, sleep[sleep["subject"].isin([308, 309])])
    assert fit.certificate.converged


def test_constant_time_is_refused(sleep):
    with pytest.raises(NotEstimableError, match=r"'day' is constant \(3\)"):
        gc.fit(FORMULA, sleep.assign(day=3.0))


# --- nothing left over ---


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("random", ["(day | subject)", "(day || subject)"])
def test_perfectly_linear_persons_are_refused(sleep, person, method, random):
    rng = np.random.default_rng(2)
    start, rate = rng.normal(250, 20, 18), rng.normal(10, 5, 18)
    lines = sleep.assign(reaction=start[person] + rate[person] * sleep["day"])
    with pytest.raises(NotEstimableError, match="own line fits 'reaction' perfectly"):
        gc.fit(f"reaction ~ day + {random}", lines, method=method)


def test_parallel_lines_are_refused(sleep, person):
    lines = sleep.assign(reaction=250.0 + 7 * person + 10 * sleep["day"])
    for formula in (FORMULA, "reaction ~ day + (1 | subject)"):
        with pytest.raises(NotEstimableError, match="perfectly"):
            gc.fit(formula, lines, time="day")


@pytest.mark.parametrize("outcome", [lambda day: 250 + 10.0 * day, lambda day: 1e9 - 10 * day])
def test_a_perfect_fit_of_the_population_is_refused(sleep, outcome):
    with pytest.raises(NotEstimableError, match="fit 'reaction' perfectly"):
        gc.fit(FORMULA, sleep.assign(reaction=outcome(sleep["day"])))


def test_a_constant_outcome_is_refused(sleep):
    with pytest.raises(NotEstimableError, match=r"'reaction' is constant \(250\)"):
        gc.fit(FORMULA, sleep.assign(reaction=250.0))


@pytest.mark.parametrize("random", ["1", "day"])
def test_a_fixed_effect_for_every_person_leaves_no_variance_to_estimate(sleep, random):
    """Under REML the likelihood is flat in G once X holds every person's own level (and rate)."""
    dummies = sleep.assign(name="p" + sleep["subject"].astype(str))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit = gc.fit(f"reaction ~ day * name + ({random} | subject)", dummies, time="day")
        except NotEstimableError:
            return
    assert any(issubclass(item.category, gc.errors.GrowthCurvesWarning) for item in caught)
    assert not (fit.certificate.converged and fit.certificate.identified)
    assert np.isnan(fit.variance_components()["estimate"].iloc[0])


# --- values and columns ---


@pytest.mark.parametrize("column", ["reaction", "day", "age", "stress"])
def test_infinite_values_are_placed(sleep, person, column):
    data = sleep.assign(age=30.0 + person, stress=np.sin(np.arange(180.0)))
    data = pd.DataFrame(data.astype({"day": float}).to_dict("list"))
    data.loc[13, column] = np.inf
    model = gc.GrowthModel("reaction", "day", "subject", predictors="age", time_varying="stress")
    with pytest.raises(DataError, match=f"'{column}' holds an infinite value.*person 309, row with index 13"):
        gc.fit(model, data)


@pytest.mark.parametrize("model", ["reaction ~ day + age + (day | subject)", BOTH_DOORS[1].replace(predictors="age")])
def test_an_all_missing_predictor_is_named(sleep, model):
    with pytest.raises(DataError, match="'age' is missing in every row"):
        gc.fit(model, sleep.assign(age=np.nan))


@pytest.mark.parametrize("kind", ["Int64", "Float64", "object", "float32"])
def test_numbers_of_any_dtype_are_numbers_in_a_predictor(sleep, person, kind):
    formula = "reaction ~ day * age + (day | subject)"
    plain = gc.fit(formula, sleep.assign(age=30.0 + person))
    fit = gc.fit(formula, sleep.assign(age=pd.Series(30.0 + person).astype(kind)))
    assert fit.terms == plain.terms == ("intercept", "intercept:age", "slope", "slope:age")
    same_numbers(fit, plain)


def test_a_level_two_predictor_that_varies_is_named_with_the_person(sleep, person):
    data = sleep.assign(arm=np.where(person % 2, "drug", "placebo"))
    data.loc[15, "arm"] = "placebo"
    with pytest.raises(ModelError, match=r"'arm'.*varies within person 309 \(drug, then placebo\)"):
        gc.fit(BOTH_DOORS[1].replace(predictors="arm"), data)


def test_ids_used_again_in_another_arm_name_the_person(sleep):
    twice = pd.concat([sleep.assign(arm="a"), sleep.assign(arm="b", reaction=sleep["reaction"] + 3)])
    for data in (twice, twice.reset_index(drop=True), twice.sample(frac=1, random_state=1)):
        with pytest.raises(ModelError, match=r"varies within person 3\d\d .*one id stands for two persons"):
            gc.fit(BOTH_DOORS[1].replace(predictors="arm"), data)


def test_ids_used_again_in_another_arm_are_warned_of_through_the_formula_door(sleep):
    twice = pd.concat([sleep.assign(arm="a"), sleep.assign(arm="b", reaction=sleep["reaction"] + 3)], ignore_index=True)
    warned(gc.errors.GrowthCurvesWarning, "308", "reaction ~ day * arm + (day | subject)", twice)


@pytest.mark.parametrize("covariate", ["stress", "np.abs(stress)"])
def test_row_labels_that_repeat_do_no_harm(sleep, covariate):
    data = sleep.assign(stress=np.sin(np.arange(180.0)))
    formula = f"reaction ~ day + {covariate} + (day | subject)"
    plain = gc.fit(formula, data)
    same_numbers(gc.fit(formula, data.set_index(np.repeat([0, 1], 90))), plain)


def test_a_level_only_in_new_data_is_named(sleep, person):
    data = sleep.assign(arm=np.where(person % 2, "b", "a"))
    fit = gc.fit("reaction ~ day * arm + (day | subject)", data)
    for people in ("known", "average", "new"):
        with pytest.raises(ModelError, match=r"'c' of 'arm' is new: .*\['a', 'b'\]"):
            fit.predict(data.assign(arm=["c"] + ["a"] * 179), people=people)
    unused = data.assign(arm=pd.Categorical(data["arm"], ["c", "a", "b"]))
    np.testing.assert_allclose(fit.predict(unused), fit.predict(data))
    assert fit.predict(data.assign(arm=[None] + ["a"] * 179)).isna().sum() == 1


def test_collinear_columns_are_named_and_dropped_as_r_does(sleep, person):
    data = sleep.assign(age=30 + 1.7 * person, months=12 * (30 + 1.7 * person), arm=np.where(person % 2, "b", "a"))
    formula = "reaction ~ day + {} + (day | subject)"
    fit = warned(ModelWarning, "linear combinations.*: intercept:months", formula.format("age + months + arm"), data)
    assert fit.terms == ("intercept", "intercept:age", "intercept:arm[b]", "slope")
    same_numbers(fit, gc.fit(formula.format("age + arm"), data))
    first = warned(ModelWarning, "intercept:age", formula.format("months + age + arm"), data)
    assert "intercept:months" in first.terms and "intercept:age" not in first.terms
    assert first.deviance == pytest.approx(fit.deviance + 2 * np.log(12.0), rel=1e-9)  # log |X'X| of REML


def test_collinear_columns_of_intercept_and_slope(sleep, person):
    data = sleep.assign(age=30 + 1.7 * person, months=12 * (30 + 1.7 * person))
    model = gc.GrowthModel("reaction", "day", "subject", predictors="age + months")
    fit = warned(ModelWarning, "intercept:months, slope:months", model, data)
    same_numbers(fit, gc.fit(model.replace(predictors="age"), data))
    np.testing.assert_allclose(fit.predict(data), fit.fittedvalues, rtol=1e-9)


def test_a_time_varying_factor_is_coded_as_r_codes_it(sleep):
    """R: reaction ~ day * tv gives tvlo and day:tvlo, and drops nothing."""
    data = sleep.assign(tv=np.where(np.sin(np.arange(180.0)) > 0, "hi", "lo"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = gc.fit("reaction ~ day * tv + (day | subject)", data)
    assert {"tv[lo]", "day:tv[lo]"} < set(fit.terms)
    number = gc.fit("reaction ~ day * lo + (day | subject)", data.assign(lo=(data["tv"] == "lo").astype(float)))
    assert fit.params["day:tv[lo]"] == pytest.approx(number.params["day:lo"], rel=1e-9)


@pytest.mark.parametrize("formula", [True, False])
def test_baseline_as_predictor_and_first_outcome(sleep, formula):
    data = sleep.assign(base=sleep.groupby("subject")["reaction"].transform("first"))
    model = "reaction ~ day * base + (day | subject)" if formula else BOTH_DOORS[1].replace(predictors="base")
    for rows in (data, data.sample(frac=1, random_state=4)):
        warned(ModelWarning, "'base' equals the first 'reaction'", model, rows)
    gc.fit(model, data[data["day"] > 0])  # no warning once the baseline is not an outcome


def test_age_at_entry(sleep, person):
    ages = sleep.assign(age=40.0 + 2 * person + sleep["day"])
    fit = warned(DataWarning, "start at very different values of 'age'", "reaction ~ age + (age | subject)", ages)
    assert "first 'age' as a predictor" in str(fit)
    split = ages.assign(entry=40.0 + 2 * person)
    gc.fit("reaction ~ day * entry + (day | subject)", split)  # no warning


def test_duplicate_times_are_counted_and_warned_of(sleep):
    repeated = pd.concat([sleep, sleep.iloc[[3, 3, 25]]], ignore_index=True)
    fit = warned(DataWarning, "time", FORMULA, repeated)
    assert fit.nobs == 183 and fit.certificate.converged


# --- boundaries ---


def lines(persons=40, times=(0.0, 1.0, 2.0, 3.0, 4.0), seed=1):
    """Balanced rows whose residuals are orthogonal to every person's own line: id, t, residual."""
    rng = np.random.default_rng(seed)
    t = np.array(times)
    Z = np.column_stack([np.ones(t.size), t])
    e = rng.normal(size=(persons, t.size))
    e -= e @ Z @ np.linalg.solve(Z.T @ Z, Z.T)
    rows = pd.DataFrame({"id": np.repeat(np.arange(persons), t.size), "t": np.tile(t, persons), "e": e.ravel()})
    return rows, Z


@pytest.mark.parametrize("bars", ["|", "||"])
def test_zero_intercept_variance_with_positive_slope_variance(bars):
    """Own intercepts are all alike. Closed form: S = 0 in the intercept's row of the gradient, so that
    sigma^2 = RSS / (n - 2 - (N - 1)) and var(slope) = s^2 - sigma^2 / sum t^2."""
    data, Z = lines()
    rate = np.random.default_rng(5).normal(size=40)
    data["y"] = 10 + 2 * data["t"] + rate[data["id"]] * data["t"] + data["e"]
    fit = gc.fit(f"y ~ t + (t {bars} id)", data)
    assert fit.certificate.converged and fit.certificate.identified and fit.certificate.singular
    assert fit.certificate.direction == ("intercept",)
    assert "no variance between persons in intercept" in str(fit)
    sigma2 = (data["e"] ** 2).sum() / (200 - 2 - 39)
    assert fit.scale == pytest.approx(sigma2, rel=1e-7)
    assert fit.cov_re.loc["slope", "slope"] == pytest.approx(rate.var(ddof=1) - sigma2 / (Z[:, 1] @ Z[:, 1]), rel=1e-6)
    components = fit.variance_components(method="wald").set_index("term")
    assert components.loc["sd:intercept", "estimate"] == 0
    assert components.loc["sd:intercept", ["std_error", "conf_low", "conf_high"]].isna().all()
    assert "on the boundary" in str(fit)


@pytest.mark.parametrize("excess", [-1e-1, -1e-3, -1e-6, 1e-6, 1e-3, 1e-1])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_around_the_saddle_at_zero(excess, method):
    """Balanced one-way design: variance (c MSB - MSW) / n where positive, else exactly zero (Searle et al. 1992)."""
    a, n = 12, 5
    rng = np.random.default_rng(6)
    within = rng.normal(size=(a, n))
    within -= within.mean(axis=1, keepdims=True)
    msw = (within**2).sum() / (a * (n - 1))
    means = rng.normal(size=a)
    means -= means.mean()
    divisor = a - 1 if method == "reml" else a
    means *= np.sqrt(msw * (1 + excess) * divisor / n / (means @ means))
    data = pd.DataFrame({"g": np.repeat(np.arange(a), n), "y": (7 + means[:, None] + within).ravel()})
    fit = gc.fit("y ~ 1 + (1 | g)", data, method=method)
    assert fit.certificate.converged and fit.certificate.singular == (excess < 0)
    variance = float(fit.cov_re.iloc[0, 0])
    if excess < 0:
        assert variance == 0 and fit.certificate.direction == ("intercept",)
    else:
        assert variance == pytest.approx(msw * excess / n, rel=1e-6 + 1e-9 / excess)
        assert fit.scale == pytest.approx(msw, rel=1e-9)


@pytest.mark.parametrize("least", [1e-2, 1e-4, -1e-4, -1e-2])
@pytest.mark.parametrize("sign", [1, -1])
def test_around_a_correlation_of_one(least, sign):
    """Balanced lines: G = S - sigma^2 (Z'Z)^-1 where that is positive definite, else of rank one."""
    data, Z = lines(persons=30, times=(-2.0, -1.0, 0.0, 1.0, 2.0))
    sigma2 = (data["e"] ** 2).sum() / (30 * 3)
    wanted = np.array([[4.0, sign * 2.0], [sign * 2.0, 1.0]]) + least * np.array([[1, -sign * 2], [-sign * 2, 4]])
    S = wanted + sigma2 * np.linalg.inv(Z.T @ Z)
    u = np.random.default_rng(8).normal(size=(30, 2))
    u -= u.mean(axis=0)
    u = u @ np.linalg.inv(np.linalg.cholesky(u.T @ u / 29)).T @ np.linalg.cholesky(S).T
    data["y"] = 50 + 3 * data["t"] + u[data["id"], 0] + u[data["id"], 1] * data["t"] + data["e"]
    fit = gc.fit("y ~ t + (t | id)", data)
    assert fit.certificate.converged and fit.certificate.identified
    assert fit.certificate.singular == (least < 0)
    if least > 0:
        np.testing.assert_allclose(fit.cov_re, wanted, rtol=1e-6, atol=1e-7)
        assert fit.scale == pytest.approx(sigma2, rel=1e-8)
        return
    row = fit.variance_components(method="wald").set_index("term").loc["cor:intercept,slope"]
    assert row["estimate"] == sign and np.isnan(row["conf_low"]) and np.isnan(row["std_error"])
    assert np.linalg.matrix_rank(fit.cov_re, tol=1e-9) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = str(fit) + str(fit.change())
    assert "nan" not in text.lower()


@pytest.mark.parametrize(("file", "sign"), [("panel_singular_plus.csv", 1.0), ("panel_singular_minus.csv", -1.0)])
def test_correlation_of_exactly_one(file, sign):
    fit = gc.fit("y ~ time + (time | id)", table(file))
    assert fit.certificate.singular and fit.certificate.converged
    row = fit.variance_components(method="wald").set_index("term").loc["cor:intercept,slope"]
    assert row["estimate"] == sign and np.isnan(row["conf_low"])
    assert "intercept" in fit.certificate.direction[0] and "slope" in fit.certificate.direction[0]
    assert np.isfinite(fit.people().filter(like="eb_")).all(axis=None)


def test_no_variance_at_all_names_every_growth_parameter():
    """G is exactly zero: every combination is constant, so that any but the plain names is arbitrary."""
    fit = gc.fit("y ~ time + (time | id)", table("panel_zero_all.csv"))
    assert fit.certificate.singular and fit.certificate.converged
    assert set(fit.certificate.direction) == {"intercept", "slope"}


def test_no_covariance_is_certified(sleep):
    """Its optimum has a gradient in the direction of the correlation, which is not part of the model."""
    fit = gc.fit("reaction ~ day + (day || subject)", sleep)
    record = cases("sleepstudy")
    known = next(r for r in record.values() if "||" in r["formula"] and r["method"] == "REML" and r["origin"] == 0)
    assert fit.certificate.converged and not fit.certificate.singular and fit.certificate.identified
    assert fit.deviance == pytest.approx(known["m2ll"], rel=1e-9)
    assert fit.cov_re.loc["intercept", "slope"] == 0


@pytest.mark.parametrize(("origin", "deviance"), [(0.0, 1766.525), (4.5, 1891.421)])
def test_random_slope_without_intercept(sleep, origin, deviance):
    """Two different models; values of lme4 1.1-31."""
    by_formula = gc.fit("reaction ~ day + (0 + day | subject)", sleep.assign(day=sleep["day"] - origin))
    by_model = gc.fit(gc.GrowthModel("reaction", "day", "subject", origin=origin, random=("slope",)), sleep)
    for fit in (by_formula, by_model):
        assert fit.deviance == pytest.approx(deviance, abs=5e-4)
        assert fit.certificate.converged and fit.certificate.identified and not fit.certificate.singular


# --- codings that must not change a digit that is printed ---


def plain_text(fit):
    """The printed fit without the lines that may name a unit of time; day 0 of dates is the first visit."""
    lines = (line for line in str(fit).splitlines() if not line.strip().startswith(("Time ", "day: days after")))
    return "\n".join(lines).replace("at the first visit", "at day 0")


def same_answers(fit, other):
    assert plain_text(fit) == plain_text(other)
    same_numbers(fit, other)
    people, others = fit.people().sort_values("eb_slope"), other.people().sort_values("eb_slope")
    np.testing.assert_allclose(people.to_numpy(float), others.to_numpy(float), rtol=1e-9)
    change, changes = fit.change().table, other.change().table
    assert change["quantity"].tolist() == changes["quantity"].tolist()
    np.testing.assert_allclose(change["estimate"], changes["estimate"], rtol=1e-8)


ROWS = {
    "shuffled": lambda data: data.sample(frac=1, random_state=1),
    "shuffled, new index": lambda data: data.sample(frac=1, random_state=2).reset_index(drop=True),
    "backwards": lambda data: data.iloc[::-1],
    "by time": lambda data: data.sort_values(list(data.columns[1:2]), kind="stable"),
    "text id": lambda data: data.assign(**{data.columns[0]: "p" + data.iloc[:, 0].astype(str)}),
    "float id with gaps": lambda data: data.assign(
        **{data.columns[0]: (pd.factorize(data.iloc[:, 0])[0] + 0.5) ** 3 - 4.0}
    ),
    "categorical id with unused levels": lambda data: data.assign(
        **{
            data.columns[0]: pd.Categorical(
                data.iloc[:, 0].astype(str), ["x", *data.iloc[:, 0].astype(str).unique()[::-1], "z"]
            )
        }
    ),
}


@pytest.mark.parametrize("rows", ROWS)
def test_rows_and_ids_do_not_change_a_digit(sleep, rows):
    same_answers(gc.fit(FORMULA, ROWS[rows](sleep[["subject", "day", "reaction"]])), gc.fit(FORMULA, sleep))


@pytest.mark.parametrize("rows", ROWS)
def test_rows_and_ids_do_not_change_a_digit_of_an_unbalanced_panel(rows):
    formula, data = "y ~ time * arm + age + (time | id)", table("panel_arms.csv")
    same_answers(gc.fit(formula, ROWS[rows](data)), gc.fit(formula, data))


@pytest.mark.parametrize("rows", ["shuffled", "text id", "float id with gaps"])
def test_rows_and_ids_do_not_change_a_digit_with_times_of_ones_own(rows):
    formula, data = "y ~ time + (time | id)", table("panel_own_times.csv")
    same_answers(gc.fit(formula, ROWS[rows](data)), gc.fit(formula, data))


@pytest.mark.parametrize(
    "kind", ["int8", "int32", "uint16", "float32", "Int64", "Float64", "object", "s", "ms", "us", "ns", "iso", "date"]
)
def test_the_dtype_of_time_does_not_change_a_digit(sleep, kind):
    dates = pd.Timestamp("2024-02-27") + pd.to_timedelta(sleep["day"], unit="D")
    if kind in ("s", "ms", "us", "ns"):
        day = dates.astype(f"datetime64[{kind}]")
    elif kind in ("iso", "date"):
        day = dates.dt.strftime("%Y-%m-%d") if kind == "iso" else dates.dt.date
    else:
        day = sleep["day"].astype(kind)
    same_answers(gc.fit(FORMULA, sleep.assign(day=day)), gc.fit(FORMULA, sleep))


def test_polars_gives_the_same(sleep):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({name: sleep[name].tolist() for name in sleep})
    same_answers(gc.fit(FORMULA, frame), gc.fit(FORMULA, sleep))


def test_the_callers_table_is_untouched(sleep, person):
    data = sleep.assign(arm=pd.Categorical(np.where(person % 2, "b", "a"), ["z", "b", "a"]), stress=np.arange(180.0))
    data.loc[[3, 50], "reaction"] = np.nan
    data["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(data["day"], unit="D")
    before, flags = data.copy(deep=True), dict(data.attrs)
    model = gc.GrowthModel(
        "reaction", "day", "subject", predictors="arm", time_varying="stress", reference={"arm": "b"}
    )
    fit = gc.fit(model, data)
    fit.change(by="arm")
    fit.people()
    fit.predict(data, people="average", interval="prediction")
    str(fit)
    pd.testing.assert_frame_equal(data, before)
    assert dict(data.attrs) == flags and list(data["arm"].cat.categories) == ["z", "b", "a"]

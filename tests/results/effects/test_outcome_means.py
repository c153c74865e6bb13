"""Means, rates and differences of families on both scales: emmeans of glmmTMB, dense integrals, Monte Carlo."""

import numpy as np
import pandas as pd
import pytest
from family_panels import grid
from reference_values import cases, table
from scipy import stats
from scipy.special import expit, logit

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError

pytestmark = pytest.mark.filterwarnings("ignore:Laplace's approximation")
REFERENCE = cases("family_answers")
FORMULA = "{} ~ time * arm + age + ({} | id)"
FITS = {
    "yes": ("yes", "1", {"family": "binomial"}),
    "probit": ("yes", "1", {"family": ("binomial", "probit")}),
    "cloglog": ("yes", "1", {"family": ("binomial", "cloglog")}),
    "slope": ("successes", "time", {"family": "binomial", "trials": "trials"}),
    "counts": ("counts", "1", {"family": "poisson", "exposure": "exposure"}),
}


def family(value):
    from growthcurves.model.families.binomial import Binomial

    return value if isinstance(value, str) else Binomial(link=value[1])


@pytest.fixture(scope="module", params=list(FITS))
def case(request):
    outcome, random, options = FITS[request.param]
    options = {**options, "family": family(options["family"])}
    data = table("panel_outcomes.csv")
    fit = gc.fit(FORMULA.format(outcome, random), data, time="time", quadrature="laplace", **options)
    return request.param, fit, REFERENCE[request.param]


def close(found, wanted, tolerance=2e-5):
    np.testing.assert_allclose(np.asarray(found, dtype=float), wanted, rtol=tolerance, atol=tolerance)


def test_the_fit_is_that_of_glmmtmb(case):
    _, fit, wanted = case
    assert fit.deviance == pytest.approx(wanted["deviance"], abs=1e-6)


def test_means_on_the_link_scale(case):
    _, fit, wanted = case
    found = fit.means(at=[0, 4], by="arm", differences="reference")
    close(found.means["estimate"], wanted["link"]["emmean"])
    close(found.means["std_error"], wanted["link"]["SE"])
    close(found.differences["estimate"], wanted["difference"]["estimate"])
    close(found.differences["std_error"], wanted["difference"]["SE"])
    assert fit.family.scale_words.link in str(found)


def test_means_of_the_typical_person(case):
    name, fit, wanted = case
    found = fit.means(at=[0, 4], by="arm", scale="response", people="typical", differences="reference")
    column = "rate" if name == "counts" else "prob"
    close(found.means["estimate"], wanted["response"][column])
    close(found.means["std_error"], wanted["response"]["SE"])
    close(found.differences["estimate"], wanted["of_probabilities"]["estimate"])
    close(found.differences["std_error"], wanted["of_probabilities"]["SE"])
    half = stats.norm.ppf(0.975) * np.array(wanted["link"]["SE"])
    close(found.means["conf_low"], fit.family.mean(np.array(wanted["link"]["emmean"]) - half))


def test_ratios_beside_differences(case):
    name, fit, wanted = case
    found = fit.means(at=[0, 4], by="arm", differences="reference").differences
    if fit.family.effect is None:
        assert "ratio" not in found
        return
    ratio = {"counts": "ratio", "cloglog": None}.get(name, "odds.ratio")
    close(found["ratio"], wanted["ratio"][ratio] if ratio else np.exp(wanted["difference"]["estimate"]))
    close(np.log(found["ratio_high"] / found["ratio_low"]) / (2 * stats.norm.ppf(0.975)), wanted["difference"]["SE"])


def test_rates_on_the_link_scale(case):
    _, fit, wanted = case
    found = fit.slopes(by="arm", differences="reference")
    close(found.means["estimate"], wanted["slopes"]["time.trend"])
    close(found.means["std_error"], wanted["slopes"]["SE"])
    close(found.differences["estimate"], wanted["slope_difference"]["estimate"])
    close(found.differences["std_error"], wanted["slope_difference"]["SE"])


@pytest.fixture(scope="module")
def successes():
    data = table("panel_outcomes.csv")
    return gc.fit(FORMULA.format("successes", "time"), data, family="binomial", trials="trials", quadrature=7)


def linear(fit, arm, time, age):
    b, drug = fit.params, float(arm == "drug")
    return (b["intercept"] + b["slope"] * time + drug * (b["intercept:arm[drug]"] + b["slope:arm[drug]"] * time)
            + b["intercept:age"] * age)  # fmt: skip


def dense(fit, arm, time, age):
    nodes, weights = grid(fit.G, 80)
    return weights @ expit(linear(fit, arm, time, age) + nodes[:, 0] + time * nodes[:, 1])


def test_average_is_the_integral_over_persons(successes):
    age = table("panel_outcomes.csv").groupby("id")["age"].first()
    found = successes.means(at=[0, 4], by="arm", scale="response")
    wanted = [dense(successes, arm, time, age.mean()) for time in (0, 4) for arm in ("placebo", "drug")]
    np.testing.assert_allclose(found.means["estimate"], wanted, atol=1e-8)
    standardised = successes.means(at=[4], by="arm", scale="response", weights="counterfactual")
    wanted = [np.mean([dense(successes, arm, 4, one) for one in age]) for arm in ("placebo", "drug")]
    np.testing.assert_allclose(standardised.means["estimate"], wanted, atol=1e-8)
    assert "veraged over persons" in str(found) and "probability (average)" in found.title


def test_levels_are_averaged_on_the_scale_of_the_outcome(successes):
    age = table("panel_outcomes.csv").groupby("id")["age"].first().mean()
    found = successes.means(at=[4], scale="response").means["estimate"].iloc[0]
    wanted = np.mean([dense(successes, arm, 4, age) for arm in ("placebo", "drug")])
    assert found == pytest.approx(wanted, abs=1e-8)
    typical = successes.means(at=[4], scale="response", people="typical").means["estimate"].iloc[0]
    assert typical == pytest.approx(expit(np.mean([linear(successes, arm, 4, age) for arm in ("placebo", "drug")])))


def test_rates_of_the_average(successes):
    age = table("panel_outcomes.csv").groupby("id")["age"].first().mean()
    found = successes.slopes(by="arm", scale="response", differences="reference")
    wanted = [(dense(successes, arm, 4, age) - dense(successes, arm, 0, age)) / 4 for arm in ("placebo", "drug")]
    np.testing.assert_allclose(found.means["estimate"], wanted, atol=1e-8)
    np.testing.assert_allclose(found.differences["estimate"], wanted[1] - wanted[0], atol=1e-8)
    at = successes.slopes(by="arm", at=[2], scale="response").means["estimate"]
    h = 1e-3
    wanted = [(dense(successes, arm, 2 + h, age) - dense(successes, arm, 2 - h, age)) / (2 * h)
              for arm in ("placebo", "drug")]  # fmt: skip
    np.testing.assert_allclose(at, wanted, atol=1e-6)


def test_uncertainty_by_monte_carlo(successes):
    """Small draws of all parameters from their joint distribution: 20,000 know an SD to .5 %."""
    age = table("panel_outcomes.csv").groupby("id")["age"].first().mean()
    estimates = successes.estimates
    info, p = estimates.uncertainty("observed"), len(successes.params)
    joint = np.block([[estimates.cov_beta, info.cross.T], [info.cross, info.cov]]) * 1e-4
    steps = np.random.default_rng(1).multivariate_normal(np.zeros(len(joint)), joint, 20_000)
    z = successes.standard_rows(np.array([[1.0, 4.0]]))[0]
    variance = np.array([info.moved(step[p:]).between(z) for step in steps])
    order = list(successes.params.index)
    means = []
    for drug in (0.0, 1.0):
        row = {"intercept": 1.0, "intercept:arm[drug]": drug, "intercept:age": age, "slope": 4.0,
               "slope:arm[drug]": 4.0 * drug}  # fmt: skip
        x = np.array([row[name] for name in order])
        means.append(np.asarray(successes.family.marginal((estimates.beta + steps[:, :p]) @ x, variance)))
    found = successes.means(at=[4], by="arm", scale="response", differences="reference")
    np.testing.assert_allclose(found.means["std_error"], [100 * one.std() for one in means], rtol=0.02)
    assert found.differences["std_error"].iloc[0] == pytest.approx(100 * (means[1] - means[0]).std(), rel=0.02)
    spread = 100 * np.log(means[1] / means[0]).std()
    ratio = found.differences[["ratio_low", "ratio_high"]].iloc[0]
    assert np.log(ratio["ratio_high"] / ratio["ratio_low"]) == pytest.approx(2 * 1.959964 * spread, rel=0.02)


def test_intervals_keep_their_range_and_agree_with_tests(successes):
    found = successes.means(at=[0, 4], by="arm", scale="response", differences="pairwise", adjust="tukey", level=0.9999)
    assert found.means[["conf_low", "conf_high"]].stack().between(0, 1).all()
    rows = found.differences
    assert rows[["conf_low", "conf_high", "conf_low_adjusted", "conf_high_adjusted"]].stack().between(-1, 1).all()
    p = rows["p_value"].iloc[-1]
    at_p = successes.means(at=[4], by="arm", scale="response", differences="pairwise", level=1 - p).differences
    assert min(abs(at_p["conf_low"].iloc[0]), abs(at_p["conf_high"].iloc[0])) < 1e-9
    mean = found.means.iloc[0]
    half = logit(mean["conf_high"]) - logit(mean["estimate"])
    assert half == pytest.approx(logit(mean["estimate"]) - logit(mean["conf_low"]))


def test_contrasts_of_mean_outcomes(successes):
    found = successes.means(at=[0, 4], by="arm", scale="response", differences="pairwise")
    made = successes.contrast({"drug less placebo": {"arm[drug], time 4": 1, "arm[placebo], time 4": -1}}, of=found)
    row = found.differences.iloc[-1]
    assert made.table["estimate"].iloc[0] == pytest.approx(row["estimate"], abs=1e-12)
    assert made.table["std_error"].iloc[0] == pytest.approx(row["std_error"], rel=1e-9)


def test_normal_outcomes_have_one_scale():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    plain = fit.means(at=[0, 9]).table
    for people in ("average", "typical"):
        pd.testing.assert_frame_equal(fit.means(at=[0, 9], scale="response", people=people).table, plain)
    with pytest.raises(ModelError, match="kind of people"):
        fit.means(people="mean")
    with pytest.raises(ModelError, match="scale"):
        fit.slopes(scale="odds")
    logs = gc.fit("log(reaction) ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    with pytest.raises(NotAvailableError, match="no one value"):
        logs.slopes(scale="response")

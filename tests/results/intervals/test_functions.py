"""Profile intervals of functions: closed forms of balanced designs, and roots found by scipy on a plain likelihood."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from reference_values import table
from scipy import optimize, stats

import growthcurves as gc
from growthcurves.engine.estimates import Cor, Sd
from growthcurves.results.intervals.profile import Profile, profile_interval
from growthcurves.results.questions.random_effects import random_rows

pytestmark = pytest.mark.usefixtures("undrawn")

SLEEP = "reaction ~ day + (day | subject)"
ENDS = ["conf_low", "conf_high"]
CUT = stats.chi2.ppf(0.95, 1)


def bounded(f, low, high):
    """The least value of a function of one variable."""
    return optimize.minimize_scalar(f, bounds=(low, high), method="bounded", options={"xatol": 1e-12})


def one_way(a=12, n=5, ratio=4.0, seed=3):
    """A balanced one-way design with MSB = ratio * MSW, and its sums of squares."""
    rng = np.random.default_rng(seed)
    within = rng.normal(size=(a, n))
    within -= within.mean(axis=1, keepdims=True)
    means = rng.normal(size=a)
    means -= means.mean()
    msw = (within**2).sum() / (a * (n - 1))
    means *= np.sqrt(ratio * msw * (a - 1) / n / (means @ means))
    data = pd.DataFrame({"g": np.repeat(np.arange(a), n), "y": (7 + means[:, None] + within).ravel()})
    return data, n * (means @ means), (within**2).sum()


def one_way_deviance(method, a, n, ssb, ssw):
    """-2 log likelihood in (sigma^2, n tau^2 + sigma^2), constants left out (Searle, Casella, McCulloch 1992, 3.7)."""
    df = a - 1 if method == "reml" else a

    def deviance(within, between):
        return df * np.log(between) + ssb / between + a * (n - 1) * np.log(within) + ssw / within

    return deviance


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_icc_of_a_balanced_design(method):
    """With r = between / within = 1 + n rho / (1 - rho) held, sigma^2 = (SSW + SSB / r) / (all df)."""
    a, n = 12, 5
    data, ssb, ssw = one_way(a, n)
    df = a - 1 if method == "reml" else a

    def profile(r):
        return df * np.log(r) + (df + a * (n - 1)) * np.log(ssw + ssb / r)

    best = bounded(lambda x: profile(np.exp(x)), 0, 5)
    r = np.exp(best.x)
    ends = [optimize.brentq(lambda r: profile(r) - best.fun - CUT, *pair, xtol=1e-13) for pair in ((1.0, r), (r, 1e3))]
    wanted = [(r - 1) / (r - 1 + n) for r in ends]
    fit = gc.fit("y ~ 1 + (1 | g)", data, method=method)
    effect = fit.standard_effect("intercept")
    share = lambda at: at.between(effect) / (at.between(effect) + at.residual_variance())  # noqa: E731
    found = profile_interval(fit, share, scale="logit")
    np.testing.assert_allclose([found.low, found.high], wanted, rtol=1e-6)


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize(("ratio", "low_is_zero"), [(4.0, False), (1.5, True), (0.5, True)])
def test_sd_of_a_balanced_design(method, ratio, low_is_zero):
    a, n = 12, 5
    data, ssb, ssw = one_way(a, n, ratio)
    deviance = one_way_deviance(method, a, n, ssb, ssw)

    def profile(variance):
        return bounded(lambda x: deviance(np.exp(x), np.exp(x) + n * variance), -6, 3).fun

    top = bounded(profile, 0, 5)
    peak = min((top.fun, top.x), (profile(0.0), 0.0))
    high = np.sqrt(optimize.brentq(lambda v: profile(v) - peak[0] - CUT, peak[1], 1e3, xtol=1e-13))
    assert (profile(0.0) - peak[0] <= CUT) == low_is_zero
    low = 0.0 if low_is_zero else np.sqrt(optimize.brentq(lambda v: profile(v) - peak[0] - CUT, 0, peak[1], xtol=1e-14))
    fit = gc.fit("y ~ 1 + (1 | g)", data, method=method)
    found = fit.variance_components().set_index("term").loc["sd:intercept"]
    np.testing.assert_allclose(found[["conf_low", "conf_high"]].astype(float), [low, high], rtol=1e-6)
    if ratio < 1:
        assert found["estimate"] == 0 and np.isnan(found["std_error"])


def balanced_deviance(data):
    """-2 log likelihood of (b0, b1, G, sigma^2) for sleepstudy, where every person has the same times."""
    Y = data.pivot(index="subject", columns="day", values="reaction").to_numpy()
    Z = np.column_stack([np.ones(10), np.arange(10)])

    def deviance(beta, G, s):
        V = Z @ G @ Z.T + s * np.eye(10)
        E = Y - Z @ beta
        return E.size * np.log(2 * np.pi) + len(Y) * np.linalg.slogdet(V)[1] + (E @ np.linalg.solve(V, E.T)).trace()

    return deviance


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_share_above_a_threshold(sleep, level):
    """Share c holds SD = (b1 - threshold) / z_c, so that the rest is free: BFGS inside, brentq outside."""
    fit, threshold = gc.fit(SLEEP, sleep, method="ml"), 5.0
    deviance = balanced_deviance(sleep)
    start = np.array([251.0, 10.5, 1.0, 24.0, np.log(25.6)])

    def profile(c):
        def free(w):
            sd = abs(w[1] - threshold) / stats.norm.ppf(c)
            root = np.array([[sd, 0.0], [w[2], w[3]]])
            G = (root @ root.T)[::-1, ::-1]
            return deviance(w[:2], G, np.exp(2 * w[4]))

        careful = {"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-9}
        first = optimize.minimize(free, start, method="Nelder-Mead", options=careful)
        return optimize.minimize(free, first.x, method="BFGS", options={"gtol": 1e-7}).fun

    def value(point):
        return stats.norm.cdf((point.beta[1] - threshold) / np.sqrt(point.between(slope)))

    slope = fit.standard_effect("slope")
    found = profile_interval(fit, value, level=level, scale="logit")
    for end in (found.low, found.high):
        assert profile(end) - fit.deviance == pytest.approx(stats.chi2.ppf(level, 1), abs=2e-6)
    assert found.low < value(fit.point) < found.high
    # a REML fit profiles what depends on fixed effects by ML
    again = gc.fit(SLEEP, sleep)
    slope = again.standard_effect("slope")
    assert profile_interval(again, value, level=level, scale="logit")[:2] == pytest.approx(found[:2], rel=1e-7)


@pytest.mark.parametrize("time", [5.0, 9.0])
def test_at_another_time_is_at_another_origin(sleep, sleep_fit, time):
    """Correlation and SD of the status at t: those of a model whose intercept is read at t."""
    z, slope = random_rows(sleep_fit, time)[0], sleep_fit.standard_effect("slope")
    status, cor = Profile().intervals(sleep_fit, [Sd(z), Cor(z, slope)], 0.95)
    moved = gc.fit(SLEEP, sleep.assign(day=sleep["day"] - time)).variance_components().set_index("term")
    for found, term in ((status, "sd:intercept"), (cor, "cor:intercept,slope")):
        assert found[:2] == pytest.approx(moved.loc[term, ["conf_low", "conf_high"]].tolist(), rel=1e-6)


def test_does_not_depend_on_the_scale(sleep_fit):
    """Squares of SDs, logs, and the same by differences; a narrower level lies inside."""
    slope = sleep_fit.standard_effect("slope")
    known = Profile().intervals(sleep_fit, [Sd(slope)], 0.95)[0]
    sd = profile_interval(sleep_fit, lambda p: np.sqrt(p.between(slope)), scale="log")
    variance = profile_interval(sleep_fit, lambda p: p.between(slope), scale="log")
    log = profile_interval(sleep_fit, lambda p: np.log(p.between(slope)))
    assert sd[:2] == pytest.approx(known[:2], rel=1e-7)
    assert np.sqrt(variance[:2]) == pytest.approx(known[:2], rel=1e-7)
    assert np.exp(np.array(log[:2]) / 2) == pytest.approx(known[:2], rel=1e-7)
    inner = Profile().intervals(sleep_fit, [Sd(slope)], 0.5)[0]
    assert known.low < inner.low < sleep_fit.cov_re.loc["slope", "slope"] ** 0.5 < inner.high < known.high


def test_time_of_least_spread_has_no_ends_where_rates_may_not_vary():
    """-cov / var(slope) is any number when the slope variance may be zero."""
    fit = gc.fit("y ~ time + (time | id)", table("panel_zero_slope.csv"))
    a, b = fit.standard_effect("intercept"), fit.standard_effect("slope")
    found = profile_interval(fit, lambda p: -p.between(a, b) / p.between(b))
    assert np.isnan(found.low) and np.isnan(found.high) and found.note


def test_without_random_effects_sigma_is_that_of_regression(sleep):
    """REML: (n - p) log s^2 + SSE / s^2 at its two roots."""
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), sleep)
    X = np.column_stack([np.ones(180), sleep["day"]])
    sse = np.linalg.lstsq(X, sleep["reaction"], rcond=None)[1][0]

    def excess(v):
        return 178 * np.log(v) + sse / v - 178 * np.log(sse / 178) - 178 - CUT

    pairs = (sse / 400, sse / 178), (sse / 178, sse / 50)
    wanted = [np.sqrt(optimize.brentq(excess, *pair, xtol=1e-9)) for pair in pairs]
    assert fit.variance_components().loc[0, ["conf_low", "conf_high"]].tolist() == pytest.approx(wanted, rel=1e-7)


def test_fixed_effects_of_regression(sleep):
    """ML: n log(SSE(b)) - n log(SSE) = cut has b = estimate -+ se sqrt((n - p)(exp(cut / n) - 1)) in closed form."""
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), sleep, method="ml")
    X = np.column_stack([np.ones(180), sleep["day"]])
    beta, sse = np.linalg.lstsq(X, sleep["reaction"], rcond=None)[:2]
    half = np.sqrt(sse[0] * np.expm1(CUT / 180) * np.diag(np.linalg.inv(X.T @ X)))
    found = fit.conf_int(method="profile").loc[["intercept", "slope"]].to_numpy()
    np.testing.assert_allclose(found, np.column_stack([beta - half, beta + half]), rtol=1e-8)


def test_not_identified_is_withheld_but_for_fixed_effects():
    """Two common occasions: the differences alone determine b1, and their ML profile has a closed form."""
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit(SLEEP, table("sleepstudy_two_occasions.csv"), method="ml")
    found = fit.conf_int(method="profile")
    assert found.loc["sd:intercept":].isna().all().all()
    assert all("not identified" in found.attrs["notes"][term] for term in found.loc["sd:intercept":].index)
    both = table("sleepstudy_two_occasions.csv").pivot(index="subject", columns="day", values="reaction")
    change = ((both[5] - both[0]) / 5).to_numpy()
    half = np.sqrt(change.var() * np.expm1(CUT / len(change)))
    assert found.loc["slope"].tolist() == pytest.approx([change.mean() - half, change.mean() + half], rel=1e-6)


@pytest.mark.parametrize("factor", [1e-6, 1e9])
def test_units_and_origin_do_not_matter(sleep, sleep_fit, factor):
    moved = gc.fit(SLEEP, sleep.assign(reaction=sleep["reaction"] * factor + 1e6 * factor))
    wanted = sleep_fit.variance_components()[["conf_low", "conf_high"]].to_numpy()
    found = moved.variance_components()[["conf_low", "conf_high"]].to_numpy()
    units = np.array([[factor], [factor], [1.0], [factor]])
    np.testing.assert_allclose(found / units, wanted, rtol=1e-6)


def test_options_that_do_not_exist_are_named(sleep_fit):
    with pytest.raises(gc.errors.ModelError, match="profile"):
        sleep_fit.conf_int(method="profil")
    with pytest.raises(gc.errors.ModelError, match="atanh"):
        profile_interval(sleep_fit, lambda p: p.residual_variance(), scale="tanh")
    with pytest.raises(gc.errors.ModelError, match="level"):
        sleep_fit.variance_components(method=gc.Profile(), level=95)


def test_change_report_by_profile(sleep, sleep_fit):
    """The same numbers as the variance components; time, shares and reliabilities by `profile_interval`."""
    table = sleep_fit.change(method="profile").table.set_index("quantity")
    components = sleep_fit.variance_components().set_index("term")
    ends = ["conf_low", "conf_high"]
    pairs = [("SD of rates", "sd:slope"), ("correlation of rate with status at 0", "cor:intercept,slope")]
    for quantity, term in pairs:
        assert table.loc[quantity, ends].tolist() == pytest.approx(components.loc[term, ends].tolist(), rel=1e-7)
    a, b = sleep_fit.standard_effect("intercept"), sleep_fit.standard_effect("slope")
    least = profile_interval(sleep_fit, lambda p: -p.between(a, b) / p.between(b))
    assert table.loc["time of least spread", ends].tolist() == pytest.approx(list(least[:2]), rel=1e-6)
    wald = sleep_fit.change().table.set_index("quantity")
    assert wald.loc["mean rate", ends].tolist() == table.loc["mean rate", ends].tolist()
    assert "fixed effects ML" in sleep_fit.change(method=gc.Profile()).table.attrs["intervals"]


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_sds_and_correlations_have_one_interval_at_every_door(sleep, method):
    """The change report, its sentences, the page and the summary print the profile's ends, unless asked otherwise."""
    fit = gc.fit("reaction ~ day + (day | subject)", sleep, method=method)
    found = fit.change().table.set_index("quantity")
    components = fit.variance_components().set_index("term")
    pairs = [("SD of rates", "sd:slope"), ("correlation of rate with status at 0", "cor:intercept,slope")]
    for quantity, term in pairs:
        assert found.loc[quantity, ENDS].tolist() == pytest.approx(components.loc[term, ENDS].tolist(), rel=1e-7)
    low, high = components.loc["sd:slope", ENDS]
    assert f"{low:.3f} to {high:.3f}" in str(fit.summary()) and f"{low:.2f} to {high:.2f}" in str(fit.change())
    wald = fit.variance_components(method="wald").set_index("term").loc["sd:slope", ENDS]
    printed = re.findall(r"(?<=[> ])\d+\.\d\d(?=[<) ])", fit.report().html)
    assert f"{wald.iloc[1]:.2f}" not in printed and printed.count(f"{high:.2f}") >= 2
    assert fit.change(method="wald").table.set_index("quantity").loc["SD of rates", ENDS].tolist() == wald.tolist()


def test_change_report_at_a_boundary():
    fit = gc.fit("y ~ time + (time | id)", table("panel_zero_slope.csv"))
    row = fit.change(method="profile").table.set_index("quantity").loc["SD of rates"]
    wanted = fit.variance_components().set_index("term").loc["sd:slope"]
    assert row["estimate"] == row["conf_low"] == 0 and row["conf_high"] == pytest.approx(wanted["conf_high"])
    row = fit.change(method="wald").table.set_index("quantity").loc["SD of rates"]
    assert np.isnan(row["conf_high"]) and "no Wald interval" in row["note"]

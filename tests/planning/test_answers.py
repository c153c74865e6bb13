"""Closed forms, and what one question of planning has to do with another."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import growthcurves as gc

SDS = {"sd_intercept": 2.0, "sd_slope": 1.0, "correlation": 0.2, "sd_residual": 1.5}
STUDY = gc.Study(persons=60, times=[0, 1, 2, 3, 4])


def test_power_is_that_of_a_t_test_of_own_slopes():
    plan = gc.power(STUDY, effect=0.6, **SDS)
    error = ((1 + 1.5**2 / 10) * 4 / 60) ** 0.5
    cut = stats.t.ppf(0.975, 58)
    assert plan.std_error == pytest.approx(error, rel=1e-10)
    power = stats.nct.sf(cut, 58, 0.6 / error) + stats.nct.cdf(-cut, 58, 0.6 / error)
    assert plan.power == pytest.approx(power, rel=1e-8)
    assert plan.reliability == pytest.approx(1 / (1 + 1.5**2 / 10), rel=1e-10)


def test_power_of_huge_effects_is_one_and_no_nan():
    for effect in (5.0, 6.0, 7.0, 8.0, 60.0):
        plan = gc.power(STUDY.replace(persons=6), effect=effect, **SDS)
        error, cut = plan.std_error, stats.t.ppf(0.975, 4)
        spread = stats.chi2.ppf((np.arange(200_000) + 0.5) / 200_000, 4)
        assert plan.power == pytest.approx(stats.norm.cdf(effect / error - cut * (spread / 4) ** 0.5).mean(), abs=1e-6)


def test_several_arms_are_tested_by_noncentral_f():
    study = gc.Study(persons=90, times=[0, 1, 2], arms=["a", "b", "c"])
    plan = gc.power(study, effect={"b": 0.3, "c": 0.6}, **SDS)
    variance = 1 + 1.5**2 / 2
    square = 30 * (0.3**2 + 0.3**2) / variance  # slopes 0, .3, .6 about their mean
    assert plan.df == pytest.approx(87, rel=1e-8)
    assert plan.power == pytest.approx(stats.ncf.sf(stats.f.isf(0.05, 2, 87), 2, 87, square), rel=1e-8)


def test_what_is_solved_for_has_the_power():
    plan = gc.sample_size(STUDY.replace(persons=None), effect=0.6, power=0.9, **SDS)
    assert plan.power == pytest.approx(0.9, abs=1e-9)
    again = gc.power(STUDY.replace(persons=plan.total), effect=0.6, **SDS)
    fewer = gc.power(STUDY.replace(persons=plan.total - 2), effect=0.6, **SDS)
    assert again.power >= 0.9 > fewer.power
    effect = gc.detectable_effect(STUDY, power=0.9, **SDS).effect
    assert gc.power(STUDY, effect=effect, **SDS).power == pytest.approx(0.9, abs=1e-9)
    longer = gc.sample_size(gc.Study(persons=60, waves=5), effect=0.9, power=0.8, **SDS)
    assert longer.power == pytest.approx(0.8, abs=1e-9) and longer.waves == 5
    more = gc.sample_size(gc.Study(persons=60, duration=2), effect=0.9, power=0.8, **SDS)
    assert more.power >= 0.8 and more.duration == 2
    less = gc.power(gc.Study(persons=60, duration=2, waves=more.waves - 1), effect=0.9, **SDS)
    assert less.power < 0.8


def test_arms_of_unequal_size_variance_and_dropout():
    """Ard and Edland (2011), formula 13 of Zhao and Edland (2021): the variance of each arm's slope by itself."""
    lost = {"a": [0, 0, 0.1, 0.2], "b": [0, 0.1, 0.3, 0.4]}
    study = gc.Study(times=[0, 1, 2, 4], arms={"a": 2 / 3, "b": 1 / 3}, dropout=lost)
    sds = {"a": (2.0, 0.8, 0.3, 1.5), "b": (2.5, 1.2, -0.2, 1.0)}
    variances = {}
    for arm, (intercept, slope, rho, residual) in sds.items():
        G = np.array([[intercept**2, rho * intercept * slope], [rho * intercept * slope, slope**2]])
        information = np.zeros((2, 2))
        for visits, share in enumerate(np.diff([*lost[arm], 1.0]), start=1):
            X = np.column_stack([np.ones(visits), np.array([0, 1, 2, 4])[:visits]])
            information += share * X.T @ np.linalg.solve(X @ G @ X.T + residual**2 * np.eye(visits), X)
        variances[arm] = np.linalg.inv(information)[1, 1]
    options = {
        f"sd_{name}": {arm: values[k] for arm, values in sds.items()}
        for k, name in {0: "intercept", 1: "slope", 3: "residual"}.items()
    }
    options["correlation"] = {arm: values[2] for arm, values in sds.items()}
    plan = gc.sample_size(study, effect=0.5, power=0.8, method="normal", **options)
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert plan.arms["a"] == pytest.approx(z**2 * (variances["a"] + 2 * variances["b"]) / 0.5**2, rel=1e-5)
    assert plan.arms["a"] == pytest.approx(2 * plan.arms["b"])


def test_published_numbers_say_the_same_as_sds():
    whole = gc.power(STUDY, effect=0.6, **SDS)
    icc = 4 / (4 + 1.5**2)
    by_share = gc.power(STUDY, effect=0.6, icc=icc, sd=(4 + 1.5**2) ** 0.5, sd_slope=1, correlation=0.2)
    by_reliability = gc.power(
        STUDY, effect=0.6, icc=icc, sd_residual=1.5, reliability=whole.reliability, correlation=0.2
    )
    assert by_share.power == pytest.approx(whole.power, rel=1e-10)
    assert by_reliability.power == pytest.approx(whole.power, rel=1e-10)


def test_a_predictor_of_the_slope():
    """Of persons' own slopes on a standard normal predictor: SD of the estimate sqrt(variance / N)."""
    study = gc.Study(persons=100, times=[0, 1, 2], arms=None, covariates={"age": 2.0})
    plan = gc.power(study, effect=0.1, test="slope:age", **SDS)
    assert plan.std_error == pytest.approx(((1 + 1.5**2 / 2) / (100 * 4)) ** 0.5, rel=1e-10)
    assert plan.df == pytest.approx(98, rel=1e-8)


def test_units_above_persons_and_their_design_effect():
    """Whole sites are randomised: the variance of mean slopes of sites (closed form of a balanced design)."""
    study = gc.Study(persons=80, times=[0, 1, 2, 3, 4], levels={"site": 8}, randomised="site")
    plan = gc.power(study, effect=0.6, levels={"site": {"slope": 0.4}}, **SDS)
    own = 1 + 1.5**2 / 10
    assert plan.std_error == pytest.approx((4 / 10 * (0.4**2 + own / 8)) ** 0.5, rel=1e-10)
    assert plan.df == pytest.approx(8, rel=0.2) and plan.units == {"person": 80, "site": 10}
    assert plan.design_effect == pytest.approx(1 + 8 * 0.4**2 / own, rel=1e-10)
    size = gc.sample_size(study.replace(persons=None), effect=0.6, levels={"site": {"slope": 0.4}}, **SDS)
    assert size.total % 16 == 0 and size.persons <= size.total < size.persons + 16
    within = gc.power(study.replace(randomised="person"), effect=0.6, levels={"site": {"slope": 0.4}}, **SDS)
    assert within.std_error == pytest.approx((own * 4 / 80) ** 0.5, rel=1e-10)


def test_a_design_effect_is_what_equal_groups_do():
    """1 + (m - 1) rho (Kish 1965), rho the share of groups in the variance of persons' own slopes."""
    own, between = 1 + 1.5**2 / 10, 0.4**2
    whole = gc.Study(persons=80, times=[0, 1, 2, 3, 4], levels={"site": 8}, randomised="site")
    exact = gc.power(whole, effect=0.6, levels={"site": {"slope": 0.4}}, **SDS)
    groups = {"icc": between / (between + own), "size": 8}
    total = SDS | {"sd_slope": (1 + between) ** 0.5, "correlation": 0}
    plan = gc.power(STUDY.replace(persons=80), effect=0.6, design_effect=groups, **total)
    assert plan.std_error == pytest.approx(exact.std_error, rel=1e-10) and plan.df == 8
    assert plan.design_effect == pytest.approx(1 + 7 * groups["icc"]) and "groups of 8" in str(plan)
    given = gc.sample_size(STUDY.replace(persons=None), 0.6, design_effect=1.5, method="normal", **SDS)
    alone = gc.sample_size(STUDY.replace(persons=None), 0.6, method="normal", **SDS)
    assert given.persons == pytest.approx(1.5 * alone.persons) and given.what_if()["persons"].gt(0).all()


def test_groups_of_unequal_size():
    """1 + ((1 + cv^2) m - 1) rho (Eldridge, Ashby and Kerry 2006), which is 1 + (sum m^2 / sum m - 1) rho."""
    for groups in ({"icc": 0.05, "size": [10, 20, 60]}, {"icc": 0.05, "size": 30, "cv": np.std([10, 20, 60]) / 30}):
        plan = gc.power(STUDY.replace(persons=300), effect=0.6, design_effect=groups, **SDS)
        assert plan.design_effect == pytest.approx(1 + ((10**2 + 20**2 + 60**2) / 90 - 1) * 0.05) and plan.df == 8


def test_therapists_in_one_arm_alone():
    study = gc.Study(persons=80, times=[0, 1, 2, 3, 4], levels={"group": 8}, randomised="group")
    plan = gc.power(study, effect=0.6, levels={"group": {"slope": {"control": 0, "treated": 0.4}}}, **SDS)
    own = 1 + 1.5**2 / 10
    assert plan.std_error == pytest.approx((own / 40 + (0.4**2 + own / 8) / 5) ** 0.5, rel=1e-10)


def test_residuals_that_correlate():
    times = np.arange(5.0)
    X = np.column_stack([np.ones(5), times])
    R = 1.5**2 * 0.4 ** np.abs(np.subtract.outer(times, times))
    V = X @ np.array([[4, 0.4], [0.4, 1]]) @ X.T + R
    error = (np.linalg.inv(X.T @ np.linalg.solve(V, X))[1, 1] * 4 / 60) ** 0.5
    plan = gc.power(STUDY, effect=0.6, residual="ar1", values={"ar1": 0.4}, **SDS)
    assert plan.std_error == pytest.approx(error, rel=1e-8)


def test_visits_analysed_by_a_simpler_structure_are_as_precise_but_for_df():
    study = gc.Study(persons=40, times=[0, 1, 2], dropout=0.2)
    free = gc.power(study, effect=1, shape="visits", sd=2, correlation=0.5, at=2)
    simple = gc.power(study, effect=1, shape="visits", sd=2, correlation=0.5, at=2, residual="cs")
    assert free.std_error == pytest.approx(simple.std_error, rel=1e-8) and free.df < simple.df


def test_a_pilot_gives_an_interval_that_a_seed_repeats():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    study = gc.Study(persons=138, times=range(10))
    first, again = (gc.power(study, slowing=0.3, fit=fit, n=60, rng=4) for _ in range(2))
    assert first.interval == again.interval and first.interval.low < first.power < first.interval.high
    assert "seed 4" in str(first) and first.effect == pytest.approx(-0.3 * fit.params["slope"])
    known = gc.power(study, slowing=0.3, slope=10, fit=fit, values={"sd:slope": 5.0}, n=0)
    assert known.effect == -3 and known.interval is None


def test_schedules_of_cohorts():
    """Two cohorts, seen in the first and in the second half: together they tell the slope of both."""
    study = gc.Study(persons=60, times=[[0, 1, 2], [2, 3, 4]], arms=None)
    plan = gc.power(study, effect=1, test="slope", **SDS)
    information = np.zeros((2, 2))
    for times in ([0, 1, 2], [2, 3, 4]):
        X = np.column_stack([np.ones(3), times])
        information += 30 * X.T @ np.linalg.solve(X @ [[4, 0.4], [0.4, 1]] @ X.T + 1.5**2 * np.eye(3), X)
    assert plan.std_error == pytest.approx(np.linalg.inv(information)[1, 1] ** 0.5, rel=1e-10)


def test_answers_are_records():
    plan = gc.sample_size(STUDY.replace(persons=None), effect=0.6, power=0.8, **SDS)
    assert list(plan.table.columns[:4]) == ["term", "effect", "std_error", "df"]
    assert plan.to_dict()["total"] == plan.total and "<p>" in plan._repr_html_()
    assert str(plan).startswith(f"{plan.total} persons (control {plan.total // 2}")
    assert gc.Study(persons=60, times=[0, 1, 2, 3, 4], dropout=0.2).table["persons"].iloc[4] == pytest.approx(24)


def test_visits_whose_spread_differs_by_arm():
    """Lu, Luo and Chen (2008), formula 3: phi of each arm from its own correlations and dropout."""
    sds, lost = {"a": 1.0, "b": 1.5}, {"a": [0, 0.1, 0.2], "b": [0, 0.2, 0.4]}
    falling = 0.7 ** np.abs(np.subtract.outer(range(3), range(3)))
    correlation = {"a": falling, "b": np.full((3, 3), 0.4) + 0.6 * np.eye(3)}
    study = gc.Study(persons=100, times=[0, 1, 2], arms={"a": 0.4, "b": 0.6}, dropout=lost)
    plan = gc.power(study, 1, shape="visits", sd=sds, correlation=correlation, at=2, method="normal")
    variances = {}
    for arm, share in study.arms.items():
        information = np.zeros((3, 3))
        for visits, part in enumerate(np.diff([*lost[arm], 1.0]), start=1):
            information[:visits, :visits] += part * np.linalg.inv(correlation[arm][:visits, :visits])
        variances[arm] = sds[arm] ** 2 * np.linalg.inv(information)[2, 2] / (100 * share)
    assert plan.std_error == pytest.approx(sum(variances.values()) ** 0.5, rel=1e-8)
    assert "a: SD of the outcome 1.00" in str(plan)


def test_effects_that_differ_between_sites():
    """Persons are randomised within sites: the mean of sites' own differences, which have an SD of .4."""
    study = gc.Study(persons=80, times=[0, 1, 2, 3, 4], levels={"site": 8})
    sites = {"slope": {"control": 0.5, "treated": 0.5}, "correlation": 1 - 0.4**2 / (2 * 0.5**2)}
    plan = gc.power(study, 0.6, levels={"site": sites}, **SDS)
    own = 1 + 1.5**2 / 10
    assert plan.std_error == pytest.approx(((0.4**2 + own / 2) / 10) ** 0.5, rel=1e-10)
    assert plan.design_effect == pytest.approx((0.4**2 + own / 2) / (own / 2), rel=1e-10)

"""Planning against published values: Diggle, Liu-Liang, Edland, Hu-Mackey-Thomas, Lu-Luo-Chen, Zhao-Edland, powerlmm.

Those of `longpower` (Donohue, Gamst and Edland; tests/testthat/tests.R at 189c4b0) and of `powerlmm` (Magnusson;
README) are computed by other formulas than ours: by V of one person, arm by arm; ours is the information of the growth
model. They leave out that an effect can be found in the wrong direction, which a one-sided test at half the level does
too.
"""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc

ADAS = {"sd_intercept": 55**0.5, "sd_slope": 24**0.5, "correlation": 0.8, "sd_residual": 10**0.5, "method": "normal"}
QUARTERS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5]


@pytest.mark.parametrize("rho, counts", [(0.2, (313, 625, 938)), (0.5, (196, 391, 586)), (0.8, (79, 157, 235))])
def test_slopes_of_diggle_et_al_page_29(rho, counts):
    for variance, count in zip((100, 200, 300), counts, strict=True):
        plan = gc.sample_size(
            gc.Study(times=[0, 2, 5]), effect=0.5, sd_intercept=(rho * variance) ** 0.5, sd_slope=0,
            sd_residual=((1 - rho) * variance) ** 0.5, sided=1, power=0.8, method="normal",
        )  # fmt: skip
        assert np.ceil(plan.per_arm) == count and plan.total == 2 * count


@pytest.mark.parametrize("rho, counts", [(0.2, (145, 65, 37, 24)), (0.5, (207, 92, 52, 33)), (0.8, (268, 120, 67, 43))])
def test_levels_of_diggle_et_al_page_30(rho, counts):
    model = gc.GrowthModel("y", "time", "id", random=(), residual="cs", predictors={"intercept": "arm"}, shape="linear")
    for effect, count in zip((0.2, 0.3, 0.4, 0.5), counts, strict=True):
        plan = gc.sample_size(
            gc.Study(times=[0, 1, 2]), effect=effect, model=model, test="intercept:arm",
            values={"sd:residual": 1, "cs": rho}, sided=1, power=0.8, method="normal",
        )  # fmt: skip
        assert np.ceil(plan.per_arm) == count


def test_adas_cog_of_longpower():
    plan = gc.sample_size(gc.Study(times=QUARTERS), effect=1.5, power=0.8, **ADAS)
    assert plan.per_arm == pytest.approx(207.310093300903, rel=1e-5) and plan.total == 416
    found = gc.detectable_effect(gc.Study(persons=416, times=QUARTERS), power=0.8, **ADAS)
    assert found.effect == pytest.approx(1.49751028943272, rel=1e-5)
    slowed = gc.sample_size(gc.Study(times=QUARTERS), slope=5, slowing=0.3, power=0.8, **ADAS)
    assert slowed.per_arm == pytest.approx(207.310093300903, rel=1e-5) and slowed.effect == -1.5


def test_common_baseline_of_hu_mackey_and_thomas():
    common = ADAS | {"baseline": "common"}
    plan = gc.sample_size(gc.Study(times=QUARTERS), effect=1.5, power=0.8, **common)
    assert plan.per_arm == pytest.approx(135.4827, rel=1e-5)
    found = gc.detectable_effect(gc.Study(persons=416, times=QUARTERS), power=0.8, **common)
    assert found.effect == pytest.approx(1.210603, rel=1e-5)


@pytest.mark.parametrize("sided, total, persons, power", [(2, 430.3265, 432, 0.8015201), (1, 338.9679, 340, 0.8010573)])
def test_visits_by_chance_of_hu_mackey_and_thomas(sided, total, persons, power):
    last = np.array(QUARTERS) / sum(QUARTERS)  # the share of persons whose last visit is each
    study = gc.Study(times=QUARTERS, dropout=list(1 - last[::-1].cumsum()[::-1].round(12)))
    options = {
        "sd_intercept": 0, "sd_slope": 24**0.5, "sd_residual": 10**0.5, "baseline": "common",
        "sided": sided, "method": "normal",
    }  # fmt: skip
    assert gc.sample_size(study, effect=1.5, power=0.8, **options).persons == pytest.approx(total, rel=1e-5)
    assert gc.power(study.replace(persons=persons), effect=1.5, **options).power == pytest.approx(power, abs=1e-5)


def test_uneven_visits_of_hu_mackey_and_thomas():
    """example1 of longpower's tests: power of 368 persons by hu.mackey.thomas.linear.power (R 4.2): 0.8002."""
    last = [0.0397, 0.0381, 0.0366, 0.0351, 0.2740, 0.2535, 0.2343, 0.0886]
    lost = np.maximum(1 - np.cumsum(last[::-1])[::-1], 0.0)
    lost[0] = 0.0
    times = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]
    study = gc.Study(persons=368, times=times, dropout=list(lost))
    plan = gc.power(
        study, effect=0.33, sd_intercept=0.54**0.5, sd_slope=1.01**0.5, correlation=0.07, sd_residual=0.81**0.5,
        baseline="common", sided=1, method="normal",
    )  # fmt: skip
    k, t = np.arange(8), np.array(times)
    mean, squares = np.cumsum(t) / (k + 1), np.cumsum(t**2) / (k + 1)
    denominator = (
        0.81**2
        + (k + 1) * 0.81 * (1.01 * squares + 0.54 + 2 * 0.07 * (0.54 * 1.01) ** 0.5 * mean)
        + (k + 1) ** 2 * 0.54 * 1.01 * (1 - 0.07**2) * (squares - mean**2)
    )
    weight = (np.array(last) * (k + 1) * (0.81 * squares + (k + 1) * 0.54 * (squares - mean**2)) / denominator).sum()
    assert plan.std_error == pytest.approx((368 / (weight * 184**2)) ** 0.5, rel=1e-3)


@pytest.mark.parametrize(
    "random, free, common", [(("intercept", "slope"), 68.4699, 67.1745), (("intercept",), 18.5332, 15.9781)]
)
def test_sleepstudy_as_a_pilot(random, free, common):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=random), gc.load_dataset("sleepstudy"))
    for baseline, count in (("free", free), ("common", common)):
        plan = gc.sample_size(
            gc.Study(times=range(10)), slowing=0.3, fit=fit, baseline=baseline, power=0.8, method="normal", n=0
        )
        assert plan.per_arm == pytest.approx(count, rel=1e-5)


# ---------------------------------------------------------------- visits


PHI = {  # Table 2 of Lu, Luo and Chen (2008), by visits, dropout and the correlation of the first visit with the last
    (2, 0.1): (1.11111111111111, 1.11, 1.10111111111111, 1.08333333333333, 1.05666666666667, 1.02111111111111),
    (2, 0.2): (1.25, 1.2475, 1.2275, 1.1875, 1.1275, 1.0475),
    (2, 0.3): (1.42857142857143, 1.42428571428571, 1.39, 1.32142857142857, 1.21857142857143, 1.08142857142857),
    (2, 0.4): (1.66666666666667, 1.66, 1.60666666666667, 1.5, 1.34, 1.12666666666667),
    (4, 0.1): (
        1.11111111111111, 1.10050206679506, 1.08280448732802, 1.06283003239702, 1.03996686151349, 1.01408550239776,
    ),
    (4, 0.2): (1.25, 1.2247445108099, 1.18392908471514, 1.13886229048648, 1.08796962333115, 1.03089517940421),
    (4, 0.3): (
        1.42857142857143, 1.38254161826624, 1.31065330422472, 1.23318260782795, 1.14702199890211, 1.0514263712482,
    ),
    (4, 0.4): (
        1.66666666666667, 1.59010470647863, 1.47488822527398, 1.35405269950478, 1.221989488974, 1.07728040119987,
    ),
}  # fmt: skip


@pytest.mark.parametrize("visits, dropout", PHI)
def test_phi_of_lu_luo_and_chen(visits, dropout):
    lost = list(np.linspace(0, dropout, visits))
    study = gc.Study(persons=200, times=range(visits), dropout=lost)
    for ends, phi in zip((0, 0.1, 0.3, 0.5, 0.7, 0.9), PHI[visits, dropout], strict=True):
        rho = ends ** (1 / (visits - 1))
        correlation = rho ** np.abs(np.subtract.outer(range(visits), range(visits)))
        plan = gc.power(study, effect=1, shape="visits", sd=1, correlation=correlation, at=visits - 1, method="normal")
        assert 100 * plan.std_error**2 / 2 == pytest.approx(phi, rel=1e-12)


@pytest.mark.parametrize(
    "retained, ratio, total",
    [
        ((1, 1), 1, 168.11876898305), ((1, 1), 2, 189.133615105931), ((1, 0.5), 0.5**0.5, 244.966998329937),
        ((1, 0.5), 1, 252.178153474575), ((1, 0.5), 2, 315.222691843219), ((0.5, 0.5), 1, 336.2375379661),
        ((0.5, 0.5), 2, 378.267230211862),
    ],
)  # fmt: skip
def test_sizes_of_lu_luo_and_chen(retained, ratio, total):
    """Table 1: with uncorrelated visits phi is one over the share that is retained."""
    share = ratio / (1 + ratio)
    lost = {arm: [0, 1 - seen] for arm, seen in zip("ab", retained, strict=True)}
    study = gc.Study(times=[0, 1], arms={"a": share, "b": 1 - share}, dropout=lost)
    plan = gc.sample_size(
        study, effect=0.5, shape="visits", sd=1, correlation=0, at=1, power=0.9, alpha=0.025, sided=1, method="normal"
    )
    assert plan.persons == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize(
    "persons, effect, power", [(160, 3.488879, 0.8), (400, 1.5217125, 0.4888692), (800, 1.5217125, 0.7800555)]
)
def test_change_scores_of_zhao_and_edland(persons, effect, power):
    """cprm: the difference in change to the last visit, each visit with a mean of its own."""
    t = np.array(QUARTERS)
    V = 55.45902 + np.add.outer(t, t) * 13.58123 + np.outer(t, t) * 15.44793 + 13.63768 * np.eye(7)
    study = gc.Study(persons=persons, times=QUARTERS)
    plan = gc.power(
        study, effect=effect, shape="visits", covariance=V, at=1.5, since=0, alpha=0.025, sided=1, method="normal"
    )
    assert plan.power == pytest.approx(power, abs=1e-6)


# ---------------------------------------------------------------- units above persons


POWERLMM = {"sd_intercept": 10, "sd_slope": 1.9**0.5, "correlation": 0, "sd_residual": 10}


def test_therapists_of_unequal_size_of_powerlmm():
    study = gc.Study(persons=60, times=range(11), levels={"therapist": [2, 3, 5, 20]}, randomised="therapist")
    plan = gc.power(
        study, effect=-0.8 * 200**0.5 / 10, levels={"therapist": {"slope": 0.1**0.5}}, ddf="between", **POWERLMM
    )
    assert plan.df == 6 and round(plan.power, 2) == 0.44


@pytest.mark.parametrize(
    "therapists, power, df",
    [({"slope": 0.1**0.5}, 0.69, 8.803349), ({"intercept": 0.01, "slope": 0.1**0.5}, 0.68, 7.947873)],
)
def test_therapists_and_dropout_of_powerlmm(therapists, power, df):
    """README of powerlmm at 0cd5396 (69 % with 8.80 df) and at d564f2c (68 % with 7.95).

    The later version counts a variance that is zero (icc_pre_cluster = 0), and its covariance with that of rates, as
    estimated; here that is one of next to nothing. Who is lost from which therapist is drawn there: by dense matrices
    df are then 8.801 (SD .019) and 7.948 (SD .034) on average of 14 draws, hence the tolerance.
    """
    lost = {"control": gc.Dropout(0.3, 2), "treated": gc.Dropout(0.2, 2)}
    study = gc.Study(persons=100, times=range(11), levels={"therapist": 10}, randomised="therapist", dropout=lost)
    plan = gc.power(study, effect=-0.8 * 200**0.5 / 10, levels={"therapist": therapists}, **POWERLMM)
    assert plan.df == pytest.approx(df, abs=0.07) and round(plan.power, 2) == power


def test_weibull_dropout_of_powerlmm():
    lost = gc.Dropout(0.3, 2).lost(range(11))
    assert [int(100 * one + 0.5) for one in lost] == [0, 0, 1, 3, 6, 9, 12, 16, 20, 25, 30]

"""Methods that count: HLM's rule, SAS's containment, residual; rules by hand and the published examples named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import table
from scipy import stats

import growthcurves as gc
from growthcurves.results.effects.coefficients import joint_test


def df_of(fit, ddf):
    found = fit.fixed_effects(ddf=ddf)
    return dict(zip(found["term"], found["df"], strict=True))


def test_between_within_is_hlms_rule(trial_fit):
    """54 persons, 4 columns in each level-2 design (constant, two arms, age): 50."""
    assert set(df_of(trial_fit, "between-within").values()) == {50.0}


def test_between_within_of_what_does_not_vary(sleep):
    model = gc.GrowthModel(outcome="reaction", time="day", id="subject", random=("intercept",))
    assert df_of(gc.fit(model, sleep), gc.BetweenWithin()) == {"intercept": 17.0, "slope": 178.0}


def test_a_random_covariate_has_persons_less_one():
    fit = gc.fit("y ~ time + x + (time + x | id)", table("panel_varying.csv"), time="time")
    assert set(df_of(fit, "between-within").values()) == {fit.sums.persons - 1.0}


@pytest.mark.parametrize("shape", [gc.Spline(df=3), "occasions"])
def test_a_random_effect_beside_the_shape_moves_all_its_parameters(shape):
    """50 chicks, four diets: HLM's 46 for every effect of a curve whose level or slope varies between persons."""
    model = gc.GrowthModel(outcome="weight", time="day", id="chick", shape=shape, predictors="diet")
    fit = gc.fit(model, gc.load_dataset("chickweight"))
    for ddf in ("between-within", "containment"):
        assert set(df_of(fit, ddf).values()) == {46.0}


def test_residual(trial_fit):
    assert set(df_of(trial_fit, "residual").values()) == {trial_fit.nobs - 8.0}


def stability():
    """The design of PROC MIXED's random-coefficients example (SAS/STAT: three batches, months 0 to 12)."""
    rng = np.random.default_rng(5)
    rows = [(b, m, r) for b in range(3) for m in (0, 1, 3, 6, 9, 12) for r in range(6)]
    data = pd.DataFrame(rows, columns=["batch", "month", "replicate"])
    u = rng.normal(size=(3, 2)) * [1.0, 0.2]
    noise = rng.normal(size=len(data))
    return data.assign(y=102 - 0.5 * data["month"] + u[data["batch"], 0] + u[data["batch"], 1] * data["month"] + noise)


def test_containment_as_sas_prints_random_coefficients():
    """SAS/STAT, PROC MIXED, example "Random Coefficients": 2 df for the intercept and for the month."""
    with pytest.warns(gc.errors.GrowthCurvesWarning):
        fit = gc.fit("y ~ month + (month | batch)", stability())
    assert df_of(fit, "containment") == {"intercept": 2.0, "slope": 2.0}


def test_containment_counts_ranks(trial, trial_fit):
    """rank [X Z] by dense matrices, columns put in one random effect after the other."""
    codes = pd.factorize(trial["patient"])[0]
    Z = np.eye(54)[codes]
    week = trial["week"].to_numpy()[:, None]
    W = np.column_stack([np.ones(len(trial)), trial["arm"] == "low", trial["arm"] == "high", trial["age"] - 50])
    X = np.column_stack([W, W * week]).astype(float)
    ranks = [np.linalg.matrix_rank(M) for M in (X, np.hstack([X, Z]), np.hstack([X, Z, Z * week]))]
    found = df_of(trial_fit, "containment")
    for term, df in found.items():
        assert df == (ranks[1] - ranks[0] if term.startswith("intercept") else ranks[2] - ranks[1])
    model = trial_fit.model.replace(random=("intercept",))
    found = df_of(gc.fit(model, trial), "containment")
    assert found["slope:age"] == len(trial) - ranks[1]
    assert found["intercept:age"] == ranks[1] - ranks[0]


def test_a_combination_takes_the_smallest(sleep):
    model = gc.GrowthModel(outcome="reaction", time="day", id="subject", random=("intercept",))
    fit = gc.fit(model, sleep)
    for ddf, smallest in (("between-within", 17.0), ("containment", 17.0), ("residual", 178.0)):
        method = gc.fit(model, sleep).fixed_effects(ddf=ddf).attrs["ddf"]
        test = joint_test(fit, np.eye(2), ddf=ddf)
        assert (test.df_num, test.df_den, test.label) == (2, smallest, method)
        wald = fit.params.to_numpy() @ np.linalg.solve(fit.cov_params().to_numpy(), fit.params.to_numpy())
        assert test.statistic == pytest.approx(wald / 2, rel=1e-8)
        assert test.p_value == pytest.approx(stats.f.sf(wald / 2, 2, smallest), rel=1e-8)


def test_normal_gives_the_chi_square(trial_fit):
    test = joint_test(trial_fit, np.eye(8)[5:7], ddf="normal")
    assert np.isinf(test.df_den)
    assert test.p_value == pytest.approx(stats.chi2.sf(2 * test.statistic, 2), rel=1e-10)


@pytest.mark.parametrize(
    "ddf", ["satterthwaite", "kenward-roger", "between-within", "containment", "residual", "normal", gc.Robust("CR2")]
)
class TestHypotheses:
    def test_one_row_is_the_square_of_t(self, trial_fit, ddf):
        row = trial_fit.fixed_effects(ddf=ddf).iloc[5]
        test = joint_test(trial_fit, np.eye(8)[[5]], ddf=ddf)
        assert test.statistic == pytest.approx(row["statistic"] ** 2, rel=1e-8)
        assert test.df_den == pytest.approx(row["df"], rel=1e-8)
        assert test.p_value == pytest.approx(row["p_value"], rel=1e-6)

    def test_redundant_rows_change_nothing(self, trial_fit, ddf):
        L = np.eye(8)[[5, 6]]
        once, more = (joint_test(trial_fit, rows, ddf=ddf) for rows in (L, np.vstack([L, L[0], 0 * L[0]])))
        assert more.df_num == 2
        assert more.statistic == pytest.approx(once.statistic, rel=1e-8)

    def test_right_hand_side(self, trial_fit, ddf):
        test = joint_test(trial_fit, np.eye(8)[[5, 6]], trial_fit.params.to_numpy()[[5, 6]], ddf=ddf)
        assert test.statistic == pytest.approx(0.0, abs=1e-12)
        assert test.p_value == pytest.approx(1.0)

    def test_name_is_printed(self, trial_fit, ddf):
        table = trial_fit.fixed_effects(ddf=ddf)
        assert table.attrs["ddf"] in str(joint_test(trial_fit, np.eye(8)[[5]], ddf=ddf))


def test_contradicting_rows_are_refused(trial_fit):
    with pytest.raises(gc.errors.ModelError, match="contradict"):
        joint_test(trial_fit, np.eye(8)[[5, 5]], [0.0, 1.0])


def test_an_empty_hypothesis_is_refused(trial_fit):
    with pytest.raises(gc.errors.ModelError, match="zero"):
        joint_test(trial_fit, np.zeros((2, 8)))


def test_a_hypothesis_of_the_wrong_width_names_the_terms(trial_fit):
    with pytest.raises(gc.errors.ModelError, match="slope:age"):
        joint_test(trial_fit, np.eye(3))


@pytest.mark.parametrize(
    ("make", "known"),
    [
        (lambda: gc.Satterthwaite(information="expcted"), "expected"),
        (lambda: gc.KenwardRoger(information="average"), "observed"),
        (lambda: gc.Containment(rule="spss"), "nlme"),
        (lambda: gc.Robust("CR3"), "CR2"),
    ],
)
def test_unknown_options_are_refused(make, known):
    with pytest.raises(gc.errors.ModelError, match=known):
        make()

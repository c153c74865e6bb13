"""What checks show, one step of estimating what the model lacks, against dense formulas and against the estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import planted
import pytest
from planted import Truth
from scipy import stats

import growthcurves as gc
from growthcurves.checks.look import Look
from growthcurves.results.questions.design_rows import own_rows

REPLICATES = 3000


def _details(fit, n: int = REPLICATES):
    return fit.check(n=n).details


def _value(found, label) -> float:
    return float(found.values[list(found.labels).index(label)])


# ---------------------------------------------------- dense formulas


@pytest.fixture(scope="module")
def dense():
    """A random-intercept fit of 40 persons and five waves, some missed; V and its directions over all rows."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"id": np.repeat(np.arange(40), 5), "t": np.tile(np.arange(5.0), 40)})
    table["arm"] = np.where(table["id"] % 2, "b", "a")
    table["site"] = [f"s{i % 8}" for i in table["id"]]
    growth = rng.standard_normal((40, 2)) * [1.0, 0.2]
    table["y"] = growth[table["id"], 0] + growth[table["id"], 1] * table["t"] + rng.standard_normal(len(table))
    table = table.drop(index=rng.choice(200, 11, replace=False))
    fit = gc.fit("y ~ t * arm + (1 | id)", table, time="t")
    assert not fit.certificate.singular
    return _Dense(fit)


class _Dense:
    def __init__(self, fit) -> None:
        self.fit, self.look = fit, Look(fit, 1)
        look = self.look
        self.same = 1.0 * (look.person[:, None] == look.person)
        self.eye = np.eye(look.rows)
        V = fit.G[0, 0] * self.same + fit.residual_variance * self.eye
        X = own_rows(fit).X[look.order]
        inverse = np.linalg.inv(V)
        self.P = inverse - inverse @ X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse)
        self.r = self.P @ fit.panel.values[look.order]

    def one_step(self, M: np.ndarray) -> float:
        """The efficient score of a parameter with dV = M over its information, the two variances being estimated."""
        estimated = [self.same, self.eye]
        PM = [self.P @ one for one in (M, *estimated)]
        score = np.array([0.5 * (self.r @ D @ self.r - np.trace(self.P @ D)) for D in (M, *estimated)])
        information = np.array([[0.5 * np.sum(A * B.T) for B in PM] for A in PM])
        slopes = np.linalg.solve(information[1:, 1:], information[1:, 0])
        left = score[0] - slopes @ score[1:]
        return float(left / (information[0, 0] - slopes @ information[1:, 0]))


def _directions(dense: _Dense) -> dict[tuple[str, object], tuple[np.ndarray, object]]:
    """By check and label: dV, and what makes of the parameter what is shown."""
    look, fit = dense.look, dense.fit
    t, sigma2 = look.times, fit.residual_variance
    arm = look.frame["arm"].to_numpy() == "b"
    site = look.frame["site"].to_numpy()
    within = t - look.spread(look.means_of(t))
    at = {k: 1.0 * (t == k) for k in range(5)}
    sd = np.sqrt(fit.G[0, 0] + sigma2)
    ratio, root = lambda v: np.exp(v / 2), lambda v: np.sqrt(max(v, 0.0))
    apart = np.abs(t[:, None] - t)
    return {
        ("variance_over_time", "trend"): (sigma2 * np.diag(t / 4), ratio),
        ("variance_over_time", 0): (sigma2 * np.diag(at[0]), ratio),
        ("autocorrelation", "neighbours"): (
            sigma2 * 0.1**apart * dense.same * (1 - dense.eye), lambda v: v / 10
        ),
        ("omitted_slope", "slope"): (np.outer(within, within) * dense.same, root),
        ("omitted_level", ("site", "intercept")): (1.0 * (site[:, None] == site), root),
        ("equal_spread", ("arm", "b", "intercept")): (fit.G[0, 0] * np.outer(arm, arm) * dense.same, ratio),
        ("equal_spread", ("arm", "b", "residuals")): (sigma2 * np.diag(1.0 * arm), ratio),
        ("covariance_over_time", (2, 2)): (np.diag(at[2]), lambda v: v / sd**2),
        ("covariance_over_time", (0, 3)): (
            (np.outer(at[0], at[3]) + np.outer(at[3], at[0])) * dense.same, lambda v: v / sd**2
        ),
    }  # fmt: skip


def test_one_step_estimates_are_those_of_dense_efficient_scores(dense) -> None:
    """To the Monte Carlo error of the replicates' variance and slopes."""
    details = _details(dense.fit)
    for (name, label), (M, shown) in _directions(dense).items():
        null = details[name].null[list(details[name].labels).index(label)]
        assert _value(details[name], label) == pytest.approx(
            shown(dense.one_step(M)), rel=0.1, abs=0.1 * null.std()
        ), (name, label)


# ---------------------------------------------------- estimates


def _fitted(formula: str, plant=lambda truth: None, persons: int = 300, seed: int = 3, **options):
    truth = Truth(seed, persons)
    plant(truth)
    return gc.fit(formula, truth.table(), time="t", **options)


@pytest.mark.parametrize("rho", [0.1, 0.4])
@pytest.mark.parametrize("formula", ["y ~ t + (1 | id)", "y ~ t + (t | id)"])
def test_an_autocorrelation_is_that_of_the_ar1_fit(formula: str, rho: float) -> None:
    def alike(truth: Truth) -> None:
        truth.slope = truth.slope * ("(t |" in formula)
        planted.autocorrelated(truth, rho)

    fit = _fitted(formula, alike)
    fitted = fit.refit(residual="ar1").variance_components("wald").set_index("term").loc["ar1", "estimate"]
    assert _value(_details(fit, 499)["autocorrelation"], "neighbours") == pytest.approx(fitted, abs=0.05)


def test_an_omitted_slope_is_that_of_the_fit_with_one() -> None:
    def small(truth: Truth) -> None:
        truth.slope = 0.4 * truth.slope

    fit = _fitted("y ~ t + (1 | id)", small)
    fitted = fit.refit(random=("intercept", "slope")).cov_re.iloc[1, 1] ** 0.5
    assert _value(_details(fit, 499)["omitted_slope"], "slope") == pytest.approx(fitted, rel=0.2)


def test_a_trend_of_residual_variances_is_that_of_the_fit_with_one() -> None:
    def growing(truth: Truth) -> None:
        truth.residual *= 1.25 ** (planted.TIMES / 5)

    fit = _fitted("y ~ t + (t | id)", growing)
    delta = fit.refit(residual="exp-variance").variance_components("wald").set_index("term").loc["delta", "estimate"]
    assert _value(_details(fit, 499)["variance_over_time"], "trend") == pytest.approx(np.exp(5 * delta), rel=0.05)


def test_unequal_random_effects_are_those_of_the_fit_by_group() -> None:
    def wider(truth: Truth) -> None:
        truth.slope = 0.0 * truth.slope
        truth.intercept = np.where(truth.arm == 1, 1.2, 1.0) * truth.intercept

    fit = _fitted("y ~ t * arm + (1 | id)", wider)
    by_group = fit.refit(random=gc.ByGroup("arm", "intercept")).cov_re
    ratio = np.sqrt(by_group.iloc[1, 1] / by_group.iloc[0, 0])
    assert _value(_details(fit, 499)["equal_spread"], ("arm", "b", "intercept")) == pytest.approx(ratio, rel=0.05)


def test_an_omitted_level_is_that_of_the_fit_with_one() -> None:
    fit = _fitted("y ~ t + (t | id)", lambda truth: planted.sites(truth, 0.1))
    levels = fit.refit(levels={"site": ("slope",)}).variance_components()
    above = levels[levels["term"].str.contains("site")]["estimate"].iloc[0]
    assert _value(_details(fit, 499)["omitted_level"], ("site", "slope")) == pytest.approx(above, rel=0.25)


def test_skewness_and_kurtosis_of_independent_residuals_are_those_of_scipy() -> None:
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"id": np.repeat(np.arange(150), 6), "t": np.tile(np.arange(6.0), 150)})
    data["y"] = 0.3 * data["t"] + rng.gamma(60.0, 1.0, len(data)) ** 0.9 + 0.3 * rng.standard_t(9, len(data))
    fit = gc.fit(gc.GrowthModel("y", "t", "id", random=()), data)
    found = _details(fit)["normal_residuals"]
    assert _value(found, "skewness") == pytest.approx(stats.skew(fit.resid), rel=0.1, abs=0.01)
    assert _value(found, "excess kurtosis") == pytest.approx(stats.kurtosis(fit.resid), rel=0.1, abs=0.03)


def test_cooks_distance_is_that_of_refits_in_a_large_sample() -> None:
    fit = _fitted("y ~ t * severity + (t | id)", planted.pulled)
    exact = np.sqrt(fit.influence()["cook"])
    found = _details(fit, 199)["influential"]
    assert exact.idxmax() == 7 and found.value == pytest.approx(exact.max(), rel=0.1)

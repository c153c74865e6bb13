"""Three and more groups of an outcome that is not normal: the joint test, then the differences that are shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import growthcurves as gc
from growthcurves.contracts.finding import Kind
from growthcurves.results.change.of_outcomes import of_outcomes
from tests.results.family_panels import all_alike


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    person, month = np.repeat(np.arange(90), 4), np.tile(np.arange(4.0), 90)
    arm = pd.Categorical(np.array(["placebo", "low", "high"])[person % 3], ["placebo", "low", "high"])
    rate = np.exp(1.0 + 0.6 * rng.normal(size=90)[person] - 0.25 * (person % 3 == 2) * month)
    return pd.DataFrame({"id": person, "month": month, "arm": arm, "seizures": rng.poisson(rate)})


@pytest.fixture(scope="module")
def fit(data):
    return gc.fit("seizures ~ month * arm + (1 | id)", data, time="month", family="poisson")


def test_joint_test_of_means_with_a_log_link_is_the_wald_test_of_the_log_ratios(fit):
    # beta'L'(L V L')^-1 L beta by hand: means of the population are in the ratio exp(b_arm + 3 b_month:arm)
    terms = list(fit.params.index)
    L = np.zeros((2, len(terms)))
    for row, arm in enumerate(("low", "high")):
        L[row, terms.index(f"intercept:arm[{arm}]")] = 1.0
        L[row, terms.index(f"slope:arm[{arm}]")] = 3.0
    d, V = L @ fit.params.to_numpy(), L @ fit.cov_params().to_numpy() @ L.T
    wanted = stats.chi2.sf(d @ np.linalg.solve(V, d), 2)
    found = of_outcomes(fit, "arm", None, 0.95, compared=True).test(Kind.OUTCOMES_ALIKE_P, 3.0)
    assert found.p_value == pytest.approx(wanted, rel=1e-5)
    means = fit.means(at=3, by="arm", scale="response", differences="reference").differences
    assert means["ratio_p"].to_numpy() == pytest.approx(2 * stats.norm.sf(np.abs(d) / np.sqrt(np.diag(V))), rel=1e-5)


def test_sentences_tell_the_joint_test_and_only_groups_that_are_shown_to_differ(fit):
    said = fit.change(by="arm").sentences()
    first = said[0]
    assert "differ between the 3 groups (joint test, chi-square(2) = " in first
    assert "in the high group" in first and "Not shown for the low group (2 comparisons, not adjusted" in first
    assert any(text.startswith("The rate ratios per month differ between the 3 groups") for text in said)
    assert not any("nan" in text for text in said)


def test_singular_fit_tests_the_difference_of_probabilities_by_the_linear_predictor():
    fit = gc.fit("well ~ week * arm + (week | id)", all_alike(), time="week", family="binomial",
                 reference={"arm": "placebo"})  # fmt: skip
    assert fit.certificate.singular
    first = fit.change(by="arm").sentences()[0]
    assert "no interval, as a variance is estimated at the end of its range, tested by the log odds; p" in first
    assert "nan" not in first

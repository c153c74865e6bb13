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


def test_a_singular_fit_tells_the_difference_of_probabilities_on_the_active_face():
    """As the fit without what does not vary tells it, nearly: the SDs there are small."""
    told = {"time": "week", "family": "binomial", "reference": {"arm": "placebo"}}
    fit = gc.fit("well ~ week * arm + (week | id)", all_alike(), **told)
    alone = gc.fit("well ~ week * arm + (1 | id)", all_alike(), **told)
    assert fit.certificate.singular and alone.certificate.singular
    ours, theirs = (one.means(at=[0, 3], by="arm", scale="response", differences="reference") for one in (fit, alone))
    assert ours.differences["std_error"].to_numpy() == pytest.approx(theirs.differences["std_error"], rel=0.02)
    assert "a variance at the end of its range is taken as it is estimated" in str(ours)
    first = fit.change(by="arm").sentences()[0]
    assert "percentage points higher in the drug group" in first and "95 % interval" in first and "nan" not in first


def test_counts_without_dispersion_have_the_errors_of_poisson():
    data = all_alike()
    data["calls"] = np.random.default_rng(3).poisson(np.exp(0.3 + 0.1 * data["week"]))
    fits = [gc.fit("calls ~ week * arm + (1 | id)", data, time="week", family=one)
            for one in ("poisson", "negative-binomial")]  # fmt: skip
    one, other = (fit.means(at=[0, 3], by="arm", scale="response").table["std_error"].to_numpy() for fit in fits)
    assert fits[1].certificate.ends == ("dispersion",)
    assert other == pytest.approx(one, rel=1e-5)


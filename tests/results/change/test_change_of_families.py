"""The change report of yes and no: on both scales, each called by its name."""

import numpy as np
import pytest
from family_panels import drawn_panel

import growthcurves as gc
from growthcurves.errors import NotEstimableError


@pytest.fixture(scope="module")
def fit():
    return gc.fit("y ~ t * arm + age + (t | id)", drawn_panel("yes"), family="binomial", quadrature=11)


def test_rates_are_in_log_odds_and_told_as_odds_ratios(fit):
    report = fit.change(by="arm")
    text = " ".join(report.sentences())
    assert report.unit == "log odds per t" and "units of y" not in text and "own lines" not in text
    slopes = fit.slopes(by="arm").table
    np.testing.assert_allclose(slopes["ratio"], np.exp(slopes["estimate"]), rtol=1e-12)
    for ratio in slopes["ratio"]:
        assert f"{ratio:.2f}" in text
    assert "For one and the same person, the odds of y rise by" in text and "nan" not in text
    apart = fit.slopes(by="arm", differences="reference").differences.iloc[0]
    assert f"he odds ratio per t in the drug group is {apart['ratio']:.2f} times that in the placebo group" in text


def test_groups_are_told_apart_by_the_probabilities_of_the_population(fit):
    report = fit.change(by="arm")
    means = fit.means(at=[0, 4], by="arm", differences="reference", scale="response").differences
    first, last = (100 * means.loc[means["t"] == time, "estimate"].iloc[0] for time in (0, 4))
    assert report.averages[0].startswith("At t 4, the probability of y, averaged over persons, is")
    assert f"{last:.1f} percentage points higher in the drug group" in report.averages[0]
    assert f"at t 0 it is {abs(first):.1f} percentage points" in report.averages[0]
    assert not [text for text in report.sentences() if "log odds of y" in text]


def test_counts_are_told_apart_by_ratios():
    panel = drawn_panel("counts")
    fit = gc.fit("y ~ t * arm + (1 | id)", panel, family="poisson", time="t")
    means = fit.means(at=[0, 4], by="arm", differences="reference", scale="response").differences
    ratio = means.loc[means["t"] == 4, "ratio"].iloc[0]
    assert f"{100 * abs(ratio - 1):.1f} % {'higher' if ratio > 1 else 'lower'}" in fit.change(by="arm").averages[0]


def test_probabilities_of_the_population_and_of_the_typical_person(fit):
    told = [text for text in fit.change(by="arm").sentences() if text.startswith("In the")]
    assert len(told) == 2
    for people in ("average", "typical"):
        values = fit.means(at=[0, 4], by="arm", scale="response", people=people).means["estimate"]
        for place, value in enumerate(values):
            assert f"{100 * value:.1f} %" in told[place % 2]


def test_standard_deviations_of_yes_and_no_are_no_unit(fit):
    with pytest.raises(NotEstimableError, match="ratios"):
        fit.effect_sizes(by="arm")

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
    assert "The odds ratio per t, of one and the same person, is" in text and "nan" not in text


def test_probabilities_of_the_population_and_of_the_typical_person(fit):
    told = [text for text in fit.change(by="arm").sentences() if "averaged over persons" in text]
    assert len(told) == 2
    for people in ("average", "typical"):
        values = fit.means(at=[0, 4], by="arm", scale="response", people=people).means["estimate"]
        for place, value in enumerate(values):
            assert any(f"{value:.{digits}f}" in told[place % 2] for digits in (2, 3))


def test_standard_deviations_of_yes_and_no_are_no_unit(fit):
    with pytest.raises(NotEstimableError, match="ratios"):
        fit.effect_sizes(by="arm")

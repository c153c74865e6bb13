"""Standardised effects under weights: the observed SD is that of R's survey::svyvar."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import growthcurves as gc

#: R, of the rows at age 8 with w = 1, 2, 3.5 in turn by subject: sqrt(svyvar(~distance, svydesign(~1, weights = ~w)));
#: and the root of the sum over both sexes of w (distance - weighted.mean)^2, w of mean one, over n - 2.
SD, WITHIN = 2.054198493812118, 2.001839337905917


@pytest.fixture(scope="module")
def fit():
    data = gc.load_dataset("orthodont")
    w = dict(zip(data["subject"].unique(), np.resize([1.0, 2.0, 3.5], 27), strict=True))
    data, design = data.assign(w=data["subject"].map(w)), gc.SurveyDesign("w")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return gc.fit("distance ~ age * sex + (age | subject)", data, design=design)


@pytest.mark.parametrize(("asked", "divisor"), [({"effect": "slope:sex[Female]"}, SD), ({"by": "sex"}, WITHIN)])
def test_the_observed_sd_is_weighted(fit, asked: dict, divisor: float) -> None:
    table = fit.effect_sizes(**asked).table.set_index("divided_by")
    assert table.loc["SD at the first occasion, observed", "divisor"] == pytest.approx(divisor, rel=1e-9)


def test_estimates_are_divided_with_errors_by_the_design(fit) -> None:
    row = fit.effect_sizes("slope:sex[Female]").table.set_index("divided_by").loc["SD at the first occasion, observed"]
    assert row["estimate"] == pytest.approx(6 * fit.params["slope:sex[Female]"] / SD, rel=1e-9)
    assert row["std_error"] == pytest.approx(6 * fit.bse["slope:sex[Female]"] / SD, rel=1e-9)

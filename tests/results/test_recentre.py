"""Reading a fit at another time is algebra: equal to a fit with that origin, and refused where it is another model."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc

SHAPES = [
    "linear",
    "quadratic",
    gc.Polynomial(3),
    gc.Piecewise([3]),
    gc.Piecewise([2, 6], jump=True),
    gc.Spline(df=3),
    "occasions",
]


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("shape", SHAPES)
def test_same_as_a_fit_with_that_origin(sleep, shape, method):
    model = gc.GrowthModel("reaction", "day", "subject", shape=shape)
    there = gc.fit(model, sleep, method=method).recentre(5)
    other = gc.fit(model.replace(origin=5.0), sleep, method=method)
    assert there.model == other.model
    assert there.deviance == pytest.approx(other.deviance, rel=1e-10)
    np.testing.assert_allclose(there.params, other.params, rtol=1e-7)
    np.testing.assert_allclose(there.bse, other.bse, rtol=1e-7)
    np.testing.assert_allclose(there.cov_re, other.cov_re, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(there.fixed_effects()["df"], other.fixed_effects()["df"], rtol=1e-5)
    assert there.certificate.converged


def test_the_textbook_formulas(sleep_fit):
    """Status at day 9: gamma_0 + 9 gamma_1, variance g00 + 18 g01 + 81 g11 (Singer and Willett 2003, section 5.4)."""
    there, G = sleep_fit.recentre(9), sleep_fit.cov_re.to_numpy()
    status = sleep_fit.params["intercept"] + 9 * sleep_fit.params["slope"]
    assert there.params["intercept"] == pytest.approx(status, rel=1e-10)
    np.testing.assert_allclose(
        there.cov_re,
        [[G[0, 0] + 18 * G[0, 1] + 81 * G[1, 1], G[0, 1] + 9 * G[1, 1]], [G[0, 1] + 9 * G[1, 1], G[1, 1]]],
        rtol=1e-8,
    )


def test_with_predictors_and_a_covariate(trial, trial_model):
    stress = np.random.default_rng(3).normal(size=len(trial))
    data = trial.assign(stress=stress)
    model = trial_model.replace(time_varying="stress")
    there, other = gc.fit(model, data).recentre(4), gc.fit(model.replace(origin=4.0), data)
    np.testing.assert_allclose(there.params, other.params, rtol=1e-7)
    np.testing.assert_allclose(there.bse, other.bse, rtol=1e-7)


def test_a_singular_fit_stays_singular():
    from reference_values import table

    fit = gc.fit("y ~ time + (time | id)", table("panel_singular_plus.csv"))
    there = fit.recentre(fit.panel.times.max())
    assert fit.certificate.singular and there.certificate.singular and there.certificate.converged
    assert there.deviance == pytest.approx(fit.deviance, rel=1e-9)


@pytest.mark.parametrize(
    ("formula", "options", "words"),
    [
        ("reaction ~ day + (day || subject)", {}, "share one covariance matrix"),
        ("reaction ~ day + (0 + day | subject)", {}, "share one covariance matrix"),
        ("reaction ~ 0 + day + (day | subject)", {}, "predict the intercept too"),
        ("reaction ~ log(day + 1) + (log(day + 1) | subject)", {}, "logarithmic time"),
        ("reaction ~ 1 + (1 | subject)", {}, "no time"),
    ],
)
def test_models_that_are_other_models_at_another_origin(sleep, formula, options, words):
    fit = gc.fit(formula, sleep)
    with pytest.raises(gc.errors.ModelError, match=words):
        fit.recentre(-0.5)


def test_origins_are_times(sleep_fit):
    with pytest.raises(gc.errors.ModelError, match="finite number"):
        sleep_fit.recentre("middle")

"""A second likelihood gives every answer: equal to the built-in one to the printed digits.

What the package says of the same model by its sums and by `tests/engine/dense.py`, which builds each V_i itself.
Tolerances are those of four to five printed digits; ends of profiles to 1e-4 of their width.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from dense import Dense

import growthcurves as gc
from growthcurves.errors import NotEstimableError
from growthcurves.estimate import estimate, panel_for
from growthcurves.fit import GrowthFit

pytestmark = pytest.mark.usefixtures("undrawn")

warnings.simplefilter("ignore")


def trial(persons=24):
    """Two arms, visits missed, a person-level number."""
    rng = np.random.default_rng(4)
    rows = []
    for i in range(persons):
        start, slope = rng.multivariate_normal([20.0, -1.0], [[9.0, -0.6], [-0.6, 0.5]])
        for t in [0.0, 1.0, 2.0, 4.0, 6.0]:
            if t == 0.0 or rng.random() > 0.15:
                y = start + (slope - 0.5 * (i % 2)) * t + rng.normal(0.0, 1.5)
                rows.append((f"p{i:02}", t, "drug" if i % 2 else "none", 30.0 + i % 7, y))
    return pd.DataFrame(rows, columns=["who", "week", "arm", "age", "y"])


MODEL = gc.GrowthModel(
    outcome="y", time="week", id="who", predictors={"intercept": "age + arm", "slope": "arm"}, reference={"arm": "none"}
)


@pytest.fixture(scope="module")
def data():
    return trial()


@pytest.fixture(scope="module")
def built_in(data):
    return gc.fit(MODEL, data)


@pytest.fixture(scope="module")
def dense(data):
    return estimate(MODEL, panel_for(MODEL, data), "reml", GrowthFit, likelihood=Dense)


def close(one, other, rtol=1e-5):
    """Two tables with the same words and numbers."""
    pd.testing.assert_frame_equal(one, other, rtol=rtol, atol=1e-6, check_exact=False)


def test_it_is_another_likelihood(dense, built_in):
    assert type(dense.estimates) is not type(built_in.estimates)
    assert dense.deviance == pytest.approx(built_in.deviance, abs=1e-8)
    assert dense.certificate.converged and not dense.certificate.singular and dense.certificate.identified


@pytest.mark.parametrize("ddf", [
    "satterthwaite", gc.Satterthwaite("expected"), "kenward-roger", gc.KenwardRoger("observed"), "between-within",
    "containment", gc.Containment(rule="nlme"), "residual", "normal",
])  # fmt: skip
def test_fixed_effects_with_every_df(dense, built_in, ddf):
    close(dense.fixed_effects(ddf=ddf), built_in.fixed_effects(ddf=ddf), 1e-4)
    tests = (fit.test("slope = slope:arm[drug] = 0", ddf=ddf).table for fit in (dense, built_in))
    close(*tests, rtol=1e-4)


@pytest.mark.parametrize("method", ["wald", "profile"])
def test_variance_components(dense, built_in, method):
    close(dense.variance_components(method=method), built_in.variance_components(method=method), 2e-4)
    close(dense.conf_int(method=method), built_in.conf_int(method=method), 2e-4)


def test_change_report(dense, built_in):
    close(dense.change(by="arm").table, built_in.change(by="arm").table, 1e-3)
    assert dense.change().sentences() == built_in.change().sentences()


def test_persons_and_predictions(dense, built_in, data):
    close(dense.people(), built_in.people(), 1e-4)
    close(dense.random_effects, built_in.random_effects, 1e-4)
    for people in ("known", "average", "new"):
        for interval in ("confidence", "prediction"):
            asked = {"newdata": data.head(9), "people": people, "interval": interval}
            close(dense.predict(**asked), built_in.predict(**asked), 1e-4)
    seen = {"newdata": data.iloc[3:5], "seen": data.iloc[:3], "people": "new", "interval": "prediction"}
    close(dense.predict(**seen), built_in.predict(**seen), 1e-4)


def test_means_contrasts_and_slopes(dense, built_in):
    for fit_answer in (
        lambda fit: fit.means(at=[0, 3], by="arm").table,
        lambda fit: fit.slopes(by="arm").table,
        lambda fit: fit.contrast({"slope": 1, "slope:arm[drug]": 0.5}).table,
        lambda fit: fit.joint_tests().table,
        lambda fit: fit.icc().table,
        lambda fit: fit.effect_sizes(by="arm").table,
    ):
        close(fit_answer(dense), fit_answer(built_in), 1e-3)


def test_explained_variance(dense, built_in):
    close(dense.r2().table, built_in.r2().table, 1e-4)


def test_comparison(dense, built_in, data):
    smaller = MODEL.replace(random=("intercept",))
    pairs = (
        (fit, estimate(smaller, panel_for(smaller, data), "reml", GrowthFit, likelihood=maker))
        for fit, maker in ((dense, Dense), (built_in, None))
    )
    close(*(gc.compare(large, small).table for large, small in pairs), rtol=1e-4)
    assert dense.test_variance("slope").p_value == pytest.approx(built_in.test_variance("slope").p_value, rel=1e-3)


def test_summary_and_page(dense, built_in, tmp_path):
    assert str(dense) == str(built_in)
    for name, fit in (("dense", dense), ("sums", built_in)):
        fit.report(tmp_path / f"{name}.html")
    pages = [(tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("dense", "sums")]
    assert abs(len(pages[0]) - len(pages[1])) < 0.01 * len(pages[1])


def test_robust_errors(dense, built_in):
    for kind in ("CR0", "CR2"):
        close(dense.robust(kind).table, built_in.robust(kind).table, 1e-4)


def test_replicates(dense, built_in):
    ours, theirs = (fit.estimates.drawing("left out", 0).fits(0, 1) for fit in (dense, built_in))
    np.testing.assert_allclose(ours.beta, theirs.beta, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ours.sigma2, theirs.sigma2, rtol=1e-4)


def test_what_it_lacks_is_told(dense):
    with pytest.raises(NotEstimableError, match="recentre.. is not available.*fit it anew with origin="):
        dense.recentre(3.0)

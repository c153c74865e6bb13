"""Shares of variance of families: closed forms of log links, dense integrals of yes and no."""

import numpy as np
import pytest
from family_panels import drawn_panel, grid
from scipy.special import expit

import growthcurves as gc
from growthcurves.errors import ModelError


@pytest.fixture(scope="module")
def yes():
    return gc.fit("y ~ t * arm + age + (t | id)", drawn_panel("yes"), family="binomial", quadrature=11)


@pytest.fixture(scope="module")
def counts():
    return gc.fit("y ~ t + (1 | id)", drawn_panel("counts"), time="t", family="poisson", quadrature=11)


def variance(fit, time):
    z = np.array([1.0, time])[: len(fit.G)]
    return z @ fit.G @ z


def test_latent_share_of_yes_and_no(yes):
    found = yes.icc(at=[0, 4]).table["icc"]
    wanted = [variance(yes, time) / (variance(yes, time) + np.pi**2 / 3) for time in (0.0, 4.0)]
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
    assert "latent scale (log odds)" in str(yes.icc())


def test_share_of_the_outcome_of_yes_and_no(yes):
    """By a grid of random effects, averaged over the arms as often as they occur, age at its mean."""
    b, age = yes.params, yes.panel.frame.groupby("id")["age"].first().mean()
    nodes, weights = grid(yes.G, 80)
    parts = []
    for drug in (0.0, 1.0):
        eta = b["intercept"] + drug * b["intercept:arm[drug]"] + b["intercept:age"] * age
        chance = expit(eta + 4 * (b["slope"] + drug * b["slope:arm[drug]"]) + nodes @ [1.0, 4.0])
        parts.append((weights @ chance**2 - (weights @ chance) ** 2, weights @ (chance * (1 - chance))))
    between, within = np.mean(parts, axis=0)
    found = yes.icc(at=[4], scale="response").table["icc"].iloc[0]
    assert found == pytest.approx(between / (between + within), abs=1e-8)


def test_shares_of_counts_in_closed_form(counts):
    b, v = counts.params, counts.G[0, 0]
    for time in (0.0, 4.0):
        eta = b["intercept"] + b["slope"] * time
        mean = np.exp(eta + v / 2)
        latent = v / (v + np.log1p(1 / mean))
        between = np.exp(2 * eta + v) * np.expm1(v)
        assert counts.icc(at=[time]).table["icc"].iloc[0] == pytest.approx(latent, rel=1e-8)
        response = counts.icc(at=[time], scale="response").table["icc"].iloc[0]
        assert response == pytest.approx(between / (between + mean), rel=1e-8)


@pytest.fixture(scope="module")
def exposed():
    table = drawn_panel("counts").assign(days=lambda table: 10.0 ** (np.arange(len(table)) % 4))
    return table.assign(hours=24 * table["days"])


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_shares_of_counts_do_not_depend_on_the_unit_of_exposures(exposed, family):
    """In closed form at the mean exposure, in days as in hours, and as offset(log(days)) of a formula has it."""
    options = {"time": "t", "family": family, "quadrature": 11}
    days = gc.fit("y ~ t + (1 | id)", exposed, exposure="days", **options)
    hours = gc.fit("y ~ t + (1 | id)", exposed, exposure="hours", **options)
    offset = gc.fit("y ~ t + offset(log(days)) + (1 | id)", exposed, **options)
    b, v = days.params, days.G[0, 0]
    alpha = days.variance_components("wald").set_index("term")["estimate"].get("dispersion", 0.0)
    eta = b["intercept"] + 2 * b["slope"] + np.log(exposed["days"].mean())
    mean, square = np.exp(eta + v / 2), np.exp(2 * eta + 2 * v)
    between, within = np.exp(2 * eta + v) * np.expm1(v), mean + alpha * square
    wanted = {"latent": v / (v + np.log1p(1 / mean + alpha)), "response": between / (between + within)}
    for scale, share in wanted.items():
        for fit in (days, hours, offset):
            assert fit.icc(at=[2], scale=scale).table["icc"].iloc[0] == pytest.approx(share, rel=1e-6)
    assert "At the mean exposure (days), " in str(days.icc(at=[2]))
    assert "(log rate, at the mean exposure)" in " ".join(days.change().sentences())


def test_explained_variance(yes, counts):
    """Nakagawa's parts by hand: the variance of X beta over rows, the mean of z'Gz, the latent residual."""
    for fit in (yes, counts):
        fixed = fit.predict(people="typical", scale="link")
        random = np.mean([variance(fit, time) for time in fit.panel.frame["t"]])
        of_counts = np.log1p(1 / fit.predict(people="average").mean())
        residual = np.pi**2 / 3 if fit is yes else of_counts
        total = fixed.var() + random + residual
        assert fit.r2().value("marginal") == pytest.approx(fixed.var() / total, rel=1e-6)
        assert fit.r2().value("conditional") == pytest.approx((fixed.var() + random) / total, rel=1e-6)


def test_an_unknown_scale(yes):
    with pytest.raises(ModelError, match="scale of a share"):
        yes.icc(scale="odds")

"""The sandwich of outcomes that are not normal beside one from differences of a textbook quadrature by person."""

import numpy as np
import pytest
from scipy import stats

import growthcurves as gc
from tests.results.family_panels import drawn_panel

FORMULA = "y ~ t * arm + (1 | id)"


def dense(fit, data, log_density, own):
    """Standard errors by CR0 from scores and information by central differences in (beta, log SD, own)."""
    x, w = np.polynomial.hermite.hermgauss(60)
    X = np.column_stack([np.ones(len(data)), data["arm"] == "drug", data["t"], data["t"] * (data["arm"] == "drug")])
    order = ["intercept", "intercept:arm[drug]", "slope", "slope:arm[drug]"]
    start = np.concatenate([fit.params[order], [np.log(fit.cov_re.iloc[0, 0]) / 2], own])
    persons, y = data["id"].to_numpy(), data["y"].to_numpy()

    def by_person(par):
        eta = (X @ par[:4])[:, None] + np.exp(par[4]) * np.sqrt(2.0) * x
        logs = np.zeros((persons.max() + 1, len(x)))
        np.add.at(logs, persons, log_density(y[:, None], eta, par[5:]))
        return np.log(np.exp(logs) @ (w / np.sqrt(np.pi)))

    steps = np.diag(np.full(len(start), 1e-4))

    def scores(par):
        return np.array([(by_person(par + h) - by_person(par - h)) / 2e-4 for h in steps])

    H = -np.array([(scores(start + h) - scores(start - h)).sum(axis=1) / 2e-4 for h in steps])
    s, bread = scores(start), np.linalg.inv((H + H.T) / 2.0)
    return dict(zip(order, np.sqrt(np.diag(bread @ s @ s.T @ bread))[:4], strict=True))


def bernoulli(y, eta, own):
    return y * eta - np.logaddexp(0.0, eta)


def negative_binomial(y, eta, own):
    k = np.exp(-own[0])
    return stats.nbinom.logpmf(y, k, k / (k + np.exp(eta)))


@pytest.fixture(scope="module")
def yes():
    data = drawn_panel("yes")
    return gc.fit(FORMULA, data, family="binomial", quadrature=31, time="t"), data


def test_scores_of_yes_or_no_where_persons_share_a_record(yes):
    fit, data = yes
    want = dense(fit, data, bernoulli, [])
    found = fit.robust("CR0").table.set_index("term")["std_error"]
    assert found.to_dict() == pytest.approx(want, rel=1e-5)


def test_a_dispersion_is_among_the_scores():
    data = drawn_panel("counts", persons=40)
    fit = gc.fit(FORMULA, data, family="negative-binomial", quadrature=31, time="t")
    alpha = fit.variance_components("wald").set_index("term").loc["dispersion", "estimate"]
    found = fit.robust("CR0").table.set_index("term")["std_error"]
    assert found.to_dict() == pytest.approx(dense(fit, data, negative_binomial, [np.log(alpha)]), rel=1e-4)


def test_kinds_and_refusals(yes):
    fit, data = yes
    zero, one = (fit.robust(kind).table["std_error"].to_numpy() for kind in ("CR0", None))
    assert one == pytest.approx(zero * np.sqrt(60 / 59), rel=1e-12)
    assert fit.robust().kind == "CR1" and fit.fixed_effects(ddf="robust").attrs["ddf"] == "robust CR1, normal"
    with pytest.raises(gc.errors.NotEstimableError, match="CR2 corrects residuals"):
        fit.test("slope = 0", ddf=gc.Robust("CR2"))
    assert gc.fit("t ~ age + (1 | id)", data).robust().kind == "CR2"

"""Second derivatives of what is printed, beside differences of its gradient and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from test_dense import CASES, fitted, panel

import growthcurves as gc
from growthcurves.contracts.family import Answers
from growthcurves.engine.families.charted import Charted
from growthcurves.engine.families.fourth import fourth
from growthcurves.engine.parameters.local import Local
from growthcurves.model.families.binomial import Binomial
from growthcurves.model.families.gamma import Gamma
from growthcurves.model.families.poisson import Poisson

pytestmark = pytest.mark.filterwarnings("ignore:.* did not suffice:growthcurves.errors.ConvergenceWarning")


def differences(of, size: int, steps: np.ndarray) -> np.ndarray:
    """Of fourth order, one row for each coordinate."""
    rows = []
    for step in steps[:, None] * np.eye(size):
        near, far = (of(k * step) - of(-k * step) for k in (1, 2))
        rows.append((8.0 * near - far) / (12.0 * step.sum()))
    return np.array(rows)


def off_by(likelihood, local) -> float:
    """What the Hessian differs by from differences of the gradient, in the unit of its diagonal."""
    found = likelihood.observed(local)
    unit = 1.0 / np.sqrt(np.abs(np.diag(found)))
    by_hand = differences(lambda step: likelihood.sloped(local.moved(step)).gradient, local.size, 2e-3 * unit)
    return float(np.abs((found - by_hand) * np.outer(unit, unit)).max())


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("random", ["1", "t"])
def test_it_is_the_slope_of_the_gradient(kind, random):
    estimates = fitted(kind, panel(kind), random, 3 if random == "1" else "laplace").estimates
    away = estimates.active.moved(np.random.default_rng(1).normal(size=estimates.active.size) * 0.05)
    for points in (1, 3):
        assert off_by(estimates.likelihood.with_points(points), away) < 1e-7


@pytest.mark.parametrize("random", ["1", "t", "t || id", "t + I(t**2)"])
def test_it_is_so_on_faces_of_the_cone(random):
    data = panel("poisson", 20)
    rng = np.random.default_rng(2)
    data["y"] = rng.poisson(2.0, len(data))  # persons do not differ
    formula = f"y ~ t + x + ({random})" if "id" in random else f"y ~ t + x + ({random} | id)"
    fit = gc.fit(formula, data, family="poisson", quadrature=3)
    assert fit.certificate.singular
    assert off_by(fit.estimates.likelihood, fit.estimates.active) < 1e-7


def test_a_triangular_factor_bends_as_differences_of_its_moves_say():
    rng = np.random.default_rng(3)
    F, axes = rng.normal(size=(3, 3)), np.linalg.qr(rng.normal(size=(3, 3))).Q
    local = Local.of_factor(np.zeros(0), F, 0.0, ((0, 1, 2),))
    moves = lambda step: Charted.of(local.moved(np.append(step, 0.0)), axes).moves  # noqa: E731
    size = local.face.size
    by_hand = differences(moves, size, np.full(size, 1e-3))
    assert Charted.of(local, axes).bends == pytest.approx(by_hand, abs=1e-9)


def test_the_fourth_derivatives_of_canonical_links_and_a_gamma_are_those_of_their_closed_forms():
    eta, psi = np.linspace(-3.0, 3.0, 7)[:, None], 0.3
    y = np.full(eta.shape, 2.0)
    assert fourth(Poisson(), Answers(y), eta).fourth == pytest.approx(-np.exp(eta), rel=1e-7)
    p = 1.0 / (1.0 + np.exp(-eta))
    cumulant = p * (1.0 - p) * (1.0 - 6.0 * p * (1.0 - p))
    assert fourth(Binomial(), Answers(y / 2.0), eta).fourth == pytest.approx(-cumulant, abs=1e-8)
    found, e = fourth(Gamma(dispersion=float(np.exp(psi))), Answers(y), eta), np.exp(-psi) * y * np.exp(-eta)
    assert found.fourth == pytest.approx(-e, rel=1e-7)  # l = exp(-psi) (-eta - y exp(-eta)) and what has no eta
    assert found.own_third[0] == pytest.approx(-e, rel=1e-7)
    assert found.own_second[0, 0] == pytest.approx(-e, rel=1e-7)
    assert found.own_first[0, 0] == pytest.approx(e - np.exp(-psi), rel=1e-7, abs=1e-9)

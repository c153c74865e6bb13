"""The likelihood of persons with heavy tails: scipy's multivariate t person by person, derivatives by differences."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from dense import Dense
from scipy.stats import multivariate_t

import growthcurves as gc
from growthcurves.engine.estimates import HeavyEstimates
from growthcurves.engine.heavy.likelihood import HeavyTailed
from growthcurves.engine.heavy.tails import tails
from growthcurves.errors import NotEstimableError
from growthcurves.estimate import estimate, panel_for
from growthcurves.estimate.run import rows_of
from growthcurves.model.covariance import residual_of

FORMULAS = {
    "shared": "y ~ year * group + (year | id)",
    "own": "y ~ age * group + (age | id)",
    "structured": "y ~ year * group + (1 | id) + ar1(0 + year | id)",
    "waves": "y ~ year * group + un(year | id)",
    "apart": "y ~ year + (1 | id) + (0 + year | id)",
    "units": "y ~ year * group + (year | site/id)",
}


def made(count=24, occasions=5, seed=3):
    """Persons with heavy tails in sites, seen in common years and at ages of their own, some of them not always."""
    rng = np.random.default_rng(seed)
    codes, year = np.repeat(np.arange(count), occasions), np.tile(np.arange(occasions), count)
    share = np.sqrt(rng.chisquare(4.0, count) / 4.0)
    effects = rng.normal(size=(count, 2)) * [1.5, 0.6]
    site = rng.normal(size=6)[codes % 6] * 4.0
    own = effects[codes, 0] + effects[codes, 1] * year + rng.normal(size=len(codes))
    data = {
        "id": codes, "year": year + 2000, "age": year + rng.normal(size=count)[codes] * 0.3, "group": codes // 6 % 2,
        "site": codes % 6, "y": 10.0 + year + site + own / share[codes],
    }  # fmt: skip
    return pd.DataFrame(data)[rng.random(len(codes)) > 0.1].reset_index(drop=True)


@pytest.fixture(scope="module")
def data():
    return made()


def estimates(data, formula, df=None):
    time = None if isinstance(formula, gc.GrowthModel) else "age" if "age" in formula else "year"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an origin far away, which is meant
        fit = gc.fit(formula, data, time=time, method="ml")
    rows = rows_of(fit.bound)
    return HeavyEstimates.like(fit.estimates, rows, residual_of(fit.bound.model.residual), df)


def groups(found):
    """X, Z, residual parts of what is independent: persons, or sites with everything in them."""
    normal = found.likelihood.normal
    dense = Dense(normal.rows, found.sums, False, None)
    if normal.rows.nesting is None:
        return [(X, Z, y, times, None) for X, Z, y, times in dense.data]
    out, owner = [], normal.rows.nesting.units[-1]
    for unit in np.unique(owner):
        inside = np.flatnonzero(owner == unit)
        parts = [dense.data[person] for person in inside]
        X, Z, y = (np.concatenate([part[k] for part in parts]) for k in range(3))
        same = np.concatenate([np.full(len(part[2]), k) for k, part in enumerate(parts)])
        out.append((X, Z, y, None, (same[:, None] == same).astype(float)))
    return out


def dense_deviance(found, local):
    point, df = found.natural(local), 1.0 / found.likelihood.parts(local).t
    total = 0.0
    for X, Z, y, times, same in groups(found):
        if same is None:
            V = point.between(Z) + point.within(times)
        else:  # two effects of persons, two of sites
            G = point.total()
            V = Z[:, :2] @ G[:2, :2] @ Z[:, :2].T * same + Z[:, 2:] @ G[2:, 2:] @ Z[:, 2:].T
            V = V + point.residual_variance() * np.eye(len(y))
        total -= 2.0 * float(multivariate_t(X @ point.beta, V, df=df).logpdf(y))
    return total


@pytest.mark.parametrize("kind", list(FORMULAS))
def test_value_is_that_of_scipy(kind, data):
    found = estimates(data, FORMULAS[kind])
    assert found.verdict.converged and found.verdict.identified
    rng = np.random.default_rng(1)
    for step in (0.0, 0.05):
        local = found.active.moved(step * rng.normal(size=found.active.size))
        local = found.likelihood.joined(found.likelihood.parts(local).plain, 0.4)
        at = found.likelihood.at(local, False)
        deviance = at.deviance + found.frame.deviance_shift
        assert deviance == pytest.approx(dense_deviance(found, local), abs=1e-9 * abs(deviance))


@pytest.mark.parametrize("kind, df", [*((kind, None) for kind in FORMULAS), ("shared", 3.0)])
def test_derivatives_by_differences(kind, df, data):
    found = estimates(data, FORMULAS[kind], df)
    of, size = found.likelihood, found.active.size
    local = found.active.moved(0.1 * np.random.default_rng(2).normal(size=size))
    at, step = of.at(local, False), 1e-5
    ends = [[of.at(local.moved(sign * step * one), False) for sign in (1, -1)] for one in np.eye(size)]
    gradient = [(up.deviance - down.deviance) / (2 * step) for up, down in ends]
    hessian = [(up.gradient - down.gradient) / (2 * step) for up, down in ends]
    assert at.gradient == pytest.approx(gradient, abs=1e-6 * np.abs(at.gradient).max())
    assert at.hessian == pytest.approx(np.array(hessian), abs=1e-7 * np.abs(at.hessian).max())


def test_scipy_ends_at_the_same_optimum():
    """BFGS on the density of scipy, from beside the estimates."""
    from scipy.optimize import minimize

    few = made(14, 3)
    far = few["id"] < 3
    few.loc[far, "y"] = 10.0 + 6.0 * (few.loc[far, "y"] - 10.0)
    found = estimates(few, "y ~ 1 + (1 | id)")

    def deviance(step):
        return dense_deviance(found, found.active.moved(np.asarray(step)))

    end = minimize(deviance, np.full(found.active.size, 0.1), method="BFGS", options={"gtol": 1e-4})
    assert np.isfinite(found.df) and end.fun == pytest.approx(found.deviance, abs=1e-6)
    assert end.x == pytest.approx(0.0, abs=1e-4)


def test_no_other_start_ends_lower(data):
    from growthcurves.engine.general.search import descended

    found = estimates(data, FORMULAS["shared"])
    of, plain = found.likelihood, found.likelihood.as_normal.local
    starts = [of.joined(plain, df**-0.5) for df in (1.0, 5.0, 50.0, 500.0)]
    assert descended(of, starts).at.deviance == pytest.approx(found.lowest, abs=1e-8)


def test_normal_tails_are_the_limit(data):
    """At t = 0 the deviance is that of normal outcomes, and df of a billion changes nothing that is seen."""
    fit = gc.fit(FORMULAS["shared"], data, time="year", method="ml")
    found = estimates(data, FORMULAS["shared"], df=1e9)
    assert found.deviance == pytest.approx(fit.deviance, abs=1e-6)
    assert found.beta == pytest.approx(fit.estimates.beta, rel=1e-6)
    of = HeavyTailed(found.likelihood.normal, found.likelihood.near)
    at = of.at(of.joined(of.as_normal.local, 0.0), False)
    assert at.deviance + of.frame.deviance_shift == pytest.approx(fit.deviance, abs=1e-8)
    assert at.gradient == pytest.approx(0.0, abs=1e-5)


def test_a_likelihood_of_somebodys_own_is_refused(data):
    model = gc.GrowthModel(outcome="y", time="year", id="id", random=("intercept",))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = estimate(model, panel_for(model, data), "ml", gc.GrowthFit, likelihood=Dense)
        with pytest.raises(NotEstimableError, match="none of the package's"):
            fit.heavy_tailed()


def test_variances_of_zero_stay_zero():
    """Persons who do not differ: a face of the cone, on which what varies has the errors of a smaller model."""
    data = made(30, 4)
    data["y"] = 10.0 + np.random.default_rng(4).standard_t(3.0, len(data))
    found = estimates(data, "y ~ year + (1 | id)")
    assert found.verdict.converged and found.verdict.singular and found.point.total() == pytest.approx(0.0)
    without = estimates(data, gc.GrowthModel(outcome="y", time="year", id="id", random=()))
    assert found.deviance == pytest.approx(without.deviance, abs=1e-6)
    assert found.cov_beta[1, 1] == pytest.approx(without.cov_beta[1, 1], rel=1e-5)


def test_weight_is_the_derivative_of_the_deviance_by_the_distance():
    d, n, step = np.array([0.0, 0.3, 4.0, 90.0]), np.array([1, 2, 5, 6]), 1e-6
    for t in (0.0, 1e-4, 0.2, 2.0):
        found = tails(d, n, t)
        assert found.weight == pytest.approx((1.0 + n * t) / (1.0 + d * t))
        up, down = tails(d + step, n, t), tails(np.abs(d - step), n, t)
        slope = (up.value - down.value) / (d + step - np.abs(d - step) + (d == 0.0))
        assert slope[1:] == pytest.approx(found.weight[1:], rel=1e-6)

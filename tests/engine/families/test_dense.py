"""Fits of families beside textbook likelihoods, person by person: deviance, gradient, standard errors, invariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dense_families import binomial, deviance, gamma, linear, ordinal, poisson, quadratic
from scipy.special import expit, ndtr

import growthcurves as gc
from growthcurves.model.families.binomial import Binomial
from growthcurves.model.families.gamma import Gamma
from growthcurves.model.families.negative_binomial import NegativeBinomial
from growthcurves.model.families.ordinal import Ordinal
from growthcurves.model.families.poisson import Poisson

# Few points are asked for on purpose: equal nodes are compared, not the truth.
pytestmark = pytest.mark.filterwarnings("ignore:.* did not suffice:growthcurves.errors.ConvergenceWarning")

CASES = {
    "logit": (Binomial(), binomial("logit")),
    "probit": (Binomial(link="probit"), binomial("probit")),
    "cloglog": (Binomial(link="cloglog"), binomial("cloglog")),
    "poisson": (Poisson(), poisson),
    "quadratic": (NegativeBinomial(), quadratic),
    "linear": (NegativeBinomial(variance="linear"), linear),
    "gamma": (Gamma(), gamma),
    "ordinal": (Ordinal(), ordinal("logit")),
    "ordinal probit": (Ordinal(link="probit"), ordinal("probit")),
}
PROBABILITY = {"logit": expit, "probit": ndtr, "cloglog": lambda eta: -np.expm1(-np.exp(eta))}
#: Equal nodes: both sides take the same sum, and differ by the rounding of modes and curvatures.
SAME = 1e-8


def panel(kind: str, persons: int = 25, seed: int = 1) -> pd.DataFrame:
    """Unequal occasions, from 1 to 6 of a person; trials of the binomial links, an exposure of the counts."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, persons)
    sizes[:2] = 5
    i = np.repeat(np.arange(persons), sizes)
    t = np.concatenate([np.sort(rng.choice(7, size, replace=False)) for size in sizes]).astype(float)
    x, z = rng.integers(0, 2, persons)[i], rng.normal(size=len(i)).round(2)
    u = rng.normal(size=(persons, 2)) * (1.2, 0.45)
    eta = 0.2 + 0.1 * t + 0.3 * x + 0.2 * z + u[i, 0] + u[i, 1] * t
    data = pd.DataFrame({"id": i, "t": t, "x": x, "z": z, "trials": rng.integers(1, 8, len(i)), "over": 1.0})
    if kind in PROBABILITY:
        data["y"] = rng.binomial(data["trials"], PROBABILITY[kind](eta - 0.8))
    elif kind == "gamma":
        data["y"] = rng.gamma(3.0, np.exp(eta) / 3.0)
    elif kind.startswith("ordinal"):
        noise = rng.logistic(size=len(i)) if kind == "ordinal" else rng.normal(size=len(i))
        data["y"] = np.searchsorted([-0.5, 1.0, 2.0], eta + noise)
    else:
        data["over"] = rng.uniform(0.5, 3.0, len(i)).round(2)
        mu = np.exp(eta) * data["over"].to_numpy()
        size = {"quadratic": np.full(len(mu), 2.0), "linear": mu / 1.5}.get(kind)
        data["y"] = rng.poisson(mu) if size is None else rng.negative_binomial(size, size / (size + mu))
    return data


def fitted(kind: str, data: pd.DataFrame, random: str, quadrature: object) -> object:
    options = {"trials": "trials"} if kind in PROBABILITY else {}
    options |= {"exposure": "over"} if kind in ("poisson", "quadratic", "linear") else {}
    formula = f"y ~ t + x + z + ({random} | id)"
    return gc.fit(formula, data, family=CASES[kind][0], quadrature=quadrature, **options)


class Textbook:
    """The dense deviance of a fit's data with parameters in one vector: beta, those of G's factor, the family's own."""

    def __init__(self, kind: str, data: pd.DataFrame, fit: object, points: int, origin: float = 0.0) -> None:
        self.kind, self.data, self.points = kind, data, points
        ones = np.ones(len(data))
        columns = {"intercept": ones, "slope": data["t"], "intercept:x": data["x"], "z": data["z"], "t": data["t"]}
        self.X = np.column_stack([columns[name] for name in fit.params.index])
        self.Z = np.column_stack([columns[name] for name in fit.cov_re.index])
        G = fit.cov_re.to_numpy()
        if len(G) == 2:
            to = np.array([[1.0, origin], [0.0, 1.0]])
            self.Z, G = self.Z @ np.linalg.inv(to), to @ G @ to.T
        self.q = len(G)
        factor = np.linalg.cholesky(G)[np.tril_indices(self.q)]
        self.psi = np.array(fit.family.values())
        self.there = np.concatenate([fit.params, factor, self.psi])

    def __call__(self, at: np.ndarray) -> float:
        p, k = self.X.shape[1], len(self.psi)
        L = np.zeros((self.q, self.q))
        L[np.tril_indices(self.q)] = at[p : len(at) - k]
        trials = self.data["trials"].to_numpy(float) if self.kind in PROBABILITY else None
        ids, y, offset = (self.data[name].to_numpy() for name in ("id", "y", "over"))
        own = at[len(at) - k :]
        return deviance(
            CASES[self.kind][1], self.points, ids, y, self.X, self.Z, at[:p], L @ L.T, own, trials, np.log(offset)
        )


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("points", ["laplace", 6])
def test_one_random_effect_has_the_textbook_deviance_at_equal_nodes(kind, points):
    data = panel(kind)
    fit = fitted(kind, data, "1", points)
    textbook = Textbook(kind, data, fit, 1 if points == "laplace" else points)
    assert fit.deviance == pytest.approx(textbook(textbook.there), abs=SAME)


def test_no_node_is_left_out_for_its_small_weight():
    """Of persons with nothing but zeros the integrand is wide: there far nodes count, whatever they weigh."""
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"id": np.repeat(np.arange(60), 6), "t": np.tile(np.arange(6.0), 60), "x": 0.0, "z": 0.0})
    data["x"], data["z"] = data["id"] % 2 * 1.0, rng.normal(size=360).round(2)
    data["y"] = (rng.logistic(size=360) + 5.0 * rng.normal(size=60)[data["id"]] > 2.5).astype(int)
    data["trials"], data["over"] = 1, 1.0
    fit = fitted("logit", data, "1", 50)
    textbook = Textbook("logit", data, fit, 50)
    assert fit.deviance == pytest.approx(textbook(textbook.there), abs=SAME)


@pytest.mark.parametrize("kind", ["logit", "cloglog", "quadratic"])
@pytest.mark.parametrize("points", ["laplace", 5])
def test_two_random_effects_have_it_on_the_factor_from_the_mean_time(kind, points):
    data = panel(kind)
    fit = fitted(kind, data, "t", points)
    textbook = Textbook(kind, data, fit, 1 if points == "laplace" else points, data["t"].mean())
    assert fit.deviance == pytest.approx(textbook(textbook.there), abs=SAME)


@pytest.mark.parametrize("kind", ["poisson", "gamma"])
def test_two_random_effects_converge_to_it_on_any_factor(kind):
    data = panel(kind, 8)
    fit = fitted(kind, data, "t", 21)
    textbook = Textbook(kind, data, fit, 21)
    assert fit.deviance == pytest.approx(textbook(textbook.there), abs=1e-6)


@pytest.mark.parametrize("kind", ["probit", "linear", "gamma", "ordinal"])
def test_the_optimum_and_its_standard_errors_are_those_of_the_textbook(kind):
    """By differences of the dense deviance: its gradient is zero there, its curvature the information."""
    data = panel(kind, 10)
    fit = fitted(kind, data, "1", "laplace")
    f = Textbook(kind, data, fit, 1)
    scale = np.full(len(f.there), 0.02)
    scale[: len(fit.params)] = fit.bse / 20
    n = len(f.there)
    at = {}

    def value(*steps: tuple[int, int]) -> float:
        if steps not in at:
            move = np.zeros(n)
            for j, times in steps:
                move[j] += times * scale[j]
            at[steps] = f(f.there + move)
        return at[steps]

    middle = f(f.there)
    H = np.empty((n, n))
    for j in range(n):
        one, two = [(value((j, k)), value((j, -k))) for k in (1, 2)]
        slope = (8 * (one[0] - one[1]) - (two[0] - two[1])) / 12
        H[j, j] = (16 * sum(one) - sum(two) - 30 * middle) / 12
        assert abs(slope) / np.sqrt(H[j, j]) < 1e-4
        for k in range(j):
            both = [(value((j, a), (k, a)) + value((j, -a), (k, -a)) - 2 * middle) / a**2 for a in (1, 2)]
            H[j, k] = H[k, j] = ((4 * both[0] - both[1]) / 3 - H[j, j] - H[k, k]) / 2
    errors = np.sqrt(2 * np.diag(np.linalg.inv(H))) * scale
    assert fit.bse.to_numpy() == pytest.approx(errors[: len(fit.params)], rel=1e-4)


@pytest.mark.parametrize(("kind", "points"), [("logit", 5), ("poisson", "laplace"), ("ordinal", "laplace")])
def test_coding_of_time_order_of_rows_and_of_effects_change_nothing(kind, points):
    data = panel(kind)
    deviances = [
        fitted(kind, made, random, points).deviance
        for made, random in [
            (data, "t"),
            (data.assign(t=data["t"] + 2016.0), "t"),
            (data.assign(t=data["t"] * 365.25, id=-data["id"]).sample(frac=1.0, random_state=1), "0 + t + 1"),
        ]
    ]
    assert deviances == pytest.approx([deviances[0]] * 3, abs=1e-6)


@pytest.mark.parametrize("quadrature", ["auto", "laplace"])
def test_an_end_of_a_profile_interval_is_where_a_fit_with_that_value_is_worse_by_its_cut(quadrature):
    """Laplace's deviance has a curvature of its own, far from that of the integral with few yes-or-no answers."""
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"id": np.repeat(np.arange(150), 5), "t": np.tile(np.arange(5.0), 150)})
    u = rng.normal(size=(150, 2)) * (1.2, 0.5)
    data["y"] = (rng.random(750) < expit(-0.5 + u[data["id"], 0] + (0.3 + u[data["id"], 1]) * data["t"])).astype(int)
    fit = gc.fit("y ~ t + (t | id)", data, family="binomial", quadrature=quadrature)
    points = int(fit.certificate.quadrature.points)
    for end in fit.conf_int(method="profile").loc["slope"]:
        fixed = data.assign(known=end * data["t"])
        worse = gc.fit("y ~ 1 + offset(known) + (t | id)", fixed, family="binomial", quadrature=points)
        assert worse.deviance - fit.deviance == pytest.approx(3.841459, abs=1e-4)


def test_a_search_that_ends_at_a_boundary_knows_the_curvature_of_what_it_prints():
    """The curvature of the integral need not be that of a minimum of Laplace's deviance, which this is one of."""
    rng = np.random.default_rng([14, 500, 4])
    frame = pd.DataFrame({"id": np.repeat(np.arange(500), 4), "t": np.tile(np.arange(4.0), 500)})
    for _ in range(4):
        u = [-0.5, 0.25] + np.array([1.2, 0.4]) * rng.normal(size=(500, 2))
        eta = u[frame["id"], 0] + u[frame["id"], 1] * frame["t"]
        frame["y"] = (rng.random(2000) < expit(eta)).astype(int)
    fit = gc.fit("y ~ t + (t | id)", frame, family="binomial", quadrature="laplace")
    assert fit.certificate.singular and fit.converged
    assert fit.deviance == pytest.approx(2599.45477891, abs=2e-5)  # glmmTMB, which warns that it has not converged

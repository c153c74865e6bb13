"""Panels of outcomes that are not normal, drawn with known parameters, and the textbook's integrals over them."""

import numpy as np
import pandas as pd
from scipy.special import expit


def drawn_panel(kind, persons=60, occasions=5, seed=1):
    """Two arms, a covariate of persons, an exposure, trials; random intercepts and slopes."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons), occasions)
    t = np.tile(np.arange(occasions), persons).astype(float)
    arm = np.where(np.arange(persons) % 2, "drug", "placebo")[who]
    age = rng.normal(size=persons)[who]
    u = rng.normal(size=(persons, 2)) @ np.linalg.cholesky([[1.0, 0.05], [0.05, 0.08]]).T
    eta = -0.5 + 0.3 * t + 0.2 * t * (arm == "drug") + 0.3 * age + u[who, 0] + u[who, 1] * t
    data = pd.DataFrame({"id": who, "t": t, "arm": arm, "age": age})
    data["w"] = np.exp(0.3 * rng.normal(size=len(data)))
    data["m"] = rng.integers(1, 8, len(data))
    draw = {
        "yes": lambda: (rng.random(len(data)) < expit(eta)).astype(int),
        "successes": lambda: rng.binomial(data["m"], expit(eta)),
        "counts": lambda: rng.poisson(data["w"] * np.exp(0.6 * eta)),
    }[kind]
    return data.assign(y=draw())


def grid(G, nodes=60):
    """Nodes (K, q) and weights (K,) of normal random effects with covariance G: a tensor of Gauss-Hermite rules."""
    x, w = np.polynomial.hermite.hermgauss(nodes)
    q = len(G)
    nodes = np.stack(np.meshgrid(*[np.sqrt(2.0) * x] * q, indexing="ij"), axis=-1).reshape(-1, q)
    weights = np.stack(np.meshgrid(*[w / np.sqrt(np.pi)] * q, indexing="ij"), axis=-1).reshape(-1, q).prod(axis=1)
    values, vectors = np.linalg.eigh(G)  # a root that singular matrices have too
    return nodes @ (vectors * np.sqrt(np.maximum(values, 0.0))).T, weights


def fixed_part(fit, rows):
    """X beta of `y ~ t * arm + age`, by hand."""
    b, drug = fit.params, (rows["arm"] == "drug").to_numpy()
    eta = b["intercept"] + b["slope"] * rows["t"] + b["intercept:age"] * rows["age"]
    return (eta + drug * (b["intercept:arm[drug]"] + b["slope:arm[drug]"] * rows["t"])).to_numpy()


def linear_predictors(fit, rows, nodes, offset=0.0):
    """eta of rows at random intercepts and slopes, (n, K)."""
    return (fixed_part(fit, rows) + offset)[:, None] + nodes[:, 0] + rows["t"].to_numpy()[:, None] * nodes[:, 1]


def all_alike() -> pd.DataFrame:
    """Two arms of 60 persons who do not differ but by their arm, so that a fit with random effects is singular."""
    rng = np.random.default_rng(1)
    person, week = np.repeat(np.arange(60), 4), np.tile(np.arange(4.0), 60)
    arm = np.where(person % 2, "drug", "placebo")
    yes = rng.random(240) < 1 / (1 + np.exp(1 - 0.3 * week - 0.4 * week * (arm == "drug")))
    return pd.DataFrame({"id": person, "week": week, "arm": arm, "well": yes})

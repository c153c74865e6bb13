"""Families with person weights: against integrals by many fixed nodes, and against persons repeated.

Estimates and standard errors 1e-8 (of their errors and relative) of yes or no, 1e-6 of other families.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import roots_hermitenorm

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError

NODES, WEIGHTS = roots_hermitenorm(120)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


def outcomes(family: str) -> pd.DataFrame:
    """Forty persons at four waves with weights of whole numbers."""
    rng, persons = np.random.default_rng(11), 40
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), 4), "t": np.tile(np.arange(4.0), persons)})
    frame["group"] = np.where(frame["id"] % 3 == 0, "b", "a")
    u = rng.normal(0, 1, persons)[frame["id"]]
    eta = -0.4 + 0.4 * frame["t"] + 0.3 * (frame["group"] == "b") + u
    made = {
        "binomial": lambda: (rng.random(len(frame)) < 1 / (1 + np.exp(-eta))).astype(int),
        "poisson": lambda: rng.poisson(np.exp(0.5 * eta)),
        "ordinal": lambda: np.digitize(eta + rng.logistic(size=len(frame)), [-1.0, 1.0]),
        "gamma": lambda: rng.gamma(3.0, np.exp(0.3 * eta) / 3.0),
        "lognormal": lambda: np.exp(0.3 * eta + rng.normal(0, 0.3, len(frame))),
    }
    weights = rng.permutation(np.resize([1.0, 2.0, 3.0], persons))
    return frame.assign(y=made[family](), w=weights[frame["id"]], psu=frame["id"] // 4)


def log_likelihoods(x: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
    """Of every person, with intercept, slope and SD x, by fixed Gauss-Hermite nodes; x may be complex."""
    eta = x[0] + x[1] * frame["t"].to_numpy()[:, None] + x[2] * NODES
    y = frame["y"].to_numpy()[:, None]
    rows = y * eta - np.log(1.0 + np.exp(eta))
    sums = np.add.reduceat(rows, np.flatnonzero(np.diff(frame["id"], prepend=-1)))
    return np.log(np.exp(sums) @ (WEIGHTS / WEIGHTS.sum()))


def scores(x: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
    return np.array([log_likelihoods(x + 1e-200j * e, frame).imag / 1e-200 for e in np.eye(3)]).T


def uneven() -> pd.DataFrame:
    """A hundred and fifty persons at five waves with weights of any size: its search ends with a gap that is seen."""
    rng, persons = np.random.default_rng(1), 150
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), 5), "t": np.tile(np.arange(5.0), persons)})
    eta = -0.4 + 0.4 * frame["t"] + rng.normal(0, 1, persons)[frame["id"]]
    y = (rng.random(len(frame)) < 1 / (1 + np.exp(-eta))).astype(int)
    return frame.assign(y=y, w=rng.uniform(0.5, 4, persons)[frame["id"]], psu=frame["id"] // 4)


@pytest.mark.parametrize("frame", [outcomes("binomial"), uneven()], ids=["whole numbers", "uneven"])
def test_yes_or_no_by_fixed_nodes(frame: pd.DataFrame) -> None:
    design = gc.SurveyDesign("w", psu="psu")
    fit = gc.fit("y ~ t + (1 | id)", frame, time="t", family="binomial", quadrature=60, design=design)
    weights = frame.groupby("id")["w"].first().to_numpy()
    x = np.array([*fit.params, np.sqrt(fit.cov_re.iloc[0, 0])])

    def gradient(at: np.ndarray) -> np.ndarray:
        return weights @ scores(at, frame)

    steps = 1e-3 * np.eye(3)
    for _ in range(2):
        near = np.array([gradient(x + e) - gradient(x - e) for e in steps])
        far = np.array([gradient(x + 2 * e) - gradient(x - 2 * e) for e in steps])
        H = (8 * near - far) / 12e-3
        bread = np.linalg.inv((H + H.T) / 2)
        step = bread @ gradient(x)
        assert np.abs(step / np.sqrt(np.diag(-bread))).max() < 1e-8  # where the fit's search ended
        x = x - step
    totals = pd.DataFrame(weights[:, None] * scores(x, frame))
    totals = totals.groupby(np.arange(len(weights)) // 4).sum().to_numpy()
    away, count = totals - totals.mean(axis=0), len(totals)
    V = bread @ (count / (count - 1) * away.T @ away) @ bread
    assert fit.llf == pytest.approx(weights @ log_likelihoods(x, frame), rel=1e-10)
    assert fit.bse.to_numpy() == pytest.approx(np.sqrt(np.diag(V))[:2], rel=1e-8)
    table = fit.variance_components().set_index("term")
    assert table.loc["sd:intercept", "std_error"] == pytest.approx(np.sqrt(V[2, 2]), rel=1e-8)


@pytest.mark.parametrize("family", ["binomial", "poisson", "ordinal", "gamma", "lognormal"])
def test_weights_are_persons_repeated(family: str) -> None:
    frame = outcomes(family)
    again = pd.concat([frame[frame["w"] > k].assign(was=frame["id"], id=frame["id"] * 10 + k) for k in range(3)])
    formula = "y ~ t * group + (1 | id)"
    fit = gc.fit(formula, frame, time="t", family=family, design=gc.SurveyDesign("w"))
    both = gc.fit(formula, again, time="t", family=family, design=gc.SurveyDesign(psu="was"))
    assert fit.llf == pytest.approx(both.llf, rel=1e-10)
    assert np.abs((fit.params - both.params) / both.bse).max() < 1e-6
    assert fit.bse.to_numpy() == pytest.approx(both.bse.to_numpy(), rel=1e-6)
    assert fit.weighing.df == both.weighing.df == 39
    questions = [lambda one: one.means(at=[0, 3]).table, lambda one: one.icc().table, lambda one: one.change().table]
    if family != "ordinal":
        questions.append(lambda one: one.means(at=[0, 3], scale="response", weights="counterfactual").table)
        questions.append(lambda one: one.slopes(scale="response").table)
    if family not in ("lognormal",):
        questions.append(lambda one: one.marginal_coefficients())
    for question in questions:
        mine, theirs = question(fit), question(both)
        kept = mine["quantity"] != "persons" if "quantity" in mine else mine.index >= 0
        numbers = [name for name in mine.columns if mine[name].dtype.kind == "f"]
        left, right = mine.loc[kept, numbers].to_numpy(), theirs.loc[kept, numbers].to_numpy()
        assert left == pytest.approx(right, rel=1e-5, abs=1e-7, nan_ok=True)


def test_what_families_refuse_under_weights() -> None:
    frame = outcomes("binomial").assign(r=1.0)
    options = {"time": "t", "family": "binomial"}
    with pytest.raises(ModelError, match="Weights of rows are of normal outcomes"):
        gc.fit("y ~ t + (1 | id)", frame, design=gc.SurveyDesign({"rows": "r"}), **options)
    fit = gc.fit("y ~ t + (1 | id)", frame, design=gc.SurveyDesign("w"), **options)
    for answer in (lambda: fit.robust(), lambda: fit.check(), lambda: fit.aic):
        with pytest.raises(NotAvailableError, match=r"docs/survey\.md"):
            answer()

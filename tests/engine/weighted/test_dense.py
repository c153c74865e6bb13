"""Weighted fits against the pseudo-likelihood as dense matrices (tests/engine/dense_weighted.py): estimates, errors by
the design, log pseudo-likelihood, of two and three levels, with weights of rows, persons and units.

Estimates and standard errors 1e-8, log pseudo-likelihood 1e-10, all relative.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from dense_weighted import Dense, Unit, sandwich

import growthcurves as gc
from growthcurves.engine.likelihood import own


def schools(seed: int = 5, own_times: bool = False) -> pd.DataFrame:
    """Pupils in schools, of whom some missed occasions, with weights of rows, pupils and schools."""
    rng, rows = np.random.default_rng(seed), []
    for school in range(6):
        v, ws = rng.normal(0, [3, 2]), rng.uniform(0.5, 3)
        for pupil in range(rng.integers(2, 5)):
            u, wi = rng.normal(0, [2, 1]), rng.uniform(0.5, 3)
            for t in range(rng.integers(4, 6)):
                time = t + (rng.uniform(0, 0.5) if own_times else 0.0)
                y = 10 + v[0] + u[0] + (1 + v[1] + u[1]) * time + rng.normal()
                rows.append((school, school * 100 + pupil, time, y, ws, wi, rng.uniform(0.5, 2), school // 3))
    return pd.DataFrame(rows, columns=["school", "pupil", "t", "y", "ws", "wi", "wr", "stratum"])


def units_of(data: pd.DataFrame, top: str, person: str, weights: dict[str, str], above: bool) -> list[Unit]:
    """The units of the highest level for the dense likelihood; missing weights are ones."""

    def weight(frame: pd.DataFrame, kind: str) -> np.ndarray:
        return frame[weights[kind]].to_numpy() if kind in weights else np.ones(len(frame))

    units = []
    for _, inside in data.groupby(top):
        persons = [one for _, one in inside.groupby(person)]
        X = [np.column_stack([np.ones(len(one)), one["t"]]) for one in persons]
        units.append(
            Unit(
                [one["y"].to_numpy() for one in persons],
                X,
                X,
                [weight(one, "rows") for one in persons],
                np.array([weight(one, person)[0] if top != person else 1.0 for one in persons]),
                weight(inside, top)[0],
                X if above else [],
            )
        )
    return units


def compared(fit: gc.GrowthFit, dense: Dense, strata: np.ndarray) -> None:
    """Estimates, log pseudo-likelihood and errors of a fit beside those of dense matrices."""
    G, lower = fit.cov_re.to_numpy(), np.tril_indices(2)
    parts = [G[:2, :2][lower], *([G[2:, 2:][lower]] if dense.above else [])]
    mine = np.concatenate([fit.params, *parts, [fit.scale]])
    x, H, scores = dense.fitted(mine)
    sizes = np.maximum(np.abs(x), np.sqrt(np.diag(np.linalg.inv(-H))))  # of a covariance near zero, its error
    assert np.abs((mine - x) / sizes).max() < 1e-8
    assert fit.llf == pytest.approx(dense.weights @ dense.values(x), rel=1e-10)
    bread, p = H.copy(), dense.p
    bread[p:, p:] -= H[p:, :p] @ np.linalg.solve(H[:p, :p], H[:p, p:])
    bread[:p, p:] = bread[p:, :p] = 0.0
    V = sandwich(bread, scores, dense.weights, np.arange(len(strata)), strata)
    errors = np.sqrt(np.diag(V))
    assert np.abs((fit.cov_params().to_numpy() - V[:p, :p]) / np.outer(errors[:p], errors[:p])).max() < 1e-8
    table = fit.variance_components()
    error = dict(zip(table["term"], table["variance_std_error"], strict=True))
    order = [error[f"{kind}{unit}"] for unit in ("", "|school")[: 1 + bool(dense.above)]
             for kind in ("sd:intercept", "cor:intercept,slope", "sd:slope")]  # fmt: skip
    assert [*order, error["sd:residual"]] == pytest.approx(errors[p:], rel=1e-8)


@pytest.mark.parametrize("weights", [{"pupil": "ws"}, {"pupil": "ws", "rows": "wr"}])
@pytest.mark.parametrize("own_times", [False, True])
def test_two_levels(weights: dict[str, str], own_times: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "FEW", 0)
    data = schools(own_times=own_times)
    design = gc.SurveyDesign(weights, strata="stratum", scale="none")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        fit = gc.fit("y ~ t + (t | pupil)", data, design=design)
    dense = Dense(units_of(data, "pupil", "pupil", weights, False), 2, 2)
    compared(fit, dense, data.groupby("pupil")["stratum"].first().to_numpy())


@pytest.mark.parametrize(
    "weights",
    [{"school": "ws"}, {"pupil": "wi"}, {"pupil": "wi", "school": "ws"}, {"rows": "wr", "pupil": "wi", "school": "ws"}],
)
def test_three_levels(weights: dict[str, str]) -> None:
    data = schools()
    design = gc.SurveyDesign(weights, strata="stratum", scale="none")
    fit = gc.fit("y ~ t + (t | school/pupil)", data, design=design)
    dense = Dense(units_of(data, "school", "pupil", weights, True), 2, 2, 2)
    compared(fit, dense, np.arange(6) // 3)


def test_three_levels_with_own_times() -> None:
    data, weights = schools(7, own_times=True), {"pupil": "wi", "school": "ws"}
    fit = gc.fit("y ~ t + (t | school/pupil)", data, design=gc.SurveyDesign(weights, scale="none", strata="stratum"))
    dense = Dense(units_of(data, "school", "pupil", weights, True), 2, 2, 2)
    compared(fit, dense, np.arange(6) // 3)


def test_scores_add_up_to_nothing_at_the_optimum() -> None:
    data = schools()
    design = gc.SurveyDesign({"pupil": "wi", "school": "ws"})
    fit = gc.fit("y ~ t + (1 | school) + (t | pupil)", data, design=design)
    totals = fit.estimates.totals
    size = np.abs(totals).sum(axis=0)
    assert np.abs(totals.sum(axis=0)).max() < 1e-6 * size.max()


def test_four_levels_are_those_of_repeated_units() -> None:
    """Classes, schools and regions that count twice are two of them: the levels between, whose weights pass on."""
    rng = np.random.default_rng(2)
    data = pd.concat(
        [schools(seed).assign(region=seed, school=lambda d, s=seed: d["school"] + 100 * s) for seed in (1, 2, 3, 4)]
    )
    data = data.assign(pupil=data["school"] * 1000 + data["pupil"] % 100)
    data["y"] = data["y"] + data["region"].map(dict(zip((1, 2, 3, 4), rng.normal(0, 3, 4), strict=True)))
    counts = {school: 1 + (school % 3 == 0) for school in data["school"].unique()}
    data["wc"] = data["school"].map(counts).astype(float)
    again = data[data["wc"] == 2].assign(school=lambda d: d["school"] + 5000, pupil=lambda d: d["pupil"] + 5_000_000)
    formula = "y ~ t + (1 | region) + (1 | school) + (t | pupil)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        fit = gc.fit(formula, data, design=gc.SurveyDesign({"school": "wc"}, scale="none"))
        both = gc.fit(formula, pd.concat([data, again]), design=gc.SurveyDesign(psu="region"))
    assert fit.params.to_numpy() == pytest.approx(both.params.to_numpy(), rel=1e-8)
    assert np.diag(fit.cov_re) == pytest.approx(np.diag(both.cov_re), rel=1e-6, abs=1e-8)
    assert fit.bse.to_numpy() == pytest.approx(both.bse.to_numpy(), rel=1e-6)
    assert fit.llf == pytest.approx(both.llf, rel=1e-10)

"""The start of a search: where a panel is balanced it is the REML estimate, which has a closed form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.engine.search.optimise import moment_start


def balanced_panel(rng: np.random.Generator, persons: int, times: np.ndarray) -> pd.DataFrame:
    u = rng.normal(size=(persons, 2)) @ np.array([[2.0, 0.4], [0.0, 0.8]])
    y = 3.0 + u[:, :1] + (1.0 + u[:, 1:]) * times + rng.normal(0.0, 1.5, (persons, len(times)))
    return pd.DataFrame(
        {"id": np.repeat(np.arange(persons), len(times)), "t": np.tile(times, persons), "y": y.ravel()}
    )


def closed_form(data: pd.DataFrame, times: np.ndarray) -> tuple[np.ndarray, float]:
    """G and sigma^2 from the persons' own lines: G = S - sigma^2 (Z'Z)^-1 (Swamy 1970; exact where balanced)."""
    Z = np.column_stack([np.ones_like(times), times])
    Y = data["y"].to_numpy().reshape(-1, len(times)).T
    lines, *_ = np.linalg.lstsq(Z, Y, rcond=None)
    sigma2 = float(((Y - Z @ lines) ** 2).sum() / (Y.shape[1] * (len(times) - 2)))
    return np.cov(lines) - sigma2 * np.linalg.inv(Z.T @ Z), sigma2


@pytest.mark.parametrize("seed", range(12))
def test_the_start_is_the_reml_estimate_of_a_balanced_panel(seed):
    rng = np.random.default_rng(seed)
    times = np.sort(rng.choice(12, int(rng.integers(4, 9)), replace=False)).astype(float)
    data = balanced_panel(rng, int(rng.integers(30, 90)), times)
    G, sigma2 = closed_form(data, times)
    assert np.linalg.eigvalsh(G)[0] > 0
    fit = gc.fit("y ~ t + (t | id)", data)
    solution = fit.estimates.solution
    J = solution.problem.original_z()
    start = moment_start(solution.problem)
    np.testing.assert_allclose(J @ start @ J.T * sigma2 / solution.problem.scale**2, G, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(solution.G, G, rtol=1e-7, atol=1e-9)
    assert solution.sigma2 == pytest.approx(sigma2, rel=1e-9)
    assert solution.optimum.evaluations <= 2

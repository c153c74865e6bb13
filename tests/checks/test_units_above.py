"""Random effects of units above persons: their uncertainty against dense formulas, and a skewed distribution found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.checks.look import Look
from growthcurves.errors import DataWarning
from growthcurves.results.questions.design_rows import own_rows
from growthcurves.results.questions.levels import units_of_rows


def _data(skewed: bool, sites: int = 60, each: int = 8, waves: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    persons, site = sites * each, np.repeat(np.arange(sites), each)
    effects = (rng.chisquare(1.5, sites) - 1.5) / np.sqrt(3.0) if skewed else rng.standard_normal(sites)
    growth, t = rng.standard_normal((persons, 2)) * [1.0, 0.3], np.arange(waves)
    y = 2 + effects[site][:, None] + growth[:, :1] + growth[:, 1:] * t + rng.standard_normal((persons, waves))
    names = np.array([f"s{k}" for k in range(sites)])[site]
    rows = {"id": np.repeat(np.arange(persons), waves), "site": np.repeat(names, waves)}
    return pd.DataFrame(rows | {"t": np.tile(t, persons), "y": y.ravel()})


@pytest.mark.parametrize("formula", ["y ~ t + (t | id) + (t | site)", "y ~ t + (1 | id) + (1 | site)"])
def test_effects_of_units_and_their_uncertainty_are_those_of_dense_formulas(formula: str) -> None:
    fit = gc.fit(formula, _data(False, sites=8, each=4), time="t")
    look = Look(fit, 1)
    site, place = units_of_rows(fit)["site"][look.order], fit.sums.terms.places["site"]
    Z = own_rows(fit).Z[look.order]
    person = Z[:, : place.start] @ fit.G[: place.start, : place.start] @ Z[:, : place.start].T
    V = person * (look.person[:, None] == look.person) + fit.residual_variance * np.eye(look.rows)
    wide = np.concatenate([Z[:, place] * (site == k)[:, None] for k in range(8)], axis=1)
    G = np.kron(np.eye(8), fit.G[place, place])
    V += wide @ G @ wide.T
    r = look.whitening.residual
    expected = (G @ wide.T @ np.linalg.solve(V, r)).reshape(8, -1)
    left = G - G @ wide.T @ np.linalg.solve(V, wide @ G)
    into = fit.standard_rows(np.eye(len(fit.random_names)))[place, place] @ look.whitening.units["site"][1]
    found = np.einsum("ak,uk->ua", into, look.data.unit_effects["site"][:, :, 0])
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)
    spread = np.einsum("ak,ukl,bl->uab", into, look.whitening.unit_effects_left()["site"], into)
    q = place.stop - place.start
    blocks = np.array([left[k * q : (k + 1) * q, k * q : (k + 1) * q] for k in range(8)])
    np.testing.assert_allclose(spread, blocks, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("skewed", [False, True])
def test_skewed_effects_of_units_are_found(skewed: bool) -> None:
    found = gc.fit("y ~ t + (t | id) + (1 | site)", _data(skewed), time="t").check(n=199)
    row = found.table.set_index("check").loc["normal_units"]
    assert (row["verdict"] == "problem") == skewed and "between sites" in row["text"]


def test_few_units_show_no_distribution() -> None:
    with pytest.warns(DataWarning, match="sites only"):
        fit = gc.fit("y ~ t + (t | id) + (1 | site)", _data(False, sites=4), time="t")
    assert "20 units" in fit.check(n=199).skipped["normal_units"]

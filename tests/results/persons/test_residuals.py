"""Residuals of four kinds against nlme, and the scale of standardized random effects."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.results.persons.residuals import KINDS, residual_table, standardized_effects

REFERENCE = Path(__file__).parents[2] / "reference" / "whitened.json"


@pytest.fixture(scope="module")
def ar1():
    model = gc.GrowthModel(
        outcome="reaction", time="day", id="subject", random=("intercept",), residual="ar1", wave="day"
    )
    return gc.fit(model, gc.load_dataset("sleepstudy"))


@pytest.mark.parametrize("kind", KINDS)
def test_residuals_are_those_of_nlme(ar1, kind):
    """nlme (make_whitened.R): lme, corAR1, REML; it stops near the optimum, so that three digits of an SD agree."""
    wanted = np.array(json.loads(REFERENCE.read_text())[kind])
    found = residual_table(ar1, kind)["residual"].to_numpy()
    assert np.abs(found - wanted).max() < 2e-3 * wanted.std()


def test_the_order_of_rows_does_not_matter(ar1):
    data = gc.load_dataset("sleepstudy").sample(frac=1, random_state=3)
    other = residual_table(gc.fit(ar1.model, data), "cholesky").sort_values(["id", "time"])
    mine = residual_table(ar1, "cholesky").sort_values(["id", "time"])
    assert other["residual"].to_numpy() == pytest.approx(mine["residual"].to_numpy(), abs=1e-6)


def test_independent_residuals_by_the_textbook():
    """L^-1 (y - X b) with V = Z G Z' + sigma^2 I, person by person."""
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy").iloc[:-3])
    found = residual_table(fit, "cholesky")
    for who, rows in gc.load_dataset("sleepstudy").iloc[:-3].groupby("subject"):
        Z = np.column_stack([np.ones(len(rows)), rows["day"]])
        V = Z @ fit.G @ Z.T + fit.scale * np.eye(len(rows))
        wanted = np.linalg.solve(np.linalg.cholesky(V), rows["reaction"].to_numpy() - Z @ fit.params.to_numpy())
        assert found.loc[found["id"] == who, "residual"].to_numpy() == pytest.approx(wanted, abs=1e-8)


def test_standardized_effects_of_a_balanced_design():
    """Of n rows each, u hat = c * (mean residual of the person), Var(u hat) = G - G sigma^2 / (sigma^2 + n G)."""
    data = gc.load_dataset("sleepstudy")
    fit = gc.fit("reaction ~ day + (1 | subject)", data)
    G, s2 = float(fit.G[0, 0]), fit.scale
    u = fit.random_effects["intercept"].to_numpy()
    wanted = u / np.sqrt(G - G * s2 / (s2 + 10 * G))
    assert standardized_effects(fit)["value"].to_numpy() == pytest.approx(wanted, rel=1e-10)


def test_what_has_no_residuals_says_so(ar1):
    with pytest.raises(ModelError, match="normalized"):
        residual_table(ar1, "normalised")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy").query("day in (0, 5)"))
    with pytest.raises(NotEstimableError, match="marginal"):
        residual_table(fit)
    assert residual_table(fit, "marginal")["residual"].notna().all()

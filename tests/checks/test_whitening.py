"""What checks look at, against dense formulas: V of all rows as one matrix, and generalised least squares."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.checks.directions import mean_scores
from growthcurves.checks.look import Look
from growthcurves.results.questions.design_rows import own_rows
from growthcurves.results.questions.levels import units_of_rows


def _data(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    persons, waves = 32, 5
    table = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "t": np.tile(np.arange(waves), persons)})
    table["site"] = table["id"] % 8
    table["arm"] = np.where(table["id"] % 2, "b", "a")
    table["rater"] = rng.integers(0, 7, len(table))
    growth = rng.standard_normal((persons, 2)) @ [[1.0, 0.2], [0.0, 0.4]]
    table["y"] = 5 + growth[table["id"], 0] + growth[table["id"], 1] * table["t"] + rng.standard_normal(len(table))
    table["y"] += rng.standard_normal(8)[table["site"]] + rng.standard_normal(7)[table["rater"]]
    return table.drop(index=rng.choice(len(table), 9, replace=False))


FITS = {
    "two levels": ("y ~ t + (t | id)", {}),
    "residuals": ("y ~ t + (1 | id)", {"residual": "ar1"}),
    "three levels": ("y ~ t + (t | site/id)", {}),
    "crossed": ("y ~ t + (t | id) + (1 | rater)", {}),
    "mmrm": ("y ~ C(t)", {"residual": "un"}),
    "by group": ("y ~ t * arm + (0 + arm + arm:t | id)", {}),
    "variances by arm": ("y ~ t * arm + (t | id)", {"residual": gc.Het("arm")}),
    "own times": ("y ~ t + (1 | id)", {"residual": "car1"}),
}


def _fit(which: str):
    formula, options = FITS[which]
    if which == "mmrm":
        return gc.fit(gc.GrowthModel("y", "t", "id", shape="occasions", random=(), **options), _data())
    data = _data()
    if which == "own times":
        data["t"] += np.random.default_rng(7).uniform(-0.3, 0.3, len(data))
    return gc.fit(formula, data, time="t", **options)


def _dense(fit, look: Look) -> np.ndarray:
    """V over all rows, in the order of checks."""
    Z = fit.standard_rows(own_rows(fit).Z)[look.order]
    V = np.zeros((look.rows, look.rows))
    place = fit.sums.terms.places
    owners = {"person": look.person} | {unit: rows[look.order] for unit, rows in units_of_rows(fit).items()}
    for unit, who in owners.items():
        here = place.get(unit, slice(None))
        V += (Z[:, here] @ fit.point.total()[here, here] @ Z[:, here].T) * (who[:, None] == who)
    for group in look.whitening.groups:
        for i, R in enumerate(group.R):
            rows = np.arange(group.rows.start, group.rows.stop).reshape(len(group.R), -1)[i]
            V[np.ix_(rows, rows)] += R
    return V


@pytest.mark.parametrize("which", FITS)
def test_data_are_pulled_as_the_dense_inverse_pulls_them(which: str) -> None:
    fit = _fit(which)
    look = Look(fit, 1)
    r = fit.panel.values[look.order] - own_rows(fit).X[look.order] @ fit.estimates.beta
    np.testing.assert_allclose(look.data.pulled[:, 0], np.linalg.solve(_dense(fit, look), r), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("which", FITS)
def test_replicates_have_the_covariance_of_generalised_residuals(which: str) -> None:
    """V^-1 r of replicates has covariance P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1."""
    fit = _fit(which)
    look = Look(fit, 3)
    X, inverse = own_rows(fit).X[look.order], np.linalg.inv(_dense(fit, look))
    P = inverse - inverse @ X @ np.linalg.solve(X.T @ inverse @ X, X.T @ inverse)
    rows = np.random.default_rng(0).standard_normal((look.rows, 4))
    kept = look.whitening.pulled(look.whitening.kept(look.whitening.white(rows)))
    np.testing.assert_allclose(kept, P @ rows, atol=1e-7)
    found = np.concatenate([sample.pulled for sample in look.replicates(4000)], axis=1)
    sd = np.sqrt(np.diag(P))
    np.testing.assert_allclose(np.cov(found) / np.outer(sd, sd), P / np.outer(sd, sd), atol=0.1)


@pytest.mark.parametrize("which", ["two levels", "three levels", "crossed", "residuals"])
def test_a_column_that_the_mean_lacks_has_its_generalised_least_squares_coefficient(which: str) -> None:
    fit = _fit(which)
    look = Look(fit, 1)
    extra = look.times**2
    coefficient = mean_scores(look, extra[:, None])[0](look.data)[0, 0]
    X, inverse = np.column_stack([own_rows(fit).X[look.order], extra]), np.linalg.inv(_dense(fit, look))
    y = fit.panel.values[look.order]
    expected = np.linalg.solve(X.T @ inverse @ X, X.T @ inverse @ y)[-1]
    assert coefficient == pytest.approx(expected, rel=1e-6)


def test_a_column_that_the_mean_has_is_not_new() -> None:
    look = Look(_fit("two levels"), 1)
    assert mean_scores(look, np.column_stack([look.times, look.times**2]))[1].tolist() == [False, True]


def test_scores_of_variances_are_at_their_mean_at_the_reml_optimum() -> None:
    """r'V^-1 dV V^-1 r = tr(P dV) there, which replicates have as their mean."""
    data = _data()
    alone = data["y"] - data.groupby("site")["y"].transform("mean") - data.groupby("rater")["y"].transform("mean")
    fit = gc.fit("y ~ t + (t | id)", data.assign(y=alone), time="t")
    assert not fit.certificate.singular
    look = Look(fit, 5)
    drawn = np.concatenate([sample.scores() for sample in look.replicates(6000)], axis=1)
    error = drawn.std(axis=1) / np.sqrt(drawn.shape[1])
    assert (np.abs(look.data.scores()[:, 0] - drawn.mean(axis=1)) < 4 * error).all()

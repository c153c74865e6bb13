"""Every shipped data set under every kind of shape, ML and REML, against the best optimum that R finds.

Values: tests/reference/shapes.json, made by make_shapes.R with six optimisers of lme4 and nlme on standardised data.
Tolerances: -2 log likelihood never above R's best by 1e-6 relative, equal to it by 1e-8, and equal by 1e-8 to a
dense textbook likelihood at our own optimum; where R's fit is regular (G of full rank, two engines within 1e-8)
standard errors to 1e-4, estimates to 1e-4 standard errors, SDs and correlations to 1e-4.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from reference_values import cases
from scipy import linalg
from scipy.interpolate import BSpline

import growthcurves as gc
from growthcurves.data.datasets import dataset_entry

CASES = cases("shapes")


def shape_of(record):
    kind = record["shape"]["kind"]
    if kind == "polynomial":
        return {1: "linear", 2: "quadratic"}.get(record["shape"]["degree"]) or gc.Polynomial(record["shape"]["degree"])
    if kind == "piecewise":
        return gc.Piecewise(knots=record["shape"]["knots"])
    return gc.Spline(df=record["shape"]["df"])


def data_of(record):
    data = gc.load_dataset(record["data"])
    if record["covariate"]:
        name = record["covariate"]
        mean = data.groupby(dataset_entry(record["data"])["roles"]["id"])[name].transform("mean")
        data = data.assign(**{f"{name}_within": data[name] - mean, f"{name}_between": mean})
    return data


def fit_case(record, data):
    roles = dataset_entry(record["data"])["roles"]
    options = {}
    if record["predictors"]:
        options["predictors"] = record["predictors"]
    if record["covariate"]:
        options["time_varying"] = "{0}_within + {0}_between".format(record["covariate"])
    if record["random"]:
        options["random"] = tuple(record["random"])
    model = gc.GrowthModel(**roles, shape=shape_of(record), **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return gc.fit(model, data, method=record["method"].lower())


# ---------------------------------------------------------------- the model's columns, from textbook formulas


def growth_columns(record, time):
    """Columns of X by growth parameter: powers, pieces, or natural splines.

    Natural splines are B-splines restricted to those without curvature at the ends (de Boor 2001), in an orthonormal
    basis of that restriction, as R has it; another orthonormal basis has the same likelihood, REML included.
    """
    since, shape = time - record["origin"], record["shape"]
    if shape["kind"] == "polynomial":
        return np.column_stack([since**power for power in range(shape["degree"] + 1)])
    if shape["kind"] == "piecewise":
        (knot,) = shape["knots"]
        return np.column_stack([np.ones(len(time)), np.minimum(time, knot), np.maximum(time - knot, 0)])
    distinct, df = np.unique(time), shape["df"]
    ends = [distinct[0], distinct[-1]]
    inside = np.quantile(distinct, np.arange(1, df) / df)
    basis = BSpline(np.r_[[ends[0]] * 4, inside, [ends[1]] * 4], np.eye(df + 3), 3)
    return np.column_stack([np.ones(len(time)), basis(time)[:, 1:] @ linalg.null_space(basis(ends, 2)[:, 1:])])


def predictor_columns(record, data):
    columns = [np.ones(len(data))]
    if record["predictors"]:
        groups = data[record["predictors"]]
        columns += [(groups == level).to_numpy(float) for level in groups.cat.categories[1:]]
    return np.column_stack(columns)


def dense_deviance(record, data, G, residual_variance):
    """-2 log likelihood with V_i = Z_i G Z_i' + s I written out, beta profiled (Laird and Ware 1982)."""
    roles = dataset_entry(record["data"])["roles"]
    time, y = data[roles["time"]].to_numpy(float), data[roles["outcome"]].to_numpy(float)
    growth, predictors = growth_columns(record, time), predictor_columns(record, data)
    X = (growth[:, :, None] * predictors[:, None, :]).reshape(len(y), -1)
    if record["covariate"]:
        X = np.column_stack([X, data[[f"{record['covariate']}_within", f"{record['covariate']}_between"]]])
    Z = random_columns(record, time)
    n, p = X.shape
    A, logdet = np.zeros((p + 1, p + 1)), 0.0
    for rows in data.groupby(roles["id"], observed=True).indices.values():
        V = Z[rows] @ G @ Z[rows].T + residual_variance * np.eye(len(rows))
        L = np.linalg.cholesky(V)
        W = linalg.solve_triangular(L, np.column_stack([X[rows], y[rows]]), lower=True)
        A, logdet = A + W.T @ W, logdet + 2 * np.log(np.diag(L)).sum()
    scale = np.r_[np.sqrt(np.diag(A)[:p]), 1.0]  # columns of very different size
    R = np.linalg.cholesky(A / np.outer(scale, scale))
    if record["method"] == "REML":
        logdet, n = logdet + 2 * np.log(np.diag(R)[:p] * scale[:p]).sum(), n - p
    return n * np.log(2 * np.pi) + logdet + R[p, p] ** 2


def random_columns(record, time):
    since, names = time - record["origin"], record["varying"]["names"]
    columns = {"intercept": np.ones(len(time)), "slope": since, "quadratic": since**2}
    if record["shape"]["kind"] == "piecewise":
        (knot,), origin = record["shape"]["knots"], record["origin"]
        columns["slope1"] = np.minimum(time, knot) - min(origin, knot)
        columns["slope2"] = np.maximum(time - knot, 0) - max(origin - knot, 0)
    return np.column_stack([columns[name] for name in names])


# ---------------------------------------------------------------- the tests


@pytest.mark.parametrize("name", CASES)
def test_same_optimum_as_r(name):
    record = CASES[name]
    data = data_of(record)
    fit = fit_case(record, data)
    assert fit.certificate.converged
    assert fit.certificate.identified
    assert fit.certificate.singular == (record["rank"] < len(record["varying"]["names"]))
    assert fit.deviance <= record["m2ll"] + 1e-6 * abs(record["m2ll"])
    assert fit.deviance == pytest.approx(record["m2ll"], rel=1e-8)
    names = record["varying"]["names"]
    dense = dense_deviance(record, data, fit.cov_re.loc[names, names].to_numpy(), fit.scale)
    assert fit.deviance == pytest.approx(dense, rel=1e-8)
    if record["regular"]:
        same_estimates(fit, record)


def same_estimates(fit, record):
    terms, se = record["fixed"]["names"], np.array(record["fixed"]["se"])
    assert sorted(terms) == sorted(fit.terms)
    np.testing.assert_allclose(fit.bse[terms], se, rtol=1e-4)
    np.testing.assert_allclose((fit.params[terms] - record["fixed"]["estimate"]) / se, 0, atol=1e-4)
    names = record["varying"]["names"]
    G = fit.cov_re.loc[names, names].to_numpy()
    sds = np.sqrt(np.diag(G))
    np.testing.assert_allclose(sds, record["varying"]["sd"], rtol=1e-4)
    np.testing.assert_allclose(G / np.outer(sds, sds), record["varying"]["corr"], atol=1e-4)
    assert np.sqrt(fit.scale) == pytest.approx(record["sigma"], rel=1e-4)


def test_all_shipped_long_tables_are_here():
    long = [name for name in gc.list_datasets()["name"] if dataset_entry(name)["layout"] == "long"]
    for method in ("REML", "ML"):
        for name in long:
            kinds = [
                record["shape"].get("degree", record["shape"]["kind"])
                for record in CASES.values()
                if record["data"] == name and record["method"] == method
            ]
            assert {1, 2, "piecewise", "spline"} <= set(kinds), name

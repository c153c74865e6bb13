"""Comparisons of models with and without units above persons, and replicates of them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import reference_values

import growthcurves as gc

PUPILS, SCHOOLS = "y ~ grade * private + poor + (grade | pupil)", " + (grade | school)"


@pytest.fixture(scope="module")
def fits():
    data = reference_values.table("levels_waves.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: gc.fit(PUPILS + more, data) for name, more in
                (("two", ""), ("intercept", " + (1 | school)"), ("slope", SCHOOLS))}  # fmt: skip


@pytest.mark.parametrize(("small", "large"), [("two", "intercept"), ("two", "slope"), ("intercept", "slope")])
def test_the_ratio_is_the_difference_of_deviances(small, large, fits):
    table = gc.compare(fits[small], fits[large], n=200, rng=1).table
    row = table.iloc[1]
    assert row["statistic"] == pytest.approx(fits[small].deviance - fits[large].deviance, abs=1e-6)
    assert row["df"] == {"twointercept": 1, "twoslope": 3, "interceptslope": 2}[small + large]


def test_leaving_out_is_the_smaller_model(fits):
    found = fits["slope"].test_variance("slope|school")
    assert found.statistic == pytest.approx(fits["intercept"].deviance - fits["slope"].deviance, abs=1e-6)


CLASSES = "y ~ grade * private + poor"


@pytest.mark.parametrize(("left_out", "random"), [
    ("slope", "(1 | pupil) + (grade | class) + (grade | school)"),
    ("intercept", "(0 + grade | pupil) + (grade | class) + (grade | school)"),
    ("slope|class", "(grade | pupil) + (1 | class) + (grade | school)"),
    ("intercept|school", "(grade | pupil) + (grade | class) + (0 + grade | school)"),
])  # fmt: skip
def test_leaving_out_at_any_of_several_levels_is_the_smaller_model(left_out, random, classes):
    small = gc.fit(f"{CLASSES} + {random}", classes.panel.frame, time="grade")
    assert classes.test_variance(left_out).statistic == pytest.approx(small.deviance - classes.deviance, abs=1e-6)


@pytest.fixture(scope="module")
def classes():
    data = reference_values.table("levels_waves.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit(f"{CLASSES} + (grade | pupil) + (grade | class) + (grade | school)", data)


@pytest.mark.parametrize(("left_out", "random"), [
    (["intercept|teacher"], "(grade | pupil) + (1 | school)"),
    (["slope", "intercept|school"], "(1 | pupil) + (1 | teacher)"),
    (["intercept|teacher", "intercept|school"], "(grade | pupil)"),
])  # fmt: skip
def test_leaving_out_crossed_units_is_the_smaller_model(left_out, random, teachers):
    small = gc.fit(f"y ~ grade * poor + {random}", teachers.panel.frame, time="grade")
    assert teachers.test_variance(*left_out).statistic == pytest.approx(small.deviance - teachers.deviance, abs=1e-6)


@pytest.fixture(scope="module")
def teachers():
    data = reference_values.table("levels_crossed.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit("y ~ grade * poor + (grade | pupil) + (1 | teacher) + (1 | school)", data, time="grade")


def test_the_bootstrap_of_a_ratio_draws_from_the_smaller_model(fits):
    found = gc.compare(fits["intercept"], fits["slope"], method="bootstrap", n=30, rng=1)
    assert found.table.iloc[1]["p_value"] <= 2 / 31
    again = fits["slope"].test_variance("slope|school", method="bootstrap", n=30, rng=1)
    assert again.p_value <= 2 / 31


def test_simulated_pupils_of_a_school_are_alike(fits):
    """Covariance of two pupils of a school and of one pupil's occasions, against what the estimates say."""
    fit = fits["slope"]
    data = fit.panel.frame
    rest = fit.simulate(n=400, rng=2).to_numpy() - np.asarray(fit.predict(people="average"))[:, None]
    at = np.flatnonzero((data["grade"] == 0).to_numpy())
    codes = data["school"].to_numpy()[at]
    pairs = [(a, b) for school in np.unique(codes) for a in at[codes == school][:4] for b in at[codes == school][4:8]]
    covariance = np.mean([np.mean(rest[a] * rest[b]) for a, b in pairs])
    sd = fit.variance_components("wald").set_index("term")["estimate"]
    assert covariance == pytest.approx(sd["sd:intercept|school"] ** 2, rel=0.15)
    total = sd["sd:intercept|school"] ** 2 + sd["sd:intercept"] ** 2 + sd["sd:residual"] ** 2
    assert np.mean(rest[at] ** 2) == pytest.approx(total, rel=0.05)

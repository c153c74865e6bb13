"""Residual structures inside units above persons: against the sums, nlme, and a dense likelihood."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import reference_values

import growthcurves as gc
from growthcurves.engine.general.nested import NestedStructured
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.estimate import estimate, panel_for

OPTIONS = {"outcome": "y", "time": "grade", "id": "pupil", "wave": "wave",
           "predictors": {"intercept": "poor + private", "slope": "private"}}  # fmt: skip
SLOPES = {"random": ("intercept", "slope"), "levels": {"school": ("intercept", "slope")}}


@pytest.fixture(scope="module")
def data():
    return reference_values.table("levels_waves.csv")


def fitted(data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit(gc.GrowthModel(**OPTIONS, **options), data)


@pytest.fixture(scope="module")
def two(data):
    """The same model with independent residuals: from the sums, and from blocks of rows."""
    model = gc.GrowthModel(**OPTIONS, **SLOPES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel = panel_for(model, data)
        return [estimate(model, panel, "reml", gc.GrowthFit, likelihood=one) for one in (None, NestedStructured)]


def test_blocks_of_rows_are_the_sums(two):
    sums, blocks = two
    assert type(blocks.estimates.likelihood) is NestedStructured
    assert blocks.deviance == pytest.approx(sums.deviance, abs=1e-7)
    assert blocks.params.to_numpy() == pytest.approx(sums.params.to_numpy(), rel=1e-6)
    assert blocks.estimates.point.total() == pytest.approx(sums.estimates.point.total(), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("ddf", ["satterthwaite", "kenward-roger", "robust", "between-within", "containment"])
def test_errors_and_degrees_of_freedom_are_those_of_the_sums(ddf, two):
    sums, blocks = (fit.fixed_effects(ddf=ddf) for fit in two)
    assert blocks["std_error"].to_numpy() == pytest.approx(sums["std_error"].to_numpy(), rel=1e-5)
    assert blocks["df"].to_numpy() == pytest.approx(sums["df"].to_numpy(), rel=1e-4)


def test_paths_of_persons_are_those_of_the_sums(two):
    sums, blocks = (fit.estimates.state for fit in two)
    for mine, theirs in ((blocks.effects, sums.effects), (blocks.spread, sums.spread), (blocks.slope, sums.slope)):
        assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-5)


def test_ar1_inside_schools_is_nlmes(data):
    """lme(y ~ poor + private * grade, random = list(school = ~grade, pupil = ~grade),
    correlation = corAR1(form = ~wave | school/pupil)), REML."""
    fit = fitted(data, **SLOPES, residual="ar1")
    assert fit.deviance == pytest.approx(3418.81466601, abs=1e-6)
    names = ["intercept", "intercept:poor", "intercept:private", "slope", "slope:private"]
    estimates = [20.1989658, -1.4462253, 0.9879321, 2.0884851, 0.3744939]
    assert fit.params[names].to_list() == pytest.approx(estimates, abs=2e-6)
    assert fit.bse[names].to_list() == pytest.approx([0.5854568, 0.3556007, 0.8638235, 0.2066720, 0.3134811], rel=2e-5)


@pytest.mark.parametrize("residual", ["ar1", "toeph", "un", "car1", gc.Exponential(nugget=True)])
def test_the_criterion_is_dense(residual, data):
    """-2 log restricted likelihood over all rows at once, V from what the point says of levels and residuals."""
    fit = fitted(data, random=(), levels={"class": ("intercept",), "school": ("intercept",)}, residual=residual)
    point, rows = fit.estimates.point, fit.estimates.likelihood.rows
    V, X = np.zeros((len(data),) * 2), np.column_stack([np.ones(len(data)), data[["poor", "private", "grade"]],
                                                        data["private"] * data["grade"]])  # fmt: skip
    sd = fit.variance_components("wald").set_index("term")["estimate"]
    for unit in ("class", "school"):
        V += sd[f"sd:intercept|{unit}"] ** 2 * (data[unit].to_numpy()[:, None] == data[unit].to_numpy())
    V += point.within(rows.occasions) * (data["pupil"].to_numpy()[:, None] == data["pupil"].to_numpy())
    A = X.T @ np.linalg.solve(V, X)
    rest = data["y"] - X @ np.linalg.solve(A, X.T @ np.linalg.solve(V, data["y"].to_numpy()))
    dense = (len(data) - 5) * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + np.linalg.slogdet(A)[1]
    assert fit.deviance == pytest.approx(dense + rest @ np.linalg.solve(V, rest), rel=1e-9)
    assert fit.certificate.converged


def test_units_are_drawn_whole(data):
    some = data[data["grade"] < 3]
    fit = fitted(some, random=(), levels={"school": ("intercept",)}, residual="cs")
    drawn = fit.bootstrap(n=39, rng=1, kind="case")
    assert "39" in str(drawn)


def test_what_is_not_there_is_a_sentence(data):
    with pytest.raises(ModelError, match="with crossed units are not in this version"):
        gc.GrowthModel(**OPTIONS, levels={"teacher": gc.Crossed("intercept")}, residual="ar1")
    many = data.assign(site=1 + (data["pupil"] > 185), copy=0).loc[data.index.repeat(4)]
    many = many.assign(pupil=many["pupil"] + 1000 * many.groupby(level=0).cumcount())
    with pytest.raises(NotAvailableError, match="rows of one unit of 'site'"):
        gc.fit(gc.GrowthModel(**OPTIONS, random=("intercept",), levels={"site": ("intercept",)}, residual="ar1"), many)

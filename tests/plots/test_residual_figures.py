"""Correlogram and the figure of residual structures: their numbers pair by pair, as the definitions say."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import NotEstimableError
from growthcurves.plots.correlation import Correlation
from growthcurves.plots.residuals import ResidualStructures


@pytest.fixture(scope="module")
def data():
    sleep = gc.load_dataset("sleepstudy")
    return sleep[(np.arange(len(sleep)) * 7) % 11 < 9].reset_index(drop=True)  # with missed days


@pytest.fixture(scope="module")
def fit(data):
    return gc.fit("reaction ~ day + ar1(day | subject)", data)


def pairs(data, residual):
    """Every pair of a person's rows: lag, and the two residuals."""
    rows = []
    for _, own in data.assign(e=residual).groupby("subject"):
        for one, other in itertools.combinations(own[["day", "e"]].to_numpy(), 2):
            rows.append([abs(one[0] - other[0]), one[1], other[1]])
    return pd.DataFrame(rows, columns=["lag", "a", "b"])


def residuals(fit, data):
    return data["reaction"] - fit.params["intercept"] - fit.params["slope"] * data["day"]


def test_the_correlogram_is_that_of_all_pairs(fit, data):
    frame = Correlation().data(fit)
    sd, rho = fit.variance_components(method="wald").set_index("term")["estimate"][["sd:residual", "ar1"]]
    found = pairs(data, residuals(fit, data))
    expected = (found["a"] * found["b"] / sd**2).groupby(found["lag"]).mean()
    observed, implied = (frame[frame["part"] == part].set_index("lag") for part in ("observed", "implied"))
    assert observed["value"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)
    assert observed["pairs"].tolist() == found.groupby("lag").size().tolist()
    assert implied["value"].to_numpy() == pytest.approx(rho ** expected.index.to_numpy(), rel=1e-9)
    fit.plot.correlation()


def test_with_random_effects_the_covariances_are_those_of_outcomes(data):
    fit = gc.fit("reaction ~ day + (day | subject)", data)
    V = fit.marginal_covariance(at=range(10))
    frame = Correlation().data(fit)
    implied = frame[(frame["part"] == "implied") & (frame["lag"] == 9)]["value"]
    assert implied.item() == pytest.approx(V.correlation().loc[0, 9], rel=1e-9)


def test_the_figure_of_structures_is_that_of_all_pairs(data):
    compared = gc.compare_residuals("reaction ~ day + cs(day | subject)", data, ["cs", "ar1", "foo"])
    frame = ResidualStructures().data(compared)
    best = compared.fits["ar1"]
    assert frame.attrs["of"].endswith("about the mean of ar1")
    residual = residuals(best, data)
    found = pairs(data, residual)
    half = ((found["a"] - found["b"]) ** 2 / 2).groupby(found["lag"]).mean()
    rows = frame.set_index(["quantity", "structure"])
    assert rows.loc[("semivariance", "")]["value"].to_numpy() == pytest.approx(half.to_numpy(), rel=1e-9)
    sds = residual.groupby(data["day"]).std()
    assert rows.loc[("sd", "")]["value"].to_numpy() == pytest.approx(sds.to_numpy(), rel=1e-9)
    scaled = pairs(data, residual / data["day"].map(sds))
    products = (scaled["a"] * scaled["b"]).groupby(scaled["lag"]).mean()
    assert rows.loc[("correlation", "")]["value"].to_numpy() == pytest.approx(products.to_numpy(), rel=1e-9)
    sd, cs = compared.fits["cs"].variance_components(method="wald").set_index("term")["estimate"]
    assert rows.loc[("semivariance", "cs")]["value"].to_numpy() == pytest.approx(sd**2 * (1 - cs))
    assert rows.loc[("correlation", "cs")]["value"].to_numpy() == pytest.approx(cs)
    assert len(compared.plot().axes) == 3


def test_of_many_distances_there_are_ranges_and_of_visits_without_time_occasions():
    own = gc.fit("wellbeing ~ year + (year | person)", gc.load_dataset("survey"))
    frame = Correlation().data(own).query("part == 'observed'")
    assert len(frame) == 12 and frame["lag"].is_monotonic_increasing
    assert frame["pairs"].max() < 1.1 * frame["pairs"].min()
    names = gc.load_dataset("orthodont").assign(age=lambda d: "age " + d["age"].astype(str))
    compared = gc.compare_residuals("distance ~ age + us(age | subject)", names, ["un", "cs"], terms="age[age 14]")
    lags = ResidualStructures().data(compared).query("quantity == 'correlation'").groupby("structure")["at"]
    assert all(list(part) == [1, 2, 3] for _, part in lags)


def test_without_pairs_there_is_nothing_to_draw(data):
    once = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), data.drop_duplicates("subject").assign(
        day=np.arange(18)))  # fmt: skip
    with pytest.raises(NotEstimableError, match="one occasion only"):
        once.plot.correlation()
    with pytest.raises(NotEstimableError, match="neither a time nor planned occasions"):
        gc.fit("reaction ~ 1 + (1 | subject)", data).plot.correlation()
    with pytest.raises(NotEstimableError, match="None of the residual structures"):
        gc.compare_residuals("reaction ~ day + cs(day | subject)", data, ["foo"]).plot()

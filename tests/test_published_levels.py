"""Published fits with units above persons, to the printed digits.

The data belong to R packages and are not shipped: tests/reference/make_published_levels.R writes them to a folder that
the environment variable GROWTHCURVES_PUBLISHED_DATA names.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError


def published(name: str) -> pd.DataFrame:
    file = Path(os.environ.get("GROWTHCURVES_PUBLISHED_DATA", "")) / f"{name}.csv"
    if not file.is_file():
        pytest.skip("data that are not shipped: GROWTHCURVES_PUBLISHED_DATA names their folder")
    return pd.read_csv(file)


def sds(fit):
    return fit.variance_components("wald").set_index("term")["estimate"]


def test_pastes_casks_in_batches():
    """MixedModels.jl, test/pls.jl; the likelihood ratio test of Bates et al."""
    data = published("Pastes")
    fit = gc.fit("strength ~ 1 + (1 | batch/cask)", data, "ml")
    assert fit.deviance == pytest.approx(247.99446586, abs=1e-8)
    assert fit.bse["intercept"] == pytest.approx(0.642136, abs=1e-6)
    assert sds(fit).to_list() == pytest.approx([2.904078, 1.095061, 0.823407], abs=2e-6)
    small = gc.fit("strength ~ 1 + (1 | batch:cask)", data, "ml")
    assert gc.compare(small, fit).table["p_naive"].iloc[1] == pytest.approx(0.5233768, abs=1e-6)


def test_penicillin_plates_by_samples():
    """MixedModels.jl, test/pls.jl."""
    fit = gc.fit("diameter ~ 1 + (1 | plate) + (1 | sample)", published("Penicillin"), "ml")
    assert fit.deviance == pytest.approx(332.18834867, abs=1e-8)
    assert sds(fit).to_list() == pytest.approx([0.845571948, 1.770666461, 0.549931907], abs=3e-5)
    assert fit.bse["intercept"] == pytest.approx(0.7446037807, abs=2e-5)


def test_oxide_wafers_in_lots():
    """Pinheiro and Bates (2000); nlme's scripts: SDs 11.4, 5.99, 3.55; the test of wafers 37.1."""
    data = published("Oxide")
    fit = gc.fit("Thickness ~ 1 + (1 | Lot/Wafer)", data)
    assert sds(fit).to_list() == pytest.approx([5.99, 11.4, 3.55], abs=0.05)
    assert fit.test_variance("intercept").statistic == pytest.approx(37.1, abs=0.05)
    with pytest.raises(ModelError, match=r"of 'Lot' are the persons of one fit.*test_variance\('intercept'\)"):
        gc.compare(gc.fit("Thickness ~ 1 + (1 | Lot)", data), fit)


def test_egsingle_children_in_schools():
    """Raudenbush and Bryk (2002), chapter 8: mathematics of 1,721 children in 60 schools (lme4 to all digits)."""
    data = published("egsingle")
    fit = gc.fit("math ~ year + (year | schoolid/childid)", data)
    assert fit.deviance == pytest.approx(16336.7394, abs=5e-5)
    assert fit.params.to_list() == pytest.approx([-0.779160, 0.763124], abs=2e-6)
    assert fit.bse.to_list() == pytest.approx([0.058304, 0.015399], rel=1e-4)
    found = sds(fit)
    names = ("sd:intercept", "sd:slope", "sd:intercept|schoolid", "sd:slope|schoolid")
    variances = [found[name] ** 2 for name in names]
    assert variances == pytest.approx([0.640477, 0.011257, 0.168573, 0.011263], rel=1e-4)  # lme4 ends so near
    assert found["cor:intercept,slope"] == pytest.approx(0.551, abs=1e-3)
    assert found["cor:intercept,slope|schoolid"] == pytest.approx(0.398, abs=1e-3)
    assert gc.fit("math ~ year + (year | schoolid/childid)", data, "ml").deviance == pytest.approx(16326.2311, abs=1e-4)


def test_productivity_of_states_in_regions():
    """Baltagi, Song and Jung (2001) in Stata's manual of mixed, example 4; logs in single precision, as its file."""
    data = published("Produc")
    names = {"lgsp": "gsp", "private": "pc", "lemp": "emp", "lhwy": "hwy", "lwater": "water", "other": "util"}
    for log, amount in names.items():
        data[log] = np.log(data[amount]).astype("float32")
    formula = "lgsp ~ private + lemp + lhwy + lwater + other + unemp + (1 | region/state)"
    fit = gc.fit(formula, data, "ml")
    assert fit.llf == pytest.approx(1430.5017, abs=5e-5)
    effects = [2.128823, 0.2671484, 0.7540721, 0.0709767, 0.0761187, -0.0999955, -0.0058983]
    errors = [0.1543855, 0.0212591, 0.0261868, 0.023041, 0.0139248, 0.0169366, 0.0009031]
    assert fit.params.to_list() == pytest.approx(effects, abs=6e-7)
    assert fit.bse.to_list() == pytest.approx(errors, abs=6e-7)


def test_egsingle_without_time():
    """The HLM 6 manual's data (chapter 4) in Stata, by Rodriguez (Princeton, pop510): log likelihood -12652.99."""
    fit = gc.fit("math ~ 1 + (1 | schoolid/childid)", published("egsingle"), "ml")
    assert fit.llf == pytest.approx(-12652.99, abs=0.005)
    assert fit.params["intercept"] == pytest.approx(-0.510021, abs=1e-6)
    assert fit.bse["intercept"] == pytest.approx(0.0779639, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("formula", "deviance"), [
    ("y ~ service * dept + (1 | s) + (1 | d)", 237585.55341517),
    ("y ~ 1 + service + (1 | s) + (1 | d) + (1 | dept)", 237721.768774505),
])  # fmt: skip
def test_insteval_students_by_lecturers(formula, deviance):
    """MixedModels.jl, test/pls.jl and test/modelcache.jl: 73,421 ratings of 1,128 lecturers by 2,972 students, ML."""
    data = published("InstEval").astype({"service": str, "dept": str})
    fit = gc.fit(formula, data, "ml")
    assert fit.deviance == pytest.approx(deviance, abs=1e-6)
    if "*" in formula:
        assert np.square(sds(fit)).to_list() == pytest.approx([0.105418, 0.258416, 1.384728], abs=2e-6)

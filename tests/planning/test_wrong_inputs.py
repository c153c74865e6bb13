"""What cannot be is refused in one sentence that names it."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

TIMES = [0, 1, 2, 3]
SDS = {"sd_intercept": 2, "sd_slope": 1, "correlation": 0.2, "sd_residual": 1.5}
VISITS = {"shape": "visits", "sd": 10, "at": 3}
NO_MATRIX = [[1, 0.9, -0.9, 0], [0.9, 1, 0.9, 0], [-0.9, 0.9, 1, 0], [0, 0, 0, 1]]
MODEL = gc.GrowthModel("y", "time", "person", predictors="arm")
THREE = gc.Study(persons=60, times=TIMES, arms=["a", "b", "c"])
SITES = gc.Study(persons=60, times=TIMES, levels={"site": 10})
FEW_SITES = gc.Study(times=TIMES, levels={"site": {"units": 4}}, randomised="site")


@pytest.mark.parametrize(
    "options, said",
    [
        ({"dropout": 1.2}, "from 0 to below 1, not 1.2"),
        ({"dropout": [0, 0.1]}, "2 shares, and there are 4 visits"),
        ({"dropout": [0, 0.3, 0.2, 0.4]}, "cannot fall"),
        ({"dropout": {"control": 0.1}}, "says nothing of 'treated'"),
        ({"dropout": {"control": 0.1, "trated": 0.2}}, "Did you mean 'treated'"),
        ({"arms": {"a": 0.5, "b": 0.6}}, "sum to 1.1, not to 1"),
        ({"arms": {"a": 1.5, "b": -0.5}}, "a share above 0"),
        ({"persons": 60.5}, "a whole number above 1"),
        ({"times": [0, 2, 1]}, "ascend"),
        ({"waves": 3}, "times= says when persons are seen, and so does waves="),
        ({"times": None, "waves": 3, "duration": 2, "spacing": 1}, "leave one of them out"),
        ({"levels": {"site": 0}}, "a number of 1 or more"),
        ({"randomised": "site"}, "no unit .for randomised=. 'site'"),
        ({"covariates": {"sex": {"f": 0.5, "m": 0.4}}}, "shares above 0 that sum to 1"),
        ({"arms": "treated"}, "names the arms: arms="),
        ({"times": None, "duration": 1e9, "spacing": 1}, "from 1 to 200 times, not 1,000,000,001"),
        ({"levels": {"site": {"units": 100}}}, "100 sites for 60 persons"),
        ({"levels": {"site": 100}}, "60 persons are 0.6 sites of 100"),
        ({"levels": {"site": 10, "region": {"units": 7}}}, "7 regions for 6 sites"),
        ({"time_unit": 3}, "time_unit= is a text, not 3"),
    ],
)
def test_studies_that_cannot_be(options, said):
    with pytest.raises(GrowthCurvesError, match=said):
        gc.Study(**({"persons": 60, "times": TIMES} | options))


@pytest.mark.parametrize(
    "options, said",
    [
        (SDS | {"effect": 1, "slowing": 0.3}, "effect= and slowing= both say"),
        (SDS, "Nothing is said of how large"),
        (SDS | {"slowing": 0.3}, "give slope="),
        (SDS | {"effect": 0}, "never found but by chance"),
        (SDS | {"effect": 1, "correlation": 1.4}, "between -1 and 1, not 1.4"),
        (SDS | {"effect": 1, "correlation": [[1, 0.9], [0.7, 1]]}, "symmetric"),
        (SDS | {"effect": 1, "sd_slope": -1}, "0 or more, not -1"),
        (SDS | {"effect": 1, "icc": 0.5}, "icc= and sd_intercept= both say"),
        (SDS | {"effect": 1, "reliability": 0.5}, "reliability= and sd_slope= both say"),
        ({"effect": 1, "sd_intercept": 1}, "how much the slopes vary"),
        (VISITS | {"effect": 1}, "how visits of a person correlate"),
        (VISITS | {"effect": 1, "correlation": NO_MATRIX}, "is no correlation matrix"),
        (VISITS | {"effect": 1, "correlation": 2}, "is no correlation matrix"),
        (VISITS | {"effect": 1, "correlation": np.eye(3)}, "a matrix of 4 rows"),
        (VISITS | {"effect": 1, "correlation": 0.5, "at": 5}, "planned visits alone, and 5 is none"),
        ({"shape": "visits", "sd": 1, "correlation": 0.5, "effect": 1}, "with at="),
        (VISITS | {"effect": 1, "correlation": 0.5, "test": "slope:arm"}, "test= and at= both"),
        (SDS | {"effect": 1, "test": "slope:arms"}, "no fixed effect 'slope:arms'"),
        (SDS | {"effect": 1, "method": "exact"}, "Known: t, normal, simulation"),
        (SDS | {"effect": 1, "alpha": 5}, "between 0 and 1, such as 0.05"),
        (SDS | {"effect": 1, "sided": 3}, "1 or 2, not 3"),
        (SDS | {"effect": 1, "sdslope": 3}, "Did you mean 'sd_slope'"),
        (SDS | {"effect": 1, "values": {"ar1": 0.5}}, "no parameter of the planned analysis 'ar1'"),
        (SDS | {"effect": 1, "residual": "ar1"}, "give ar1 a value"),
        (SDS | {"effect": 1, "residual": "ar1", "values": {"ar1": 1.5}}, "between -1 and 1, not 1.5"),
        (SDS | {"effect": 1, "levels": {"site": {"slope": 1}}}, "no unit"),
        (SDS | {"effect": 1, "study": SITES}, "nothing is said to vary between them"),
        (SDS | {"effect": 1, "study": THREE}, "a size for each of 2 differences"),
        (SDS | {"effect": {"b": 1, "d": 2}, "study": THREE}, "Known: b, c"),
        (SDS | {"effect": {"b": 1}, "study": THREE}, "says nothing of 'c'"),
        (SDS | {"effect": 1, "study": gc.Study(times=TIMES)}, "leaves persons open"),
        (SDS | {"effect": 1, "study": gc.Study(persons=60, times=[0])}, "does not tell slope"),
        (SDS | {"effect": 1, "n": 5}, "without a pilot nothing is drawn"),
        ({"effect": 1, "fit": 3}, "a fit of a pilot"),
        (SDS | {"effect": 1, "at": 0, "baseline": "common"}, "takes arms to be alike"),
        (SDS | {"slowing": 30, "slope": 1}, "30 % slower, -0.3 30 % faster., not 30"),
        (SDS | {"effect": 1, "at": 2, "since": 3}, "before at="),
        (SDS | {"effect": 1, "values": {"sd:slope": 2}}, "sd:slope is said by values= and by an option of its own"),
        (SDS | {"effect": 1, "values": {"cor:intercept,slope": 2}}, "between -1 and 1, not 2"),
        (SDS | {"effect": 1, "values": {"sd:slope": "x"}}, "a finite number, not 'x'"),
        ({"effect": 1, "values": {"sd:slope": -1}}, "0 or more, not -1"),
        (SDS | {"effect": 1, "intercept": "x"}, "intercept= is a mean"),
        (SDS | {"effect": 1, "random": ("intercept",)}, "slopes do not vary between persons in the planned analysis"),
        (SDS | {"effect": 1, "model": MODEL, "shape": "linear"}, "model= says shape= too"),
        (SDS | {"effect": 1, "ddf": float("nan")}, "a finite number, not nan"),
        (SDS | {"effect": 1, "sided": True}, "1 or 2, not True"),
        (SDS | {"effect": 1, "sd_slope": {"control": 1}}, "a value for each of control, treated"),
        (SDS | {"effect": 1, "design_effect": 0.5}, "1 or more, not 0.5"),
        (SDS | {"effect": 1, "design_effect": {"icc": 0.1}}, "both 'icc' and 'size'"),
        (SDS | {"effect": 1, "design_effect": {"icc": 1.5, "size": 20}}, "below 1, not 1.5"),
        (SDS | {"effect": 1, "design_effect": {"icc": 0.1, "size": 0.5}}, "1 or more"),
        (SDS | {"effect": 1, "design_effect": {"icc": 0.1, "sizes": 5}}, "Did you mean 'size'"),
        (SDS | {"effect": 1, "design_effect": {"icc": 0.1, "size": [5, 9], "cv": 1}}, "and so does 'cv'"),
        (SDS | {"effect": 1, "design_effect": 2, "study": SITES}, "both say in which groups"),
        (SDS | {"effect": 1, "design_effect": 2, "method": "simulation"}, "are not drawn"),
        (SDS | {"effect": 1, "method": "normal", "ddf": "between"}, "no degrees of freedom"),
    ],
)
def test_questions_that_cannot_be_answered(options, said):
    study = options.get("study", gc.Study(persons=60, times=TIMES))
    with pytest.raises(GrowthCurvesError, match=said):
        gc.power(study, **{name: value for name, value in options.items() if name != "study"})


def test_sizes_that_cannot_be_found():
    with pytest.raises(GrowthCurvesError, match="leave effect= and slowing= out"):
        gc.detectable_effect(gc.Study(persons=60, times=TIMES), effect=1, **SDS)
    with pytest.raises(GrowthCurvesError, match="over= says what varies"):
        gc.cheapest_design(gc.Study(times=TIMES), effect=1, cost={"visit": 1}, over={}, **SDS)
    with pytest.raises(GrowthCurvesError, match="has no price"):
        gc.cheapest_design(gc.Study(times=TIMES), effect=1, cost={}, over={"dropout": [0.1]}, **SDS)
    with pytest.raises(GrowthCurvesError, match="leaves nothing open"):
        gc.sample_size(gc.Study(persons=60, times=TIMES), effect=1, **SDS)
    with pytest.raises(GrowthCurvesError, match="such as 0.8, not 80"):
        gc.sample_size(gc.Study(times=TIMES), effect=1, power=80, **SDS)
    with pytest.raises(GrowthCurvesError, match="no more than the level"):
        gc.sample_size(gc.Study(times=TIMES), effect=1, power=0.01, **SDS)
    with pytest.raises(GrowthCurvesError, match="'time' has another role"):
        gc.power(gc.Study(persons=60, times=TIMES, covariates={"time": 1.0}), effect=1, **SDS)
    with pytest.raises(GrowthCurvesError, match="1,275 parameters here"):
        gc.power(gc.Study(persons=60, times=range(50)), 1, shape="visits", sd=3, correlation=0.5, at=9)
    with pytest.raises(GrowthCurvesError, match="the number of units is fixed"):
        gc.sample_size(FEW_SITES, effect=0.1, levels={"site": {"slope": 1}}, **SDS)
    with pytest.raises(GrowthCurvesError, match="however long the study is"):
        gc.sample_size(gc.Study(persons=20, waves=5), effect=0.1, **SDS)
    with pytest.raises(GrowthCurvesError, match="No number of visits"):
        gc.sample_size(gc.Study(persons=20, duration=5), effect=0.1, **SDS)

"""Programs of weighted fits: whose weights go where, how they are scaled, and what a program has no words for."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import NotAvailableError


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


def persons():
    data = gc.load_dataset("orthodont")
    w = dict(zip(data["subject"].unique(), np.resize([1.0, 2.0, 3.5], 27), strict=True))
    data = data.assign(w=data["subject"].map(w), unit=data["subject"].str[-1], w_row=1.0 + data["age"] / 10)
    return data.assign(rep_1=data["w"] * 1.5, rep_2=data["w"] * np.where(data["sex"] == "Male", 0.5, 1.5))


def pupils():
    data = gc.load_dataset("sleepstudy")
    return data.assign(group=data["subject"] % 5, w=1.0 + data["subject"] % 3, w_group=1.0 + data["subject"] % 5)


def of_persons(**design):
    return gc.fit("distance ~ age + (age | subject)", persons(), design=gc.SurveyDesign(**design))


def of_pupils(**design):
    weights = {"subject": "w", "group": "w_group"}
    return gc.fit("reaction ~ day + (day | group/subject)", pupils(), design=gc.SurveyDesign(weights, **design))


def test_stata_has_the_weights_of_each_level_behind_its_bar() -> None:
    text = of_persons(weights="w", psu="unit").code("stata")
    assert "mixed distance c.age || subject: age, covariance(unstructured) pweight(w) mle vce(cluster unit)" in text
    text = of_persons(weights={"subject": "w", "rows": "w_row"}).code("stata")
    assert "c.age [pw=w_row] || subject:" in text
    assert "pwscale(size) vce(cluster subject)" in text
    text = of_pupils(scale="effective").code("stata")
    assert "|| group: day, covariance(unstructured) pweight(w_group) || subject: day" in text
    assert "pweight(w_scaled) mle vce(cluster group)" in text
    assert "generate double w_scaled = w * w_sum / w_of" in text
    assert "pweight(w) mle" in of_pupils(scale="none").code("stata")


def test_sas_takes_them_by_glimmix_and_r_by_wemix() -> None:
    text = of_pupils().code("sas")
    assert "proc glimmix data=data method=laplace empirical=classical;" in text
    assert "random intercept day / subject=group type=un weight=w_group;" in text
    assert "random intercept day / subject=subject(group) type=un weight=w_scaled;" in text
    assert "obsweight=weight_of_one" in text
    text = of_pupils().code("r")
    assert 'weights = c("weight_of_one", "w_scaled", "w_group"), cWeights = TRUE)' in text
    assert "scaled(data$w, interaction(data$subject, data$group), data$group)" in text


def test_mplus_has_strata_and_replicate_weights() -> None:
    text = of_persons(weights="w", strata="sex", psu="unit").code("mplus")
    assert "WEIGHT = w;\n  STRATIFICATION = sex;\n  CLUSTER = unit;\nANALYSIS: TYPE = COMPLEX;" in text
    text = of_persons(weights="w", replicates=gc.ReplicateWeights("rep_{k}", kind="fay", fay=0.3)).code("mplus")
    assert "REPWEIGHTS = rep_1 rep_2;" in text
    assert "REPSE = FAY(0.3);" in text


def test_yes_or_no_too() -> None:
    data = persons().assign(long=lambda d: (d["distance"] > 24).astype(int))
    fit = gc.fit("long ~ age + (1 | subject)", data, time="age", family="binomial", design=gc.SurveyDesign("w"))
    assert "melogit long c.age || subject:, pweight(w) vce(cluster subject)" in fit.code("stata")
    assert "random intercept / subject=subject weight=w;" in fit.code("sas")
    assert "family = binomial(), nQuad = " in fit.code("r")


@pytest.mark.parametrize(
    ("program", "design", "why"),
    [
        ("stata", {"weights": "w", "strata": "sex"}, "without strata"),
        ("r", {"weights": "w", "psu": "unit"}, "highest level as sampling units"),
        ("sas", {"weights": "w", "psu": "unit"}, "largest subjects as sampling units"),
        ("mplus", {"weights": {"rows": "w_row"}}, "no weights of rows"),
        ("stata", {"weights": "w", "replicates": gc.ReplicateWeights("rep_{k}")}, "no replicate weights"),
    ],
)
def test_what_a_program_cannot_say_is_refused(program: str, design: dict, why: str) -> None:
    with pytest.raises(NotAvailableError, match=why):
        of_persons(**design).code(program)


def test_blocks_of_one_unit_would_be_weighted_twice() -> None:
    fit = gc.fit("distance ~ age + (age || subject)", persons(), design=gc.SurveyDesign("w"))
    with pytest.raises(NotAvailableError, match="each block"):
        fit.code("stata")
    assert "(1 | subject) + (0 + age | subject)" in fit.code("r")

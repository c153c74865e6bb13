"""Programs elsewhere: the text is what R ran, and what R found is what we find."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.programs.code import PROGRAMS

HERE = Path(__file__).parent
_SPEC = spec_from_file_location("program_cases", HERE / "cases.py")
cases = module_from_spec(_SPEC)
_SPEC.loader.exec_module(cases)

_STORED = json.loads((HERE.parent / "reference" / "programs.json").read_text())
REFERENCE = {case["case"]: case for case in _STORED["cases"]}


@cache
def fitted(case):
    return cases.fitted(case)


@pytest.mark.parametrize("case", cases.CASES)
def test_r_runs_this_program_and_finds_the_same(case):
    """-2 log likelihood to 1e-5 (R's optimisers stop there); every fixed effect by its name in R, to 1e-4 of its SE."""
    fit, found = fitted(case), REFERENCE[case]
    kept = cases.FOLDER / f"{cases.CASES[case][0]}.{case}.R"
    assert kept.read_text(encoding="utf-8") == fit.code("r") + "\n", "run tests/programs/cases.py and make_programs.R"
    assert fit.deviance == pytest.approx(found["deviance"], abs=1e-5)
    theirs = dict(zip(found["names"], zip(found["beta"], found["std_error"], strict=True), strict=True))
    answer = gc.agree(fit, _table(theirs), decimals=12)
    estimates = answer.table[answer.table["quantity"] == "estimate"]
    assert not estimates["status"].isin(["only here", "only there"]).any() and len(estimates) == len(theirs)
    errors = [theirs[name][1] for name in estimates["theirs"]]
    assert (estimates["difference"].abs().to_numpy() < 1e-4 * np.array(errors)).all()


def _table(theirs):
    return pd.DataFrame(
        {"term": list(theirs), "estimate": [repr(value) for value, _ in theirs.values()]}
    )


@pytest.mark.parametrize("case", cases.CASES)
@pytest.mark.parametrize("program", [name for name in PROGRAMS if name != "r"])
def test_other_programs_are_written_or_refused_in_a_sentence(case, program):
    try:
        text = fitted(case).code(program)
    except NotAvailableError as reason:
        assert "\n" not in str(reason) and len(str(reason)) < 200
        return
    assert str(fitted(case).model.outcome) in text or program == "mplus"


def test_sas_says_structures_random_parts_and_references():
    """SAS/STAT 15.3, PROC MIXED: RANDOM and REPEATED with TYPE=."""
    types = {
        "occasions_un": "type=un r",
        "csh": "type=csh",
        "ar1": "type=ar(1)",
        "arma11": "type=arma(1,1)",
        "exp_nugget": "type=sp(exp)(day) local",
    }
    for case, text in types.items():
        assert text in fitted(case).code("sas")
    line = fitted("line").code("sas")
    assert "class subject sex(ref='Female');" in line and "model distance = sex age age*sex / solution" in line
    assert "random intercept age / subject=subject type=un g;" in line
    assert "random" not in fitted("cs").code("sas")


def test_stata_asks_for_each_level_by_itself():
    text = fitted("line").code("stata")
    assert "mixed distance 2.sex_code c.age c.age#2.sex_code || subject: age, covariance(unstructured) reml" in text
    assert "residuals(unstructured, t(wave_place))" in fitted("occasions_un").code("stata")
    with pytest.raises(NotAvailableError, match="Stata's mixed has no residual structure 'arma11'"):
        fitted("arma11").code("stata")


def test_mplus_is_maximum_likelihood_over_waves():
    text = fitted("line_ml").code("mplus")
    assert "i s | y1@0 y2@2 y3@4 y4@6;" in text and "y1 y2 y3 y4 (1);" in text and "s ON sex_Fema;" in text
    with pytest.raises(NotAvailableError, match="no restricted likelihood.*ml"):
        fitted("line").code("mplus")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("log(distance) ~ age + (age | subject)", "computed by the formula"),
        ("distance ~ ns(age, 3) + (1 | subject)", "computed by the formula|not written"),
        ("distance ~ age * C(sex, Sum) + (age | subject)", "computed by the formula"),
    ],
)
def test_what_has_no_words_elsewhere_is_refused(formula, words):
    fit = gc.fit(formula, gc.load_dataset("orthodont"), time="age")
    with pytest.raises(NotAvailableError, match=words):
        fit.code("r")


def test_structures_and_programs_that_are_not_there():
    fit = fitted("cs")
    for residual, program in (("toep", "r"), ("ad", "sas"), (gc.AR1(by="sex"), "r")):
        with pytest.raises(NotAvailableError, match="no residual structure"):
            fit.refit(residual=residual).code(program)
    assert "group=sex" in fit.refit(residual=gc.AR1(by="sex")).code("sas")
    with pytest.raises(ModelError, match="Did you mean 'stata'"):
        fit.code("statta")


def test_names_with_blanks_and_words_for_waves():
    data = gc.load_dataset("orthodont").rename(columns={"distance": "jaw width"})
    data["visit"] = data["age"].map({8: "second", 10: "fourth", 12: "first", 14: "third"})
    data["visit"] = data["visit"].astype("category").cat.set_categories(["second", "fourth", "first", "third"])
    fit = gc.fit(gc.GrowthModel("jaw width", "age", "subject", wave="visit", random=(), residual="ar1"), data)
    assert 'match(data$visit, c("second", "fourth", "first", "third"))' in fit.code("r")
    assert "jaw_width ~ 1 + " in fit.code("r") and "data$jaw_width <- data$`jaw width`" in fit.code("r")
    assert "'jaw width'n = " in fit.code("sas")
    assert "if visit = 'first' then wave_place = 3;" in fit.code("sas")
    with pytest.raises(NotAvailableError, match="rename"):
        fit.code("stata")


def test_units_above_persons_in_sas_and_stata():
    """SAS/STAT 15.3: nested subjects, `class(school)`; Stata: the highest level first, crossed ones in `_all: R.`."""
    text = fitted("classes").code("sas")
    assert "  class school class pupil;" in text
    assert "  random intercept grade / subject=school type=un g;" in text
    assert "  random intercept / subject=class(school) g;" in text
    assert "  random intercept grade / subject=pupil(school class) type=un g;" in text
    stata = "|| school: grade, covariance(unstructured) || class: || pupil: grade, covariance(unstructured) mle"
    assert stata in fitted("classes").code("stata")
    assert "|| _all: R.teacher || pupil: grade" in fitted("crossed").code("stata")
    with pytest.raises(NotAvailableError, match="TYPE=TWOLEVEL"):
        fitted("schools").code("mplus")


def test_labels_that_are_used_again_are_told_apart_in_r():
    data = cases.table("levels_waves")
    data["class"] = (data["class"] - 1) % 3 + 1  # three classes in each school
    model = cases.pupils(**{"class": ("intercept",), "school": ("intercept", "slope")})
    fit = gc.fit(model, data)
    assert "(1 | class:school) + (1 + grade | school)" in fit.code("r")
    assert fit.deviance == pytest.approx(gc.fit(model, cases.table("levels_waves")).deviance, abs=1e-8)


def test_lme4s_components_are_matched_by_level():
    fit = fitted("schools")
    ours = fit.variance_components("wald").set_index("term")["estimate"]
    rows = [("pupil", "(Intercept)", "", "sd:intercept"), ("pupil", "grade", "", "sd:slope"),
            ("pupil", "(Intercept)", "grade", "cor:intercept,slope"),
            ("school", "(Intercept)", "", "sd:intercept|school"), ("school", "grade", "", "sd:slope|school"),
            ("school", "(Intercept)", "grade", "cor:intercept,slope|school"), ("Residual", "", "", "sd:residual")]
    theirs = pd.DataFrame(
        [(grp, one, two, str(ours[term] ** 2), str(ours[term])) for grp, one, two, term in rows],
        columns=["grp", "var1", "var2", "vcov", "sdcor"],
    )  # fmt: skip
    answer = gc.agree(fit, theirs, decimals=10)
    assert answer.table["status"].tolist() == ["same"] * 7, str(answer)
    assert answer.table["term"].tolist() == list(ours.index)

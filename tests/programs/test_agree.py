"""Results of other programs beside ours: made up of our own numbers in the layout that each program has."""

from __future__ import annotations

import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, ModelError, NotAvailableError


@pytest.fixture(scope="module")
def fit():
    return gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"), reference={"sex": "Female"})


#: Pinheiro and Bates (2000), orthodont by REML: the numbers of lmer, whose names are R's.
R = """"","Estimate","Std. Error","df","t value","Pr(>|t|)"
"(Intercept)",17.3727,1.2284,25.0000,14.1426,"<.0001"
"sexMale",-1.0321,1.5957,25.0000,-0.6468,0.5237
"age",0.4795,0.1037,25.0000,4.6235,0.0001
"age:sexMale",0.3048,0.1347,25.0000,2.2624,0.0326
"""
SAS = """Effect,sex,Estimate,StdErr,DF,tValue,Probt
Intercept,_,17.3727,1.2284,25,14.14,<.0001
sex,Male,-1.0321,1.5957,25,-0.65,0.5237
sex,Female,0,.,.,.,.
age,_,0.4795,0.1037,25,4.62,<.0001
age*sex,Male,0.3048,0.1347,25,2.26,0.0326
age*sex,Female,0,.,.,.,.
"""
STATA = """parameter,coef,std_err,z,pvalue
2.sex_code,-1.0321,1.5957,-.65,.5237
age,.4795,.1037,4.62,0
age#2.sex_code,.3048,.1347,2.26,.0326
_cons,17.3727,1.2284,14.14,0
"""
MPLUS = """paramHeader,param,est,se
I.ON,SEX_MALE,-1.0321,1.5957
S.ON,SEX_MALE,0.3048,0.1347
Intercepts,I,17.3727,1.2284
Intercepts,S,0.4795,0.1037
"""


@pytest.mark.parametrize("text", [R, SAS, STATA, MPLUS], ids=["r", "sas", "stata", "mplus"])
def test_terms_of_every_program_are_matched(fit, tmp_path, text):
    path = tmp_path / "out.csv"
    path.write_text(text, encoding="utf-8")
    answer = gc.agree(fit, path)
    table = answer.table[answer.table["quantity"].isin(["estimate", "std_error", "df"])]
    assert set(table["status"]) == {"same"} and set(table["term"]) == set(fit.terms)
    two = gc.agree(fit, path, decimals=2).table
    assert set(two["status"]) == {"same"}


def test_a_number_that_differs_and_a_line_that_is_missing(fit, tmp_path):
    path = tmp_path / "out.csv"
    path.write_text(R.replace("0.3048", "0.3050").replace('"age",', '"height",'), encoding="utf-8")
    answer = gc.agree(fit, path)
    found = answer.table.set_index(["term", "quantity"])["status"]
    assert found["slope:sex[Male]", "estimate"] == "different" and found["slope", "estimate"] == "only here"
    assert answer.table.iloc[-1][["theirs", "status"]].tolist() == ["height", "only there"]
    assert not answer.agrees and "They do not agree" in str(answer) and "1 only there" in str(answer)
    assert answer.save(tmp_path / "qc.rtf", style="trial").exists()


def test_components_of_the_variance(fit):
    sas = pd.DataFrame(
        {
            "CovParm": ["UN(1,1)", "UN(2,1)", "UN(2,2)", "Residual"],
            "Estimate": ["5.7864", "-0.2896", "0.0325", "1.7162"],
        }
    )
    assert gc.agree(fit, sas).agrees and gc.agree(fit, sas).table["term"].tolist()[0] == "var:intercept"
    lme4 = pd.DataFrame(
        {
            "grp": ["subject"] * 3 + ["Residual"],
            "var1": ["(Intercept)", "age", "(Intercept)", ""],
            "var2": ["", "", "age", ""],
            "vcov": ["5.7864", "0.0325", "-0.2896", "1.7162"],
            "sdcor": ["2.4055", "0.1803", "-0.6676", "1.3100"],
        }
    )
    assert gc.agree(fit, lme4).agrees
    stata = pd.DataFrame({"parameter": ["var(age)", "var(_cons)", "cov(age,_cons)", "var(Residual)"],
                          "coef": ["0.0325", "5.7864", "-0.2896", "1.7162"]})  # fmt: skip
    assert gc.agree(fit, stata).agrees and not gc.agree(fit, stata, decimals=6).agrees


def test_what_is_no_set_of_results_is_refused(fit, tmp_path):
    frames = {
        "no column of terms": pd.DataFrame({"x": ["1"], "estimate": ["2"]}),
        "no column of estimates": pd.DataFrame({"term": ["slope"], "x": ["2"]}),
        "Two lines": pd.DataFrame({"term": ["age", "AGE"], "estimate": ["1", "2"]}),
        "is no number": pd.DataFrame({"term": ["age"], "estimate": ["one"]}),
    }
    for words, frame in frames.items():
        with pytest.raises(DataError, match=words):
            gc.agree(fit, frame)
    with pytest.raises(DataError, match="There is no file"):
        gc.agree(fit, tmp_path / "nowhere.csv")
    with pytest.raises(ModelError, match="whole number"):
        gc.agree(fit, frames["is no number"], decimals=-1)


def test_our_own_table_agrees_to_all_digits(fit):
    answer = gc.agree(fit, fit.fixed_effects(), decimals=12)
    assert answer.agrees and len(answer.table) == 7 * len(fit.terms)


def test_another_fit_is_compared_and_its_data_too(tmp_path):
    data, formula = gc.load_dataset("sleepstudy"), "reaction ~ day + (day | subject)"
    fit = gc.fit(formula, data)
    same = gc.agree(fit, gc.load(fit.save(tmp_path / "fit.json")))
    assert same.agrees and "Both are of the same data" in str(same)
    turned = gc.agree(fit, gc.fit(formula, data.iloc[::-1]))
    assert turned.agrees and "The data differ, in values or in the order of rows: 180 rows" in str(turned)
    other = gc.agree(fit, gc.fit(formula, data[data["day"] > 0]))
    assert not other.agrees and "162 rows" in other.notes[0]


def test_components_of_each_group_are_matched():
    """R's VarCorr and SAS's CovParms (with its column Group) of covariances by group."""
    data = gc.load_dataset("trial")
    model = gc.GrowthModel("depression", "week", "patient", predictors="arm",
                           random=gc.ByGroup("arm", "intercept", "slope"))  # fmt: skip
    fit = gc.fit(model, data)
    ours = fit.variance_components().set_index("term")
    sd, cor = ours.loc[["sd:slope:arm[drug]", "cor:intercept:arm[drug],slope:arm[drug]"], "estimate"]
    in_r = pd.DataFrame({"grp": ["patient", "patient"], "var1": ["group2:week", "group2"], "var2": ["", "group2:week"],
                         "vcov": ["", ""], "sdcor": [f"{sd:.6f}", f"{cor:.6f}"]})  # fmt: skip
    assert gc.agree(fit, in_r).agrees
    squared = ours.loc["sd:slope:arm[drug]", "variance"]
    in_sas = pd.DataFrame({"CovParm": ["UN(2,2)"], "Subject": ["patient"], "Group": ["arm drug"],
                           "Estimate": [f"{squared:.6f}"]})  # fmt: skip
    assert gc.agree(fit, in_sas).agrees
    assert not gc.agree(fit, in_sas.assign(Group="arm placebo")).agrees


def test_a_group_is_told_in_each_program():
    data, random = gc.load_dataset("trial"), gc.ByGroup("arm", "intercept", "slope")
    fit = gc.fit(gc.GrowthModel("depression", "week", "patient", predictors="arm", random=random), data)
    assert "random intercept week / subject=patient type=un group=arm g;" in fit.code("sas")
    assert "|| patient: group2 group2_week, noconstant covariance(unstructured)" in fit.code("stata")
    assert fit.code("r") == gc.fit("depression ~ week * arm + (0 + arm + arm:week | patient)", data).code("r")
    with pytest.raises(NotAvailableError, match="several groups in Mplus"):
        fit.refit(method="ml").code("mplus")

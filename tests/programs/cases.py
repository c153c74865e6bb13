"""Fits whose programs R has run (`tests/reference/make_programs.R`): one for each thing that a program has to say.

`python tests/programs/cases.py` writes the programs to `tests/reference/programs` for R to run.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import growthcurves as gc

FOLDER = Path(__file__).resolve().parents[1] / "reference" / "programs"


def trial(**options):
    return gc.GrowthModel("depression", "week", "patient", reference={"arm": "placebo"}, **options)


def ortho(**options):
    return gc.GrowthModel("distance", "age", "subject", **options)


def sleep(**options):
    return gc.GrowthModel("reaction", "day", "subject", **options)


def pupils(**levels):
    predictors = {"intercept": "poor + private", "slope": "private"}
    return gc.GrowthModel("y", "grade", "pupil", origin=0, predictors=predictors, levels=levels)


MIXED = {"intercept": "arm * sex + age", "slope": "arm"}
#: Data set, model and method by case.
CASES = {
    "line": ("orthodont", ortho(predictors="sex", reference={"sex": "Female"}, origin=0), "reml"),
    "line_ml": ("orthodont", ortho(predictors="sex", origin=8), "ml"),
    "predictors": ("trial", trial(predictors=MIXED), "reml"),
    "quadratic": ("trial", trial(shape="quadratic", origin=2, predictors="arm"), "reml"),
    "pieces": (
        "trial",
        trial(shape=gc.Piecewise(knots=[4]), predictors="arm", random=gc.Diagonal("intercept", "slope1")),
        "reml",
    ),
    "log": ("trial", trial(shape=gc.LogTime(offset=1), predictors="arm"), "ml"),
    "diagonal": ("sleepstudy", sleep(random=gc.Diagonal("intercept", "slope")), "reml"),
    "no_slope": ("sleepstudy", sleep(random=("intercept",)), "ml"),
    "by_group": ("trial", trial(predictors="arm", random=gc.ByGroup("arm", "intercept", "slope")), "reml"),
    "by_group_ml": (
        "orthodont",
        ortho(predictors="sex", random=gc.ByGroup("sex", gc.Diagonal("intercept", "slope")), origin=8),
        "ml",
    ),
    "by_group_het": ("orthodont", ortho(random=gc.ByGroup("sex", "intercept"), residual="het"), "reml"),
    "occasions_un": ("orthodont", ortho(shape="occasions", predictors="sex", random=(), residual="un"), "reml"),
    "cs": ("orthodont", ortho(predictors="sex", random=(), residual="cs"), "reml"),
    "csh": ("orthodont", ortho(random=(), residual="csh"), "ml"),
    "het": ("orthodont", ortho(random=("intercept",), residual="het"), "reml"),
    "ar1": ("sleepstudy", sleep(random=("intercept",), residual="ar1"), "reml"),
    "arh1": ("orthodont", ortho(random=(), residual="arh1"), "reml"),
    "arma11": ("sleepstudy", sleep(random=(), residual="arma11"), "reml"),
    "car1": ("bodyweight", gc.GrowthModel("weight", "day", "rat", random=(), residual="car1"), "reml"),
    "exp": ("sleepstudy", sleep(random=(), residual="exp"), "reml"),
    "exp_nugget": ("sleepstudy", sleep(random=(), residual=gc.Exponential(nugget=True)), "reml"),
    "gau": ("orthodont", ortho(random=(), residual=gc.Gaussian(nugget=True)), "ml"),
    "schools": ("levels_waves", pupils(school=("intercept", "slope")), "reml"),
    "classes": ("levels_own", pupils(**{"class": ("intercept",), "school": ("intercept", "slope")}), "ml"),
    "apart": ("levels_waves", pupils(**{"class": ("intercept",), "school": gc.Diagonal("intercept", "slope")}), "ml"),
    "within_ar1": (
        "levels_waves",
        gc.GrowthModel("y", "grade", "pupil", origin=0, wave="wave", predictors="private", residual="ar1",
                       random=("intercept",), levels={"class": ("intercept",), "school": ("intercept", "slope")}),
        "reml",
    ),  # fmt: skip
    "crossed": (
        "levels_crossed",
        gc.GrowthModel("y", "grade", "pupil", origin=0, predictors="poor", levels={"teacher": gc.Crossed("intercept")}),
        "reml",
    ),
    "exp_variance": ("sleepstudy", sleep(random=("intercept",), residual="exp-variance"), "reml"),
}


#: Data that are not shipped lie beside the references.
PANELS = FOLDER.parent


def table(name):
    shipped = name in gc.list_datasets()["name"].tolist()
    return gc.load_dataset(name) if shipped else pd.read_csv(PANELS / f"{name}.csv")


def fitted(case):
    data, model, method = CASES[case]
    return gc.fit(model, table(data), method=method)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case, (data, _, _) in CASES.items():
        (FOLDER / f"{data}.{case}.R").write_text(fitted(case).code("r") + "\n", encoding="utf-8")

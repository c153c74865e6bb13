"""Models by options: the command line fits what the same model in Python fits, and refuses what contradicts itself."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from cli_errors import SLEEP, TRIAL, one_line

import growthcurves as gc
from growthcurves.cli.plainly import notes_on_stderr

MODELS = {
    "quadratic": (
        ["--shape", "quadratic", "--slope", "arm"],
        {"shape": "quadratic", "predictors": {"intercept": "arm", "slope": "arm"}},
    ),
    "by-all": (["--shape", "quadratic", "--by", "arm"], {"shape": "quadratic", "predictors": "arm"}),
    "degree": (["--degree", "3", "--random", "intercept"], {"shape": gc.Polynomial(3), "random": ("intercept",)}),
    "pieces": (["--knots", "4", "--slope", "arm"], {"shape": gc.Piecewise(knots=[4]), "predictors": "arm"}),
    "jump": (
        ["--knots", "3", "--jump", "--random", "intercept"],
        {"shape": gc.Piecewise(knots=[3], jump=True), "random": ("intercept",)},
    ),
    "spline": (["--df", "3"], {"shape": gc.Spline(df=3)}),
    "spline knots": (["--shape", "spline", "--knots", "4,8"], {"shape": gc.Spline(knots=[4, 8])}),
    "log": (["--offset", "2"], {"shape": gc.LogTime(offset=2)}),
    "occasions": (
        ["--shape", "occasions", "--by", "arm", "--random", "intercept"],
        {"shape": "occasions", "predictors": "arm", "random": ("intercept",)},
    ),
    "diagonal": (["--random", "intercept | slope"], {"random": gc.Diagonal("intercept", "slope")}),
    "origin": (["--origin", "8"], {"origin": 8}),
    "one parameter": (
        ["--shape", "quadratic", "--predictors", "quadratic=arm"],
        {"shape": "quadratic", "predictors": {"quadratic": "arm"}},
    ),
    "for all": (["--predictors", "arm"], {"predictors": "arm"}),
    "covariate": (["--time-varying", "late"], {"time_varying": "late"}),
    "ml": (["--method", "ml", "--wave", "visit"], {"wave": "visit"}),
}


@pytest.fixture(scope="module")
def frame():
    trial = gc.load_dataset("trial")
    trial = trial[trial["patient"].isin(trial["patient"].unique()[:120])].copy()
    trial["late"] = (trial["week"] > 4).astype(int)
    trial["arm"] = trial["arm"].astype(str)
    return trial


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("name", MODELS)
def test_the_options_say_the_model(asks, frame, tmp_path, name):
    options, model = MODELS[name]
    frame.to_csv(tmp_path / "part.csv", index=False)
    found = asks("fit", "part.csv", *TRIAL, *options, "--intervals", "wald")
    expected = gc.fit(
        gc.GrowthModel("depression", "week", "patient", **model), frame, "ml" if "ml" in options else "reml"
    )
    assert found["indices"]["deviance"] == pytest.approx(expected.deviance, rel=1e-9)
    estimates = {row["term"]: row["estimate"] for row in found["fixed_effects"]}
    assert estimates == pytest.approx(expected.params.to_dict(), rel=1e-6, abs=1e-6)


def test_answers_are_by_the_methods_asked_for(asks, sleep):
    wald = asks("fit", sleep, *SLEEP, "--ddf", "kenward-roger", "--intervals", "wald", "--level", "0.9")
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    pd.testing.assert_frame_equal(
        pd.DataFrame(wald["fixed_effects"])[["std_error", "conf_low"]],
        fit.fixed_effects("kenward-roger", 0.9)[["std_error", "conf_low"]],
        rtol=1e-9,
    )
    slope = wald["variance_components"][1]
    expected = fit.variance_components("wald", 0.9).iloc[1]
    assert [slope["conf_low"], slope["conf_high"]] == pytest.approx([expected["conf_low"], expected["conf_high"]])
    assert wald["intervals"].lower().startswith("wald") and wald["level"] == 0.9


def test_a_profile_interval_is_the_default(asks, sleep):
    slope = asks("fit", sleep, *SLEEP, "--method", "ml")["variance_components"][1]
    assert [slope["conf_low"], slope["conf_high"]] == pytest.approx([3.80, 8.75], abs=0.005)  # lme4 1.1-31, profile


def test_bootstrap_says_its_seed(run, asks, sleep):
    options = ["--intervals", "bootstrap", "--replicates", "40", "--seed", "3"]
    found = asks("fit", sleep, *SLEEP, *options)
    assert "40" in found["intervals"] and "seed 3" in found["intervals"]
    text = run("fit", sleep, *SLEEP, "--intervals", "bootstrap", "--replicates", "40").stdout
    assert "seed" in text


def test_the_level_is_the_one_printed(run, sleep):
    text = run("fit", sleep, *SLEEP, "--level", "0.9").stdout
    assert "90 % interval" in text and "90 % profile" in text and "95 % interval" not in text


def test_change_options(asks, trial):
    found = asks("fit", trial, *TRIAL, "--shape", "quadratic", "--between", "0,8", "--threshold", "-0.5", "--at", "0,8")
    sentences = " ".join(found["change"]["sentences"])
    assert "-0.5" in sentences and "week 8" in sentences


def test_a_wide_table_with_times_of_its_own(asks, tmp_path):
    """The times of waves by a map and by columns: the same as the long table fitted in Python."""
    rng = np.random.default_rng(3)
    start, rate = rng.normal(20, 4, 40), rng.normal(-1, 0.5, 40)
    frame = pd.DataFrame({"who": [f"{n:03d}" for n in range(40)]})
    for wave, week in {1: 0, 2: 6, 3: 12}.items():
        frame[f"bdi_t{wave}"] = start + rate * week + rng.normal(0, 1, 40)
        frame[f"week_t{wave}"] = week
    frame.to_csv(tmp_path / "wide.csv", index=False)
    roles = ["--id", "who", "--time", "week", "--columns", "bdi=bdi_t{wave}"]
    mapped = asks("fit", "wide.csv", *roles, "--times", "1=0,2=6,3=12")
    owned = asks("fit", "wide.csv", *roles, "--times", "week_t{wave}")
    spelled = asks("fit", "wide.csv", *roles[:-2], "--columns", "bdi=bdi_t1:0,bdi_t2:6,bdi_t3:12")
    deviances = [answer["indices"]["deviance"] for answer in (mapped, owned, spelled)]
    long = gc.to_long(frame, "who", "week", {"bdi": "bdi_t{wave}"}, times={1: 0, 2: 6, 3: 12})
    expected = gc.fit("bdi ~ week + (week | who)", long).deviance
    assert deviances == pytest.approx([expected] * 3, rel=1e-9)


def test_names_with_spaces_and_umlauts_everywhere(asks, frame, tmp_path):
    names = {
        "patient": "Nr. der Person",
        "week": "Woche",
        "depression": "Schwere (BDI)",
        "age": "Alter, Jahre",
        "arm": "Größe",
    }
    frame.rename(columns=names).to_csv(tmp_path / "ä.csv", index=False)
    options = ["--id", "Nr. der Person", "--time", "Woche", "--outcome", "Schwere (BDI)"]
    by_options = asks("fit", "ä.csv", *options, "--slope", "Alter, Jahre + Größe")
    formula = "`Schwere (BDI)` ~ Woche * (`Alter, Jahre` + Größe) + (Woche | `Nr. der Person`)"
    by_formula = asks("fit", "ä.csv", "--formula", formula)
    assert by_options["indices"]["deviance"] == pytest.approx(by_formula["indices"]["deviance"], rel=1e-9)


WRONG = {
    "shape": (["--shape", "quadratc"], "'quadratic'"),
    "option of another shape": (
        ["--shape", "quadratic", "--knots", "3"],
        "--knots does not belong to the shape quadratic",
    ),
    "degree of a named shape": (["--shape", "quadratic", "--degree", "3"], "--degree"),
    "two shapes": (["--knots", "3", "--df", "4"], "--df does not belong to the shape piecewise"),
    "pieces without knots": (["--shape", "piecewise"], "needs --knots"),
    "knot outside": (["--knots", "300"], "300"),
    "knots that descend": (["--knots", "6,3"], "ascend"),
    "df": (["--df", "0"], "--df"),
    "df as text": (["--df", "many"], "--df"),
    "offset": (["--offset", "0"], "offset"),
    "random": (["--random", "intercept,slop"], "slop"),
    "random twice": (["--random", "slope,slope"], "twice"),
    "origin": (["--origin", "start"], "'first'"),
    "method": (["--method", "gls"], "'gls'"),
    "ml and reml": (["--method", "reml", "--ml"], "contradict"),
    "residual": (["--residual", "independnt"], "'independent'"),
    "ddf": (["--ddf", "kenward"], "kenward-roger"),
    "ddf needs reml": (["--ddf", "kenward-roger", "--ml"], "REML"),
    "level": (["--level", "95"], "between 0 and 1"),
    "intervals": (["--intervals", "profil"], "'profile'"),
    "replicates": (["--intervals", "bootstrap", "--replicates", "1"], "above 1"),
    "seed without bootstrap": (["--seed", "1"], "--intervals bootstrap"),
    "between": (["--between", "0"], "2 numbers"),
    "at": (["--at", "early"], "--at"),
    "reference": (["--slope", "subject", "--reference", "arm"], "NAME=VALUE"),
    "reference column": (["--reference", "arms=drug"], "'arms'"),
    "predictors": (["--predictors", "sloop=day"], "'slope'"),
    "predictors of slope": (["--shape", "occasions", "--slope", "day"], "no intercept and slope"),
    "covariate": (["--time-varying", "stress"], "'stress'"),
    "old name": (["--covariates", "stress"], "--covariates is called --time-varying"),
    "times": (["--times", "1=0"], "--columns"),
    "option": (["--slopes", "x"], "--slope"),
    "wave": (["--wave", "visit"], "'visit'"),
    "reader": (["--read", "seps=;"], "'sep'"),
    "given twice": (["--reference", "day=1", "--reference", "day=2"], "given twice"),
    "empty": (["--slope", ""], "a value is needed"),
    "empty knots": (["--knots", ""], "a value is needed"),
    "empty missing": (["--missing", ""], "a value is needed"),
    "random of nothing": (["--random", ","], "--random"),
    "by the time": (["--by", "day"], "the time"),
    "code": (["--slope", "__import__('os').getcwd()"], "__import__"),
    "reader's option": (["--read", "encoding=nope"], "encoding"),
    "reader's type": (["--read", "dtype=nope"], "dtype"),
    "words of options": (["--since", "nope"], "--since 'nope'"),
    "bad terms": (["--slope", "day +* 2"], ""),
    "no terms": (["--slope", "+"], "ends where a term is due"),
    "a term is missing": (["--slope", "subject +"], "ends where a term is due"),
    "a covariate is missing": (["--time-varying", "subject +"], "ends where a term is due"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_line(run, sleep, name):
    options, said = WRONG[name]
    assert said in one_line(run("fit", sleep, *SLEEP, *options))


@pytest.mark.parametrize(
    "columns, said",
    [
        (["reaction_{day}", "x_{day}"], "twice"),
        (["reaction"], "--columns"),
        (["bdi=rt"], "COLUMN:TIME"),
        (["reactoin_{day}"], "nearest"),
        (["bdi=reaction_0:0,reaction_11:1"], "reaction_11"),
    ],
)
def test_wrong_patterns(run, wide, columns, said):
    options = [item for pattern in columns for item in ("--columns", pattern)]
    assert said in one_line(run("fit", wide, "--id", "subject", "--time", "day", *options))


def test_a_formula_runs_no_code(run, sleep):
    assert "exec" in one_line(run("fit", sleep, "--formula", "reaction ~ day + exec('1') + (day | subject)"))


def test_values_that_a_function_cannot_take(run, sleep):
    line = one_line(run("fit", sleep, *SLEEP, "--time-varying", "np.log(day - 1)"))
    assert "'np.log(day - 1)' is undefined for person 308" in line


def test_other_packages_warnings_are_notes_too(capsys):
    with notes_on_stderr():
        for _ in range(2):
            warnings.warn("divide by zero\nencountered", RuntimeWarning, stacklevel=1)
    assert capsys.readouterr().err == "note: divide by zero encountered\n"


def test_a_fit_is_kept(run, sleep, tmp_path):
    assert run("fit", sleep, *SLEEP, "--save", "fit.json").exit_code == 0
    assert gc.load(tmp_path / "fit.json").deviance == pytest.approx(1743.628272, abs=1e-5)  # lme4 1.1-31
    assert "data file itself" in one_line(run("fit", sleep, *SLEEP, "--save", sleep))


def test_a_fit_whose_answers_need_the_rows_is_kept_with_them(run, sleep, tmp_path):
    assert run("fit", sleep, *SLEEP, "--family", "gamma", "--random", "intercept", "--save", "f.json").exit_code == 0
    model = gc.GrowthModel("reaction", "day", "subject", random=("intercept",), family="gamma")
    fit, kept = gc.fit(model, gc.load_dataset("sleepstudy")), gc.load(tmp_path / "f.json")
    assert kept.deviance == pytest.approx(fit.deviance, rel=1e-12)
    np.testing.assert_allclose(kept.predict(), fit.predict(), rtol=1e-9)


def test_formula_with_its_options(asks, trial):
    formula = "depression ~ week * arm + (week | patient)"
    found = asks("fit", trial, "--formula", formula, "--reference", "arm=placebo", "--by", "arm", "--wave", "visit")
    assert "slope:arm[drug]" in json.dumps(found["fixed_effects"])


def test_the_old_name_in_a_model_file(run, sleep, tmp_path):
    (tmp_path / "old.toml").write_text('[model]\ncovariates = "stress"\n')
    line = one_line(run("fit", sleep, *SLEEP, "--model", tmp_path / "old.toml"))
    assert "covariates is called time-varying" in line


def test_a_wide_table_without_an_outcome_is_told_as_that(run, wide):
    line = one_line(run("report", wide, "--id", "subject", "--time", "day"))
    assert "the table is wide" in line and "--columns 'reaction_{day}'" in line


def answered(fit, found):
    """Whether the command line found the deviance and the estimates of a fit in Python."""
    assert found["indices"]["deviance"] == pytest.approx(fit.deviance, rel=1e-9)
    estimates = {row["term"]: row["estimate"] for row in found["fixed_effects"]}
    assert estimates == pytest.approx(fit.params.to_dict(), rel=1e-6, abs=1e-6)


@pytest.fixture(scope="module")
def ticks():
    """Yes or no in words, successes of trials, and counts over an exposure."""
    rng = np.random.default_rng(5)
    person, time = np.repeat(np.arange(60), 4), np.tile(np.arange(4.0), 60)
    effect = rng.normal(size=60)[person]
    frame = pd.DataFrame({"id": person, "time": time, "n": rng.integers(2, 6, 240), "days": rng.integers(5, 30, 240)})
    chance = 1.0 / (1.0 + np.exp(0.5 - effect - 0.2 * time))
    frame["ill"] = np.where(rng.random(240) < chance, "yes", "no")
    frame["hits"] = rng.binomial(frame["n"], chance)
    frame["falls"] = rng.poisson(0.1 * np.exp(0.5 * effect) * frame["days"])
    return frame


FAMILIES = {
    "yes or no": ("ill", {"family": "binomial"}),
    "a link": ("ill", {"family": "probit"}),
    "trials": ("hits", {"family": "binomial", "trials": "n"}),
    "exposure": ("falls", {"family": "poisson", "exposure": "days"}),
}


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("formula", [True, False], ids=["formula", "options"])
def test_outcomes_that_are_not_normal_are_options_too(asks, ticks, tmp_path, name, formula):
    outcome, options = FAMILIES[name]
    ticks.to_csv(tmp_path / "ticks.csv", index=False)
    said = [part for key, value in options.items() for part in (f"--{key}", value)]
    model = ["--formula", f"{outcome} ~ time + (1 | id)", "--time", "time"]
    roles = ["--id", "id", "--time", "time", "--outcome", outcome, "--random", "intercept"]
    found = asks("fit", "ticks.csv", *(model if formula else roles), *said, "--quadrature", "9", "--intervals", "wald")
    answered(gc.fit(f"{outcome} ~ time + (1 | id)", ticks, time="time", quadrature=9, **options), found)
    assert found["certificate"]["quadrature"]["points"] == 9

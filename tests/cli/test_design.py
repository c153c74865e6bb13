"""Sampling designs on the command line: the fit of code, rows chosen with sampling units kept, wrong options."""

from __future__ import annotations

import json

import numpy as np
import pytest
from cli_errors import one_line

import growthcurves as gc

ARGUMENTS = ["fit", "panel.csv", "--id", "subject", "--time", "age", "--outcome", "distance"]


@pytest.fixture
def panel():
    data = gc.load_dataset("orthodont")
    persons = data["subject"].unique()
    weights = dict(zip(persons, np.resize([1.0, 2.0, 3.0], 27), strict=True))
    units = dict(zip(persons, np.arange(27) // 3, strict=True))
    data = data.assign(w=data["subject"].map(weights), unit=data["subject"].map(units))
    for k in range(1, 7):
        halves = dict(zip(persons, np.random.default_rng(k).choice([0.5, 1.5], 27), strict=True))
        data[f"rep_{k}"] = data["w"] * data["subject"].map(halves)
    data.to_csv("panel.csv", index=False)
    return data


def test_a_design_is_that_of_code(run, panel):
    found = run(*ARGUMENTS, "--weights", "w", "--psu", "unit", "--where", "sex == 'Male'", "--json")
    assert found.exit_code == 0, found.output
    answers = json.loads(found.stdout)
    design = gc.SurveyDesign("w", psu="unit")
    fit = gc.fit("distance ~ age + (age | subject)", panel, design=design, where="sex == 'Male'")
    effects = {row["term"]: row for row in answers["fixed_effects"]}
    assert effects["slope"]["estimate"] == pytest.approx(fit.params["slope"], rel=1e-9)
    assert effects["slope"]["std_error"] == pytest.approx(fit.bse["slope"], rel=1e-9)
    assert answers["design"]["sampling_units"] == 9
    assert set(answers["indices"]) == {"llf", "deviance"}


def test_the_summary_tells_the_design(run, panel):
    found = run(*ARGUMENTS, "--weights", "subject=w", "--strata", "sex")
    assert found.exit_code == 0, found.output
    assert "27 sampling units (subject) in 2 strata (sex); df 25" in found.output
    assert "Rates of change" in found.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--weights", "weight"], "There is no column 'weight'"),
        (["--scale", "size"], "give --weights"),
        (["--weights", "w", "--weights", "unit"], "UNIT=COLUMN"),
        (["--weights", "school=w"], "school"),
        (["--weights", "w", "--method", "reml"], "REML"),
        (["--weights", "w", "--single", "certainty"], "give --strata"),
        (["--weights", "w", "--fay", "0.3"], "give --replicate-weights"),
        (["--weights", "w", "--replicate-weights", "rep_{k}", "--fay", "0.3"], "--replicate-kind fay"),
        (["--weights", "w", "--replicate-weights", "brr_{k}"], "No column is called"),
        (["--replicate-weights", "rep_{k}"], "need --weights"),
        (["--weights", "w", "--ddf", "kenward-roger"], "'design'"),
    ],
)
def test_wrong_designs_are_one_line(run, panel, options, told):
    assert told in one_line(run(*ARGUMENTS, *options))


def test_replicate_weights_are_those_of_code(run, panel):
    options = ["--weights", "w", "--replicate-weights", "rep_{k}", "--replicate-kind", "fay", "--fay", "0.3"]
    found = run(*ARGUMENTS, *options, "--json")
    assert found.exit_code == 0, found.output
    replicates = gc.ReplicateWeights("rep_{k}", kind="fay", fay=0.3)
    fit = gc.fit("distance ~ age + (age | subject)", panel, design=gc.SurveyDesign("w", replicates=replicates))
    effects = {row["term"]: row for row in json.loads(found.stdout)["fixed_effects"]}
    assert effects["slope"]["std_error"] == pytest.approx(fit.bse["slope"], rel=1e-9)


def test_pages_figures_and_descriptions_take_weights(run, panel, tmp_path):
    design = ["--weights", "w", "--strata", "sex", "--psu", "unit", "--single", "centred"]
    found = run("report", *ARGUMENTS[1:], *design, "-o", str(tmp_path / "page.html"))
    assert found.exit_code == 0, found.output
    assert "in 2 strata (sex)" in (tmp_path / "page.html").read_text(encoding="utf-8")
    found = run("plot", *ARGUMENTS[1:], *design, "-o", str(tmp_path / "lines.svg"))
    assert found.exit_code == 0, found.output
    assert (tmp_path / "lines.svg").stat().st_size > 1000
    told = one_line(run("plot", *ARGUMENTS[1:], *design, "--figure", "missing", "-o", str(tmp_path / "m.svg")))
    assert "figures of a fit" in told
    found = run("describe", *ARGUMENTS[1:], "--weights", "w")
    assert found.exit_code == 0, found.output
    assert "outcome mean, weighted" in found.output


def test_a_saved_weighted_fit_is_read_back(run, panel, tmp_path):
    found = run(*ARGUMENTS, "--weights", "w", "--save", str(tmp_path / "fit.json"))
    assert found.exit_code == 0, found.output
    assert gc.load(tmp_path / "fit.json").weighing.df == 26


def test_a_model_file_keeps_the_design(run, panel, tmp_path):
    """What is fitted again from the file is the weighted fit, and no other."""
    design = ["--weights", "subject=w", "--strata", "sex", "--psu", "unit", "--single", "centred"]
    first = run(*ARGUMENTS, *design, "--write-model", str(tmp_path / "model.toml"), "--json")
    assert first.exit_code == 0, first.output
    again = run("fit", "panel.csv", "--model", str(tmp_path / "model.toml"), "--json")
    assert again.exit_code == 0, again.output
    one, other = (json.loads(found.stdout) for found in (first, again))
    assert one["design"] == other["design"]
    assert one["fixed_effects"] == other["fixed_effects"]

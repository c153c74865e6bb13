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
        (["--weights", "w", "--ddf", "kenward-roger"], "'design'"),
    ],
)
def test_wrong_designs_are_one_line(run, panel, options, told):
    assert told in one_line(run(*ARGUMENTS, *options))

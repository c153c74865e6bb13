"""`growthcurves describe` in a terminal and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from cli_errors import SLEEP, TRIAL, one_line

import growthcurves as gc


def test_text_fits_80_columns_and_says_what_the_panel_says(run, trial):
    result = run("describe", trial, *TRIAL, "--by", "arm", "--people")
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    panel = gc.Panel(gc.load_dataset("trial"), "patient", "week", "depression")
    assert str(panel.describe()) in result.stdout
    drug = panel.missing("arm").totals.query("group == 'drug' and kind == 'complete'")["persons"].item()
    assert f"drug     complete      {drug}" in result.stdout
    assert "and 580 more" in result.stdout
    assert " persons" not in result.stdout and "  kind          patients\n" in result.stdout


def test_json(asks, trial):
    found = asks("describe", trial, *TRIAL, "--by", "arm", "--people")
    assert found["panel"]["persons"] == 600 and found["panel"]["occasions"] == 3059
    assert len(found["people"]) == 600 and found["people"][0]["patient"] == "P001"
    assert {row["group"] for row in found["missing"]["dropout"]} == {"drug", "placebo"}
    assert "people" not in asks("describe", trial, *TRIAL)


def test_times_of_their_own_have_no_patterns_and_say_why(run, asks, tmp_path):
    survey = gc.load_dataset("survey").query("person < 1100").drop(columns="wave")
    survey["year"] += survey["person"] / 1e5
    survey.to_csv(tmp_path / "survey.csv", index=False)
    roles = ["--id", "person", "--time", "year", "--outcome", "wellbeing"]
    found = asks("describe", "survey.csv", *roles)
    assert found["missing"] is None and "wave" in found["why_not_missing"]
    assert "wave" in run("describe", "survey.csv", *roles).stdout
    grouped = run("describe", "survey.csv", *roles, "--by", "education")
    assert grouped.exit_code == 0 and "Persons by education: " in grouped.stdout
    one_line(run("describe", "survey.csv", *roles, "--by", "educatio"))


def test_a_wide_table(asks, wide):
    found = asks("describe", wide, "--id", "subject", "--time", "day", "--columns", "reaction_{day}")
    assert found["panel"]["icc"] == pytest.approx(0.39489, abs=5e-6)  # ICC(1) by one-way ANOVA, as panel.describe


def test_a_table_without_time(run, tmp_path):
    path = tmp_path / "schools.csv"
    path.write_text("school,ses,math\na,0.1,4\na,0.2,5.5\nb,-1,6\nb,2,7\n", encoding="utf-8")
    result = run("describe", str(path), "--id", "school", "--outcome", "math")
    assert result.exit_code == 0, result.output
    assert "observations per school" in result.stdout and "Missing waves" not in result.stdout
    assert "--time" in one_line(run("report", str(path), "--id", "school", "--outcome", "math"))


def test_what_is_wrong(run, sleep):
    assert "'reaktion'" in one_line(run("describe", sleep, *SLEEP[:-1], "reaktion"))
    assert "--id" in one_line(run("describe", sleep))
    assert "'nowhere.csv'" in one_line(run("describe", "nowhere.csv", *SLEEP))


def test_entry_and_status_say_why_waves_are_missing(run, tmp_path):
    frame = pd.DataFrame(
        {
            "who": np.repeat(["a", "b", "c", "d"], 3),
            "wave": [1, 2, 3] * 4,
            "y": [1.0, 2, 3, np.nan, 2, 4, 1, 3, np.nan, 2, np.nan, np.nan],
            "code": [1, 1, 1, 0, 1, 1, 1, 1, 5, 1, 4, 4],
            "joined": [1] * 3 + [2] * 3 + [1] * 6,
        }
    )
    frame.to_csv(tmp_path / "panel.csv", index=False)
    roles = ["describe", "panel.csv", "--id", "who", "--time", "wave", "--outcome", "y"]
    codes = ["--status", "code=0:not sampled,4:none,5:died"]
    found = json.loads(run(*roles, *codes, "--json").stdout)
    kinds = {row["kind"]: row["persons"] for row in found["missing"]["totals"]}
    assert kinds == {"complete": 2, "complete until death": 1, "monotone": 1, "intermittent": 0, "never seen": 0}
    assert found["panel"]["ways"] == {"persons who died": 1, "persons who dropped out": 1}
    text = run(*roles, "--entry", "joined", "--status", "code=0:none,4:dropout,5:died").stdout
    assert "x seen, . missed, + died, o not sampled" in text and "Seen, or why not" in text
    wrong = one_line(run(*roles, "--status", "code=4:none,5:died"))
    assert "Column 'code' says 0 of rows without an outcome" in wrong and '--status "code=0:dropout"' in wrong
    assert "write '4' as CODE:REASON" in one_line(run(*roles, "--status", "code=4,5:died"))

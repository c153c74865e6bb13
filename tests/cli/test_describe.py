"""`growthcurves describe` in a terminal and as JSON."""

from __future__ import annotations

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

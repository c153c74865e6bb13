"""The command line: the main jobs, and one plain line for everything that can be wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from cli_errors import ENVIRONMENT, SLEEP, one_line

from growthcurves.data.datasets import load_dataset


def two_arms(persons=30, seed=1):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), 4), "week": np.tile([0, 1, 2, 3], persons)})
    frame["arm"] = np.where(frame["id"] % 2 == 0, 1, 2)
    frame["age"] = 40 + frame["id"] % 7
    start, rate = rng.normal(20, 4, persons), rng.normal(-1, 0.8, persons)
    frame["bdi"] = start[frame["id"]] + rate[frame["id"]] * frame["week"] + rng.normal(0, 1, len(frame))
    return frame


def test_fit_prints_the_summary_in_80_columns(run, sleep):
    result = run("fit", sleep, *SLEEP)
    assert result.exit_code == 0, result.stderr
    assert "10.47" in result.stdout and "251.4" in result.stdout
    table = [line for line in result.stdout.splitlines() if "interval" in line or "10.47" in line]
    assert max(map(len, table)) <= 80


def test_json_is_json_and_holds_published_values(run, sleep):
    answers = json.loads(run("fit", sleep, *SLEEP, "--json").stdout)
    slope = next(row for row in answers["fixed_effects"] if row["term"] == "slope")
    assert slope["estimate"] == pytest.approx(10.4673, abs=5e-5)  # lme4 1.1-31
    assert slope["std_error"] == pytest.approx(1.5458, abs=5e-5)
    assert answers["indices"]["deviance"] == pytest.approx(1743.628272, abs=1e-5)
    assert answers["certificate"]["converged"] is True
    assert answers["data"] == {
        "rows": 180, "persons": 18, "dropped": [], "time_unit": None, "outcome_unit": None,
    }  # fmt: skip


def test_maximum_likelihood(run, sleep):
    answers = json.loads(run("fit", sleep, *SLEEP, "--ml", "--json").stdout)
    assert answers["indices"]["deviance"] == pytest.approx(1751.939344, abs=1e-5)  # lme4 1.1-31


def test_formula_and_options_say_the_same(run, sleep):
    by_formula = run("fit", sleep, "--formula", "reaction ~ day + (day | subject)", "--json")
    by_options = run("fit", sleep, *SLEEP, "--json")
    one, other = json.loads(by_formula.stdout), json.loads(by_options.stdout)
    assert one["fixed_effects"] == other["fixed_effects"]


def test_random_intercept_alone(run, sleep):
    answers = json.loads(run("fit", sleep, *SLEEP, "--random", "intercept", "--json").stdout)
    assert answers["indices"]["deviance"] == pytest.approx(1786.465085, abs=1e-5)  # lme4 1.1-31
    assert "sd:slope" not in [row["term"] for row in answers["variance_components"]]


def test_wide_table_by_pattern(run, tmp_path):
    load_dataset("sleepstudy_wide").to_csv(tmp_path / "wide.csv", index=False)
    columns = ["--id", "subject", "--time", "day", "--columns", "reaction_{day}"]
    answers = json.loads(run("fit", "wide.csv", *columns, "--json").stdout)
    assert answers["indices"]["deviance"] == pytest.approx(1743.628272, abs=1e-5)


def test_report_writes_one_page(run, sleep, tmp_path):
    result = run("report", sleep, *SLEEP, "--outcome-unit", "ms", "-o", "out.html")
    assert result.exit_code == 0, result.output
    assert "out.html" in result.stdout
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and len(page) < 500_000


def test_groups_coded_as_numbers_are_groups(run, tmp_path):
    two_arms().to_csv(tmp_path / "trial.csv", index=False)
    roles = ["--id", "id", "--time", "week", "--outcome", "bdi"]
    answers = json.loads(run("fit", "trial.csv", *roles, "--by", "arm", "--slope", "age", "--json").stdout)
    terms = [row["term"] for row in answers["fixed_effects"]]
    assert terms == ["intercept", "intercept:arm[2]", "intercept:age", "slope", "slope:arm[2]", "slope:age"]
    groups = {row["group"] for row in answers["change"]["table"]}
    assert {"1", "2"} <= groups
    other = run("fit", "trial.csv", *roles, "--by", "arm", "--reference", "arm=2", "--json")
    assert "slope:arm[1]" in other.stdout, other.output


def test_missing_codes(run, tmp_path):
    frame = load_dataset("sleepstudy")
    frame.loc[3, "reaction"] = -99
    frame.to_csv(tmp_path / "coded.csv", index=False)
    answers = json.loads(run("fit", "coded.csv", *SLEEP, "--missing", "-99", "--json").stdout)
    assert answers["data"]["rows"] == 179
    assert answers["data"]["dropped"] == [{"reason": "missing reaction", "rows": 1}]


def test_demo_in_a_process_of_its_own(tmp_path):
    code = "from growthcurves.cli import main; main(prog_name='growthcurves')"
    command = [sys.executable, "-c", code, "demo", "-o", "demo.html"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "demo.html" in done.stdout and "10.47 ms per day" in done.stdout.replace("\n", " ")
    assert done.stderr == ""
    assert (tmp_path / "demo.html").stat().st_size < 500_000


def test_help_and_version(run):
    assert "growthcurves report study.csv" in run("--help").stdout
    assert run("--version").stdout.split()[1].count(".") == 2
    assert "--columns" in run("report", "--help").stdout


def test_unknown_command_is_a_usage_error(run):
    line = one_line(run("describes", "x.csv"))
    assert "No such command 'describes'" in line and "--help" in line


@pytest.mark.parametrize("name", ["fit", "report"])
def test_no_such_file(run, name):
    assert "'nowhere.csv'" in one_line(run(name, "nowhere.csv", *SLEEP))


def test_wrong_kind_of_file(run, tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert ".png" in one_line(run("fit", "picture.png", *SLEEP))


def test_empty_file(run, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    assert "empty.csv is empty" in one_line(run("fit", "empty.csv", *SLEEP))


def test_header_without_rows(run, tmp_path):
    (tmp_path / "header.csv").write_text("subject,day,reaction\n")
    assert "no rows" in one_line(run("fit", "header.csv", *SLEEP))


def test_one_person(run, tmp_path):
    frame = load_dataset("sleepstudy")
    frame[frame["subject"] == 308].to_csv(tmp_path / "one.csv", index=False)
    line = one_line(run("fit", "one.csv", *SLEEP))
    assert "one person" in line and "308" in line


def test_unknown_column_names_the_nearest(run, sleep):
    line = one_line(run("fit", sleep, "--id", "subject", "--time", "days", "--outcome", "reaction"))
    assert "'days'" in line and "'day'" in line


@pytest.mark.parametrize("option", ["--by", "--slope", "--intercept"])
def test_unknown_predictor(run, sleep, option):
    assert "arms" in one_line(run("fit", sleep, *SLEEP, option, "arms"))


@pytest.mark.parametrize(
    "formula",
    ["reaction ~ day +* 1 + (day | subject)", "reaction", "reaction ~ day", "reaction ~ (day | subject"],
)
def test_bad_formula(run, sleep, formula):
    one_line(run("fit", sleep, "--formula", formula))


def test_text_in_a_number_column_names_person_row_and_column(run, tmp_path):
    text = load_dataset("sleepstudy").to_csv(index=False).replace("258.7047", "ill")
    (tmp_path / "text.csv").write_text(text)
    line = one_line(run("fit", "text.csv", *SLEEP))
    assert "'reaction'" in line and "'ill'" in line and "person 308" in line and "row 3 of text.csv" in line


def test_infinite_values_name_person_row_and_column(run, tmp_path):
    text = load_dataset("sleepstudy").to_csv(index=False).replace("258.7047", "inf")
    (tmp_path / "infinite.csv").write_text(text)
    line = one_line(run("fit", "infinite.csv", *SLEEP))
    assert "infinite" in line and "'reaction'" in line and "row 3 of infinite.csv" in line


def test_a_predictor_that_varies_within_a_person(run, tmp_path):
    frame = two_arms()
    frame.loc[5, "age"] = 99
    frame.to_csv(tmp_path / "varies.csv", index=False)
    roles = ["--id", "id", "--time", "week", "--outcome", "bdi"]
    line = one_line(run("fit", "varies.csv", *roles, "--slope", "age"))
    assert "'age'" in line and "person 1" in line


def test_too_many_groups(run, tmp_path):
    two_arms().to_csv(tmp_path / "trial.csv", index=False)
    roles = ["--id", "id", "--time", "week", "--outcome", "bdi"]
    assert "30 groups" in one_line(run("fit", "trial.csv", *roles, "--by", "id"))


def test_output_into_a_folder_that_is_not_there(run, sleep):
    result = run("report", sleep, *SLEEP, "-o", "no/such/out.html")
    assert "no/such" in one_line(result)


def test_output_never_over_the_data(run, sleep):
    before = sleep.read_bytes()
    result = run("report", sleep, *SLEEP, "-o", sleep)
    assert result.exit_code == 2 and sleep.read_bytes() == before


def test_output_that_the_system_refuses(run, sleep, monkeypatch, empty_page):
    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied", "out.html")

    monkeypatch.setattr("os.replace", refuse)
    line = one_line(run("report", sleep, *SLEEP, "-o", "out.html"))
    assert "'out.html' cannot be written: Permission denied" in line


@pytest.mark.parametrize("option", [["--slope", "day"], ["--random", "none"], ["--intercept", "day"]])
def test_options_beside_a_formula_are_refused(run, sleep, option):
    result = run("fit", sleep, "--formula", "reaction ~ day + (day | subject)", *option)
    assert option[0] in one_line(result)


def test_roles_that_are_missing_are_named(run, sleep):
    result = run("fit", sleep, "--time", "day")
    assert "--id, --outcome" in one_line(result)


def test_warnings_are_single_notes(run, tmp_path):
    frame = load_dataset("sleepstudy")
    frame[frame["subject"].isin([308, 309, 310])].to_csv(tmp_path / "few.csv", index=False)
    result = run("fit", "few.csv", *SLEEP)
    assert result.exit_code == 0, result.output
    notes = result.stderr.splitlines()
    assert notes and all(line.startswith("note: ") for line in notes)
    assert len(set(notes)) == len(notes)


def test_a_hard_file_end_to_end(undrawn, run, tmp_path):
    """10,000 columns, byte-order mark, semicolons, decimal commas, umlauts and spaces in names."""
    frame = two_arms(persons=14).rename(
        columns={
            "id": "Teilnehmer Nr.",
            "week": "Woche nach Aufnahme",
            "bdi": "Punkte (Größe)",
            "age": "Alter in Jahren",
        }
    )
    frame["arm"] = frame["arm"].map({1: "üblich", 2: "neu & besser"})
    frame = frame.rename(columns={"arm": "Behandlung, Gruppe"})
    head, *rows = frame.to_csv(sep=";", decimal=",", index=False).splitlines()
    names = ";".join(f"übrig {place}" for place in range(10_000 - frame.shape[1]))
    values = ";".join(["0,5"] * (10_000 - frame.shape[1]))  # of which a table is slow to write
    lines = [f"{names};{head}", *(f"{values};{row}" for row in rows)]
    (tmp_path / "schwer.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    result = run(
        "report", "schwer.csv", "--id", "Teilnehmer Nr.", "--time", "Woche nach Aufnahme",
        "--outcome", "Punkte (Größe)",
        "--by", "Behandlung, Gruppe", "--slope", "Alter in Jahren", "-o", "Bericht.html",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    page = (tmp_path / "Bericht.html").read_text(encoding="utf-8")
    assert "Punkte (Größe)" in page and "neu &amp; besser" in page and "Alter in Jahren" in page

"""`growthcurves check` says what `fit.check()` says."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import growthcurves as gc
from growthcurves.cli.app import main

ROLES = ["--id", "subject", "--time", "day", "--outcome", "reaction"]


@pytest.fixture(scope="module")
def sleep(tmp_path_factory):
    path = tmp_path_factory.mktemp("check") / "sleep.csv"
    gc.load_dataset("sleepstudy").to_csv(path, index=False)
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def test_json_is_what_the_fit_says_and_the_figure_is_drawn(sleep, tmp_path):
    picture = tmp_path / "checks.svg"
    found = run(sleep, *ROLES, "--replicates", "199", "--seed", "7", "--plot", picture, "--json")
    assert found.exit_code == 0, found.output
    answers = json.loads(found.stdout)
    own = gc.fit("reaction ~ day + (day | subject)", gc.read_table(sleep), time="day").check(n=199, rng=7)
    assert [row["verdict"] for row in answers["table"]] == own.table["verdict"].tolist()
    assert [row["p_value"] for row in answers["table"] if row["p_value"]] == own.table["p_value"].dropna().tolist()
    assert answers["summary"] == own.summary and answers["seed"] == 7 and answers["figure"] == str(picture)
    assert picture.read_text(encoding="utf-8").count("Residuals over time") == 1


def test_a_problem_is_no_error_and_lines_fit_the_terminal(sleep):
    found = run(sleep, *ROLES, "--random", "intercept", "--prespecified", "--replicates", "199")
    assert found.exit_code == 0, found.output
    assert "problem Between persons slope differs" in found.output and "sensitivity analyses:" in found.output
    sentences = [line for line in found.output.splitlines() if not line.startswith(" " * 12)]  # calls are not broken
    assert max(map(len, sentences)) <= 80


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--replicates", "20"], "--replicates is a number of replicates of the fitted model"),
        (["--plot", "checks.txt"], ".png"),
        (["--where", "day < 2"], "cannot tell the variances"),
    ],
)
def test_what_cannot_be_is_one_line(sleep, options, words):
    found = run(sleep, *ROLES, *options)
    assert found.exit_code == 2 and words in found.output and "Traceback" not in found.output

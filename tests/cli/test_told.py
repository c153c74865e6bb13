"""What a person is told of a table before the analysis, whichever command reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_errors import one_line

import growthcurves as gc

pytestmark = pytest.mark.usefixtures("undrawn")

ROLES = ["--id", "subject", "--time", "day"]
COMMANDS = {
    "describe": ["describe"],
    "fit": ["fit"],
    "plot": ["plot", "-o", "f.svg"],
    "plot of the table": ["plot", "--figure", "missing", "-o", "f.svg"],
}


@pytest.fixture
def coded():
    """The shipped study, wide, with -99 in four ages and in seven outcomes."""
    data = gc.load_dataset("sleepstudy_wide")
    data["age"] = np.arange(len(data)) + 20
    data.loc[[1, 4, 7, 9], "age"] = -99
    data.loc[[0, 2, 3, 5, 8, 11, 12], "reaction_4"] = -99
    data.to_csv("wide.csv", index=False)
    gc.to_long(data, "subject", "day", "reaction_{day}").to_csv("long.csv", index=False)


def commands(command, *more):
    name, *own = COMMANDS[command]
    return [(name, "wide.csv", *ROLES, "--columns", "reaction_{day}", *own, *more),
            (name, "long.csv", *ROLES, "--outcome", "reaction", *own, *more)]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_code_matched_is_counted_by_every_command(run, coded, command):
    for line, cells in zip(commands(command, "--missing", "-99"), (4 + 7, 10 * 4 + 7), strict=True):
        told = run(*line)
        assert told.exit_code == 0, told.output
        assert f"note: The missing code -99 stood in {cells} cells of {line[1]}." in told.stderr


def test_codes_in_predictors_are_named_by_describe(run, coded):
    for line in commands("describe"):
        said = " ".join(run(*line).stdout.split())
        assert "Column 'age' holds -99 in 40 cells" in said and "Column 'reaction' holds -99 in 7 cells" in said


def test_a_page_speaks_to_who_typed_options(run, coded):
    assert run("report", "long.csv", *ROLES, "--outcome", "reaction", "-o", "page.html").exit_code == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "make it so with --missing -99" in page and "missing=[-99]" not in page


def test_describe_offers_no_option_that_it_has_not(run, coded):
    told = one_line(run("describe", "long.csv", "--time", "day", "--outcome", "reaction"))
    assert "--id needed" in told and "--formula" not in told


@pytest.mark.parametrize("given", [[], ["--id", "subject"], ["--time", "day"], ["--outcome", "reaction"], ROLES])
def test_a_wide_table_is_told_with_its_pattern(run, wide, given):
    said = one_line(run("describe", wide, *given))
    assert "reaction_0" in said and "reaction_9" in said and "--columns 'reaction_{" in said


def test_a_long_table_with_numbered_columns_is_not_told_as_wide(run, sleep):
    data = pd.read_csv(sleep).assign(item_1=1, item_2=2)
    data.to_csv("items.csv", index=False)
    assert "--columns" not in one_line(run("describe", "items.csv"))


def test_a_negative_variance_between_persons_is_explained(run):
    persons, times = np.repeat(np.arange(9), 4), np.tile(np.arange(4), 9)
    data = pd.DataFrame({"id": persons, "t": times, "y": np.array([1.0, 5, 2, 9])[times]})
    data["y"] += np.arange(36) % 7 * 0.01
    data.to_csv("d.csv", index=False)
    said = " ".join(run("describe", "d.csv", "--id", "id", "--time", "t", "--outcome", "y").stdout.split())
    assert "The variance between persons comes out negative" in said and "'id' names the persons" in said


@pytest.mark.parametrize("name", ["growthcurves", "python -m growthcurves"])
def test_commands_to_type_are_written_as_the_program_was_called(monkeypatch, capsys, name):
    from growthcurves.cli import main

    for line in (["datasets"], ["datasets", "trial"], ["plot", "x.csv", "--set", "level=yes"], ["fit"]):
        with pytest.raises(SystemExit):
            main(line, prog_name=name)
        told = "".join(capsys.readouterr())
        advised = told.replace("growthcurves: ", "").split("growthcurves ")[:-1]
        assert advised and all(part.endswith("python -m ") == name.startswith("python") for part in advised), told

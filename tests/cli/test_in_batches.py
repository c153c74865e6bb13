"""Folders, patterns and --batch: the answers are those of one file."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

import growthcurves as gc
from growthcurves.cli import main

ROLES = ["--id", "patient", "--time", "week", "--outcome", "depression", "--by", "arm"]


@pytest.fixture(scope="module")
def folder(small_batches, tmp_path_factory):
    found = tmp_path_factory.mktemp("panel")
    table = gc.load_dataset("trial")
    table[:1_500].to_parquet(found / "a.parquet", index=False)
    table[1_500:].to_parquet(found / "b.parquet", index=False)
    table.to_csv(found.parent / "trial.csv", index=False)
    return found


def said(*args: str) -> str:
    result = CliRunner().invoke(main, list(args), prog_name="growthcurves")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_folder_a_pattern_and_batches_are_one_file(folder):
    expected = said("fit", str(folder.parent / "trial.csv"), *ROLES)
    assert said("fit", str(folder), *ROLES) == expected
    assert said("fit", str(folder / "*.parquet"), *ROLES, "--batch", "500") == expected
    assert said("fit", str(folder.parent / "trial.csv"), *ROLES, "--batch", "500") == expected


def test_the_report_of_a_folder(folder, tmp_path):
    said("report", str(folder), *ROLES, "-o", str(tmp_path / "r.html"))
    assert (tmp_path / "r.html").stat().st_size > 10_000


@pytest.mark.parametrize(
    "args, words",
    [
        (["--missing=-99"], "leave rows with a number as code out with --where"),
        (["--columns", "y_{week}"], "--columns is of tables that are read at once"),
        (["--batch", "0"], "batch= is a number of rows"),
    ],
)
def test_what_is_of_whole_tables_is_refused(folder, args, words):
    result = CliRunner().invoke(main, ["fit", str(folder), *ROLES, *args], prog_name="growthcurves")
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert words.split()[-1] in result.output


def test_what_needs_a_whole_table_says_who_reads_folders(folder):
    result = CliRunner().invoke(main, ["describe", str(folder), *ROLES], prog_name="growthcurves")
    assert result.exit_code == 2
    assert "is a folder, not a file: folders are read in batches, for a fit and its report." in result.output

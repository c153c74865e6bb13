"""Tables at the command line: what is found in them, and every sentence in its own words."""

from __future__ import annotations

import pandas as pd
import pytest
from cli_errors import SLEEP, TRIAL, one_line

import growthcurves as gc
from growthcurves.cli.wording import in_options


@pytest.fixture
def sleep_data():
    return gc.load_dataset("sleepstudy")


def test_codes_for_missing_are_named_with_their_option(run, asks, tmp_path):
    trial = gc.load_dataset("trial")
    trial.loc[trial.index[::40], "depression"] = -99
    trial.to_csv("coded.csv", index=False)
    described = run("describe", "coded.csv", *TRIAL)
    text = " ".join(described.stdout.split())
    assert "'depression' holds -99 in 77 cells" in text and "make it so with --missing -99." in text
    assert "read_table" not in described.output and max(map(len, described.stdout.splitlines())) <= 80
    fitted = run("fit", "coded.csv", *TRIAL)
    assert "note: Column 'depression' holds -99 in 77 cells" in fitted.stderr and "--missing -99" in fitted.stderr
    told = run("describe", "coded.csv", *TRIAL, "--missing", "-99", "--missing", "abc")
    assert "note: The missing code abc matches no cell of coded.csv." in told.stderr
    assert "The missing code -99 stood in 77 cells of coded.csv." in told.stdout
    assert "depression" in asks("describe", "coded.csv", *TRIAL)["panel"]["notes"][0]


def test_a_file_without_a_header(run, asks, sleep_data):
    sleep_data.to_csv("bare.csv", index=False, header=False)
    assert "say them with --names, one for each of the 3 columns" in one_line(run("describe", "bare.csv", *SLEEP))
    found = asks("describe", "bare.csv", *SLEEP, "--names", "subject,day,reaction")
    assert found["panel"]["persons"] == 18 and found["panel"]["occasions"] == 180


@pytest.mark.parametrize("ids", [["--id", "site", "--id", "who"], ["--id", "site,who"]])
def test_an_id_of_two_columns(asks, run, sleep_data, ids):
    data = sleep_data.assign(site=sleep_data["subject"] % 3, who=sleep_data["subject"] // 3).drop(columns="subject")
    data.to_csv("two.csv", index=False)
    roles = [*ids, "--time", "day", "--outcome", "reaction"]
    assert asks("describe", "two.csv", *roles)["panel"]["persons"] == 18
    assert asks("fit", "two.csv", *roles)["indices"]["deviance"] == pytest.approx(1743.628272, abs=1e-5)  # lme4 1.1-31
    assert run("reshape", "two.csv", *ids, "--time", "day", "--values", "reaction", "-o", "w.csv").exit_code == 0
    wide = ["w.csv", *ids, "--time", "day", "--columns", "reaction_{day}"]
    assert run("reshape", *wide, "-o", "l.csv").exit_code == 0
    assert pd.read_csv("l.csv").columns.tolist() == ["site", "who", "day", "reaction"]
    assert asks("describe", *wide)["panel"]["persons"] == 18


def test_dates_that_can_be_read_two_ways(run, asks, sleep_data):
    sleep_data.assign(day=[f"{1 + day:02}.10.2019" for day in sleep_data["day"]]).to_csv("dates.csv", index=False)
    said = one_line(run("describe", "dates.csv", *SLEEP))
    assert "say --day-first or --month-first, give a --date-format" in said
    assert asks("describe", "dates.csv", *SLEEP, "--day-first")["panel"]["time_max"] == 9
    assert asks("describe", "dates.csv", *SLEEP, "--date-format", "%d.%m.%Y")["panel"]["time_max"] == 9
    assert asks("describe", "dates.csv", *SLEEP, "--month-first")["panel"]["time_max"] > 200


def test_groups_of_two_columns(asks, trial):
    data = gc.load_dataset("trial")
    data = data.assign(site=data["patient"].str[-2].isin(list("02468")).map({True: "even", False: "odd"}))
    data.to_csv("sites.csv", index=False)
    found = asks("describe", "sites.csv", *TRIAL, "--by", "arm,site")
    assert {row["group"] for row in found["missing"]["totals"]} == {
        "drug, even", "drug, odd", "placebo, even", "placebo, odd"
    }  # fmt: skip


def test_a_wide_table_without_columns(run, wide):
    said = one_line(run("describe", wide, *SLEEP))
    assert "the table is wide" in said and "--columns 'reaction_{day}'" in said and "to_long" not in said


def test_a_code_among_numbers_is_told_in_options(run):
    data = gc.load_dataset("trial").astype({"depression": object})
    data.loc[5, "depression"] = "5%"
    data.to_csv("percent.csv", index=False)
    said = one_line(run("describe", "percent.csv", *TRIAL))
    assert said.endswith("read such a code as missing with --missing '5%'.")


@pytest.mark.parametrize(
    "sentence, typed",
    [
        ("with read_table(..., missing=['5%']).", "with --missing '5%'."),
        ("with read_table(..., missing=[-99, 'a']).", "with --missing -99 --missing 'a'."),
        ("read_table(..., labels=False) keeps", "--read labels=no keeps"),
        ("say day_first=True or day_first=False", "say --day-first or --month-first"),
        ("read_table(..., missing=['a,b', 1])", "--missing '`a,b`' --missing 1"),
        ("read_table(..., decimal=',', thousands='.').", "--read decimal=',' --read thousands='.'."),
        ("fit it anew with fit.refit(method='reml').", "fit it anew with --method 'reml'."),
        ("say which with sheet_name=.", "say which with --read sheet_name=."),
        ("leave it out with keep=[...], or ns(t, df=4)", "leave it out with --keep, or ns(t, df=4)"),
        ("people=-1: give the number", "--set people=-1: give the number"),
        ("'f' is not defined: if it is your own, give it with functions={'f': ...}.", "'f' is not defined."),
        ("give id=['arm', 'who'].", "give --id 'arm' --id 'who'."),
        ("as in columns={'y': {'a_1': 0, 'z': 9}}.", 'as in --columns "y=a_1:0,z:9".'),
        ("at 'day' 3. See panel.duplicates().", "at 'day' 3."),
    ],
)
def test_sentences_in_the_words_of_the_command_line(sentence, typed):
    assert in_options(sentence) == typed

"""Model files: every option round-trips, the command line goes first, and what is wrong is named."""

from __future__ import annotations

import tomllib

import click
import pytest
from cli_errors import SLEEP, TRIAL, one_line

import growthcurves as gc
from growthcurves.cli.app import COMMANDS
from growthcurves.cli.model_file import model_file_text, read_model_file
from growthcurves.cli.options import SECTIONS

#: Values of every shared option, as they are typed.
TYPED = {
    "id": [["Nr. der Person"], ["site", "patient"], ["`a, b`"]],
    "time": [["week"]],
    "outcome": [['Größe "in" m']],
    "columns": [["reaction_{day}"], ["bdi=bdi_t{wave}", "anx=base:0,`end, late`:12.5"]],
    "times": [["1=0,2=6.5"], ["day_t{wave}"]],
    "wave": [["visit"]],
    "since": [["first"], ["2020-03-01"], ["5"]],
    "time-unit": [["weeks"]],
    "outcome-unit": [["points"]],
    "missing": [["-99", "refused", "007"]],
    "names": [["id,week,`a, b`"]],
    "day-first": [[]],
    "date-format": [["%d%b%Y"]],
    "read": [["sheet_name=Data", "labels=no"], ["labels=a,b"]],
    "where": [["PARAMCD == 'ACTOT' & `age, years` >= 18"]],
    "entry": [["Eintritt"]],
    "status": [["why"], ["`Todes, jahr`=died", "iwstat=0:not sampled,`5, or 6`:died,-1:none"], ["why", "death=died"]],
    "by": [["arm"]],
    "slope": [["age + `body mass`"]],
    "intercept": [["bs(age, df=4)"]],
    "predictors": [["slope=arm", "quadratic=ns(age, df=3)"], ["age + ns(x, df=2)"]],
    "reference": [["arm=placebo", "`a=b`=3"]],
    "time-varying": [["within(stress) + between(stress)"]],
    "formula": [["bdi ~ week * arm + (week | subject)"]],
    "shape": [["piecewise"]],
    "knots": [["3,6.5"], ["event,`late, week`"]],
    "jump": [[]],
    "df": [["4"]],
    "degree": [["4"]],
    "offset": [["0.5"]],
    "origin": [["first"], ["8"], ["2.5"]],
    "random": [["intercept,slope | stress"], ["none"]],
    "residual": [["independent"]],
    "family": [["negative-binomial"]],
    "trials": [["Anzahl"]],
    "exposure": [["days at risk"]],
    "quadrature": [["laplace"], ["11"]],
    "method": [["ml"], ["reml"]],
    "ml": [[]],
    "ddf": [["kenward-roger"]],
    "level": [["0.9"]],
    "intervals": [["bootstrap"]],
    "replicates": [["200"]],
    "seed": [["1"]],
    "threshold": [["-0.5"], ["0"]],
    "between": [["0,9"]],
    "at": [["0,4.5,9"], ["4"]],
    "weights": [["w"], ["subject=w", "school=w, all"]],
    "strata": [["Stratum 1"]],
    "psu": [["psu"]],
    "scale": [["effective"]],
    "single": [["centred"]],
    "replicate-weights": [["rep_{k}"]],
    "replicate-kind": [["fay"]],
    "fay": [["0.3"]],
    "replicate-of": [["school"]],
}

OPTIONS = [(option, given) for options in SECTIONS.values() for option in options for given in TYPED[option.key]]
EVERY = [option for options in SECTIONS.values() for option in options]


def parsed(arguments, defaults=None):
    command = click.Command("all", params=EVERY, callback=lambda **values: values)
    return command.make_context("all", arguments, default_map=defaults).params


@pytest.mark.parametrize("option, given", OPTIONS, ids=[f"{option.key} {' '.join(given)}" for option, given in OPTIONS])
def test_every_option_round_trips(tmp_path, option, given):
    flag = f"--{option.key}"
    typed = parsed([flag] if not given else [item for value in given for item in (flag, value)])
    assert not any(typed[option.name] is nothing for nothing in (None, False)) and typed[option.name] != ()
    path = tmp_path / "model.toml"
    path.write_text(model_file_text(typed), encoding="utf-8")
    again = parsed([], read_model_file(str(path)))
    assert {n: pairs(v) for n, v in again.items()} == {n: pairs(v) for n, v in typed.items()}


def test_month_first_is_an_answer_and_kept(tmp_path):
    typed = parsed(["--month-first"])
    (tmp_path / "m.toml").write_text(model_file_text(typed), encoding="utf-8")
    assert typed["day_first"] is False and parsed([], read_model_file(str(tmp_path / "m.toml"))) == typed


def pairs(value):
    """Values of repeatable pairs, however they are divided over repetitions."""
    nested = isinstance(value, tuple) and value and isinstance(value[0], tuple) and value[0]
    return [pair for one in value for pair in one] if nested and isinstance(value[0][0], tuple) else value


def test_a_model_is_written_and_used(run, asks, trial, tmp_path):
    options = [*TRIAL, "--knots", "4", "--by", "arm", "--reference", "arm=placebo", "--level", "0.9", "--method", "ml"]
    assert run("fit", trial, *options, "--write-model", "model.toml").exit_code == 0
    written = tomllib.loads((tmp_path / "model.toml").read_text(encoding="utf-8"))
    assert written["table"] == {"id": "patient", "time": "week", "outcome": "depression"}
    assert written["model"] == {"by": "arm", "reference": {"arm": "placebo"}, "knots": [4], "method": "ml"}
    assert written["answers"] == {"level": 0.9}
    assert asks("fit", trial, "--model", "model.toml") == asks("fit", trial, *options)
    described = asks("describe", trial, "--model", "model.toml")
    assert described["panel"]["persons"] == 600 and len({row["group"] for row in described["missing"]["totals"]}) == 2


def test_what_is_typed_goes_before_the_file(asks, sleep, tmp_path):
    (tmp_path / "m.toml").write_text(
        '[table]\nid = "subject"\ntime = "day"\noutcome = "day"\n[model]\nmethod = "reml"\n'
    )
    found = asks("fit", sleep, "--model", "m.toml", "--outcome", "reaction", "--method", "ml")
    assert found["indices"]["deviance"] == pytest.approx(1751.939344, abs=1e-5)  # lme4 1.1-31


def test_a_file_as_a_person_writes_it(asks, tmp_path):
    gc.load_dataset("sleepstudy_wide").to_csv(tmp_path / "wide.csv", index=False)
    (tmp_path / "m.toml").write_text(
        '[table]\nid = "subject"\ntime = "day"\n'
        "columns = {reaction = {reaction_0 = 0, reaction_4 = 4, reaction_9 = 9}}\n"
        '[model]\nrandom = "intercept"\norigin = 4\n[answers]\nat = 4\n'
    )
    assert asks("fit", "wide.csv", "--model", "m.toml")["data"]["rows"] == 54


@pytest.mark.parametrize(
    "text, said",
    [
        ('[table]\nids = "subject"\n', "'id'"),
        ('[modell]\nslope = "age"\n', "'model'"),
        ('id = "subject"\n', "[table]"),
        ('[table]\nshape = "linear"\n', "[model]"),
        ("[table\n", "TOML"),
        ("[model]\nknots = {a = 1}\n", "knots"),
        ('[model]\ndf = "many"\n', "--df"),
        ('[model]\nmethod = "gls"\n', "--method"),
        ('[answers]\nat = ["early"]\n', "--at"),
        ("[table]\nid = 1979-05-27\n", "id"),
    ],
)
def test_what_is_wrong_is_named(run, sleep, tmp_path, text, said):
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    assert said in one_line(run("fit", sleep, "--model", "m.toml", *SLEEP))


def test_files_that_are_not_there(run, sleep):
    assert "'no.toml'" in one_line(run("fit", sleep, *SLEEP, "--model", "no.toml"))
    assert "cannot be opened" in one_line(run("fit", sleep, *SLEEP, "--model", "."))
    assert "no folder" in one_line(run("fit", sleep, *SLEEP, "--write-model", "no/m.toml"))
    assert "data file itself" in one_line(run("fit", sleep, *SLEEP, "--write-model", sleep))


def test_every_command_that_takes_a_model_takes_whole_sections_or_says_which():
    """An option of a model file that a command lacks is of a part that the command does not use."""
    for command in COMMANDS:
        names = {param.name for param in command.params}
        if "write_model" in names:
            assert {"id", "time", "columns", "missing", "read"} <= names

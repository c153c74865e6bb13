"""`growthcurves power` says what `gc.power` and its sisters say."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import growthcurves as gc
from growthcurves.cli.app import main

SDS = ["--sd-intercept", "2", "--sd-slope", "1", "--correlation", "0.2", "--sd-residual", "3"]
OWN = {"sd_intercept": 2, "sd_slope": 1, "correlation": 0.2, "sd_residual": 3}


def run(*arguments):
    return CliRunner().invoke(main, ["power", *map(str, arguments)])


def answered(*arguments):
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_what_is_left_out_is_found():
    study = gc.Study(times=[0, 1, 2, 3], dropout=0.2)
    given = ["--times", "0,1,2,3", "--dropout", "0.2", *SDS]
    assert answered(*given, "--effect", "0.5")["per_arm"] == gc.sample_size(study, 0.5, **OWN).per_arm
    with_persons = ["--persons", "200", *given]
    assert answered(*with_persons, "--effect", "0.5")["power"] == gc.power(study.replace(persons=200), 0.5, **OWN).power
    smallest = gc.detectable_effect(study.replace(persons=200), power=0.9, method="normal", sided=1, **OWN)
    found = answered(*with_persons, "--power", "0.9", "--method", "normal", "--one-sided")
    assert found["effect"] == smallest.effect
    waves = answered("--persons", "300", "--duration", "4", *SDS, "--effect", "0.5")
    assert waves["table"][0]["waves"] == gc.sample_size(gc.Study(persons=300, duration=4), 0.5, **OWN).waves


def test_arms_levels_visits_and_values():
    lost = {"placebo": 0.1, "drug": 0.3}
    arms = {"placebo": 0.4, "drug": 0.6}
    study = gc.Study(persons=240, times=[0, 6, 12], arms=arms, dropout=lost, levels={"site": 12})
    levels = {"site": {"intercept": 1, "slope": 0.1}}
    own = gc.power(study, 0.1, levels=levels, residual="ar1", values={"ar1": 0.3}, **OWN)
    found = answered(
        "--persons", 240, "--times", "0,6,12", "--arms", "placebo=0.4,drug=0.6", "--dropout", "placebo=0.1,drug=0.3",
        "--levels", "site=12", "--between", "site=intercept:1,slope:0.1", "--residual", "ar1", "--values", "ar1=0.3",
        "--effect", "0.1", *SDS,
    )  # fmt: skip
    assert found["power"] == own.power
    visits = answered("--times", "0,6,12", "--shape", "visits", "--sd", "8", "--correlation", "0.5", "--at", "12",
                      "--effect", "3")  # fmt: skip
    own = gc.sample_size(gc.Study(times=[0, 6, 12]), 3, shape="visits", sd=8, correlation=0.5, at=12)
    assert visits["total"] == own.total


def test_a_design_effect_and_the_page_of_a_simulated_power(tmp_path):
    study, groups = gc.Study(persons=240, times=[0, 1, 2]), {"icc": 0.05, "size": 20}
    given = ["--persons", 240, "--times", "0,1,2", "--effect", "0.5", *SDS]
    for text, value in (("icc=0.05,size=20", groups), ("1.5", 1.5)):
        own = gc.power(study, 0.5, design_effect=value, **OWN).power
        assert answered(*given, "--design-effect", text)["power"] == own
    page = tmp_path / "protocol.html"
    found = answered(*given, "--method", "simulation", "--replicates", "30", "--seed", "2", "-o", page)
    assert found["seed"] == 2 and "What simulated studies found" in page.read_text(encoding="utf-8")


def test_the_best_times():
    given = ["--persons", 240, "--times", "0,1,2,3", "--effect", "0.5", *SDS, "--best-times"]
    own = gc.optimal_times(gc.Study(persons=240, times=[0, 1, 2, 3]), 0.5, grid=0.5, **OWN)
    assert answered(*given, "--grid", 0.5)["times"] == list(own.times)
    for wrong, said in (
        (["--over", "waves=3,4"], "leave --over and -o out"),
        (["-o", "p.html"], "leave --over and -o"),
    ):
        assert said in run(*given, *wrong).output.replace("\n", " ")
    assert "belongs to --best-times" in run(*given[:-1], "--grid", 1).output


def test_a_pilot_a_page_and_a_picture(tmp_path):
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    fit.save(tmp_path / "pilot.json")
    page = tmp_path / "protocol.html"
    found = run("--times", "0,3,6,9", "--slowing", "0.3", "--fit", tmp_path / "pilot.json", "--replicates", "20",
                "--seed", "1", "-o", page)  # fmt: skip
    assert found.exit_code == 0, found.output
    assert "seed 1" in found.output and "For the methods section" in page.read_text(encoding="utf-8")
    drawn = run("--duration", "4", "--effect", "0.6", *SDS, "--over", "waves=3,5", "--plot", tmp_path / "a.svg")
    assert drawn.exit_code == 0, drawn.output
    assert "with 5 waves" in drawn.output and (tmp_path / "a.svg").stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--times", "0,1", *SDS, "--effect", "1", "--slowing", "0.2"], "--effect and --slowing both say"),
        (["--times", "0,1", "--effect", "1", "--sd-intercept", "1"], "give --sd-slope"),
        (["--times", "0,1", *SDS, "--effect", "1", "--dropout", "1.2"], "--dropout is a share of the persons"),
        (["--times", "0,1", *SDS, "--effect", "1", "--arms", "a=0.5,b=0.6"], "sum to 1.1"),
        (["--times", "0,1", *SDS, "--effect", "1", "--plot", "a.png"], "--plot is a picture of --over"),
        (["--times", "0,1", *SDS, "--effect", "1", "--between", "site=slope"], "site=intercept:1,slope:0.3"),
        (["--times", "0,1", *SDS, "--effect", "big"], "is not a number"),
        (["--times", "0,1", *SDS, "--effect", "1", "--levels", "site=10"], "give the SD of their"),
        (["--times", "0,1", *SDS, "--effect", "1", "--over", "wave=3"], "Did you mean 'waves'"),
        (["--times", "0,1", *SDS, "--effect", "1", "--seed", "3"], "--seed belong to --fit"),
    ],
)
def test_wrong_lines(options, words):
    found = run(*options)
    assert found.exit_code == 2 and words in found.stderr, found.stderr
    assert len(found.stderr.splitlines()) == 1

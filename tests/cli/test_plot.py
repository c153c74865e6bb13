"""`growthcurves plot`: every figure of the registry, to every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_errors import SLEEP, TRIAL, one_line

from growthcurves.cli.plot import figures

STARTS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


FAMILIES = {"calibration": "binomial", "rootogram": "poisson"}


@pytest.mark.parametrize("name", FAMILIES)
def test_figures_of_outcomes_that_are_not_normal(run, sleep, tmp_path, name):
    refused = run("plot", sleep, *SLEEP, "--figure", name, "-o", "figure.svg")
    assert refused.exit_code == 2 and "plot." in refused.output
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"id": np.repeat(np.arange(40), 4), "week": np.tile(range(4), 40)})
    rows.assign(y=rng.integers(0, 2, 160)).to_csv(tmp_path / "y.csv", index=False)
    columns = ("--id", "id", "--time", "week", "--formula", "y ~ week + (1 | id)", "--family", FAMILIES[name])
    result = run("plot", str(tmp_path / "y.csv"), *columns, "--figure", name, "-o", str(tmp_path / "figure.svg"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "figure.svg").stat().st_size > 5000


@pytest.mark.parametrize("name", sorted(set(figures()) - set(FAMILIES) - {"units"}))
def test_every_figure(run, sleep, tmp_path, name):
    result = run("plot", sleep, *SLEEP, "--figure", name, "-o", "figure.svg")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "figure.svg").read_bytes().startswith(b"<?xml")


def test_the_caterpillar_of_units_above_persons(run, sleep, tmp_path):
    refused = run("plot", sleep, *SLEEP, "--figure", "units", "-o", "figure.svg")
    assert refused.exit_code == 2 and "no units above persons" in refused.output
    path = str(Path(__file__).parents[1] / "reference" / "levels_waves.csv")
    columns = ("--time", "grade", "--formula", "y ~ grade + (grade | school/pupil)")
    result = run("plot", path, *columns, "--figure", "units", "-o", str(tmp_path / "figure.svg"))
    assert result.exit_code == 0, result.output
    assert "Schools: away from what is expected" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", STARTS)
def test_formats(asks, sleep, tmp_path, ending):
    found = asks("plot", sleep, *SLEEP, "-o", f"figure{ending}", "--dpi", "60")
    assert found == {"figure": "trajectories", "file": f"figure{ending}"}
    assert (tmp_path / f"figure{ending}").read_bytes().startswith(STARTS[ending])


def test_options_of_a_figure_and_groups(run, trial, tmp_path):
    assert run("plot", trial, *TRIAL, "--by", "arm", "--set", "people=0", "-o", "few.svg").exit_code == 0
    assert run("plot", trial, *TRIAL, "--by", "arm", "--set", "people=60", "-o", "many.svg").exit_code == 0
    assert (tmp_path / "few.svg").stat().st_size < (tmp_path / "many.svg").stat().st_size
    assert "placebo" in (tmp_path / "few.svg").read_text(encoding="utf-8")


def test_inches_and_the_scale_of_the_outcome(run, trial, tmp_path):
    shown = run("plot", trial, *TRIAL, "--figsize", "3.3x2.5", "--limits", "0,63", "--dpi", "100", "-o", "small.png")
    assert shown.exit_code == 0, shown.output
    data = (tmp_path / "small.png").read_bytes()
    assert [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)] == [330, 250]  # the header of a PNG
    assert "no axis of" in one_line(run("plot", trial, *TRIAL, "--figure", "slopes", "--limits", "0,63"))
    assert "3.3x2.5" in one_line(run("plot", trial, *TRIAL, "--figsize", "3.3"))
    assert "outside" in one_line(run("plot", trial, *TRIAL, "--figure", "people", "--limits", "0,10"))
    assert "outside" in one_line(run("report", trial, *TRIAL, "--limits", "0,10"))


def test_the_list_names_every_figure_and_its_options(run):
    text = run("plot", "--list").stdout
    assert all(name in text for name in figures()) and "people=60" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    "options, said",
    [
        (["--figure", "trajectorys"], "'trajectories'"),
        (["--set", "persons=3"], "'persons'"),
        (["--set", "people"], "NAME=VALUE"),
        (["--set", "people=abc"], "no person in 'subject' 'abc'"),
        (["--set", "people=1.5"], "people: 1.5"),
        (["--set", "people=true"], "people"),
        (["--figure", "shrinkage", "--set", "between=0"], "between: 0"),
        (["-o", ""], "a value is needed"),
        (["-o", "figure.bmp"], ".svg"),
        (["-o", "no/figure.png"], "no folder"),
        (["--dpi", "5"], "--dpi"),
        (["--figure", "slopes", "--random", "intercept"], "does not vary"),
    ],
)
def test_what_is_wrong(run, sleep, options, said):
    assert said in one_line(run("plot", sleep, *SLEEP, *options))

"""`growthcurves recipe`, `site-sums` and `fit-sites`: three hospitals and a centre, each with its own command."""

import json

import pytest

import growthcurves as gc
from tests.sites.trial_rows import trial

FORMULA = "score ~ week * arm + (week | patient)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found, data = tmp_path_factory.mktemp("sites"), trial()
    for site, part in data.groupby("site"):
        part.to_csv(found / f"{site}.csv", index=False)
    return found


@pytest.fixture
def files(folder, run):
    made = run(
        "recipe", folder / "A.csv", "--formula", FORMULA, "--levels", "arm=placebo,drug", "-o", folder / "r.json"
    )
    assert made.exit_code == 0, made.output
    for site in "ABC":
        done = run(
            "site-sums", folder / "r.json", folder / f"{site}.csv", "--short", "merge", "-o", folder / f"{site}.json"
        )
        assert done.exit_code == 0, done.output
        assert "that file is all that the site sends" in done.output
    return folder


def test_three_commands_are_the_fit_of_the_functions(files, run):
    paths = [files / f"{site}.json" for site in "ABC"]
    shown = run("fit-sites", files / "r.json", *paths)
    assert shown.exit_code == 0
    assert "Growth model of score, fitted by REML" in shown.output
    found = json.loads(run("fit-sites", files / "r.json", *paths, "--json").stdout)
    with pytest.warns(gc.errors.DataWarning, match="Estimates are of those who are"):
        fit = gc.fit(gc.load_site_recipe(files / "r.json"), paths)
    assert [row["estimate"] for row in found["fixed_effects"]] == pytest.approx(fit.params.tolist())


def test_json_of_the_sums(files, run):
    found = json.loads(
        run("site-sums", files / "r.json", files / "A.csv", "--short", "drop", "-o", files / "x.json", "--json").stdout
    )
    assert found["site"] == "x"
    assert found["smallest_cell"] >= 5


def test_ml_and_a_saved_fit(files, run):
    done = run("fit-sites", files / "r.json", files / "A.json", "--ml", "--save", files / "fit.json")
    assert done.exit_code == 0
    assert gc.load(files / "fit.json").method == "ml"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["site-sums", "r.json", "A.csv", "-o", "y.json"], "fewer than 5 persons"),
        (["site-sums", "none.json", "A.csv", "-o", "y.json"], "There is no file"),
        (["fit-sites", "r.json", "A.json", "A.json"], "is among the files twice"),
        (["fit-sites", "r.json", "r.json"], "is not a site's sums"),
    ],
)
def test_wrong_files_are_one_plain_line(files, run, command, sentence):
    found = run(*(files / part if "." in part else part for part in command))
    assert found.exit_code == 2
    assert sentence in found.stderr
    assert "Traceback" not in found.output

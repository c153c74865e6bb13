"""`growthcurves mmrm` says what `gc.mmrm` says."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import growthcurves as gc
from growthcurves.cli.app import main

ROLES = ["--id", "patient", "--visit", "week", "--outcome", "depression", "--arm", "arm"]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    data = gc.load_dataset("trial").astype({"patient": str, "arm": str, "sex": str})
    path = tmp_path_factory.mktemp("trial") / "trial.csv"
    data[data.patient < "P080"].to_csv(path, index=False)
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["mmrm", *map(str, arguments)])


def test_json_and_page(trial, tmp_path):
    page = tmp_path / "trial.html"
    options = ["--reference", "placebo", "--baseline", "0", "--visits", "8,16", "--residual", "cs"]
    options += ["--subgroups", "sex"]
    found = run(trial, *ROLES, *options, "-o", page, "--json")
    assert found.exit_code == 0, found.output
    answers = json.loads(found.stdout)
    own = gc.mmrm(gc.read_table(trial), outcome="depression", visit="week", id="patient", arm="arm",
                  reference="placebo", baseline=0, visits=[8, 16], residual="cs")  # fmt: skip
    assert [row["estimate"] for row in answers["table"]] == own.table["estimate"].tolist()
    assert len(answers["subgroups"]["table"]) == 3 and answers["attempts"] == [{"structure": "cs", "why_not": ""}]
    text = page.read_text(encoding="utf-8")
    for words in ("Differences between arms", "numbers analysed", "gc.mmrm(data", "interaction"):
        assert words in text
    assert text.count("<svg") == 11  # five of them of what the checks found


def test_text_and_fallback(trial):
    found = run(trial, *ROLES, "--reference", "placebo", "--residual", "cs", "--fallback", "none", "--level", "0.9")
    assert found.exit_code == 0, found.output
    assert "90 % intervals" in found.output and "drug - placebo" in found.output
    assert "week 0 is modelled as an outcome" in found.output


def test_a_wide_table_is_reshaped_first(trial, tmp_path):
    data = gc.read_table(trial)
    wide = data.pivot(index=["patient", "arm", "sex"], columns="week", values="depression").add_prefix("dep week ")
    wide.columns = [name.removesuffix(".0") for name in wide.columns.astype(str)]
    wide.reset_index().to_csv(tmp_path / "wide.csv", index=False)
    page = tmp_path / "wide.html"
    asked = ["--arm", "arm", "--reference", "placebo", "--baseline", "0", "--residual", "cs", "--json"]
    found = run(tmp_path / "wide.csv", "--id", "patient", "--visit", "week", "--columns", "dep=dep week {week}", *asked,
                "--subgroups", "sex", "-o", page)  # fmt: skip
    assert found.exit_code == 0, found.output
    own = run(trial, *ROLES, *asked)
    theirs, ours = (json.loads(one.stdout)["table"] for one in (own, found))
    assert [row["estimate"] for row in ours] == pytest.approx([row["estimate"] for row in theirs], rel=1e-9)
    assert "gc.to_long(data, id=&#39;patient&#39;" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--reference", "sham"], "sham"),
        ([], "--reference is needed"),
        (["--reference", "placebo", "--visits", "9"], "9"),
    ],
)
def test_what_is_wrong_is_one_line(trial, options, words):
    found = run(trial, *ROLES, *options)
    assert found.exit_code == 2 and words in found.output and "Traceback" not in found.output


def test_what_is_needed_is_said(trial):
    found = run(trial, "--id", "patient", "--outcome", "depression")
    assert found.exit_code == 2 and "--visit, --arm needed" in found.output

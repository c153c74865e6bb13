"""The page of a trial: what stands at its head, in which words."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataWarning
from growthcurves.trials.sentences import difference_sentences

pytestmark = pytest.mark.usefixtures("undrawn")

ROLES = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}


def some(persons=80):
    data = gc.load_dataset("trial").astype({"arm": str, "patient": str})
    return data[data.patient.isin(data.patient.unique()[:persons])].reset_index(drop=True)


@pytest.fixture(scope="module")
def trial():
    return gc.mmrm(some(), **ROLES, baseline=0, residual="cs")


def test_codes_of_missing_values_stand_at_the_head_and_in_the_notes():
    data = some()
    data.loc[[4, 31, 57, 88], "depression"] = -99
    with pytest.warns(DataWarning, match="-99"):
        found = gc.mmrm(data, **ROLES, baseline=0, residual="cs")
    head = found.report().html.partition("<nav")[0]
    assert "holds -99" in head and "the numbers of this page are wrong" in head
    assert any("holds -99" in note for note in found.notes) and "holds -99" in str(found)


def test_the_head_says_which_arm_is_lower(trial):
    page, row = trial.report(), trial.differences.iloc[-1]
    size, low, high = (f"{abs(row[name]):.2f}" for name in ("estimate", "conf_high", "conf_low"))
    assert page.lead == (
        f"At week 16, depression is {size} lower in the drug group than in the placebo group "
        f"(95 % interval {low} to {high} lower; p = .002)."
    )
    assert '<div class="appendix">' not in page.html  # which begins a page of its own in print
    assert "Report of a trial" in page.html and "Growth-curve report" not in page.html
    assert f"<td>−{size}</td>" in page.html and not re.search(r"<td>-\d", page.html)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "words"),
    [
        (-1.0, -3.0, 1.0, "1.00 lower in the drug group than in the placebo group (95 % interval 1.00 higher to 3."),
        (2.0, 1.0, 3.0, "2.00 higher in the drug group than in the placebo group (95 % interval 1.00 to 3.00 higher"),
        (2.0, -1.0, 5.0, "(95 % interval 1.00 lower to 5.00 higher"),
        (-2.0, -float("inf"), -1.0, "(95 % interval up to −1.00"),
        (float("nan"), 0.0, 0.0, "cannot be estimated"),
    ],
)  # fmt: skip
def test_intervals_are_told_in_the_direction_of_the_estimate(trial, estimate, low, high, words):
    row = {"visit": 4.0, "arm": "drug", "reference": "placebo", "estimate": estimate, "std_error": 1.02,
           "conf_low": low, "conf_high": high, "p_value": 0.3}  # fmt: skip
    (text,) = difference_sentences(pd.DataFrame([row]), trial)
    assert words in text


def test_the_page_s_code_makes_the_same_trial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = some().assign(week=lambda table: "Week " + table.week.astype(str)).fillna({"depression": -99})
    data.loc[[4, 31], "depression"] = -99
    data.to_csv("trial.csv", index=False)
    table = gc.read_table("trial.csv", missing=[-99])
    options = {"covariates": "age", "residual": "cs", "where": "age > 20", "fallback": ["un"]}
    found = gc.mmrm(table, **ROLES, baseline="Week 0", **options)
    page = found.report(subgroups=found.subgroups("sex", "Week 8"))
    (code,) = re.findall(r"<pre><code>(.*?)</code>", page.html, re.S)
    names: dict = {}
    exec(html.unescape(code), names)
    pd.testing.assert_frame_equal(names["trial"].table, found.table)
    pd.testing.assert_frame_equal(names["subgroups"].table, found.subgroups("sex", "Week 8").table)
    assert names["trial"].fit.data_hash in page.html
    assert "missing=[-99]" in html.unescape(code) and "fallback=['un']" in html.unescape(code)

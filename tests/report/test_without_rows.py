"""The page of a fit that keeps no rows has, to the last printed digit, all that the page of its rows has and sums know;
what needs rows is told once.
"""

from __future__ import annotations

import html
import re
import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.report import figures
from tests.sites.trial_rows import FORMULA, trial

#: What a page without rows cannot have: whole sections, and sentences that tell of single rows.
OF_ROWS = {"checks", "ladder"}
TOLD = (
    "Thin lines:", "Assumptions.", "What the model implies for the spread over time", "The number of models fitted",
    "The mean with observed persons", "The tools of model comparison",
)  # fmt: skip


def rows_of(persons=60, seed=5):
    """A trial in which some drop out, and nobody has age 0."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons), 4)
    frame = pd.DataFrame({"id": who, "week": np.tile([0.0, 1.0, 2.0, 4.0], persons)})
    frame["arm"] = np.where(who % 2, "drug", "control")
    frame["age"] = rng.integers(30, 70, persons)[who]
    start, rate = rng.normal(30, 3, persons)[who], rng.normal(-1, 0.8, persons)[who] - 0.6 * (who % 2)
    frame["bdi"] = np.round(start + rate * frame["week"] + 0.1 * frame["age"] + rng.normal(0, 1.5, len(who)), 1)
    last = rng.choice([1.0, 2.0, 4.0, 4.0, 4.0], persons)[who]
    return frame[frame["week"] <= last].reset_index(drop=True)


MODEL = gc.GrowthModel(
    outcome="bdi", time="week", id="id", predictors={"intercept": "age + arm", "slope": "arm"},
    reference={"arm": "control"},
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(small_batches, tmp_path_factory):
    """Pages of one fit: of its rows, in batches, loaded without rows, and loaded without persons."""
    folder = tmp_path_factory.mktemp("pages")
    rows_of().to_csv(folder / "rows.csv", index=False)
    whole = gc.fit(MODEL, gc.read_table(folder / "rows.csv"))
    fits = {
        "rows": whole,
        "batches": gc.fit(MODEL, folder / "rows.csv", batch=60),
        "loaded": gc.load(whole.save(folder / "fit.json")),
        "nobody": gc.load(whole.save(folder / "nobody.json", people=False)),
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "inline_svg", lambda *drawn: "")
        return {name: gc.report(fit) for name, fit in fits.items()}


def lines_of(page):
    """The lines of each section as they are read, by its name."""
    found = {}
    for name, body in re.findall(r'<section id="(\w+)">(.*?)</section>', page.html, flags=re.S):
        body = re.sub(r"<(svg|figure)[^>]*>|</(svg|figure)>", "", body)
        cells = re.sub(r"</(tr|p|h2|h3|li|figcaption|dd|dt|summary|code)>", "\n", body)
        text = html.unescape(re.sub(r"<[^>]+>", " ", cells))
        lines = (" ".join(line.split()) for line in text.splitlines())
        found[name] = [line.split(" For each SD")[0] for line in lines if line]  # what next visits depend on needs rows
    return found


@pytest.mark.parametrize("kept", ["batches", "loaded"])
def test_all_that_is_known_is_on_the_page_as_in_memory(pages, kept):
    rows, without = lines_of(pages["rows"]), lines_of(pages[kept])
    assert set(without) == set(rows) - OF_ROWS | {"lacking"}
    for name in without.keys() & rows.keys() - {"reproduce"}:
        one, other = (
            [line for line in found[name] if not any(text in line for text in TOLD)] for found in (rows, without)
        )
        if name == "certainty":  # findings of the checks follow
            one = one[: len(other)]
        assert other == one, name
    assert pages[kept].lead == pages["rows"].lead and pages[kept].findings == pages["rows"].findings
    shared = pages[kept].tables.keys() & pages["rows"].tables.keys() - {"checklists", "data"}
    assert shared >= {"change", "dropout", "fixed_effects", "group_means", "group_rates", "missing_patterns", "people"}
    for name in shared:
        one, other = pages["rows"].tables[name], pages[kept].tables[name]
        pd.testing.assert_frame_equal(other, one, check_dtype=False, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("kept", "why"),
    [("batches", "read in batches and not kept"), ("loaded", "saved without its rows"),
     ("nobody", "saved without its persons")],
)  # fmt: skip
def test_what_needs_rows_is_told_once(pages, kept, why):
    page = pages[kept]
    assert page.html.count(why) == 1
    lacking = lines_of(page)["lacking"]
    assert any(line.startswith("Checks of the assumptions") for line in lacking)
    assert any("smaller models of the same rows" in line for line in lacking)
    assert "lacking" not in lines_of(pages["rows"])
    for name in re.findall(r'href="#(\w+)"', page.html):
        assert f'id="{name}"' in page.html, name  # no line leads to a section that is not there


def test_a_mean_curve_and_who_was_seen_need_no_rows(pages):
    there = dict(pages["batches"].sections)
    shown = ("Differences between groups", "Who was seen", "Trajectories", "How persons change", "Who was seen when")
    assert all(there[name] == "shown" for name in shown)
    data = lines_of(pages["nobody"])["data"]
    assert data == [line for line in lines_of(pages["rows"])["data"] if not line.startswith("arm:")]


def test_code_reads_the_rows_as_they_were_read(pages):
    assert "data = &#39;rows.csv&#39;" in pages["batches"].html and "batch=" in pages["batches"].html


def test_a_page_of_sums_of_sites():
    data = trial(120)
    recipe = gc.site_recipe(FORMULA, data)
    sums = [gc.site_sums(recipe, part, min_cell=1, name=name) for name, part in data.groupby("site")]
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patched.setattr(figures, "inline_svg", lambda *drawn: "")
        whole, page = gc.report(gc.fit(FORMULA, data)), gc.report(gc.fit(recipe, sums))
    one, other = lines_of(whole), lines_of(page)
    for name in ("groups", "data", "variation"):
        assert other[name] == one[name]
    assert page.lead == whole.lead
    assert other["missing"] == one["missing"]
    middle = next(line for line in one["change"] if line.startswith("The middle 95 %"))
    assert middle in other["change"]
    assert "Patients: their own estimates" in other["lacking"] and page.html.count("sums, which say nothing") == 1
    assert "SHA-256 of the sums that the sites sent" in page.html


def test_rows_that_sites_held_back_are_nobodys_missed_waves():
    data = trial(120)
    recipe = gc.site_recipe("score ~ week * arm + (week | patient)", data)
    with pytest.warns(gc.errors.GrowthCurvesWarning):
        parts = data.groupby("site")
        fit = gc.fit(recipe, [gc.site_sums(recipe, part, name=name, short="merge") for name, part in parts])
    with pytest.raises(gc.errors.NotEstimableError, match="held back rows"):
        fit.panel.missing()
    assert fit.panel.describe().persons == fit.panel.persons.count

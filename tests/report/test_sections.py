"""What single sections say: shapes, missing waves, groups, fits compared, checklists, warnings."""

from __future__ import annotations

import html
import re
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.note import NoteKind
from growthcurves.errors import GrowthCurvesWarning, ModelError
from growthcurves.report.certainty import Certainty
from growthcurves.report.checklist_items import CHECKLISTS
from growthcurves.report.format import polished
from growthcurves.report.section import Subject
from growthcurves.report.words import lead
from tests.sites.trial_rows import FORMULA, trial

pytestmark = pytest.mark.usefixtures("undrawn")

SHAPES = {
    "linear": "linear",
    "quadratic": "quadratic",
    "quartic": gc.Polynomial(4),
    "pieces": gc.Piecewise(knots=[2, 6]),
    "jump": gc.Piecewise(knots=[4], jump=True),
    "spline": gc.Spline(df=3),
    "log": "log",
    "occasions": "occasions",
}
SAID = {
    "linear": "Each person is described by a straight line: a start (reaction at day 0) and a rate of change per day.",
    "quadratic": "a term that bends it",
    "quartic": "a polynomial of degree 4",
    "pieces": "straight pieces that meet at day 2 and day 6",
    "jump": "straight pieces with a jump at day 4",
    "spline": "a smooth curve (natural cubic spline",
    "log": "reaction follows log(day + 1)",
    "occasions": "no curve is assumed between the 10 occasions",
}


def text_of(page):
    """What a reader sees, in one line."""
    body = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def section(made, name):
    found = re.search(rf'<section id="{name}">(.*?)</section>', made.html, re.S)
    assert found, name
    return text_of(found[1])


def random_of(name):
    return ("intercept", "slope") if name in ("occasions", "spline") else None


@pytest.fixture(scope="module", params=list(SHAPES))
def shaped(request, sleep_panel):
    name = request.param
    model = gc.GrowthModel("reaction", "day", "subject", shape=SHAPES[name], random=random_of(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        fit = gc.fit(model, sleep_panel)
        return name, fit, gc.report(fit)


def test_every_shape_is_reported_in_full(shaped):
    name, fit, made = shaped
    assert SAID[name] in text_of(made.html)
    assert [shown for _, shown in made.sections] == ["shown"] * len(made.sections)
    assert not re.search(r"\bnan\b|\bNone\b|Traceback", text_of(made.html))


def test_the_average_rate_of_a_curve_is_the_difference_of_its_means(shaped):
    name, fit, made = shaped
    means = fit.predict(pd.DataFrame({"day": [0.0, 9.0], "subject": [308, 308]}), people="average")
    rate = (means.iloc[1] - means.iloc[0]) / 9
    assert f"by {rate:.2f} ms per day" in made.findings[0]
    assert ("from day 0 to day 9" in made.findings[0]) == fit.recipe.shape.curved


def test_the_persons_of_every_shape_are_listed_by_their_rate(shaped):
    name, fit, made = shaped
    people = fit.people()
    column = "eb_rate" if "eb_rate" in people else "eb_slope"
    lowest = people[column].idxmin()
    assert re.search(rf"P\(rate > 0\) {lowest} 10 ", section(made, "people")), section(made, "people")[:200]


def test_missing_waves_are_counted_as_the_panel_counts_them(make_trial):
    frame = make_trial(40)
    frame.loc[[1, 2, 3, 6, 7, 9], "bdi"] = np.nan  # dropout after week 0, after week 1, and a gap
    fit = gc.fit(gc.GrowthModel("bdi", "week", "id", predictors="arm"), frame)
    said = section(gc.report(fit, by="arm"), "missing")
    assert "Of 40 persons, 37 were seen at all 4 waves, 2 dropped out (last seen before the last wave) and 1" in said
    assert "1 missed some in between and was seen at the last." in said and "Patterns of missing waves" in said
    assert "came late" not in said  # nobody did


def test_own_times_have_no_waves_and_the_page_says_so(make_trial):
    frame = make_trial(30)
    frame["week"] = frame["week"] + np.random.default_rng(1).uniform(0, 0.4, len(frame))
    made = gc.report(gc.fit(gc.GrowthModel("bdi", "week", "id"), frame))
    assert "no common grid" in dict(made.sections)["Who was seen when"]


def test_differences_between_groups_are_those_of_slopes(make_trial):
    model = gc.GrowthModel("bdi", "week", "id", predictors="arm + age", reference={"arm": "placebo"})
    fit = gc.fit(model, make_trial())
    made = gc.report(fit, by="arm")
    found = fit.slopes(by="arm", differences="reference").differences.iloc[0]
    said = section(made, "groups").replace("−", "-")
    assert f"Difference: drug less placebo {found['estimate']:.2f}" in said
    assert f"{found['conf_low']:.2f} to {found['conf_high']:.2f}" in said
    assert "age" in said  # at what the other predictors stand
    assert found["estimate"] == pytest.approx(fit.params["slope:arm[drug]"])


def test_groups_that_predict_nothing_have_no_differences(make_trial):
    made = gc.report(gc.fit(gc.GrowthModel("bdi", "week", "id"), make_trial()), by="arm")
    assert "predicts nothing in this model" in dict(made.sections)["Differences between groups"]


def test_several_fits_stand_side_by_side(sleep_panel):
    straight = gc.fit(gc.GrowthModel("reaction", "day", "subject"), sleep_panel)
    curve = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape="quadratic"), sleep_panel)
    made = gc.report(straight, curve)
    said = section(made, "compared")
    # lme4 1.1-31: full maximum likelihood deviance of the straight line 1751.939344
    assert "1751.94" in said and "Rate of change at day 0: reaction per day" in said
    table = gc.compare(straight, curve).table
    assert f"{table['aic'].iloc[1]:.2f}" in said
    assert made.title == gc.report(straight).title and "Fit 2" in section(made, "reproduce")


def test_fits_of_other_rows_are_not_compared(sleep_panel):
    straight = gc.fit("reaction ~ day + (day | subject)", sleep_panel)
    fewer = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy").query("day > 1"))
    said = section(gc.report(straight, fewer), "compared")
    assert "Deviance, AIC and BIC do not compare these fits." in said and "1751.94" not in said


def test_what_is_no_fit_is_refused():
    with pytest.raises(ModelError, match="A report is of fits"):
        gc.report("fit")
    with pytest.raises(ModelError, match="needs a fit"):
        gc.report()


def test_the_ladder_is_that_of_the_model(sleep_panel):
    model = gc.GrowthModel("reaction", "day", "subject")
    said = section(gc.report(gc.fit(model, sleep_panel)), "ladder")
    table = gc.ladder(model, sleep_panel).table
    deviances = table.loc[table["term"] == "deviance", "estimate"]
    assert len(deviances) == 2 and all(f"{value:.2f}" in said for value in deviances)


def test_every_item_of_the_checklists_is_answered(shaped):
    _, _, made = shaped
    anchors = set(re.findall(r'<section id="([^"]+)"', made.html))
    table = made.tables["checklists"]
    assert len(table) == sum(len(checklist.items) for checklist in CHECKLISTS)
    assert (table["where"].str.len() > 5).all()
    assert set(re.findall(r'class="unit">See <a href="#([^"]+)"', made.html)) <= anchors


def ids_used_again():
    """Two arms that number their persons from 0, seen at different weeks, with other ages."""
    rng = np.random.default_rng(2)
    rows = [
        (k, arm, 30.0 + 7 * k % 11 + 20 * shift, 2.0 * t + 9 * shift, rng.normal())
        for shift, arm in enumerate(["drug", "placebo"])
        for k in range(30)
        for t in range(4)
    ]
    return pd.DataFrame(rows, columns=["who", "arm", "age", "week", "y"])


def of_sites():
    """A fit of the sums of hospitals, of which one leaves persons out."""
    data = trial()
    recipe = gc.site_recipe(FORMULA, data)
    sites = [gc.site_sums(recipe, rows, name=name, short="merge") for name, rows in data.groupby("site")]
    return gc.fit(recipe, sites)


def test_every_warning_has_a_meaning(make_trial):
    """The warnings that fits give, each with words for who did not make the analysis."""
    frame = make_trial(40)
    first = frame.groupby("id")["bdi"].transform("first")
    cases = [
        (gc.GrowthModel("bdi", "week", "id"), frame[frame["id"] < 4]),
        (gc.GrowthModel("bdi", "week", "id"), pd.concat([frame, frame.iloc[[0]]])),
        (gc.GrowthModel("bdi", "week", "id"), frame.assign(week=frame["week"] + 10 * (frame["id"] % 7))),
        (gc.GrowthModel("bdi", "week", "id", predictors="first"), frame.assign(first=first)),
        (gc.GrowthModel("bdi", "week", "id", predictors="age + twice"), frame.assign(twice=2 * frame["age"])),
        (gc.GrowthModel("bdi", "week", "id", predictors={"slope": "age"}), frame),
        (gc.GrowthModel("bdi", "week", "id", random=gc.Diagonal("intercept", "slope"), origin=90.0), frame),
        (gc.GrowthModel("bdi", "week", "id"), frame[frame["week"].isin([0, 4])]),
        (gc.GrowthModel("bdi", "week", "id"), frame.assign(bdi=frame["bdi"].where(frame.index % 9 != 4, -99.0))),
        (gc.GrowthModel("y", "week", "who", time_varying="arm"), ids_used_again()),
    ]
    cases.append((gc.GrowthModel("well", "week", "id"), frame.assign(well=(frame["bdi"] < 20).astype(int))))
    fits = [partial(gc.fit, model, data) for model, data in cases]
    words = frame.assign(better=np.where(frame["bdi"] < frame["bdi"].median(), "yes", "no"))
    fits.append(partial(gc.fit, "better ~ week + (1 | id)", words, family="binomial", quadrature=2))
    sites = frame.assign(site=frame["id"] % 8)
    sites.loc[sites.index[0], "site"] = 7  # one row of one person
    fits.append(partial(gc.fit, "bdi ~ week + (week | id) + (1 | site)", sites))
    area = frame["id"] // 3 % 4 + 10 * (frame["id"] % 3)
    areas = frame.assign(stratum=frame["id"] % 3, area=area.replace(10, 0), half=frame["id"] % 2)
    line = gc.GrowthModel("bdi", "week", "id")
    fits += [partial(gc.fit, line, areas, design=gc.SurveyDesign(psu="area", strata="stratum"))]
    fits += [partial(gc.fit, line, areas, design=gc.SurveyDesign(psu="half"))]
    seen: set[NoteKind] = set()
    for made in fits:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GrowthCurvesWarning)
            fit = made()
        assert fit.notes and fit.warnings == tuple(note.text for note in fit.notes)
        assert Certainty().context(Subject((fit,)))["notes"] == [(note.in_words, note.meaning) for note in fit.notes]
        assert not any("origin=" in note.in_words or "quadrature=" in note.in_words for note in fit.notes)
        seen |= {note.kind for note in fit.notes}
    with pytest.warns(GrowthCurvesWarning, match="not told"):
        seen |= {note.kind for note in of_sites().notes if note.meaning}
    assert seen == set(NoteKind) - {NoteKind.NOT_CONVERGED}
    assert len({kind.meaning for kind in NoteKind}) == len(NoteKind)


def test_a_fit_without_its_rows_says_what_was_not_saved(sleep_panel, tmp_path):
    fit = gc.fit("reaction ~ day + (day | subject)", sleep_panel)
    made = gc.report(gc.load(fit.save(tmp_path / "fit.json")))
    shown = dict(made.sections)
    assert "saved without its rows" in shown["Checks of the assumptions"]
    assert made.html.count("saved without its rows") == 1  # told once
    assert shown["Average growth, and what predicts it"] == "shown" and ">10.47<" in made.html


def test_the_head_of_the_page_compares_the_average_rates_of_a_curve(make_trial):
    model = gc.GrowthModel("bdi", "week", "id", shape="quadratic", predictors="arm", random=("intercept", "slope"))
    fit = gc.fit(model, make_trial(40))
    change = fit.change(by="arm")
    assert lead(Subject((fit,), "arm")) == " ".join(polished(text) for text in change.lede)
    assert change.lede[0] == change.averages[0] and "on average from week 0 to week 4" in change.lede[0]
    assert len(change.averages) == 3 and set(change.averages) < set(change.sentences())


def test_who_was_seen_but_is_not_in_the_fit_is_told(tmp_path):
    """Two patients lack their age: 600 were seen, 598 are in the fit."""
    frame = gc.load_dataset("trial")
    frame.loc[frame["patient"].isin(["P001", "P002"]), "age"] = np.nan
    gc.fit("depression ~ week * arm + age + (week | patient)", frame).report(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "2 of them are not among the 598 of the fit (missing age)." in text


def test_explained_variance_is_by_the_method_of_the_page(tmp_path):
    gc.fit("reaction ~ day * z + (day | subject)", aged()).report(tmp_path / "page.html", by=None)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "put in last" in text and "Explained variance (pseudo-R², by REML)" in text
    assert text.count("put in last") == 1 and "Fit (by ML)" in text


def aged():
    frame = gc.load_dataset("sleepstudy")
    return frame.assign(z=frame["subject"].astype("category").cat.codes % 5)


def test_deaths_and_late_entries_are_no_dropout_on_the_page(make_trial):
    frame = make_trial(40)
    frame["why"] = None
    frame.loc[[2, 3, 6, 7, 11], "bdi"] = np.nan  # two leave after week 1, of whom one died, and one after week 2
    frame.loc[[2, 3], "why"] = "died"
    frame.loc[[12, 13], "bdi"] = np.nan
    frame.loc[[12, 13], "why"] = "not sampled"
    model = gc.GrowthModel("bdi", "week", "id", predictors="arm")
    fit = gc.fit(model, gc.Panel(frame, id="id", time="week", outcome="bdi", status="why"))
    page = gc.report(fit, by="arm")
    said = section(page, "missing")
    assert "37 were seen at all waves that were due, 2 dropped out (last seen before the last wave that was" in said
    assert "1 died (after being seen at the last wave that was due)" in said
    assert "1 entered after the first wave, and waves before are not missed." in said
    sure = section(page, "certainty")
    assert "2 missed at least one wave that was due; all of them dropped out. 1 died after" in sure


def test_whether_those_who_do_badly_leave_is_told():
    panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression", wave="visit")
    said = section(gc.report(gc.fit("depression ~ week * arm + (week | patient)", panel), by="arm"), "missing")
    assert "the odds of dropping out at the next are 1.71 times as high (95 % interval 1.44 to 2.04)" in said

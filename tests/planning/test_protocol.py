"""The page for a protocol: its paragraph, its code that makes the plan again, and what if it is not so."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

SDS = {"sd_intercept": 5, "sd_slope": 0.4, "correlation": 0.2, "sd_residual": 3}
STUDY = gc.Study(
    times=[0, 6, 12, 18], arms={"placebo": 0.5, "drug": 0.5}, dropout=0.2, time_unit="months", outcome_unit="points"
)
PILOT = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
SITES = gc.Study(persons=240, times=range(5), levels={"site": 12}, randomised="site")
PLANS = {
    "slowing": gc.sample_size(STUDY, slowing=1 / 3, slope=-0.5, power=0.9, **SDS),
    "sites": gc.power(SITES, 0.5, **(SDS | {"sd_slope": 1}), levels={"site": {"slope": 0.3}}),
    "visits": gc.sample_size(
        STUDY, 3, at=18, since=0, shape="visits", sd=[5, 6, 7, 9], correlation=0.6 * np.eye(4) + 0.4
    ),
    "last": gc.power(STUDY.replace(persons=200), 3, at=18, shape="visits", sd=8, correlation=0.5),
    "effect": gc.detectable_effect(gc.Study(persons=90, times=[0, 1, 2]), method="normal", sided=1, **SDS),
    "waves": gc.sample_size(gc.Study(persons=200, duration=24, dropout=gc.Dropout(0.2, 2)), 0.2, **SDS),
    "pilot": gc.sample_size(gc.Study(times=range(10)), slowing=0.3, fit=PILOT, n=40, rng=2),
    "alike": gc.power(gc.Study(persons=90, times=[0, 1, 2]), 2, sd_intercept=5, sd_slope=0, sd_residual=3),
    "groups": gc.sample_size(STUDY, 0.2, design_effect={"icc": 0.02, "size": [10, 20]}, **SDS),
    "arms": gc.power(
        STUDY.replace(persons=90, arms=["a", "b", "c"]), {"b": 0.2, "c": 0.4}, ddf="kenward-roger", **SDS
    ),
    "common": gc.sample_size(STUDY.replace(dropout=0), 0.2, baseline="common", **SDS),
}  # fmt: skip


SMALL = STUDY.replace(persons=80)
SIMULATED = {
    "rate": gc.power(SMALL, 0.25, **SDS, method="simulation", n=60, rng=3),
    "variance": gc.power(SMALL, **SDS, test="sd:slope", method="simulation", n=40, rng=3),
    "odd": gc.power(SMALL, 0.25, **SDS, ddf="kenward-roger", method=gc.Simulation(n=40, rng=1, residuals="t5")),
    "leaving": gc.power(
        SMALL.replace(dropout=gc.Dropout(0.3, current=1.0)), 0.25, **SDS, method=gc.Simulation(n=40, rng=1)
    ),
    "yes": gc.power(
        SMALL.replace(times=[0, 1, 2]), 1.0, family="binomial", intercept=0, sd_intercept=1, sd_slope=0,
        method=gc.Simulation(n=6, rng=1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANS | SIMULATED)
def test_the_code_of_the_page_makes_the_plan_again(name, tmp_path, monkeypatch):
    from growthcurves.planning.program import program

    monkeypatch.chdir(tmp_path)
    PILOT.save("pilot.json")
    plan, printed = (PLANS | SIMULATED)[name], io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program(plan), {})
    assert printed.getvalue().strip() == str(plan)


@pytest.mark.parametrize("name", SIMULATED)
def test_a_simulated_plan_has_a_page(name, tmp_path):
    plan = SIMULATED[name]
    page = plan.report(tmp_path / "protocol.html")
    sections = {section for section, _ in page.sections}
    assert page.findings == (plan.sentence(),) and f"seed {plan.seed}" in plan.sentence()
    assert "We plan 80 persons" in plan.sentence() and str(plan.found_share) in page.html
    assert "What simulated studies found" in sections
    assert ("What if it is not so?" in sections) == (name in ("rate", "odd"))
    if plan.closed is None:
        with pytest.raises(GrowthCurvesError, match="this study has none"):
            plan.what_if()
    else:
        assert plan.what_if().loc[0, "power"] == pytest.approx(plan.closed, rel=1e-10)


@pytest.mark.parametrize("name", PLANS)
def test_the_page_has_the_paragraph_and_the_numbers(name, tmp_path):
    plan = PLANS[name]
    page = plan.report(tmp_path / "protocol.html")
    written = (tmp_path / "protocol.html").read_text(encoding="utf-8")
    assert page.html == written and f"{plan.total:,}" in page.lead
    assert page.findings == (plan.sentence(),) and "&#39;V⁻¹X" in written
    assert {section for section, _ in page.sections} >= {"For the methods section", "What if it is not so?"}


@pytest.mark.parametrize(
    "name, source",
    [
        ("slowing", "Zhao and Edland (2021)"),
        ("effect", "Ard and Edland (2011)"),
        ("pilot", "Ard and Edland (2011)"),
        ("alike", "Diggle, Heagerty, Liang and Zeger (2002)"),
        ("visits", "Lu, Luo and Chen (2008)"),
        ("last", "Lu, Luo and Chen (2008)"),
        ("common", "Hu, Mackey and Thomas (2021)"),
        ("sites", None),
        ("groups", None),
    ],
)
def test_the_paragraph_names_the_formula_that_is_used(name, source):
    text = PLANS[name].sentence()
    assert ("here the formula of" in text) == (source is not None) and (source or "") in text
    assert "dropout" in text or "lost" in text


def test_the_paragraph_says_what_is_assumed_and_what_a_pilot_leaves_open():
    text = PLANS["pilot"].sentence()
    assert "estimates of the pilot" in text and "slope 5.92" in text and "seed 2" in text
    assert "33 % of the mean rate" in PLANS["slowing"].sentence() and "per month" in PLANS["slowing"].sentence()


def test_the_paragraph_says_how_groups_and_several_arms_are_tested():
    text = PLANS["groups"].sentence()
    assert "the groups less the arms" in text and "times the design effect (Eldridge, Ashby and Kerry 2006)" in text
    text = PLANS["arms"].sentence()
    assert "by an F test at the 5 % level" in text and "Kenward and Roger's standard errors" in text
    assert "what estimating the variances adds (Kackar and Harville 1984)" in text


def test_what_if_asks_the_same_question_again():
    plan = PLANS["slowing"]
    found = plan.what_if().set_index("label")
    whole = STUDY.replace(persons=plan.total)
    options = {"slope": -0.5, "slowing": 1 / 3} | SDS
    steeper = gc.power(whole, **(options | {"sd_slope": 0.48}))
    smaller = gc.sample_size(STUDY, **(options | {"slowing": 0.8 / 3}), power=0.9)
    more = gc.power(whole.replace(dropout=0.3), **options)
    assert found.loc["SD of slopes 20 % larger", "power"] == pytest.approx(steeper.power, rel=1e-10)
    assert found.loc["the effect is 20 % smaller", "persons"] == pytest.approx(smaller.persons, rel=1e-8)
    assert found.loc["10 % more of the persons are lost", "power"] == pytest.approx(more.power, rel=1e-10)
    visits = PLANS["visits"].what_if().set_index("label")
    assert visits.loc["SD of the outcome 20 % larger", "power"] < visits.loc["as assumed", "power"]
    sites = PLANS["sites"].what_if()["label"].tolist()
    assert "SD of slopes between sites 20 % larger" in sites

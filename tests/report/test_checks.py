"""The page answers with the checks: the gravest on the first pages, all of them and their panels in the appendix."""

from __future__ import annotations

import html
import re
import warnings

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesWarning


def section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}">(.*?)</section>', page, re.S)
    body = re.sub(r"<svg\b.*?</svg>", " ", found[1], flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u2212", "-").split())


@pytest.fixture(scope="module")
def sleep(sleep_panel):
    return gc.fit("reaction ~ day + (day | subject)", sleep_panel)


@pytest.fixture(scope="module")
def page(sleep):
    return sleep.report()


def test_the_gravest_stand_first_and_all_in_the_appendix(page, sleep):
    found, first, all_of_them = sleep.check(), section(page.html, "certainty"), section(page.html, "checks")
    grave = [*found.problems.itertuples(), *found.table.query("verdict == 'look'").itertuples()]
    assert found.summary in first and found.summary in all_of_them
    assert all(row.text in first and row.meaning in first for row in grave[:3]) and grave[3].text not in first
    assert f"The gravest 3 follow; {len(grave) - 3} more" in first
    assert all(text in all_of_them for text in found.table["text"])
    assert page.tables["checks"].equals(found.table)


def test_what_to_try_stands_under_the_code(page, sleep):
    calls = [call for row in sleep.check().problems.itertuples() for call in row.advice]
    text = section(page.html, "reproduce")
    assert "what to try: " in text and all(call in text for call in calls)
    assert not any(call in section(page.html, "checks") for call in calls)


def test_panels_are_drawn_without_what_the_page_forbids(page):
    body = re.search(r'<section id="checks">(.*?)</section>', page.html, re.S)[1]
    assert body.count("<svg") == body.count("<figcaption>") == 8
    assert "<image" not in body and len(body) < 250_000


def test_without_variances_it_is_said_why_nobody_looked(undrawn):
    two = gc.load_dataset("sleepstudy").query("day < 2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        page = gc.fit("reaction ~ day + (day | subject)", two).report().html
    assert "Not checked. The design cannot tell the variances of this model apart" in section(page, "certainty")
    assert "takes for granted that single measurements scatter normally" in section(page, "certainty")
    assert "cannot tell the variances" in section(page, "checks")


def test_a_trial_has_sensitivity_analyses(undrawn):
    data = gc.load_dataset("trial")
    data = data[data["patient"].isin(data["patient"].unique()[:80])]
    rng = np.random.default_rng(1)
    data = data.assign(depression=data["depression"] + 6 * rng.standard_t(2, len(data)))
    roles = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
    page = gc.mmrm(data, **roles, baseline=0, residual="cs").report().html
    assert "problem" in section(page, "checks") and "(fit is trial.fit)" in section(page, "reproduce")
    assert "sensitivity analyses" in section(page, "reproduce") and "what to try" not in page

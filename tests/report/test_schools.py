"""Words follow the data: of students in schools nobody is a person, `ses` is no time, and slopes are no rates."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

#: What is true of persons seen over time alone. Columns of tables and keys of answers keep their names.
OF_TIME = re.compile(
    r"\b(?:persons?|people|occasions?|rates?|times?|waves?|trajector\w+|growth|schedules?|visits?|time-varying)\b", re.I
)


@pytest.fixture(scope="module")
def schools():
    """Students of 20 schools, at one time."""
    rng = np.random.default_rng(12)
    sizes = rng.integers(8, 20, 20)
    school = np.repeat(np.arange(20), sizes)
    ses = rng.normal(0, 0.8, len(school)).round(3)
    level, slope = rng.normal(12, 2.5, 20), rng.normal(2, 1.5, 20)
    math = level[school] + slope[school] * ses + rng.normal(0, 3, len(school))
    sector = np.where(np.arange(20) % 2, "catholic", "public")
    return pd.DataFrame({"school": school, "ses": ses, "sector": sector[school], "math": math.round(2)})


@pytest.fixture(scope="module")
def fits(schools):
    top = gc.fit("math ~ ses * sector + (ses | school)", schools)
    return top, gc.fit("math ~ ses + (1 | school)", schools)


@pytest.fixture(scope="module")
def page(fits, undrawn):
    """The page without its pictures, of which the words for readers who do not see them are left."""
    return fits[0].report(by="sector").html


ANSWERS = {
    "summary": lambda fit, other: fit,
    "describe": lambda fit, other: fit.panel.describe(),
    "panel": lambda fit, other: repr(fit.panel),
    "codebook": lambda fit, other: fit.panel.codebook(),
    "table one": lambda fit, other: fit.panel.table_one(by="sector"),
    "correlations": lambda fit, other: fit.panel.correlations(),
    "rates": lambda fit, other: fit.rates(by="sector"),
    "icc": lambda fit, other: fit.icc(),
    "r2": lambda fit, other: fit.r2(),
    "criteria": lambda fit, other: fit.criteria(),
    "joint tests": lambda fit, other: fit.joint_tests(),
    "marginal covariance": lambda fit, other: fit.marginal_covariance(),
    "robust": lambda fit, other: fit.robust(),
    "provenance": lambda fit, other: fit.provenance,
    "slopes": lambda fit, other: fit.slopes(by="sector"),
    "journal": lambda fit, other: gc.journal_table([fit, other]),
    "compare": lambda fit, other: gc.compare(fit, other),
    "ladder": lambda fit, other: gc.ladder(fit.model, fit.panel),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_speak_of_schools(fits, name):
    answer = ANSWERS[name](*fits)
    told = [str(answer), re.sub("<[^>]*>", " ", answer._repr_html_()) if hasattr(answer, "_repr_html_") else ""]
    labels = answer.table["label"] if "label" in getattr(answer, "table", ()) else ()
    for line in [*"\n".join(told).splitlines(), *map(str, labels)]:
        assert not OF_TIME.search(line), line


def test_the_page_speaks_of_schools(page):
    page = re.sub(r"<(style|script|pre|svg)[^>]*>.*?</\1>", " ", page, flags=re.S)
    page = re.sub(r"\btimes (as much|that of|those|what)\b", " ", page)  # of a product
    for line in html.unescape(re.sub("<[^>]+>", "\n", page)).splitlines():
        assert line.strip() == "The model has no time." or not OF_TIME.search(line), line
    assert "GRoLTS" not in page, "a checklist of trajectories"


def test_labels_of_pictures_speak_of_schools(page):
    for label in re.findall(r'aria-label="([^"]*)"', page):
        assert not OF_TIME.search(re.sub(r"\btimes (as much|that of|those|what)\b", " ", label)), label

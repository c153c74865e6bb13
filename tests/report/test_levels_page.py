"""The page of a fit with units above persons: every number says at which level it is."""

from __future__ import annotations

import html
import re
import warnings

import pytest
import reference_values

import growthcurves as gc


def text_of(page: str) -> str:
    """The page without pictures, styles and scripts."""
    plain = re.sub(r"<(style|script|svg)[^>]*>.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", plain)))


@pytest.fixture(scope="module")
def fit():
    model = gc.GrowthModel(
        "y", "grade", "pupil", predictors="poor + private",
        levels={"class": ("intercept",), "school": ("intercept", "slope")},
    )  # fmt: skip
    return gc.fit(model, reference_values.table("levels_waves.csv"))


@pytest.fixture(scope="module")
def made(fit, undrawn):
    return fit.report()


@pytest.fixture(scope="module")
def text(made):
    return text_of(made.html)


def test_units_are_counted_at_each_level(text):
    assert "189 pupils · 42 classes · 14 schools · 811 observations" in text
    assert "Classes (class) 42, with 3 to 6 pupils each Schools (school) 14, with 9 to 18 pupils each" in text
    assert "rest on 189 pupils, 1 to 5 occasions each, in 42 classes and 14 schools" in text


def test_variances_stand_under_the_level_that_they_are_of(made, text):
    assert "How much pupils, classes and schools differ" in dict(made.sections)
    for heading in ("Between pupils of one class", "Between classes of one school", "Between schools", "Within pupils"):
        assert f" {heading} SD of " in text
    assert "the SD of the start (y at grade 0) between classes of one school" in text
    assert "Every variance between pupils, classes and schools is estimated as larger than zero." in text
    assert "that schools are independent of each other" in text


def test_the_model_is_told_by_level(made, text):
    said = "pupils of one class differ in their start and their rate of change, and these differences may be correlated"
    assert f"{said}; classes of one school differ in their start; schools differ in their start and their rate" in text
    assert "Level 4, schools" in text and "|school" not in text.split("What was asked ")[2].split("How pupils")[0]
    assert "<i>slope</i><sub>school</sub> = slope + private + <i>u</i><sub>slope, school</sub>" in made.html
    assert "poor at level 2 (pupils); private at level 4 (schools)" in text
    assert "Draw occasions within pupils within classes within schools" in text


def test_the_ladder_tells_variances_by_level(text):
    assert "Variances within pupils and between pupils, classes and schools" in text
    assert "Variance of the rate of change between schools" in text
    assert "Variance of pupils' means between classes of one school" in text


def test_units_have_a_section_with_a_table_of_each_level(fit, made, text):
    assert dict(made.sections)["Schools and classes"] == "shown"
    schools = made.tables["units_school"].set_index("school")
    row = fit.units("school").loc[8]
    assert schools.loc[8, "rank_slope_low"] == row["rank_slope_low"] == 1
    assert f"8 14 {row['effect_slope']:.2f} {row['rank_slope_low']:.0f} to {row['rank_slope_high']:.0f}" in text
    assert "how far a school is from what its predictors let expect" in text


def test_equal_schools_are_told_as_such_and_crossed_units_have_a_page(undrawn):
    data = reference_values.table("levels_waves.csv")
    data["school"] = data["pupil"] % 14
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page = text_of(gc.fit("y ~ grade + (grade | school/pupil)", data, time="grade").report().html)
        crossed = gc.fit(
            "y ~ grade + (grade | pupil) + (1 | teacher)", reference_values.table("levels_crossed.csv"), time="grade"
        )
        other = text_of(crossed.report().html)
    assert "The estimate leaves no variance between schools in intercept + " in page
    assert "Teachers (teacher) 9, with 15 to 29 pupils each" in other and "Between teachers" in other


def test_a_page_without_time_counts_classes_in_schools(undrawn):
    data = reference_values.table("levels_waves.csv")
    fit = gc.fit("y ~ ses + private + (1 | school/class)", data[data["wave"] == 0])
    text = text_of(fit.report().html)
    assert "42 classes · 14 schools · 164 observations" in text
    assert "Between classes of one school" in text and "person" not in text.split("Reporting checklists")[0]

"""Units above persons in equations, summaries and notes: each level by its own words."""

from __future__ import annotations

import pytest
import reference_values

import growthcurves as gc
from growthcurves.errors import DataWarning, ModelError, NotEstimableError

MODEL = gc.GrowthModel(
    "y", "grade", "pupil", predictors="poor + private",
    levels={"class": ("intercept",), "school": ("intercept", "slope")},
)  # fmt: skip


@pytest.fixture(scope="module")
def fit():
    return gc.fit(MODEL, reference_values.table("levels_waves.csv"))


def test_predictors_of_schools_stand_at_the_level_of_schools(fit):
    assert fit.equations() == """\
Level 1            y = intercept_i + slope_i * grade + e
Level 2, pupils    intercept_i = intercept_class + poor + u_intercept
                   slope_i = slope_school + poor + u_slope
Level 3, classes   intercept_class = intercept_school + u_intercept|class
Level 4, schools   intercept_school = intercept + private + u_intercept|school
                   slope_school = slope + private + u_slope|school
                   e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured
                   u_intercept|class ~ N(0, G_intercept|class)
                   (u_intercept|school, u_slope|school) ~ N(0, G|school), G|school unstructured"""


def test_a_model_without_data_has_predictors_at_level_two():
    lines = MODEL.equations().splitlines()
    assert lines[1] == "Level 2, pupils    intercept_i = intercept_class + poor + private + u_intercept"
    assert lines[4] == "Level 4, schools   intercept_school = intercept + u_intercept|school"


def test_a_saved_fit_has_the_same_equations_without_its_persons(fit, tmp_path):
    fit.save(tmp_path / "levels.json", people=False)
    assert gc.load(tmp_path / "levels.json").equations() == fit.equations()
    assert "Schools   14 (school; 9 to 18 pupils per school" in str(gc.load(tmp_path / "levels.json"))
    fit.save(tmp_path / "whole.json")
    assert str(gc.load(tmp_path / "whole.json")) == str(fit)


def test_units_whose_name_says_nothing_are_called_by_their_column():
    data = reference_values.table("levels_waves.csv").rename(columns={"school": "g3"})
    fit = gc.fit("y ~ grade + (grade | g3/pupil)", data, time="grade")
    assert "Level 3, units of g3   intercept_g3 = intercept + u_intercept|g3" in fit.equations()
    assert "SD of rate of change between units of g3" in fit.variance_components()["label"].tolist()


def test_a_summary_counts_and_groups_by_level(fit):
    text = str(fit.summary())
    assert "Pupils    189 (pupil)\n" in text
    assert "Classes   42 (class; 3 to 6 pupils per class, mean 4.5)\n" in text
    assert "Schools   14 (school; 9 to 18 pupils per school, mean 13.5)\n" in text
    headings = ["between pupils of one class", "between classes of one school", "between schools (14 only)"]
    headings.append("within pupils")
    assert [line.strip() for line in text.splitlines() if line.strip() in headings] == headings
    assert "Not used" not in text


def test_components_say_whose_they_are(fit):
    table = fit.variance_components(method="wald").set_index("term")
    assert table["unit"].tolist() == ["person"] * 3 + ["class"] + ["school"] * 3 + ["residual"]
    assert table.loc["sd:slope", "label"] == "SD of rate of change between pupils of one class"
    assert table.loc["sd:intercept|class", "label"].endswith("between classes of one school")
    assert table.loc["sd:slope|school", "label"] == "SD of rate of change between schools"


def test_units_left_out_are_offered_as_levels():
    data = reference_values.table("levels_waves.csv")
    text = str(gc.fit(MODEL.replace(levels={"school": ("intercept", "slope")}), data).summary())
    assert "pupils of one class are taken to be no more alike than others;" in text
    offer = "levels={'class': ('intercept',), 'school': ('intercept', 'slope')} makes it a level of the model"
    assert offer in text


def test_the_certificate_names_the_level_without_variance():
    data = reference_values.table("levels_waves.csv")
    data["school"] = data["pupil"] % 14  # schools that are none
    fit = gc.fit("y ~ grade + (grade | school/pupil)", data, time="grade")
    assert fit.certificate.singular
    assert "no variance between schools in" in str(fit.certificate)
    assert "between persons" not in str(fit.certificate)


def test_few_schools_are_told():
    data = reference_values.table("levels_waves.csv")
    with pytest.warns(gc.errors.DataWarning, match="There are 5 schools only: what is said of"):
        gc.fit(MODEL, data[data["school"] <= 5])


def test_crossed_units_stand_at_level_one():
    data = reference_values.table("levels_crossed.csv")
    fit = gc.fit("y ~ grade * poor + (grade | pupil) + (1 | teacher)", data, time="grade")
    assert fit.equations().splitlines()[:3] == [
        "Level 1   y = intercept_i + slope_i * grade + u_intercept|teacher + e",
        "Level 2   intercept_i = intercept + poor + u_intercept",
        "          slope_i = slope + poor + u_slope",
    ]
    assert "between pupils\n" in str(fit) and "between teachers (9 only)\n" in str(fit)
    assert "Teachers  9 (teacher; " in str(fit)


def test_a_test_of_a_variance_and_sentences_of_all_pupils_say_whom_they_are_about(fit):
    assert "no variance between schools in slope (REML)" in str(fit.test_variance("slope|school"))
    assert "no variance between pupils of one class in slope" not in str(fit.test_variance("slope|school"))
    said = fit.change().sentences()
    assert any(text.startswith("Pupils of all schools differ: the standard deviation") for text in said)
    assert any("the share that lies between pupils of all schools is" in text for text in said)


def test_persons_told_by_several_columns_are_called_by_the_innermost():
    data = reference_values.table("levels_waves.csv")
    data["pupil"] -= data.groupby("class")["pupil"].transform("min") - 1  # the first of each class is 1
    fit = gc.fit("y ~ grade + (grade | school/class/pupil)", data)
    text = str(fit)
    assert "Level 2, pupils" in text
    assert "between pupils of one class" in text
    assert "schools of one" not in text
    assert "Pupils of all schools differ" in " ".join(fit.change().sentences())


@pytest.mark.parametrize("levels", [("school", "class"), ("class", "classroom")])
def test_levels_of_the_same_units_are_refused(levels):
    """Schools within classes are the classes: the level of schools would be lost without a word."""
    data = reference_values.table("levels_waves.csv")
    data["class"] = data["school"].astype(str) + "-" + data["class"].astype(str)
    data["classroom"] = data["class"]
    model = gc.GrowthModel("y", "grade", "pupil", levels=dict.fromkeys(levels, ("intercept",)))
    with pytest.raises(ModelError, match=f"Each unit of '{levels[1]}' holds one unit of '{levels[0]}' alone"):
        gc.fit(model, data)


def test_a_ladder_calls_units_by_their_column_where_it_is_no_word():
    data = reference_values.table("levels_waves.csv").rename(columns={"school": "cluster"})
    text = str(gc.ladder(gc.GrowthModel("y", "grade", "pupil", levels={"cluster": ("intercept",)}), data))
    assert "Level 3 (between units of cluster)" in text
    assert "(between persons)" not in text


@pytest.mark.parametrize(("formula", "schools", "said"), [
    ("y ~ grade + (1 | school/pupil)", 1, "one unit of 'school' only"),
    ("y ~ grade + ses + (grade | school/pupil)", 2, r"2 units of 'school', and as many .*\(intercept, intercept:ses\)"),
    ("y ~ grade * C(school) + (grade | school/pupil)", 5, "5 units of 'school', and as many fixed effects on"),
])  # fmt: skip
def test_a_level_of_which_nothing_is_left_is_refused(formula, schools, said):
    """With the variance between schools unknown the errors of what differs between them were arbitrary."""
    data = reference_values.table("levels_waves.csv")
    data = data[data["school"].isin(data["school"].unique()[:schools])]
    data = data.assign(ses=data.groupby("school")["ses"].transform("mean"))
    with pytest.raises(NotEstimableError, match=said):
        gc.fit(formula, data)


@pytest.mark.parametrize(("formula", "said"), [
    ("y ~ grade + (grade | pupil) + (1 | school)", "1 of .* pupils .* have rows in several units of 'school', which"),
    ("y ~ grade + (grade | school/pupil)", "1 of .* values of 'pupil' .* occur in several units of 'school', and are"),
])  # fmt: skip
def test_one_pupil_who_decides_how_units_lie_is_named(formula, said):
    data = reference_values.table("levels_waves.csv")
    first, other = data["school"].unique()[:2]
    data.loc[data["school"].eq(first).idxmax(), "school"] = other
    with pytest.warns(DataWarning, match=said):
        gc.fit(formula, data)

"""The words beside every key: in the names and units of the data, last in every tidy table."""

from __future__ import annotations

import pytest

import growthcurves as gc

DATA = gc.load_dataset("trial")
MODEL = gc.GrowthModel(
    "depression", "week", "patient", shape="quadratic", predictors={"intercept": "arm * sex + age", "slope": "arm"},
    reference={"arm": "placebo", "sex": "male"}, random=("intercept", "slope"),
)  # fmt: skip


@pytest.fixture(scope="module")
def fit():
    return gc.fit(MODEL, DATA)


def test_fixed_effects_in_words(fit):
    label = fit.fixed_effects().set_index("term")["label"]
    assert label["slope:arm[drug]"].endswith(": arm drug against placebo")
    assert label["intercept:arm[drug]:sex[female]"].endswith(": arm drug against placebo × sex female against male")
    assert label["intercept:age"].endswith(": age") and label["intercept"] == "start (depression at week 0)"
    assert label.nunique() == len(label)


def test_components_in_words(fit):
    label = fit.variance_components("wald").set_index("term")["label"]
    assert label["sd:residual"] == "SD of residuals" and label["sd:intercept"] == "SD of start (depression at week 0)"
    assert label["cor:intercept,slope"].startswith("correlation of start (depression at week 0) and ")
    squared = fit.variance_components("wald", scale="variance").set_index("term")["label"]
    assert squared["var:residual"] == "variance of residuals"
    assert squared["cov:intercept,slope"].startswith("covariance of")


def test_labels_stand_last_and_not_in_print(fit):
    answers = [
        fit.means(by="arm", differences="pairwise"), fit.slopes(by="arm"), fit.test("slope:arm[drug] = 0"),
        fit.contrast("slope:arm[drug]"), fit.robust(), fit.joint_tests(), fit.equivalence("slope:arm[drug]", 1.0),
        fit.effect_sizes(by="arm", between=(0, 8)),
    ]  # fmt: skip
    for answer in answers:
        assert list(answer.table.columns)[-1] == "label" and answer.table["label"].notna().all()
        assert "label" not in str(answer) and ">label<" not in answer._repr_html_()
    assert answers[3].table["label"].item() == fit.fixed_effects().set_index("term")["label"]["slope:arm[drug]"]


def test_a_document_has_the_words_in_the_place_of_the_key(fit, tmp_path):
    text = gc.save_table(fit.fixed_effects(), tmp_path / "t.md", style="apa").read_text(encoding="utf-8")
    assert "arm drug against placebo" in text and "slope:arm" not in text

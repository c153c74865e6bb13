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


#: A formula, the time at which all of its own terms in time are zero, and what the intercept's label must say.
READ_AT = [
    ("y ~ t * g + (t | id)", 0.0, "start (y at t 0)"),
    ("y ~ I(t - 2) * g + (I(t - 2) | id)", 2.0, "intercept (y where I(t - 2) is 0)"),
    ("y ~ center(t) + (1 | id)", 4.5, "intercept (y where center(t) is 0)"),
    ("y ~ bs(t, df=4) + (1 | id)", 0.0, "intercept (y where bs(t, df=4) is 0)"),
    ("y ~ C(t > 3) + (1 | id)", 1.0, "intercept (y where C(t > 3) is False)"),
    ("y ~ t + I(t * (t - 9)) + (1 | id)", 0.0, "intercept (y where t is 0 and I(t * (t - 9)) is 0)"),
]


@pytest.mark.parametrize(("formula", "time", "wanted"), READ_AT)
def test_the_intercept_is_the_mean_where_its_label_says(formula, time, wanted):
    data = gc.load_dataset("sleepstudy").set_axis(["id", "t", "y"], axis=1)
    data["g"] = ["ab"[place % 2] for place in data.groupby("id").ngroup()]
    fit = gc.fit(formula, data, time="t")
    effects = fit.fixed_effects().set_index("term")
    assert effects.loc["intercept", "label"] == wanted
    rows = data[(data["t"] == data["t"].min()) & (data["g"] == "a")].head(1).assign(t=time)
    assert fit.predict(rows, people="average").item() == pytest.approx(effects.loc["intercept", "estimate"], rel=1e-9)


def test_how_persons_differ_is_told_by_what_varies():
    data = gc.load_dataset("sleepstudy")
    labels = {}
    for formula in ("day", "I(day - 2)"):
        fit = gc.fit(f"reaction ~ I(day - 2) + ({formula} | subject)", data)
        labels[formula] = fit.variance_components("wald").set_index("term")["label"]
    assert labels["day"]["sd:intercept"] == "SD of start (reaction at day 0)"
    assert labels["I(day - 2)"]["sd:intercept"] == "SD of intercept (reaction where I(day - 2) is 0)"
    assert labels["day"]["sd:slope"] == "SD of rate of change"


def test_labels_of_estimates_say_what_they_are(fit):
    means = fit.means(at=[0, 8], by="arm", differences="pairwise").table["label"].tolist()
    assert means[0] == "mean depression: arm placebo, at week 0"
    assert means[-1] == "difference in mean depression: arm drug against arm placebo, at week 8"
    times = fit.means(at=[0, 8], differences="pairwise").table["label"].tolist()
    assert times[0] == "mean depression at week 0"
    assert times[-1] == "difference in mean depression at week 8 against week 0"
    assert fit.slopes(by="arm", between=(0, 8)).table["label"].tolist()[1] == (
        "rate of change: arm drug, from week 0 to week 8"
    )
    tests = fit.joint_tests().table.set_index("term")["label"]
    assert tests["slope:arm"].startswith("rate of change") and tests["slope:arm"].endswith(": arm")
    assert tests["intercept:arm"] == "start (depression at week 0): arm"
    effects = fit.effect_sizes(by="arm", between=(0, 8)).table["label"]
    assert effects.nunique() == len(effects) and all(", per SD" in label for label in effects)


def test_labels_of_a_trial_and_of_compared_fits(fit):
    trial = gc.mmrm(gc.load_dataset("trial"), outcome="depression", visit="week", id="patient", arm="arm",
                    reference="placebo", baseline=0, residual="cs")  # fmt: skip
    labels = trial.table["label"].tolist()
    assert labels[0] == "mean depression: arm placebo, week 2"
    assert labels[-1] == "difference in mean depression: arm drug against placebo, week 16"
    smaller = fit.refit(random=("intercept",))
    assert gc.compare(smaller, fit).table["label"].tolist()[0].endswith("random (intercept)")

"""`gc.mmrm` against gls and emmeans in R (tests/reference/make_trial.R), and on trials with holes.

gls stops early: means agree to 3e-6, differences and standard errors to 1e-5.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import reference_values

import growthcurves as gc
from growthcurves.errors import ColumnError, DataError, ModelError, ModelWarning, NotEstimableError

REFERENCE = reference_values.cases("trial")
ROLES = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
OPTIONS = {
    "value": {"baseline": 0, "covariates": "sex"},
    "proportional": {"baseline": 0, "covariates": "sex", "weights": "proportional"},
    "change": {"baseline": "base", "response": "change"},
    "clda": {"response": "clda"},
}


def some(persons=120):
    data = gc.load_dataset("trial")
    base = data[data.week == 0].set_index("patient").depression
    data = data[data.patient.isin(data.patient.unique()[:persons])].astype({"arm": str, "patient": str})
    return data.assign(base=data.patient.map(base).astype(float)).reset_index(drop=True)


@pytest.fixture(scope="module")
def trials():
    data = some()
    return {name: gc.mmrm(data, **ROLES, **options, ddf="satterthwaite") for name, options in OPTIONS.items()}


@pytest.mark.parametrize("case", ["value", "proportional", "change"])
def test_means_and_differences_are_those_of_emmeans(trials, case):
    found, record = trials[case], REFERENCE[case]
    means = found.means.sort_values(["visit", "arm"]).reset_index(drop=True)
    theirs = pd.DataFrame(record["means"]).sort_values(["visit", "which"]).reset_index(drop=True)
    np.testing.assert_allclose(means["estimate"], theirs["estimate"], rtol=3e-6)
    np.testing.assert_allclose(means["std_error"], theirs["se"], rtol=1e-5)
    if "differences" not in record:
        return
    np.testing.assert_allclose(found.differences["estimate"], record["differences"]["estimate"], rtol=1e-5)
    np.testing.assert_allclose(found.differences["std_error"], record["differences"]["se"], rtol=1e-5)
    average = found.average().differences.iloc[0]
    assert average["estimate"] == pytest.approx(record["average"]["estimate"], rel=1e-5)
    assert average["std_error"] == pytest.approx(record["average"]["se"], rel=1e-5)


def test_clda_is_the_model_with_one_baseline_mean(trials):
    found, record = trials["clda"], REFERENCE["clda"]
    assert found.differences["visit"].tolist() == record["visit"]
    np.testing.assert_allclose(found.differences["estimate"], record["estimate"], rtol=1e-5)
    np.testing.assert_allclose(found.differences["std_error"], record["se"], rtol=1e-5)
    first = found.means[found.means.visit == 0]
    np.testing.assert_allclose(first["estimate"], record["baseline"], rtol=1e-6)
    np.testing.assert_allclose(first["std_error"], record["baseline_se"], rtol=1e-5)
    change = found.change()
    placebo = change.means[change.means.arm == "placebo"]
    np.testing.assert_allclose(placebo["estimate"], record["change"], rtol=1e-5)
    np.testing.assert_allclose(placebo["std_error"], record["change_se"], rtol=1e-5)
    np.testing.assert_allclose(change.differences["estimate"], record["estimate"], rtol=1e-5)
    assert "cLDA" in str(found)


def test_changes_out_of_values_are_the_changes_themselves():
    data = some()
    value = gc.mmrm(data, **ROLES, baseline="base").change()
    change = gc.mmrm(data, **ROLES, baseline="base", response="change")
    shown = ["estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]
    np.testing.assert_allclose(value.table[shown], change.table[shown], rtol=1e-6, atol=1e-9)
    assert change.change().table.equals(change.table)
    with pytest.raises(NotEstimableError, match="baseline="):
        gc.mmrm(data, **ROLES).change()


def test_a_column_and_the_visit_are_the_same_baseline(trials):
    visit, column = trials["value"], gc.mmrm(some(), **ROLES, baseline="base", covariates="sex", ddf="satterthwaite")
    np.testing.assert_allclose(column.table["estimate"], visit.table["estimate"], rtol=1e-9)
    assert "120 rows left out: visit 0, the baseline: its value is the predictor 'base'." in column.notes


def test_what_is_printed(trials):
    found = trials["value"]
    assert list(found.table)[:8] == ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low",
                                     "conf_high"]  # fmt: skip
    assert {"visit", "arm", "reference", "n"} <= set(found.table)
    assert found.attempts.to_dict("records") == [{"structure": "un", "why_not": ""}]
    assert found.tests["term"].tolist()[:3] == ["week", "arm", "week:arm"]
    text = str(found)
    for part in ("drug - placebo", "unstructured (un)", "Satterthwaite", "no value after the baseline", "equal weight"):
        assert part in text
    assert "<table>" in found._repr_html_() and found.to_dict()["attempts"]
    assert "Kenward-Roger, observed information" in str(gc.mmrm(some(40), **ROLES, residual="cs"))


def test_numbers_observed_are_those_of_the_table(trials):
    data = some()
    counted = data[data.week > 0].groupby(["week", "arm"]).size()
    found = trials["value"].means.set_index(["visit", "arm"])["n"]
    assert all(found[key] == count for key, count in counted.items())
    seen = data[data.week > 0].patient.nunique()
    assert f"{120 - seen} patients of the table have no value after the baseline" in str(trials["value"])


def test_one_sided_tests_halve_the_two_sided_ones(trials):
    both = trials["value"].differences
    less = gc.mmrm(some(), **ROLES, **OPTIONS["value"], ddf="satterthwaite", alternative="less").differences
    np.testing.assert_allclose(less["p_value"], both["p_value"] / 2, rtol=1e-9)
    ninety = gc.mmrm(some(), **ROLES, **OPTIONS["value"], ddf="satterthwaite", level=0.9).differences
    np.testing.assert_allclose(less["conf_high"], ninety["conf_high"], rtol=1e-9)
    assert np.isneginf(less["conf_low"]).all()


def test_averages_with_weights(trials):
    found = trials["value"]
    one = found.average([16], [2.0]).differences.iloc[0]
    assert one["estimate"] == pytest.approx(found.differences["estimate"].iloc[-1], rel=1e-12)
    two = found.average([12, 16], [1, 3]).differences["estimate"].iloc[0]
    assert two == pytest.approx(found.differences["estimate"].iloc[-2:] @ [0.25, 0.75], rel=1e-12)
    data = some()
    seen = data[data.week.isin([12, 16])].drop_duplicates("patient").arm.value_counts()
    assert found.average([12, 16]).means["n"].tolist() == [seen["placebo"], seen["drug"]]
    with pytest.raises(ModelError, match="one for each visit"):
        found.average([12, 16], [1.0])
    with pytest.raises(ModelError, match="level of 'week'"):
        found.average([13])


def test_texts_and_their_order_change_nothing(trials):
    data = some()
    named = data.assign(week="Week " + data.week.astype(str))
    found = gc.mmrm(named, **ROLES | {"visit": "week"}, baseline="Week 0", covariates="sex", ddf="satterthwaite")
    np.testing.assert_allclose(found.table["estimate"], trials["value"].table["estimate"], rtol=1e-9)
    assert found.visits == ("Week 2", "Week 4", "Week 8", "Week 12", "Week 16")


def test_three_arms_and_unused_categories():
    data = some()
    third = {p: "low" for k, p in enumerate(data.patient.unique()) if k % 3 == 0}
    arms = pd.Categorical(data.patient.map(third).fillna(data.arm), ["none", "low", "drug", "placebo"])
    found = gc.mmrm(data.assign(arm=arms), **ROLES, baseline=0, residual="cs", adjust="dunnett")
    assert found.arms == ("placebo", "low", "drug")
    assert found.differences["reference"].eq("placebo").all() and found.differences["p_adjusted"].notna().all()


# ---------------------------------------------------------------- holes


def test_a_visit_that_an_arm_missed_has_no_mean():
    data = some()
    with pytest.warns(ModelWarning, match="Left out"):
        found = gc.mmrm(data[~((data.arm == "drug") & (data.week == 16))], **ROLES, baseline=0, residual="arh1")
    last = found.differences.iloc[-1]
    assert np.isnan(last["estimate"]) and last["n"] == 0
    assert "not estimable" in str(found) and found.differences["estimate"].iloc[:-1].notna().all()


def test_an_arm_of_one_person_is_answered_and_counted():
    data = some()
    data.loc[data.patient == data.patient[0], "arm"] = "alone"
    found = gc.mmrm(data, **ROLES, baseline=0, residual="cs")
    assert found.means.query("arm == 'alone'")["n"].max() == 1


def test_pairs_of_visits_that_nobody_has_lead_to_another_structure():
    data = some()
    odd = data.patient.str[1:].astype(int) % 4 >= 2
    data = data[~(odd & (data.week == 2)) & ~(~odd & (data.week == 16))]
    found = gc.mmrm(data, **ROLES, baseline=0)
    tried = found.attempts.set_index("structure")["why_not"]
    assert "tell" in tried["un"] and tried.iloc[-1] == ""
    assert "Before it was tried unstructured (un)" in str(found)
    with pytest.raises(NotEstimableError, match="un: "):
        gc.mmrm(data, **ROLES, baseline=0, fallback=[])


def test_a_structure_of_the_fallback_may_have_robust_errors(monkeypatch):
    from growthcurves.trials import attempts

    asked = gc.mmrm(some(60), **ROLES, baseline=0, fallback_ddf="robust")
    assert "robust" not in str(asked)  # the first structure holds
    names = {"un": "has not converged"}
    monkeypatch.setattr(attempts, "_shortcoming", lambda fit: names.get(fit.model.residual.name, ""))
    simpler = gc.mmrm(some(60), **ROLES, baseline=0, fallback=["cs"], fallback_ddf="robust")
    alone = gc.mmrm(some(60), **ROLES, baseline=0, residual="cs", fallback=[], ddf="robust")
    assert "degrees of freedom: robust CR2" in str(simpler) and "has not converged" in str(simpler)
    pd.testing.assert_frame_equal(simpler.differences, alone.differences)
    assert "robust" not in str(gc.mmrm(some(60), **ROLES, baseline=0, fallback=["cs"]))


def test_the_structures_that_follow():
    from growthcurves.trials.attempts import structures_of

    names = {asked: [one.name for one in structures_of(asked, None)] for asked in ("un", "toeph", "csh", "ar1", "adh")}
    assert names["un"] == ["un", "toeph", "arh1", "csh"] and names["toeph"] == ["toeph", "arh1", "csh"]
    assert names["csh"] == ["csh"] and names["ar1"] == ["ar1"] and names["adh"] == ["adh", "arh1"]
    by = structures_of(gc.Unstructured(by="arm"), None)
    assert [one.name for one in by] == ["un", "un", "toeph", "arh1", "csh"] and by[1].by is None


def test_few_persons_fall_back():
    found = gc.mmrm(some(8), **ROLES, baseline=0)
    assert len(found.attempts) > 1 and found.attempts["why_not"].iloc[-1] == ""


WRONG = {
    "no reference": ({"reference": None}, ModelError, "drug, placebo"),
    "other reference": ({"reference": "sham"}, ModelError, "sham"),
    "no such arm": ({"arm": "group"}, ColumnError, "group"),
    "baseline": ({"baseline": "nothing"}, ModelError, "column or visit"),
    "change": ({"response": "change"}, ModelError, "needs baseline="),
    "clda of a column": ({"response": "clda", "baseline": "age"}, ModelError, "names its visit"),
    "response": ({"response": "log"}, ModelError, "log"),
    "one visit": ({"visits": [16]}, NotEstimableError, "one visit only"),
    "alternative": ({"alternative": "above"}, ModelError, "above"),
    "adjusted and one-sided": ({"alternative": "less", "adjust": "holm"}, ModelError, "two-sided"),
    "fallback": ({"fallback": "toeph,cs"}, ModelError, r"list of structures, such as \['toeph', 'cs'\]"),
    "baseline that varies": ({"baseline": "visit"}, DataError, "two baselines"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_one_sentence(name):
    changes, kind, words = WRONG[name]
    with pytest.raises(kind, match=words) as error:
        gc.mmrm(some(40), **ROLES | changes)
    assert len(str(error.value)) <= 300


def test_wrong_tables_name_the_person():
    data = some(40)
    with pytest.raises(DataError, match=r"Person P001 has two values of 'depression' at week 0"):
        gc.mmrm(pd.concat([data, data.iloc[:1]]), **ROLES)
    moved = data.copy()
    moved.loc[0, "arm"] = "drug" if moved.arm[0] == "placebo" else "placebo"
    with pytest.raises(DataError, match=r"Person P001 has several values of 'arm' \(.*\): an arm"):
        gc.mmrm(moved, **ROLES)
    with pytest.raises(ModelError, match="one arm only"):
        gc.mmrm(data[data.arm == "drug"], **ROLES)
    with pytest.raises(DataError, match="no rows"):
        gc.mmrm(data.iloc[:0], **ROLES)


def test_subgroups_are_those_of_the_model_with_their_interaction(trials):
    record = REFERENCE["by_sex"]
    trial = gc.mmrm(some(), **ROLES, baseline=0, ddf="satterthwaite")
    found = trial.subgroups("sex").table
    assert found["subgroup"].tolist() == ["", "sex", "sex"] and found["level"].tolist()[1:] == record["level"]
    np.testing.assert_allclose(found["estimate"].iloc[1:], record["estimate"], rtol=1e-5)
    np.testing.assert_allclose(found["std_error"].iloc[1:], record["se"], rtol=1e-5)
    squared = (record["difference"] / record["difference_se"]) ** 2
    from scipy.stats import f

    p = found["p_interaction"].iloc[1]
    assert f.isf(p, 1, 1e9) == pytest.approx(squared, rel=0.05)  # on some 80 degrees of freedom in the place of 1e9
    assert found["estimate"].iloc[0] == trial.differences["estimate"].iloc[-1]
    data = some()
    counted = data[data.week == 16].groupby(["sex", "arm"]).size()
    assert found["n"].tolist()[1:] == [counted[level, "drug"] for level in record["level"]]


def test_subgroups_of_numbers_and_of_what_is_none(trials):
    data = some()
    data["site"] = data.patient.str[1:].astype(int) % 3
    data["half"] = data.patient.str[1:].astype(int).lt(60).map({True: 1, False: 2}).where(data.arm == "drug", 1)
    trial = gc.mmrm(data, **ROLES, response="clda", residual="cs", alternative="less")
    with pytest.warns(ModelWarning, match="Left out"):
        found = trial.subgroups(["site", "half"], visit=12)
    assert found.table["level"].tolist()[1:4] == [0, 1, 2] and np.isneginf(found.table["conf_low"]).all()
    assert np.isnan(found.table["estimate"].iloc[-1])  # nobody of the reference arm
    assert "interaction" in str(found) and found.to_dict()["compared"] == "drug - placebo at week 12"
    with pytest.raises(ModelError, match="different values"):
        trial.subgroups("age")
    with pytest.raises(ModelError, match="role of its own"):
        trial.subgroups("arm")
    with pytest.raises(DataError, match="a subgroup is one value"):
        trial.subgroups("visit")


def test_documents_have_both_tables(trials, tmp_path):
    text = trials["value"].save(tmp_path / "trial.md", style="trial").read_text()
    assert "| Differences |" in text and "Degrees of freedom" not in text.split("Differences")[0]
    assert pd.read_csv(trials["value"].save(tmp_path / "trial.csv"))["visit"].nunique() == 5


def stacked(data, column, names=("HAMD", "WT")):
    """Two outcomes below each other, which a column tells apart."""
    other = data.assign(depression=100 + 3 * data.depression, **{column: names[1]})
    return pd.concat([data.assign(**{column: names[0]}), other], ignore_index=True)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_condition_chooses_among_stacked_outcomes_before_the_baseline_is_read(options):
    data, asked = some(60), {**ROLES, **options, "residual": "cs"}
    chosen = gc.mmrm(stacked(data, "PARAMCD"), **asked, where="PARAMCD == 'HAMD'")
    assert chosen.differences.equals(gc.mmrm(data, **asked).differences)
    assert chosen.fit.panel.dropped["rows"].iloc[0] == len(data) and "by where=" in str(chosen.fit.panel.dropped)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(("names", "condition"), [(("HAMD", "WT"), "code == 'HAMD'"), ((1, 2), "code == 1")])
def test_stacked_outcomes_are_told_with_their_condition(options, names, condition):
    with pytest.raises(DataError, match="if several outcomes are stacked") as caught:
        gc.mmrm(stacked(some(60), "code", names), **ROLES, **options)
    assert f"where={condition!r}" in str(caught.value) and len(str(caught.value)) < 300

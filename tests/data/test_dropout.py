"""Who drops out: glm() and t.test() of R, a panel by hand, and what has no answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases

import growthcurves as gc
from growthcurves.errors import ColumnError, ModelError, NotEstimableError

R = cases("dropout")


@pytest.fixture(scope="module")
def trial():
    return gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression", wave="visit")


@pytest.fixture(scope="module")
def survey():
    return gc.Panel(gc.load_dataset("survey"), id="person", time="year", outcome="wellbeing", wave="wave")


def agrees(odds, expected):
    columns = {"estimate": "estimate", "std_error": "std_error", "odds_ratio": "odds_ratio", "conf_low": "low"}
    columns |= {"conf_high": "high", "p_value": "p_value"}
    for ours, theirs in columns.items():
        np.testing.assert_allclose(odds[ours], np.atleast_1d(expected[theirs]), rtol=1e-8, atol=1e-12)


def test_the_odds_of_the_next_visit_are_those_of_glm(trial, survey):
    plain = trial.dropout()
    agrees(plain.odds, R["trial"])
    assert plain.counts["person_visits"] == R["trial_rows"]
    assert plain.visits["dropped"].sum() == R["trial_events"] == plain.counts["dropouts"]
    agrees(trial.dropout(by="arm", covariates="age").odds, R["trial_adjusted"])


def test_waves_missed_between_are_no_dropout(survey):
    found = survey.dropout(covariates="stress")
    agrees(found.odds, R["survey"])
    assert found.counts["person_visits"] == R["survey_rows"]
    expected = {int(visit): count for visit, count in R["survey_by_visit"].items()}
    assert dict(zip(found.visits["wave"], found.visits["dropped"], strict=True)) == expected
    assert "Nobody dropped out at 2" in found.notes[0]


@pytest.mark.parametrize("name", ["trial", "survey"])
def test_completers_and_dropouts_are_those_of_welch(name, request):
    table = request.getfixturevalue(name).dropout().table.set_index("quantity")
    columns = {"difference": "difference", "std_error": "std_error", "df": "df", "p_value": "p_value"}
    columns |= {"conf_low": "low", "conf_high": "high", "std_difference": "standardised"}
    for quantity, expected in (("first outcome", "first"), ("own slope", "slope")):
        ours, theirs = table.loc[quantity], R[f"{name}_means"][expected]
        for column, value in columns.items():
            assert ours[column] == pytest.approx(theirs[value], rel=1e-9), (quantity, column)
        assert (ours["completers"], ours["dropouts"]) == (theirs["stayed"], theirs["left"])


def by_hand():
    """Nine persons, three waves; one died, one comes back, one enters late."""
    seen = {"a": "xxx", "b": "xx.", "c": "x..", "d": "x.x", "e": "x.+", "f": "x++", "g": "oxx", "h": "ox.", "i": "xxx"}
    cells = [(n, who, k, letter) for n, (who, text) in enumerate(seen.items()) for k, letter in enumerate(text)]
    why = {"+": "died", "o": "not sampled"}
    rows = [(who, k, 10.0 * n + k if letter == "x" else np.nan, why.get(letter)) for n, who, k, letter in cells]
    return pd.DataFrame(rows, columns=["who", "wave", "y", "why"])


def test_by_hand():
    panel = gc.Panel(by_hand(), id="who", time="wave", outcome="y", status="why")
    found = panel.dropout()
    # b, c, e and h dropped out (e died later); f died; a, d, g and i were seen at the last
    assert found.counts == {"dropouts": 4, "completers": 4, "died": 1, "never_seen": 0, "person_visits": 12}
    # at the second wave a, b, c*, d, e*, i were at risk; at the third a, b*, d, g, h*, i
    assert found.visits["wave"].tolist() == [1, 2] and found.visits["at_risk"].tolist() == [6, 6]
    assert found.visits["dropped"].tolist() == [2, 2]
    first = found.table.set_index("quantity").loc["first outcome"]
    assert first["mean_dropouts"] == np.mean([10, 20, 40, 71]) and first["mean_completers"] == np.mean([0, 30, 61, 80])


def test_shares_of_groups_and_columns_of_all_kinds(trial):
    table = trial.dropout(by="arm", covariates=["severity", "age"]).table
    data = gc.load_dataset("trial").query("visit == 1").set_index("patient")
    left = trial.missing().persons["last_wave"].reindex(data.index) < 6
    drug = data["arm"] == "drug"
    row = table.query("group == 'drug' and quantity == 'severity[severe]'").iloc[0]
    assert row["mean_dropouts"] == pytest.approx((data["severity"] == "severe")[drug & left].mean())
    assert row["mean_completers"] == pytest.approx((data["severity"] == "severe")[drug & ~left].mean())
    assert table["group"].unique().tolist() == ["placebo", "drug"]


def test_sentences_and_doors(trial, tmp_path):
    found = trial.dropout(by="arm")
    text = str(found)
    assert "164 of 600 patients dropped out; 436 were seen at the last wave that was due." in text
    assert "times as high (95 % interval" in text and "no fault of the model" in text
    assert found.to_dict()["odds"][0]["odds_ratio"] == found.odds["odds_ratio"][0]
    assert "<table" in found._repr_html_()
    assert found.save(tmp_path / "dropout.md").read_text(encoding="utf-8")


def test_the_scale_of_the_outcome_changes_no_odds(trial):
    data = trial.data.assign(depression=trial.data["depression"] * 1e6 + 5)
    other = gc.Panel(data, id="patient", time="week", outcome="depression", wave="visit")
    np.testing.assert_allclose(other.dropout().odds["odds_ratio"], trial.dropout().odds["odds_ratio"], rtol=1e-8)


def test_what_has_no_answer():
    everyone = pd.DataFrame({"who": np.repeat(range(4), 3), "wave": [0, 1, 2] * 4, "y": np.arange(12.0)})
    with pytest.raises(NotEstimableError, match="Nobody dropped out"):
        gc.Panel(everyone, id="who", time="wave", outcome="y").dropout()
    panel = gc.Panel(everyone.drop(index=[5, 8]), id="who", time="wave", outcome="y")
    with pytest.raises(ColumnError):
        panel.dropout(covariates="age")
    with pytest.raises(ModelError, match="'y' has a role"):
        panel.dropout(covariates="y")


def test_a_last_outcome_that_tells_all_has_no_odds():
    data = pd.DataFrame({"who": np.repeat(range(8), 2), "wave": [0, 1] * 8, "y": np.repeat(np.arange(8.0), 2)})
    panel = gc.Panel(data.drop(index=[1, 3, 5]), id="who", time="wave", outcome="y")
    found = panel.dropout()
    assert found.odds["odds_ratio"].isna().all() and "no estimate" in found.notes[0]
    assert not np.isnan(found.table["difference"][0])
    constant = gc.Panel(data.drop(index=[1, 3, 5]).assign(y=1.0), id="who", time="wave", outcome="y").dropout()
    assert constant.odds["odds_ratio"].isna().all() and "all the same" in constant.notes[0]


def test_one_person_was_and_several_were():
    data = pd.DataFrame({"who": np.repeat(range(3), 3), "wave": [0, 1, 2] * 3, "y": np.arange(9.0)})
    data.loc[[5, 8], "y"] = np.nan
    never = pd.DataFrame({"who": [3, 3, 3], "wave": [0, 1, 2], "y": np.nan})
    found = gc.Panel(pd.concat([data, never], ignore_index=True), id="who", time="wave", outcome="y").dropout()
    told = "2 of 4 persons dropped out; 1 was seen at the last wave that was due, 1 was never seen."
    assert found.sentences()[0] == told

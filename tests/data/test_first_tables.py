"""The first tables of a paper against base R (tests/reference/make_first_table.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases

import growthcurves as gc
from growthcurves.errors import ColumnError, DataError

REFERENCE = cases("first_table")


@pytest.fixture(scope="module")
def trial():
    return gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression")


@pytest.mark.parametrize(
    ("data", "id", "time", "pair"),
    [("trial", "patient", "week", ["depression", "week"]), ("survey", "person", "year", ["wellbeing", "stress"])],
)
def test_correlations_are_those_of_r(data, id, time, pair):
    panel = gc.Panel(gc.load_dataset(data), id=id, time=time, outcome=pair[0])
    rows = panel.correlations(pair).table.set_index("level")
    for level in ("between", "within"):
        assert rows.loc[level, "r"] == pytest.approx(REFERENCE[data][level], rel=1e-12)
        assert rows.loc[level, "df"] == REFERENCE[data][f"{level}_df"]
        assert rows.loc[level, "p_value"] == pytest.approx(REFERENCE[data][f"{level}_p"], rel=1e-9, abs=1e-300)


def test_characteristics_are_those_of_r(trial):
    found, first = trial.table_one(by="arm"), REFERENCE["first"]
    assert found.persons == {**first["persons"], "All": 600}
    rows = found.table.set_index(["variable", "level", "group"])
    for arm in ("placebo", "drug"):
        assert rows.loc[("age", "", arm), "mean"] == pytest.approx(first["age_mean"][arm], rel=1e-12)
        assert rows.loc[("age", "", arm), "sd"] == pytest.approx(first["age_sd"][arm], rel=1e-12)
        assert rows.loc[("depression", "", arm), "mean"] == pytest.approx(first["depression_mean"][arm], rel=1e-12)
        assert rows.loc[("severity", "severe", arm), "n"] == first["severe"][arm]


def test_the_intraclass_correlation_and_moments_are_those_of_describe(trial):
    row, described = trial.correlations().variables.iloc[0], trial.describe()
    assert row["icc"] == pytest.approx(described.icc, rel=1e-12)
    assert (row["mean"], row["sd"]) == pytest.approx((described.outcome_mean, described.outcome_sd), rel=1e-12)


def test_what_does_not_vary_has_no_correlation(trial):
    rows = trial.correlations(["depression", "age"]).table.set_index("level")
    assert np.isnan(rows.loc["within", "r"]) and not np.isnan(rows.loc["between", "r"])
    balanced = gc.Panel(gc.load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
    assert np.isnan(balanced.correlations().table.set_index("level").loc["between", "r"])


def test_printed_as_the_style_says(trial, tmp_path):
    found = trial.correlations()
    apa = found.save(tmp_path / "t.md", style="apa").read_text("utf-8")
    assert r"−.42\*\*\*" in apa and "ICC(1)" in apa
    assert r"-0.42\*\*\*" in found.save(tmp_path / "t.md", style="trial").read_text("utf-8")
    one = trial.table_one(by="arm")
    assert "placebo (N = 300)" in one.save(tmp_path / "one.md").read_text("utf-8")
    assert "| age, mean (SD) | 41.1 (12.7) |" in one.save(tmp_path / "one.md").read_text("utf-8")


@pytest.mark.parametrize("ending", [".docx", ".rtf", ".tex", ".html", ".csv", ".xlsx", ".parquet"])
def test_every_format_is_written(trial, tmp_path, ending):
    for answer in (trial.table_one(by="arm"), trial.correlations()):
        assert answer.save(tmp_path / f"t{ending}").stat().st_size > 300


def test_missing_values_are_counted_and_groups_are_of_persons():
    data = gc.load_dataset("trial")
    data.loc[data["patient"] == "P001", "age"] = np.nan
    data.loc[data["patient"] == "P002", "arm"] = None
    found = gc.Panel(data, id="patient", time="week", outcome="depression").table_one(by="arm")
    ages = found.table[found.table["variable"] == "age"].set_index("group")
    assert ages.loc["placebo", "missing"] == 1 and ages.loc["All", "n"] == 599
    assert "age missing, n" in str(found) and "missing for 1 persons" in found.notes[-1]
    data.loc[data.index[20], "arm"] = "placebo" if data["arm"].iloc[20] == "drug" else "drug"
    with pytest.raises(DataError, match="arm.* changes within patient"):
        gc.Panel(data, id="patient", time="week", outcome="depression").table_one(by="arm")


def test_an_unknown_column_is_named(trial):
    with pytest.raises(ColumnError, match="agee"):
        trial.table_one(columns=["agee"])
    with pytest.raises(DataError):
        trial.correlations(["arm", "age"])


def test_who_was_not_seen_at_the_first_visit_has_no_outcome_then():
    data = gc.load_dataset("trial").query("not (patient == 'P001' and week == 0)")
    found = gc.Panel(data, id="patient", time="week", outcome="depression").table_one()
    rows = found.table.set_index("variable")
    assert rows.loc["depression", ["n", "missing"]].tolist() == [599, 1] and rows.loc["age", "n"] == 600
    start = data.loc[data["week"] == 0, "depression"]
    assert rows.loc["depression", "mean"] == pytest.approx(start.mean(), rel=1e-12)
    assert "depression missing, n" in str(found) and "patients at their first visit" in str(found)


def test_rows_of_schools_are_all_described():
    rng = np.random.default_rng(1)
    data = {"school": np.repeat(np.arange(10), 6), "ses": rng.normal(size=60), "math": rng.normal(size=60)}
    found = gc.Panel(pd.DataFrame(data), id="school", time="ses", outcome="math").table_one(columns=["ses", "math"])
    rows = found.table.set_index("variable")
    assert rows["mean"].tolist() == pytest.approx([data["ses"].mean(), data["math"].mean()], rel=1e-12)
    assert "Characteristics of the rows" in str(found) and "over all rows, of 10 schools" in found.notes[0]

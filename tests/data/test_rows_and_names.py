"""Rows left out by reason, attrition of outcomes alone, stacked outcomes, ids used again, labels and the codebook."""

from __future__ import annotations

import ast
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.data.read import read_table
from growthcurves.data.repeats import repeated_note
from growthcurves.data.reused_ids import reused_ids_note
from growthcurves.errors import ColumnError, DataError, DataWarning, ModelError


@pytest.fixture
def trial():
    return gc.load_dataset("trial")


def panel_of(frame, **options):
    return gc.Panel(frame, **({"id": "patient", "time": "week", "outcome": "depression"} | options))


@given(seed=st.integers(0, 2**32 - 1), masks=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_left_out_rows_are_as_if_they_had_never_been_there(seed, masks):
    rng = np.random.default_rng(seed)
    n = 40
    frame = pd.DataFrame({"who": rng.integers(0, 6, n), "day": rng.integers(5, 30, n), "y": rng.normal(size=n)})
    frame.loc[rng.random(n) < 0.1, "y"] = np.nan
    given_masks = {f"reason {k}": rng.random(n) < 0.3 for k in range(masks)}
    out = np.any(list(given_masks.values()), axis=0)
    if out.all() or frame["y"][~out].isna().all():
        return
    roles = {"id": "who", "time": "day", "outcome": "y", "since": "first"}
    plain, panel = gc.Panel(frame[~out], **roles), gc.Panel(frame, **roles, left_out=given_masks)
    np.testing.assert_array_equal(panel.times, plain.times)
    assert len(panel) == len(plain) and panel.rows_total == n == len(panel) + panel.rows_dropped
    counts = panel.dropped.set_index("reason")["rows"]
    assert sum(counts.get(reason, 0) for reason in given_masks) == out.sum()
    one = gc.Panel(frame, **roles).leave_out(out, "all at once") if not frame["y"].isna().all() else panel
    np.testing.assert_array_equal(one.values, plain.values)
    np.testing.assert_array_equal(one.times, plain.times)


def test_a_row_that_is_left_out_may_hold_anything(trial):
    frame = trial.astype({"depression": object})
    frame.loc[3, "depression"] = "not done"
    panel = panel_of(frame, left_out={"not done": frame["depression"] == "not done"})
    assert panel.dropped.values.tolist() == [["not done", 1]]
    with pytest.raises(ModelError, match="one True or False for each of the 3059 rows"):
        panel_of(trial, left_out={"x": [True]})
    with pytest.raises(DataError, match="No row is left"):
        panel_of(trial, left_out={"x": np.ones(len(trial), bool)})


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_attrition_is_of_outcomes_whatever_predictor_is_missing(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"who": np.repeat(np.arange(12), 3), "wave": np.tile([0, 1, 2], 12), "y": rng.normal(size=36)})
    frame.loc[rng.random(36) < 0.2, "y"] = np.nan
    frame["age"] = np.repeat(np.where(rng.random(12) < 0.4, np.nan, 40.0), 3)
    if frame.dropna().empty or frame.dropna()["wave"].nunique() < 3:
        return
    panel = gc.Panel(frame, id="who", time="wave", outcome="y", wave="wave")
    used = panel.drop_missing(["age"])
    pd.testing.assert_frame_equal(used.missing().persons, panel.missing().persons)
    pd.testing.assert_frame_equal(used.missing().dropout, panel.missing().dropout)
    lost = frame["age"].isna() & frame["y"].notna()
    left_out = used.missing().left_out
    expected = [["missing age", lost.sum(), frame["who"][lost].nunique()]]
    assert left_out.values.tolist() == (expected if lost.any() else [])
    assert ("missing age" in str(used.missing())) == lost.any()


def test_stacked_outcomes_are_told_as_that(trial):
    stacked = pd.concat([trial.assign(PARAMCD=code) for code in ("ACTOT", "BDI", "PHQ")], ignore_index=True)
    text = repeated_note(panel_of(stacked))
    assert text is not None and "'PARAMCD' (ACTOT, BDI, PHQ)" in text and "several outcomes are stacked" in text
    assert len(text) <= 300
    with pytest.warns(DataWarning, match="several outcomes are stacked"):
        panel_of(stacked).describe()
    twice = pd.concat([trial, trial.head(3)])
    assert "6 rows share patient and time" in str(repeated_note(panel_of(twice)))
    assert repeated_note(panel_of(trial)) is None


def test_stacked_outcomes_are_told_where_a_cell_has_one_row(trial):
    stacked = pd.concat([trial.assign(PARAMCD=code) for code in ("ACTOT", "BDI")], ignore_index=True)
    again = pd.concat([stacked, stacked.head(4)], ignore_index=True)
    asked = {
        "tells them apart": lambda: gc.to_wide(stacked, id="patient", time="week", values=["depression"]),
        "tells most of them": lambda: gc.to_wide(again, id="patient", time="week", values=["depression"]),
        "where=": lambda: gc.fit(gc.GrowthModel("depression", "week", "patient", residual="ar1"), stacked),
    }
    for said, ask in asked.items():
        with pytest.raises(DataError, match="'PARAMCD' \\(ACTOT, BDI\\)") as caught:
            ask()
        assert said in str(caught.value)


@pytest.mark.parametrize(("name", "code"), [("a`b", "A"), ("class", "it's"), ("missing", 'the "A"'), ("a b", "a\\b")])
def test_the_condition_that_is_offered_chooses_one_of_stacked_outcomes(trial, name, code):
    stacked = pd.concat([trial.assign(**{name: one}) for one in (code, "other")], ignore_index=True)
    offer = str(repeated_note(panel_of(stacked))).partition("where=")[2].partition("; if one id")[0]
    assert len(panel_of(stacked, where=ast.literal_eval(offer))) == len(panel_of(trial))


@pytest.mark.parametrize("interleaved", [False, True])
def test_ids_used_again_in_another_arm(interleaved):
    rng = np.random.default_rng(2)
    rows = [
        (k, arm, 20 + int(rng.integers(40)), 2 * t + 8 * shift * (not interleaved) + shift, rng.normal())
        for shift, arm in enumerate(["drug", "placebo"])
        for k in range(30)
        for t in range(4)
    ]
    frame = pd.DataFrame(rows, columns=["who", "arm", "age", "week", "y"])
    frame["age"] = frame.groupby(["who", "arm"])["age"].transform("first")
    panel = gc.Panel(frame, id="who", time="week", outcome="y")
    text = reused_ids_note(panel, "arm")
    assert text is not None and "30 of 30 ids, such as 0" in text and "id=['arm', 'who']" in text
    with pytest.warns(DataWarning, match="One id seems to be several persons"):
        fit = gc.fit("y ~ week * arm + (1 | who)", frame)
    assert any("several persons" in warning for warning in fit.warnings)
    crossover = frame.assign(age=40 + frame["who"])
    assert reused_ids_note(gc.Panel(crossover, id="who", time="week", outcome="y"), "arm") is None
    assert reused_ids_note(gc.Panel(frame, id=["arm", "who"], time="week", outcome="y"), "arm") is None


@pytest.mark.parametrize("ending", [".sav", ".dta", ".xpt"])
def test_labels_of_variables_are_kept(tmp_path, ending):
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"id": [1.0, 1.0, 2.0], "week": [0.0, 1.0, 0.0], "bdi": [20.0, 11.0, 30.0]})
    write = {".sav": pyreadstat.write_sav, ".dta": pyreadstat.write_dta, ".xpt": pyreadstat.write_xport}[ending]
    write(frame, str(tmp_path / f"t{ending}"), column_labels=["", "Week of treatment", "Beck Depression Inventory"])
    table = read_table(tmp_path / f"t{ending}")
    panel = gc.Panel(table.query("bdi < 100").assign(more=1), id="id", time="week", outcome="bdi")
    assert panel.labels == {"week": "Week of treatment", "bdi": "Beck Depression Inventory"}
    assert panel.ids.dtype == "int64"  # doubles in the file, whole numbers as ids
    book = panel.codebook()
    assert book.table.set_index("column").loc["bdi", "label"] == "Beck Depression Inventory"
    assert "Beck Depression Inventory" in str(book) and "Beck" in book._repr_html_()
    assert gc.Panel(table, id="id", time="week", outcome="bdi", labels={"bdi": "BDI"}).labels == {"bdi": "BDI"}


def test_the_codebook_of_every_type():
    frame = pd.DataFrame(
        {
            "who": ["a", "b", "b"],
            "day": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
            "y": [1.5, -2.0, np.nan],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "arm": pd.Categorical(["x", "y", "x"], categories=["y", "x", "z"]),
            "seen": [True, False, True],
            "none": [None, None, None],
        }
    )
    book = gc.Panel(frame, id="who", time="day", outcome="y").codebook()
    assert book.table[["column", "role", "type", "values", "missing"]].values.tolist() == [
        ["who", "id", "text", "b (2), a (1)", 0],
        ["day", "time", "dates", "2024-01-01 to 2024-01-02", 1],
        ["y", "outcome", "numbers", "-2 to 1.5", 1],
        ["n", "", "whole numbers", "1 to 3", 1],
        ["arm", "", "categories", "y (1), x (2), z (0)", 0],
        ["seen", "", "true or false", "True (2), False (1)", 0],
        ["none", "", book.table["type"].iloc[6], "", 3],
    ]
    assert json.loads(json.dumps(book.to_dict()))["columns"][3]["maximum"] == 3


def test_a_wide_table_is_told_with_its_pattern():
    wide = gc.load_dataset("sleepstudy_wide")
    with pytest.raises(ColumnError, match=r"There is no column 'day': the table is wide.*columns='reaction_\{day\}'"):
        gc.Panel(wide, id="subject", time="day", outcome="reaction")


@pytest.mark.parametrize(
    "pattern, waves, odd",
    [("dass{wave}_1", ["dass1_1", "dass2_1"], "final_1"), ("bdi_{wave}", ["bdi_0", "bdi_6"], "bdi_post"),
     ("bdi_{wave}", ["bdi_1", "bdi_2"], "base_bdi")],
)  # fmt: skip
def test_a_wave_that_the_pattern_misses_is_told(pattern, waves, odd):
    wide = pd.DataFrame({"id": [1, 2], **{name: [3, 4] for name in [*waves, odd, "age", "bdi_mean", "sex_1"]}})
    with pytest.warns(DataWarning, match=f"not '{odd}', which looks like one more wave"):
        gc.to_long(wide, id="id", time="t", columns={"score": pattern})
    spelled = {name: k for k, name in enumerate([*waves, odd])}
    gc.to_long(wide, id="id", time="t", columns={"score": spelled})


def test_a_missing_code_is_counted(tmp_path):
    (tmp_path / "t.csv").write_text("who,t,y\n1,0,-99\n1,1,5\n2,0,-99.0\n2,1,4\n")
    table = read_table(tmp_path / "t.csv", missing=[-99, "abc"])
    assert table.attrs["source"]["matched"] == {"-99": 2, "abc": 0}
    notes = gc.Panel(table, id="who", time="t", outcome="y").notes
    assert notes == (
        "The missing code -99 stood in 2 cells of t.csv.",
        "The missing code abc matches no cell of t.csv.",
    )


@pytest.mark.parametrize("ids", [["site", "who"], ("site", "who"), ["name", "who"]])
def test_several_columns_are_one_id_of_a_model(ids):
    """Numbers are those of one column that says the same, also for rows that a fit is asked about later."""
    data = gc.load_dataset("sleepstudy").query("subject < 345")
    data = data.assign(site=data["subject"] % 3, who=data["subject"])
    data["name"] = data["site"].astype(str) + ", north"
    fit, plain = (gc.fit(gc.GrowthModel("reaction", "day", id), data) for id in (ids, "subject"))
    later = data.tail(3).assign(day=12)
    np.testing.assert_allclose(fit.predict(later), plain.predict(later), rtol=1e-9)
    seen = {"people": "new", "seen": data.head(25)}
    np.testing.assert_allclose(fit.predict(data.head(30), **seen), plain.predict(data.head(30), **seen), rtol=1e-9)
    assert fit.model.id == ", ".join(ids)


def test_numbers_and_texts_of_one_id_are_one_person():
    data = gc.load_dataset("sleepstudy")
    data = data.assign(site=data["subject"] % 2, who=data["subject"])
    data["who"] = data["who"].astype(object)
    data.loc[3, "who"] = str(data.loc[3, "who"])
    assert gc.Panel(data, id=["site", "who"], time="day", outcome="reaction").persons.count == 18


def test_a_tuple_may_be_the_name_of_a_column():
    data = gc.load_dataset("sleepstudy").query("subject < 345").rename(columns={"day": 7, "reaction": ("y", 1)})
    data.columns = pd.Index([("who", 0) if name == "subject" else name for name in data.columns], dtype=object)
    fit = gc.fit(gc.GrowthModel(("y", 1), 7, ("who", 0), random=("intercept",)), data)
    assert fit.predict(data.head(2)).notna().all() and fit.plot.trajectories() is not None


def test_groups_and_columns_of_any_name():
    data = gc.load_dataset("sleepstudy").query("subject < 345").rename(columns={"day": 0})
    data[""] = data[1] = data["subject"] % 2
    panel = gc.Panel(data, id="subject", time=0, outcome="reaction")
    for name in ("", 1):
        assert panel.missing(by=name).totals["group"].nunique() == 2
        assert panel.plot("missing", by=name) is not None
    twice = data.set_axis([*data.columns[:-2], "same", "same"], axis=1)
    panel = gc.Panel(twice, id="subject", time=0, outcome="reaction")
    assert len(panel.codebook().table) == 5 and "12" not in str(panel.describe().notes)

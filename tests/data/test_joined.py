"""Several columns that are one id or one group: the same answers as a column made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.data.joined import joined, with_joined
from growthcurves.errors import ColumnError, DataError, ModelError

values = st.sampled_from(["a", "b", "a, b", "1", "a | b"]) | st.none()


@given(rows=st.lists(st.tuples(values, values, st.integers(0, 2)), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_one_value_for_every_combination_and_none_for_two(rows):
    """Also where the values hold the signs that stand between them."""
    frame = pd.DataFrame(rows, columns=["x", "y", "n"], index=[5] * len(rows))
    codes = joined(frame, ["x", "y", "n"])
    whole = [None if None in row[:2] else row for row in rows]
    assert [pd.isna(code) for code in codes] == [row is None for row in whole]
    seen = {(row, code) for row, code in zip(whole, codes, strict=True) if row is not None}
    assert len(seen) == len({row for row, _ in seen}) == len({code for _, code in seen})


@pytest.fixture
def sites():
    data = gc.load_dataset("sleepstudy")
    return data.assign(site=data["subject"] % 3, who=data["subject"] // 3).drop(columns="subject")


def test_a_fit(sites):
    panel = gc.Panel(sites, id=["site", "who"], time="day", outcome="reaction")
    fit = gc.fit(gc.GrowthModel("reaction", "day", "site, who"), panel)
    assert fit.deviance == pytest.approx(1743.628272, abs=1e-5)  # lme4 1.1-31
    assert panel.persons.count == 18 and "2, 102" in fit.people().index


@pytest.mark.parametrize("door", ["formula", "model", "saved"])
def test_new_rows_of_persons_known_by_several_columns(sites, door, tmp_path):
    """Rows with the parts alone are those of the person whom the parts name: as with a column made by hand."""
    sites["whole"] = sites["site"].astype(str) + ", " + sites["who"].astype(str)
    sites["stress"] = np.sin(np.arange(len(sites)))
    one = gc.fit("reaction ~ day + within(stress) + (day | whole)", sites)
    fit = gc.fit("reaction ~ day + within(stress) + (day | site:who)", sites)
    if door == "model":
        fit = gc.fit(gc.GrowthModel("reaction", "day", ["site", "who"], time_varying="within(stress)"), sites)
    if door == "saved":
        fit = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    rows, ours = sites.iloc[::7], sites.drop(columns="whole")
    for options in ({}, {"people": "average"}, {"people": "new", "seen": rows.iloc[::2]}):
        taken = {**options, "seen": ours.iloc[::14]} if "seen" in options else options
        found, expected = fit.predict(ours.iloc[::7], **taken), one.predict(rows, **options)
        np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_what_a_person_is_called_does_not_depend_on_the_others():
    whole = pd.DataFrame({"x": ["Lee, A", "b", "(c", "d|e"], "y": [1, 2, 3, 4]})
    labels = list(joined(whole, ["x", "y"]))
    assert labels == ["Lee, A | 1", "b, 2", "('(c', '3')", "('d|e', '4')"]
    assert [joined(whole.iloc[[i]], ["x", "y"])[0] for i in range(4)] == labels


def test_there_and_back_again(sites):
    wide = gc.to_wide(sites, id=["site", "who"], time="day", values="reaction")
    assert wide.columns.tolist()[:3] == ["site", "who", "reaction_0"] and len(wide) == 18
    long = gc.to_long(wide, id=["site", "who"], time="day", columns="reaction_{day}")
    assert long.columns.tolist() == ["site", "who", "day", "reaction"]
    expected = sites.sort_values(["site", "who", "day"], ignore_index=True)[long.columns]
    pd.testing.assert_frame_equal(long.reset_index(drop=True), expected, check_dtype=False)
    kept = gc.to_long(wide, id=["site", "who"], time="day", columns="reaction_{day}", keep=[])
    assert kept.columns.tolist() == long.columns.tolist()


def test_within_and_between(sites):
    together, name = with_joined(sites, ["site", "who"], "id")
    plain = gc.within_between(together, id=name, columns="reaction").drop(columns=name)
    pd.testing.assert_frame_equal(gc.within_between(sites, id=["site", "who"], columns="reaction"), plain)


def test_groups_of_two_columns(sites):
    sites["arm"] = np.where(sites["who"] % 2, "drug", "placebo")
    panel = gc.Panel(sites, id=["site", "who"], time="day", outcome="reaction")
    missed = panel.missing(by=["site", "arm"])
    assert missed.names["by"] == "site, arm" and set(missed.totals["group"]) >= {"0, drug", "2, placebo"}
    assert missed.totals["persons"].sum() == 18
    axes = panel.plot("missing", by=["arm"])
    assert axes.get_title() is not None


def test_errors_name_the_parts(sites):
    with pytest.raises(ColumnError, match="'sight'.*'site'"):
        gc.Panel(sites, id=["sight", "who"], time="day", outcome="reaction")
    for ids in (["site", "whom"], "site, whom"):
        with pytest.raises(ColumnError, match="no column 'whom'"):
            gc.fit(gc.GrowthModel("reaction", "day", ids), sites)
    with pytest.raises(ModelError, match="id= needs a column, or a list of different columns"):
        gc.Panel(sites, id=["site", "site"], time="day", outcome="reaction")
    with pytest.raises(DataError, match="Person 2, 102 has two rows|'site, who' must name one row"):
        gc.to_long(sites, id=["site", "who"], time="week", columns={"r": {"reaction": 0}})

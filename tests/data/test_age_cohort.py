"""Age at entry and the time since: by hand, and what the split is for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.note import NoteKind
from growthcurves.errors import ColumnError, ModelError


def test_by_hand_with_missing_ages_and_ids():
    table = pd.DataFrame(
        {"who": ["b", "a", "b", None, "c", "b"], "age": [61.0, 50, 59, 40, np.nan, np.nan]}, index=[9, 8, 7, 6, 5, 4]
    )
    before = table.copy()
    split = gc.age_cohort(table, id="who", age="age")
    pd.testing.assert_frame_equal(table, before)
    assert split.index.tolist() == table.index.tolist()
    np.testing.assert_array_equal(split["age_entry"], [59, 50, 59, np.nan, np.nan, 59])
    np.testing.assert_array_equal(split["age_since_entry"], [2, 0, 0, np.nan, np.nan, np.nan])


@pytest.fixture(scope="module")
def panel():
    """60 persons of 50 to 79 who are seen at five waves; cohorts differ by -0.2 a year, persons age by -0.5."""
    rng = np.random.default_rng(5)
    person, wave = np.repeat(np.arange(60), 5), np.tile(np.arange(5), 60)
    entry = 50.0 + person % 30
    table = pd.DataFrame({"person": person, "wave": wave, "age": entry + 2 * wave})
    own = rng.normal(0, 3, 60)[person]
    table["memory"] = 60 - 0.2 * entry - 0.5 * 2 * wave + own + rng.normal(0, 1, 300)
    return gc.Panel(table, id="person", time="age", outcome="memory", wave="wave")


def test_a_panel_says_its_own_columns_and_rows(panel):
    split = gc.age_cohort(panel)
    assert split["age_entry"].nunique() == 30 and split["age_since_entry"].unique().tolist() == [0, 2, 4, 6, 8]
    for id in (["site", "person"], "site, person"):  # as a list, and as a panel calls both
        together = gc.age_cohort(panel.to_pandas().assign(site="a"), id=id, age="age")
        assert together["age_entry"].tolist() == split["age_entry"].tolist()


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_the_split_gives_the_two_slopes_that_least_squares_has(panel):
    """In a balanced design the slope within is that of deviations from persons' means, that between of the means."""
    split = gc.age_cohort(panel)
    fit = gc.fit("memory ~ age_since_entry + age_entry + (1 | person)", split, time="age_since_entry")
    means = split.groupby("person")[["memory", "age_since_entry", "age_entry"]].transform("mean")
    within = np.polyfit(split["age_since_entry"] - means["age_since_entry"], split["memory"] - means["memory"], 1)[0]
    between = np.polyfit(means["age_entry"], means["memory"], 1)[0]
    assert fit.params["slope"] == pytest.approx(within, rel=1e-9)
    assert fit.params["intercept:age_entry"] == pytest.approx(between, rel=1e-9)
    mixed = gc.fit("memory ~ age + (1 | person)", panel)
    assert within < mixed.params["slope"] < between  # what the warning is about


def test_the_warning_offers_the_call(panel):
    with pytest.warns(gc.errors.DataWarning, match="differences between persons of different 'age'"):
        fit = gc.fit("memory ~ age + (1 | person)", panel)
    note = next(note for note in fit.notes if note.kind is NoteKind.COHORTS)
    assert note.in_code == "gc.age_cohort(data, id='person', age='age') makes both columns."
    split = eval(note.in_code.removesuffix(" makes both columns."), {"gc": gc, "data": panel.to_pandas()})
    assert {"age_entry", "age_since_entry"} <= set(split.columns)


def test_what_is_refused(panel):
    table = panel.to_pandas()
    with pytest.raises(ModelError, match="needs the columns id= and age="):
        gc.age_cohort(table, id="person")
    with pytest.raises(ColumnError, match="agee"):
        gc.age_cohort(table, id="person", age="agee")
    with pytest.raises(ModelError, match="'age_entry' already"):
        gc.age_cohort(table.assign(age_entry=1), id="person", age="age")

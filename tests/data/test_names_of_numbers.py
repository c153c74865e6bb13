"""Columns that are called by numbers, dates or tuples are found by their text, at every door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

NAMES = {
    "numbers": {"reaction": 2019, "day": 3, "subject": 7},
    "tuples": {"reaction": ("y", 1), "day": ("t", 2), "subject": ("who", 0)},
    "a date and others": {"reaction": pd.Timestamp("2019-01-01"), "day": 2.5, "subject": True},
}


@pytest.mark.parametrize("kind", NAMES)
def test_columns_without_texts_answer_as_those_with_texts(kind, tmp_path):
    data = gc.load_dataset("sleepstudy")
    expected = gc.fit("reaction ~ day + (day | subject)", data)
    outcome, time, person = (NAMES[kind][name] for name in ("reaction", "day", "subject"))
    table = data.copy(deep=False)
    table.columns = pd.Index([NAMES[kind].get(name, name) for name in data], tupleize_cols=False)
    y, t, who = map(gc.data.frame.text_of, (outcome, time, person))
    doors = [
        gc.fit(gc.GrowthModel(outcome, time, person), table),
        gc.fit(f"`{y}` ~ `{t}` + (`{t}` | `{who}`)", table),
        gc.fit(gc.GrowthModel(y, t, who), gc.Panel(table, id=person, time=time, outcome=outcome)),
    ]
    doors[0].save(tmp_path / "fit.json")
    for fit in (*doors, gc.load(tmp_path / "fit.json")):
        np.testing.assert_allclose(fit.params, expected.params, rtol=1e-9)
        np.testing.assert_allclose(fit.means(at=[3]).table["estimate"], expected.means(at=[3]).table["estimate"])
    np.testing.assert_allclose(doors[0].predict(table.head()), expected.predict(data.head()), rtol=1e-9)
    assert y in str(doors[0].summary())


def test_a_column_of_that_very_text_is_that_column():
    data = gc.load_dataset("sleepstudy").rename(columns={"day": "3"})
    data[3] = 0.0
    assert gc.Panel(data, id="subject", time="3", outcome="reaction").times.max() == 9.0


@pytest.mark.parametrize("door", ["C(week)", "factor(week)", "week", "C(week, levels=[0.0, 1.0, 2.0])"])
@pytest.mark.parametrize("kind", [int, float])
def test_levels_that_are_whole_numbers_are_called_so(door, kind):
    """As R prints them; whoever writes a decimal point, or R's name, means the same."""
    sleep = gc.load_dataset("sleepstudy").query("day < 3")
    data = sleep.assign(week=pd.Categorical(sleep["day"].astype(kind)) if door == "week" else sleep["day"].astype(kind))
    fit = gc.fit(f"reaction ~ {door} + (1 | subject)", data)
    assert [name.removeprefix("intercept:") for name in fit.terms[1:]] == [f"{door}[1]", f"{door}[2]"]
    found = [fit.test(f"{door}{level} = 0").statistic for level in ("[2]", "[2.0]", "[T.2]", "2")]
    assert found == pytest.approx([found[0]] * 4)


@pytest.mark.parametrize("said", [2, 2.0, "2", "2.0"])
@pytest.mark.parametrize("levels", [[1.0, 2.0, 3.0], ["1", "2", "3"], ["1.0", "2.0", "3.0"]])
def test_a_reference_that_is_a_number_is_found(said, levels):
    sleep = gc.load_dataset("sleepstudy")
    groups = pd.Categorical([levels[place % 3] for place in pd.factorize(sleep["subject"])[0]])
    fit = gc.fit("reaction ~ day + g + (day | subject)", sleep.assign(g=groups), reference={"g": said})
    assert not any("[2" in name for name in fit.terms)


def test_categories_of_polars_declare_no_order():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({
        "arm": polars.Series(["drug", "placebo"] * 6, dtype=polars.Categorical),
        "dose": polars.Series(["low", "high"] * 6, dtype=polars.Enum(["low", "high"])),
    })  # fmt: skip
    read = gc.data.frame.as_frame(frame)
    assert not isinstance(read["arm"].dtype, pd.CategoricalDtype)
    assert read["dose"].cat.categories.tolist() == ["low", "high"]

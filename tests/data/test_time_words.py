"""Times in words: one printing for sentences, tables, pictures and labels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.data.time_words import TimeWords
from growthcurves.numerics.times import time_text, time_texts

FIRST = TimeWords("visit_date", "years", "the first visit")


@pytest.mark.parametrize(
    ("words", "time", "text"),
    [
        (FIRST, 0.0, "at the first visit"),
        (FIRST, 1.0, "1 year after the first visit"),
        (FIRST, 2.0643394935, "2.1 years after the first visit"),
        (FIRST, -0.5, "0.5 years before the first visit"),
        (TimeWords("age", "years"), 3.5833333, "at age 3.6"),
        (TimeWords("day", "days"), 9.0, "at day 9"),
        (TimeWords("day", None, "randomised"), 3.0, "day 3 after randomised"),
    ],
)
def test_when(words, time, text):
    assert words.at(time) == text


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_times_that_stand_together_are_told_apart_and_are_near(times):
    texts = time_texts(times)
    assert len(set(texts)) == len({f"{time + 0.0:.12g}" for time in times})  # -0 is 0
    for time, text in zip(times, texts, strict=True):
        assert abs(float(text) - time) <= 0.05 * max(abs(time), 1e-12) + 1e-12


def test_no_time_is_printed_with_more_digits_than_people_say():
    assert [time_text(t) for t in (0.0, -0.0, 0.25, 1 / 3, 2.0643394935, 59.99999, 1e15)] == [
        "0", "0", "0.25", "0.33", "2.1", "60", "1e+15",
    ]  # fmt: skip


def test_dates_over_years_are_years_in_every_answer():
    """An own rate of 2 per year, whatever it is fitted in: dates say years where numbers say days."""
    rng = np.random.default_rng(3)
    days = np.tile([0.0, 400.0, 800.0, 1507.0], 30)
    visits = pd.Timestamp("2019-03-01") + pd.to_timedelta(days, "D")
    frame = pd.DataFrame({"id": np.repeat(np.arange(30), 4), "visit": visits})
    frame["y"] = 10 + (2 + rng.normal(0, 0.3, 30)[frame["id"]]) * days / 365.25 + rng.normal(0, 1, 120)
    fit = gc.fit(gc.GrowthModel("y", "visit", "id"), frame)
    plain = gc.fit(gc.GrowthModel("y", "day", "id"), frame.assign(day=days))
    assert fit.params["slope"] == pytest.approx(plain.params["slope"] * 365.25, rel=1e-6)
    report = fit.change()
    assert report.unit == "units of y per year"
    assert "after 4.1 years" in str(report) and "visit 0" not in str(report)
    assert "0 to 4.1 years after the first visit; the intercept is the status at the first visit" in str(fit)

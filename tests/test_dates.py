"""Dates through the whole house: what is counted, in models of every shape and after saving, equals plain numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, DataWarning, ModelError

START = pd.Timestamp("2020-02-20")


@pytest.fixture
def numbers():
    data = gc.load_dataset("sleepstudy")
    return data.assign(event=np.where(data["subject"].factorize()[0] % 2, 3.0, 5.5))


@pytest.fixture
def dates(numbers):
    """Everybody starts on another day: time counts from each person's first visit."""
    first = START + pd.to_timedelta(numbers["subject"].factorize()[0] * 11, unit="D")
    moved = {name: first + pd.to_timedelta(numbers[name], unit="D") for name in ("day", "event")}
    return numbers.assign(**moved)


SHAPES = {"linear": "linear", "spline": "spline", "event": gc.Piecewise("event"), "jump": gc.Piecewise("event", True)}


@pytest.fixture(params=list(SHAPES))
def model(request):
    return gc.GrowthModel("reaction", "day", "subject", shape=SHAPES[request.param])


def test_dates_of_visits_and_events_are_counted_alike(model, numbers, dates):
    plain, fit = gc.fit(model, numbers), gc.fit(model, dates)
    assert fit.deviance == pytest.approx(plain.deviance, rel=1e-12)
    np.testing.assert_allclose(fit.people(), plain.people(), rtol=1e-8)
    np.testing.assert_allclose(fit.predict(dates), plain.predict(numbers), rtol=1e-9)
    text = dates.assign(day=dates["day"].astype(str), event=dates["event"].astype(str))
    assert gc.fit(model, text).deviance == pytest.approx(plain.deviance, rel=1e-12)


def test_events_in_weeks(numbers, dates):
    model = gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event"))
    weeks = gc.fit(model, gc.Panel(dates, id="subject", time="day", outcome="reaction", time_unit="weeks"))
    np.testing.assert_allclose(weeks.params, gc.fit(model, numbers).params * [1, 7, 7], rtol=1e-8)


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("since", [None, "first", "2020-01-01", pd.Timestamp("2020-01-01"), "event"])
def test_a_saved_fit_counts_later_visits_from_the_first_that_the_model_saw(dates, since, rows, tmp_path):
    """Not from the first of the new rows."""
    sooner = pd.to_timedelta(dates["subject"].factorize()[0] * 10.9, unit="D")
    dates = dates.assign(day=dates["day"] - sooner, event=dates["event"] - sooner)
    panel = gc.Panel(dates, id="subject", time="day", outcome="reaction", since=since)
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", origin=0), panel)
    later = dates[dates["day"] > dates.groupby("subject")["day"].transform("min") + pd.Timedelta(days=6)]
    again = gc.load(fit.save(tmp_path / "fit.json", rows=rows))
    for people in ("known", "average"):
        expected = fit.predict(dates, people=people)[later.index]
        np.testing.assert_allclose(fit.predict(later, people=people), expected, rtol=1e-12)
        np.testing.assert_allclose(again.predict(later, people=people), expected, rtol=1e-12)
    twice = gc.load(again.save(tmp_path / "again.json", rows=rows))
    np.testing.assert_allclose(twice.predict(later), again.predict(later), rtol=1e-12)


def test_a_saved_fit_counts_events_on_the_same_clock(dates, tmp_path):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event")), dates)
    for rows in (False, True):
        again = gc.load(fit.save(tmp_path / "fit.json", rows=rows))
        np.testing.assert_allclose(again.predict(dates.tail(3)), fit.predict(dates).tail(3), rtol=1e-10)


def test_a_fit_on_numbers_since_the_first_is_saved_with_where_they_count_from(numbers, tmp_path):
    moved = numbers.assign(day=numbers["day"] + 30)
    panel = gc.Panel(moved, id="subject", time="day", outcome="reaction", since="first")
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject"), panel)
    later = moved[moved["day"] > 36]
    again = gc.load(fit.save(tmp_path / "fit.json"))
    np.testing.assert_allclose(again.predict(later), fit.fittedvalues[later.index], rtol=1e-10)


@pytest.mark.parametrize("since", [None, "event"])
@pytest.mark.parametrize("people", ["known", "average"])
def test_numbers_where_dates_were_are_elapsed_times(dates, people, since, tmp_path):
    """As in means(at=6): there is one way to say a time that was counted."""
    panel = gc.Panel(dates, id="subject", time="day", outcome="reaction", since=since)
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", origin=0), panel)
    elapsed = dates.assign(day=panel.times)
    np.testing.assert_allclose(fit.predict(elapsed, people=people), fit.predict(dates, people=people), rtol=1e-12)
    if since != "event":
        again = gc.load(fit.save(tmp_path / "fit.json"))
        np.testing.assert_allclose(again.predict(elapsed, people=people), fit.predict(elapsed, people=people))


def test_the_average_at_an_elapsed_time_needs_no_person(dates):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject"), dates)
    asked = fit.predict(pd.DataFrame({"day": [0.0, 6.0]}), people="average")
    np.testing.assert_allclose(asked, fit.params["intercept"] + fit.params["slope"] * np.array([0.0, 6.0]), rtol=1e-12)


def test_a_new_person_with_one_date_has_no_first_visit_to_count_from(dates):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject"), dates)
    new = pd.DataFrame({"subject": [999, 999], "day": pd.to_datetime(["2021-01-01", "2021-01-08"])})
    with pytest.raises(DataError, match="person 999, who is new, has one 'day' only: give the row of the first visit"):
        fit.predict(new.tail(1), people="average")
    with pytest.warns(DataWarning, match="Person 999 is new to the fit: time is counted from the first 'day'"):
        both = fit.predict(new, people="average")
    np.testing.assert_allclose(both, fit.predict(pd.DataFrame({"day": [0, 7]}), people="average"), rtol=1e-12)


def test_an_event_of_a_new_person_is_counted_from_the_first_visit(numbers, dates):
    model = gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event"))
    fit, plain = gc.fit(model, dates), gc.fit(model, numbers)
    with pytest.warns(DataWarning, match="new to the fit"):
        told = fit.predict(dates.head(10).assign(subject=999), people="average")
    np.testing.assert_allclose(told, plain.predict(numbers.head(10), people="average"), rtol=1e-8)


def test_dates_of_events_among_numbers_are_refused(numbers, dates):
    with pytest.raises(DataError, match="'event' holds dates where numbers are needed"):
        gc.fit(
            gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event")),
            numbers.assign(event=dates["event"]),
        )


@pytest.mark.parametrize("model", ["reaction ~ day + event + (day | subject)", "door"])
def test_dates_are_no_predictor(numbers, dates, model):
    """They would be taken for as many groups as there are dates."""
    model = gc.GrowthModel("reaction", "day", "subject", predictors="event") if model == "door" else model
    with pytest.raises(ModelError, match="'event' holds dates"):
        gc.fit(model, numbers.assign(event=dates["event"]))


def test_text_where_a_persons_knot_should_be_names_the_cell(numbers):
    with pytest.raises(DataError, match="'event' holds the text 'a'.*person 308"):
        gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event")), numbers.assign(event="a"))

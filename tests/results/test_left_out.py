"""Where terms had to be left out, what they would have a say in is withheld: rates, persons and predictions."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import DataWarning, ModelWarning


def fitted(model, data):
    with pytest.warns(ModelWarning, match="Left out"):
        return gc.fit(model, data)


@pytest.fixture
def two():
    data = gc.load_dataset("sleepstudy")
    return data[data["day"].isin([0, 5])]


@pytest.fixture
def line(two):
    return gc.fit(gc.GrowthModel("reaction", "day", "subject", random=("intercept",)), two)


@pytest.fixture(params=["quadratic", gc.Piecewise([3]), gc.Piecewise([3], jump=True)])
def curve(request, two):
    """Two occasions do not tell such curves apart: R keeps the first terms and drops the rest."""
    return fitted(gc.GrowthModel("reaction", "day", "subject", shape=request.param, random=("intercept",)), two)


def test_the_average_rate_between_the_occasions_is_that_of_the_line(curve, line):
    report = curve.change()
    assert report.value("mean rate") == pytest.approx(line.params["slope"], rel=1e-9)
    at = report.table[report.table["quantity"].str.startswith("mean rate at")]
    assert list(at["quantity"]) == ["mean rate at 0", "mean rate at 5"] and at["estimate"].isna().all()
    assert "rate at day 0, at day 5 is withheld" in str(report)


def test_no_person_gets_a_growth_parameter_that_the_data_do_not_determine(curve):
    people = curve.people()
    parameters = [name for name in curve.model.parameters if name != "intercept"]
    assert people[[f"eb_{name}" for name in parameters]].isna().all(axis=None)
    assert people[["eb_intercept", "eb_intercept_se"]].notna().all(axis=None)


def test_persons_are_drawn_where_their_curves_are_determined(curve):
    from growthcurves.plots.style import view
    from growthcurves.results.persons.trajectories import person_lines

    lines = person_lines(curve, np.array([0.0, 3.0, 5.0]))
    known = curve.predict(people="known")
    np.testing.assert_allclose(lines.loc[lines["time"] != 3, "eb"], known, rtol=1e-9)
    assert lines.loc[lines["time"] == 3, "eb"].isna().all()
    assert np.isfinite(view(np.array([]), lines["eb"].to_numpy())).all()


@pytest.mark.parametrize("people", ["known", "average", "new"])
def test_predictions_between_the_occasions_are_missing_and_said_to_be(curve, line, two, people):
    between = two.assign(day=two["day"].where(two["day"] == 0, 3))
    with pytest.warns(DataWarning, match="18 of 36 predictions are missing"):
        found = curve.predict(between, people=people, interval="prediction")
    there = two["day"] == 0
    expected = line.predict(between, people=people, interval="prediction")
    assert found[~there].isna().all(axis=None)
    np.testing.assert_allclose(found[there], expected[there], rtol=1e-7)


def test_a_piece_that_one_group_was_not_seen_in():
    """The second rate of the third group is unknown, and with it the average rate of all; the others' are not."""
    data = gc.load_dataset("sleepstudy")
    arm = np.array(["a", "b", "c"])[data["subject"].factorize()[0] % 3]
    data = data.assign(arm=arm)[(arm != "c") | (data["day"] <= 4)]
    fit = fitted(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise([4]), predictors="arm"), data)
    assert fit.aliased == ("slope2:arm[c]",)
    report = fit.change(by="arm")
    assert np.isnan(report.value("mean rate", "c")) and np.isnan(fit.change().value("mean rate"))
    assert "In group c, the average rate of change" in str(report) and "rises by nan" not in str(report)
    for group in "ab":
        cell = fit.params["slope2"] + (fit.params["slope2:arm[b]"] if group == "b" else 0)
        assert report.value("mean rate at 9", group) == pytest.approx(cell, rel=1e-9)
    lost = fit.people()["eb_slope2"].isna()
    assert set(data.loc[data["subject"].isin(lost[lost].index), "arm"]) == {"c"} and lost.sum() == 6


def test_columns_that_are_combinations_of_others_take_nothing_away_from_persons():
    data = gc.load_dataset("sleepstudy")
    data = data.assign(age=data["subject"].factorize()[0] + 20.0)
    plain = gc.fit("reaction ~ day * age + (day | subject)", data)
    fit = fitted("reaction ~ day * (age + months) + (day | subject)", data.assign(months=12 * data["age"]))
    np.testing.assert_allclose(fit.people(), plain.people(), rtol=1e-6)
    assert fit.change().value("mean rate") == pytest.approx(plain.change().value("mean rate"), rel=1e-8)
    with pytest.warns(DataWarning, match="180 of 180"):
        assert fit.predict(data.assign(months=0.0)).isna().all()


def test_the_defaults_of_intervals_may_be_written_out():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    written = fit.conf_int(method="wald", level=0.95, n=1000, rng=None)
    np.testing.assert_array_equal(written, fit.conf_int())

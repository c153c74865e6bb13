"""within() and between() of a time-varying covariate, in both doors and in predictions."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(8)
    data = gc.load_dataset("sleepstudy")
    data = data[~((data["subject"] % 3 == 0) & (data["day"] > 6))]
    level = data["subject"].map(dict(zip(data["subject"].unique(), rng.normal(0, 2, 18), strict=True)))
    return data.assign(stress=level + rng.normal(0, 1, len(data)))


@pytest.fixture(scope="module")
def split(data):
    means = data.groupby("subject")["stress"].transform("mean")
    return data.assign(stress_within=data["stress"] - means, stress_between=means)


def test_both_doors_and_columns_made_by_hand(data, split):
    model = gc.GrowthModel("reaction", "day", "subject", time_varying="within(stress) + between(stress)")
    fit = gc.fit(model, data)
    door = gc.fit("reaction ~ day + within(stress) + between(stress) + (day | subject)", data)
    hand = gc.fit(model.replace(time_varying="stress_within + stress_between"), split)
    assert fit.terms == ("intercept", "slope", "within(stress)", "between(stress)")
    for other in (door, hand):
        assert other.deviance == pytest.approx(fit.deviance, rel=1e-11)
        np.testing.assert_allclose(other.params, fit.params, rtol=1e-8)
        np.testing.assert_allclose(other.bse, fit.bse, rtol=1e-8)


def test_random_slope_of_the_covariate(data, split):
    model = gc.GrowthModel("reaction", "day", "subject", time_varying="within(stress)")
    random = ("intercept", "slope", "within(stress)")
    fit = gc.fit(model.replace(random=random), data)
    hand = gc.fit(model.replace(time_varying="stress_within", random=("intercept", "slope", "stress_within")), split)
    assert fit.deviance == pytest.approx(hand.deviance, rel=1e-10)


def test_new_rows_of_a_known_person_keep_the_mean_of_the_data(data, split):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", time_varying="within(stress) + between(stress)"), data)
    np.testing.assert_allclose(fit.predict(data.iloc[3:9]), fit.fittedvalues.iloc[3:9], rtol=1e-10)
    mean = split.loc[split["subject"] == 308, "stress_between"].iloc[0]
    new = data[data["subject"] == 308].head(1).assign(stress=mean + 1.5, day=4)
    expected = fit.params @ [1, 4, 1.5, mean]
    assert fit.predict(new, people="average").iloc[0] == pytest.approx(expected, rel=1e-10)


def test_a_new_person_has_the_mean_of_its_own_rows(data):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", time_varying="within(stress) + between(stress)"), data)
    new = data[data["subject"] == 308].head(2).assign(subject=1, stress=[3.0, 5.0], day=[0, 2])
    expected = [fit.params @ [1, 0, -1, 4], fit.params @ [1, 2, 1, 4]]
    np.testing.assert_allclose(fit.predict(new, people="average"), expected, rtol=1e-10)

"""A panel described by weights: means of R's survey, variances of persons repeated, wrong weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.describe import variance_components
from growthcurves.data.persons import Persons
from growthcurves.errors import ModelError

ROLES = {"id": "subject", "time": "age", "outcome": "distance"}


@pytest.fixture
def data() -> pd.DataFrame:
    data = gc.load_dataset("orthodont")
    w = dict(zip(data["subject"].unique(), np.resize([1.0, 2.0, 3.5], 27), strict=True))
    return data.assign(w=data["subject"].map(w))


def test_mean_and_sd_are_those_of_r(data) -> None:
    """R: svymean(~distance, svydesign(~subject, weights = ~w)), and the root of svyvar with ids = ~1."""
    found = gc.Panel(data, **ROLES).describe(gc.SurveyDesign("w"))
    assert found.outcome_mean == pytest.approx(24.07264957264957, rel=1e-12)
    assert found.outcome_sd == pytest.approx(2.751000046070397, rel=1e-12)
    assert (found.persons, found.occasions) == (27, 108)
    assert "outcome mean, weighted" in str(found)
    assert "weights w of subject" in str(found)


def test_equal_weights_are_no_weights(data) -> None:
    panel = gc.Panel(data.assign(w=4.0, r=0.5), **ROLES)
    found, plain = panel.describe(gc.SurveyDesign({"subject": "w", "rows": "r"})), panel.describe()
    for name in ("outcome_mean", "outcome_sd", "variance_between", "variance_within", "icc"):
        assert getattr(found, name) == pytest.approx(getattr(plain, name), rel=1e-12)


def test_variances_are_those_of_persons_repeated() -> None:
    """With as many persons as weights of mean one have: of MSB and of the size, (persons - 1) is all that differs."""
    rng = np.random.default_rng(3)
    ids, w = np.repeat(np.arange(200), 4), np.resize([1, 2, 3], 200)
    y = rng.normal(0, 1, 200)[ids] + rng.normal(0, 1, 800)
    again = np.concatenate([1000 * k + ids[w[ids] > k] for k in range(3)])
    values = np.concatenate([y[w[ids] > k] for k in range(3)])
    between, within = variance_components(Persons.of(again), values)
    mine = variance_components(Persons.of(ids), y, w / w.mean(), np.ones(800))
    assert mine[1] == pytest.approx(within, rel=1e-12)
    assert mine[0] == pytest.approx(between, rel=1e-2)


def test_weights_of_units_above_multiply(data) -> None:
    data = data.assign(school=data["subject"].str[-1], w_school=lambda d: 1.0 + d["school"].astype(int))
    panel = gc.Panel(data, **ROLES)
    found = panel.describe(gc.SurveyDesign({"subject": "w", "school": "w_school"}))
    assert found.outcome_mean == pytest.approx(np.average(data["distance"], weights=data["w"] * data["w_school"]))


@pytest.mark.parametrize(
    ("design", "told"),
    [
        (gc.SurveyDesign("weight"), "weight"),
        (gc.SurveyDesign("age"), "varies within subject"),
        (gc.SurveyDesign(psu="sex"), "give weights="),
        ("w", r"gc\.SurveyDesign"),
        (gc.SurveyDesign({"school": "w"}), "school"),
        (gc.SurveyDesign({"sex": "w"}), "varies within sex"),
    ],
)
def test_wrong_designs_are_told(data, design, told: str) -> None:
    with pytest.raises((ModelError, gc.errors.DataError), match=told):
        gc.Panel(data, **ROLES).describe(design)

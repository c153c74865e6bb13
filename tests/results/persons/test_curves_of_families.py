"""Curves of persons on the scale of the outcome are their predictions at each time, one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.results.persons.trajectories import person_lines


@pytest.fixture(scope="module")
def fit():
    rng = np.random.default_rng(3)
    person, week = np.repeat(np.arange(80), 5), np.tile(np.arange(5.0), 80)
    u = rng.normal(size=(80, 2)) * [1.2, 0.3]
    chance = 1 / (1 + np.exp(0.5 - 0.2 * week - u[person, 0] - u[person, 1] * week))
    arm = np.where(person % 2, "drug", "placebo")
    data = pd.DataFrame({"id": person, "week": week, "arm": arm, "well": rng.random(400) < chance})
    return gc.fit("well ~ week * arm + (week | id)", data, time="week", family="binomial")


def test_lines_of_persons_who_share_a_record_are_those_of_each_alone(fit):
    lines = person_lines(fit, np.array([0.5, 3.0])).iloc[[0, 7, 31, 80, 159]]
    some = person_lines(fit, np.array([0.5, 3.0]), np.array([15, 40]))
    pd.testing.assert_frame_equal(some.iloc[[1, 2]].reset_index(drop=True), lines.iloc[[2, 3]].reset_index(drop=True))
    arms = fit.panel.data.drop_duplicates("id").set_index("id")["arm"]
    rows = pd.DataFrame({"id": lines["id"], "week": lines["time"], "arm": lines["id"].map(arms)})
    one = [float(fit.predict(rows.iloc[[place]]).iloc[0]) for place in range(len(rows))]
    np.testing.assert_allclose(lines["eb"], one, rtol=1e-12)

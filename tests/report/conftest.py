"""Fits that reports are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc


def trial(persons=60):
    """Two arms at four weeks; every third person has placebo."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), 4), "week": np.tile([0.0, 1, 2, 4], persons)})
    frame["arm"] = np.where(frame["id"] % 3 == 0, "placebo", "drug")
    frame["age"] = 30.0 + frame["id"] % 11
    start, rate = rng.normal(20, 4, persons), rng.normal(-1, 0.8, persons)
    frame["bdi"] = start[frame["id"]] + rate[frame["id"]] * frame["week"] + rng.normal(0, 1, len(frame))
    return frame


@pytest.fixture(scope="session")
def make_trial():
    return trial


@pytest.fixture(scope="session")
def sleep_panel():
    data = gc.load_dataset("sleepstudy")
    return gc.Panel(data, id="subject", time="day", outcome="reaction", time_unit="days", outcome_unit="ms")

"""Makes the dense formulas importable, and fits what several files ask."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import growthcurves as gc

sys.path.insert(0, str(Path(__file__).parent))

SLEEP = "reaction ~ day + (day | subject)"


@pytest.fixture(scope="session")
def sleep():
    return gc.load_dataset("sleepstudy")


@pytest.fixture(scope="session")
def sleep_fit(sleep):
    return gc.fit(SLEEP, sleep)


@pytest.fixture(scope="session")
def trial():
    from dense_growth import trial_panel

    return trial_panel()


@pytest.fixture(scope="session")
def trial_model():
    return gc.GrowthModel(
        outcome="score",
        time="week",
        id="patient",
        predictors={"intercept": "arm + age", "slope": "arm + age"},
        reference={"arm": "placebo"},
    )


@pytest.fixture(scope="session")
def trial_fit(trial, trial_model):
    return gc.fit(trial_model, trial)


@pytest.fixture(scope="session")
def trial_dense(trial, trial_fit):
    from dense_growth import trial_formulas

    return trial_formulas(trial, trial_fit)


@pytest.fixture(scope="session")
def trial_information(trial_dense):
    return trial_dense.information()


@pytest.fixture(scope="session")
def sleep_dense(sleep, sleep_fit):
    from dense_growth import sleep_formulas

    return sleep_formulas(sleep, sleep_fit)

"""What the tests of figures share: no window, no figure left open, and the sleepstudy fit."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

import growthcurves as gc


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def sleep():
    data = gc.load_dataset("sleepstudy")
    panel = gc.Panel(data, id="subject", time="day", outcome="reaction", time_unit="days", outcome_unit="ms")
    return gc.fit("reaction ~ day + (day | subject)", panel)

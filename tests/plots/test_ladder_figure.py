"""The ladder as a picture: its numbers are those of the ladder, and what cannot be compared is not drawn."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.plots.ladder import LadderRungs

MODEL = gc.GrowthModel(outcome="distance", time="age", id="subject", origin=8, predictors="sex")


@pytest.fixture(scope="module")
def orthodont():
    return gc.Panel(gc.load_dataset("orthodont"), "subject", "age", "distance", time_unit="years", outcome_unit="mm")


@pytest.fixture(scope="module")
def ladder(orthodont):
    return gc.ladder(MODEL, orthodont, steps=[{"intercept": "sex"}])


def values(frame, quantity):
    return frame[frame["quantity"] == quantity].set_index("model")


def test_numbers_are_those_of_the_fits(ladder):
    frame = LadderRungs().data(ladder)
    within = values(frame, "var:residual")
    assert within["value"].to_dict() == pytest.approx({name: fit.scale for name, fit in ladder.fits.items()})
    deviances = {name: fit.deviance for name, fit in ladder.fits.items()}
    assert values(frame, "deviance")["value"].to_dict() == pytest.approx(deviances)
    assert values(frame, "var:slope").index.tolist() == ["B", "C", "D"]


def test_changes_are_against_the_reference_models(ladder):
    frame = LadderRungs().data(ladder)
    within, slope = values(frame, "var:residual"), values(frame, "var:slope")
    assert np.isnan(within.loc["A", "change"]) and np.isnan(slope.loc["B", "change"])
    assert within.loc["D", "change"] == pytest.approx(within.loc["D", "value"] / within.loc["A", "value"] - 1)
    assert slope.loc["D", "change"] == pytest.approx(slope.loc["D", "value"] / slope.loc["B", "value"] - 1)


def test_the_picture_names_models_and_units(ladder):
    page = ladder.plot()
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in page.axes]
    assert "variance within persons (mm²)" in titles and "variance of the rate of change (mm²/year²)" in titles
    assert "unconditional means" in [text.get_text() for text in page.legends[0].get_texts()]
    other = plt.figure()
    assert ladder.plot(fig=other) is other
    with pytest.raises(ModelError, match="fig"):
        ladder.plot(ax=page.axes[0])


def test_deviances_by_reml_are_not_compared(orthodont):
    frame = LadderRungs().data(gc.ladder(MODEL, orthodont, method="reml"))
    assert "deviance" not in set(frame["quantity"])


def test_withheld_variances_are_said_to_be_withheld():
    frame = gc.load_dataset("sleepstudy").query("day in (0, 5)")
    with pytest.warns(gc.errors.IdentificationWarning):
        ladder = gc.ladder("reaction ~ day + (day | subject)", frame)
    page = ladder.plot()
    assert "withheld" in [text.get_text() for ax in page.axes for text in ax.texts]
    hidden = tuple(
        number._replace(finding=replace(number.finding, value=float("nan"))) for number in ladder.numbers
    )
    with pytest.raises(NotEstimableError, match="withheld"):
        replace(ladder, numbers=hidden).plot()

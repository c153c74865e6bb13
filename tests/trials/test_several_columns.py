"""Several columns are one arm of a trial, and one group of colours."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"id": np.repeat(np.arange(40), 3), "week": np.tile([0, 4, 8], 40)})
    frame["drug"] = np.where(frame["id"] % 2, "active", "placebo")
    frame["dose"] = np.where((frame["id"] // 2) % 2, "high", "low")
    return frame.assign(both=frame["drug"] + ", " + frame["dose"], y=rng.normal(size=len(frame)))


def test_an_arm_of_two_columns_is_their_combination(data):
    asked = {"outcome": "y", "visit": "week", "id": "id", "reference": "placebo, low"}
    two, one = (gc.mmrm(data, arm=arm, **asked) for arm in (["drug", "dose"], "both"))
    assert two.fit.deviance == pytest.approx(one.fit.deviance, abs=1e-9)
    lasts = [float(trial.differences.query("arm == 'active, high'")["estimate"].iloc[-1]) for trial in (two, one)]
    assert lasts[0] == pytest.approx(lasts[1], abs=1e-9)


def test_colours_by_two_columns_are_those_of_their_combination(data):
    panel = gc.Panel(data, id="id", time="week", outcome="y")
    keys = []
    for color in (["drug", "dose"], "both"):
        legend = panel.plot(color=color).get_legend()
        keys.append({text.get_text() for text in legend.get_texts()} if legend else set())
    assert keys[0] >= {"active, high", "placebo, low"} and {key for key in keys[1] if ", " in key} <= keys[0]

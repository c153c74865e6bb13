"""Pictures of trials: their numbers are those of the tables, and nothing is cut."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import growthcurves as gc
from growthcurves.plots import SUBGROUP_FIGURES, TRIAL_FIGURES


@pytest.fixture(scope="module")
def trial():
    data = gc.load_dataset("trial").astype({"patient": str, "arm": str})
    data = data[data.patient < "P080"]
    roles = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
    return gc.mmrm(data, **roles, baseline=0, residual="cs")


@pytest.mark.parametrize("differences", [False, True])
def test_means_and_numbers(trial, differences):
    frame = TRIAL_FIGURES["means"](differences=differences).data(trial)
    shown = trial.differences if differences else trial.means
    np.testing.assert_array_equal(frame["value"], shown["estimate"])
    np.testing.assert_array_equal(frame[["low", "high"]], shown[["conf_low", "conf_high"]])
    assert frame.attrs["counts"][0] == trial.means.loc[trial.means.arm == "placebo", "n"].tolist()
    ax = trial.plot(differences=differences)
    texts = [text.get_text() for text in ax.texts]
    assert str(frame.attrs["counts"][1][0]) in texts
    plt.close("all")


def test_differences_of_two_arms_stand_on_their_ticks_and_numbers_have_a_key(trial):
    ax = trial.plot(differences=True)
    line = next(one for one in ax.lines if one.get_marker() == "o")
    np.testing.assert_allclose(line.get_xdata(), ax.get_xticks(), rtol=1e-12)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names[:2] == ["drug - placebo", "placebo"] and "numbers analysed" in names[2]
    plt.close("all")


def test_forest(trial):
    found = trial.subgroups(["sex", "severity"])
    frame = SUBGROUP_FIGURES["forest"]().data(found)
    np.testing.assert_array_equal(frame["value"].dropna(), found.table["estimate"])
    assert frame["label"].tolist()[0] == "all" and frame["label"][1].startswith("sex (interaction p ")
    assert frame.attrs["whose"] == "n: drug, placebo"
    page = found.plot()
    page.canvas.draw()
    box = page.axes[0].get_tightbbox()
    assert box.x0 >= -1 and box.x1 <= page.bbox.x1 + 1
    plt.close("all")

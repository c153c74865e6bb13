"""The figure of influence shows what `influence()` says, in standard errors of the fit."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.plots import FIGURES
from growthcurves.plots.influence import Influence


@pytest.fixture(scope="module")
def trial():
    data = gc.load_dataset("trial")
    data = data[data["patient"].isin(data["patient"].unique()[:60])]
    return data.assign(site=data["patient"].str[1:].astype(int) % 6)


@pytest.fixture(scope="module")
def fit(trial):
    return gc.fit("depression ~ age + week * arm + (week | patient)", trial, time="week")


def test_everybody_is_there_and_the_greatest_are_named(fit):
    frame, table = FIGURES["influence"](most=5).data(fit), fit.influence()
    assert frame["place"].to_list() == [*range(5), *[-1] * 55]
    order = table.sort_values("cook", ascending=False)
    assert frame["id"].to_list() == order.index.to_list()
    np.testing.assert_allclose(frame["cook"], order["cook"])
    np.testing.assert_allclose(frame["change"], order["change_slope:arm[drug]"] / fit.bse["slope:arm[drug]"])
    assert frame.attrs["panels"][1] == "change of slope:arm[drug]"


def test_the_fixed_effect_that_is_asked_for(fit):
    frame, table = Influence(term="intercept:age").data(fit).set_index("id"), fit.influence()
    expected = table["change_intercept:age"] / fit.bse["intercept:age"]
    np.testing.assert_allclose(frame["change"].reindex(table.index), expected)
    with pytest.raises(ModelError, match="Did you mean 'slope:arm"):
        fit.plot.influence(term="slope:arm[drugs]")
    with pytest.raises(ModelError, match="most= is how many are named"):
        fit.plot.influence(most=0)


def test_names_that_have_no_room_are_among_the_others(fit):
    page = fit.plot.influence(most=30, figsize=(6, 3))
    labels = [label.get_text() for label in page.axes[0].get_yticklabels()]
    named = len(labels) - 1
    assert labels[0] == f"{60 - named} others" and 5 < named < 20
    assert labels[-1] == fit.influence()["cook"].idxmax()
    plt.close(page)


def test_units_and_those_without_whom_nothing_is_estimated(trial):
    new = trial.assign(new=(trial["site"] == 3).astype(float))
    fit = gc.fit("depression ~ week + new + (1 | site/patient)", new, time="week")
    frame = Influence(unit="site").data(fit)
    assert sorted(frame["id"]) == ["0", "1", "2", "4", "5"]
    assert frame.attrs["x"].endswith("each site; changes in standard errors; without 1 of 6 it has no estimates")


def test_crossed_units_are_no_persons_to_leave_out(trial):
    crossed = trial.assign(rater=np.arange(len(trial)) % 7)
    fit = gc.fit("depression ~ week + (1 | patient) + (1 | rater)", crossed, time="week")
    with pytest.raises(NotEstimableError, match="influence_of_occasions"):
        fit.plot.influence()

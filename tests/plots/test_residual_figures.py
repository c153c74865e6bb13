"""Residuals and normal quantiles as pictures: their tables are those of the answers behind them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import beta, norm

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.plots.qq import Qq, drawn_ranks
from growthcurves.plots.residual_points import Residuals


def test_rows_and_their_means(sleep):
    frame = Residuals(kind="marginal").data(sleep)
    rows = frame[frame["part"] == "row"]
    assert rows["residual"].to_numpy() == pytest.approx(sleep.panel.values - rows["fitted"].to_numpy())
    by_time = frame[frame["part"] == "mean by time"].set_index("time")["residual"]
    assert by_time.to_numpy() == pytest.approx(rows.groupby("time")["residual"].mean().to_numpy())
    conditional = Residuals().data(sleep)
    assert conditional.query("part == 'row'")["residual"].to_numpy() == pytest.approx(
        sleep.resid.to_numpy() / np.sqrt(sleep.scale)
    )
    assert "mean by fitted" not in set(conditional["part"])


def test_quantiles_and_their_band(sleep):
    frame = Qq().data(sleep)
    panels = ["Cholesky residuals", "random effect, intercept", "random effect, slope"]
    assert frame["panel"].unique().tolist() == panels
    effects = frame[frame["panel"] == "random effect, slope"]
    assert effects["value"].is_monotonic_increasing and len(effects) == 18
    medians = norm.ppf(beta.ppf(0.5, effects["rank"], 19 - effects["rank"]))
    assert effects["expected"].to_numpy() == pytest.approx(medians)
    assert (effects["low"] < effects["expected"]).all() and (effects["expected"] < effects["high"]).all()


def test_panels_and_canvases(sleep):
    page = plt.figure(figsize=(3.3, 6))
    assert sleep.plot.qq(fig=page) is page
    assert [ax.get_title(loc="left") for ax in page.axes][0] == "Cholesky residuals"
    assert sleep.plot.residuals().axes[1].get_xlabel() == "day"


def test_models_without_time_or_random_effects():
    data = gc.load_dataset("sleepstudy")
    level = gc.fit("reaction ~ 1 + (1 | subject)", data)
    assert len(level.plot.qq().axes) == 2
    marginal = gc.GrowthModel(outcome="reaction", time="day", id="subject", random=(), residual="ar1", wave="day")
    assert len(gc.fit(marginal, data).plot.qq().axes) == 1


def test_kinds_that_are_none(sleep):
    with pytest.raises(ModelError, match="cholesky"):
        sleep.plot.qq(kind="marginal")
    with pytest.raises(ModelError, match="kind of residuals"):
        sleep.plot.residuals(kind="pearsons")


def test_of_many_values_the_ends_and_some_between_are_drawn():
    ranks = drawn_ranks(100_000)
    assert len(ranks) == 400 and ranks[:100].tolist() == list(range(1, 101)) and ranks[-1] == 100_000
    assert drawn_ranks(7).tolist() == list(range(1, 8))

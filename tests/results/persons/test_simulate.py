"""Simulated outcomes have the mean and covariance of the model: X beta and Z G Z' + sigma2 I, computed densely.

Tolerance: 4.5 Monte Carlo standard errors.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError


def test_mean_and_covariance(sleep, sleep_fit):
    drawn = sleep_fit.simulate(4000, rng=1)
    assert drawn.index.equals(sleep.index)
    mean = sleep_fit.params["intercept"] + sleep_fit.params["slope"] * sleep["day"]
    Z = np.column_stack([np.ones(len(sleep)), sleep["day"]])
    same = sleep["subject"].to_numpy()[:, None] == sleep["subject"].to_numpy()
    V = (Z @ sleep_fit.cov_re.to_numpy() @ Z.T) * same + sleep_fit.scale * np.eye(len(sleep))
    sd = np.sqrt(np.diag(V))
    assert (np.abs(drawn.mean(axis=1) - mean) < 4.5 * sd / np.sqrt(4000)).all()
    error = np.sqrt((np.outer(sd, sd) ** 2 + V**2) / 4000)
    assert (np.abs(np.cov(drawn) - V) < 5.5 * error).all()


def test_a_refit_of_simulated_outcomes_finds_the_model(sleep, sleep_fit):
    drawn = sleep_fit.simulate(20, rng=2)
    slopes = [
        gc.fit("reaction ~ day + (day | subject)", sleep.assign(reaction=drawn[name])).params["slope"] for name in drawn
    ]
    assert np.mean(slopes) == pytest.approx(sleep_fit.params["slope"], abs=4.5 * sleep_fit.bse["slope"] / np.sqrt(20))


def test_seeds_and_index(sleep, sleep_fit):
    shuffled = sleep.sample(frac=1, random_state=1)
    fit = gc.fit("reaction ~ day + (day | subject)", shuffled)
    drawn = fit.simulate(2)
    assert drawn.index.equals(shuffled.index)
    assert drawn.equals(fit.simulate(2, rng=drawn.attrs["seed"]))
    assert list(drawn.columns) == ["sim_1", "sim_2"]
    with pytest.raises(ModelError, match="whole number"):
        sleep_fit.simulate(0)


def test_a_far_origin_changes_nothing(sleep):
    near = gc.fit("reaction ~ day + (day | subject)", sleep).simulate(2, rng=3)
    far = gc.fit("reaction ~ day + (day | subject)", sleep.assign(day=sleep["day"] + 1e6)).simulate(2, rng=3)
    np.testing.assert_allclose(near, far, rtol=1e-6)


def test_ordered_words_are_drawn_as_words():
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"id": np.repeat(np.arange(40), 4), "t": np.tile(np.arange(4), 40)})
    level = 0.5 * data["t"] + rng.normal(size=40)[data["id"]] + rng.logistic(size=len(data))
    words = np.array(["none", "some", "much"])[(level > 0).astype(int) + (level > 1.5)]
    data["pain"] = pd.Categorical(words, ["none", "some", "much"], ordered=True)
    drawn = gc.fit("pain ~ t + (1 | id)", data, family="ordinal").simulate(n=2, rng=1)
    assert drawn["sim_1"].cat.ordered and list(drawn["sim_1"].cat.categories) == ["none", "some", "much"]
    again = gc.fit("pain ~ t + (1 | id)", data.assign(pain=drawn["sim_2"]), family="ordinal")
    assert again.certificate.converged

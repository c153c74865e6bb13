"""Over- and underdispersion by squared errors of forecasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.results.persons.scatter import scatter_of_forecasts, scatters_freely

pytestmark = pytest.mark.usefixtures("undrawn")


def _counts(seed: int, extra: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    person, month = np.repeat(np.arange(150), 4), np.tile(np.arange(4.0), 150)
    rate = np.exp(1.0 + 0.5 * rng.normal(size=150)[person])
    rate = rate * (rng.gamma(1 / extra, extra, 600) if extra else 1.0)
    return pd.DataFrame({"id": person, "month": month, "falls": rng.poisson(rate)})


@pytest.fixture(scope="module")
def fits():
    asked = {"time": "month", "family": "poisson"}
    return {extra: gc.fit("falls ~ month + (1 | id)", _counts(4, extra), **asked) for extra in (0.0, 0.5)}


def test_counts_that_are_poisson_are_not_called_overdispersed_and_others_are(fits):
    right, wrong = (scatter_of_forecasts(fits[extra]) for extra in (0.0, 0.5))
    assert right.conf_low < 1 < right.conf_high
    assert wrong.conf_low > 1.3


def test_without_random_effects_it_is_pearsons_statistic_of_pooled_errors():
    # sum (y - m)^2 / sum m of a Poisson regression
    data = _counts(5, 0.5)
    fit = gc.fit(gc.GrowthModel(outcome="falls", time="month", id="id", random=(), family="poisson"), data)
    mean = np.exp(fit.params["intercept"] + fit.params["slope"] * data["month"])
    assert scatter_of_forecasts(fit).ratio == pytest.approx(((data["falls"] - mean) ** 2).sum() / mean.sum(), rel=1e-9)


def test_yes_or_no_says_nothing_of_scatter_and_successes_of_trials_do():
    rng = np.random.default_rng(6)
    data = pd.DataFrame({"id": np.repeat(np.arange(60), 4), "week": np.tile(np.arange(4.0), 60)})
    data["n"] = rng.integers(5, 20, 240)
    data["yes"] = rng.binomial(data["n"], 1 / (1 + np.exp(-rng.normal(size=60)[data["id"]])))
    data["one"] = (rng.random(240) < 0.5).astype(int)
    trials = gc.fit("yes ~ week + (1 | id)", data, time="week", family="binomial", trials="n")
    found = scatter_of_forecasts(trials)
    assert scatters_freely(trials) and found.conf_low < 1 < found.conf_high
    single = gc.GrowthModel(outcome="one", time="week", id="id", random=(), family="binomial")
    assert not scatters_freely(gc.fit(single, data))


def test_the_page_says_so_beside_a_rootogram(fits):
    page = fits[0.5].report().html
    assert "Overdispersed" in page and "hang from how often the model expects it" in page
    assert "Overdispersed" not in fits[0.0].report().html

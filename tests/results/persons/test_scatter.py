"""Over- and underdispersion by squared errors about persons' own curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom, norm

import growthcurves as gc
from growthcurves.results.persons.scatter import scatter_of_outcomes, scatters_freely

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
    right, wrong = (scatter_of_outcomes(fits[extra]) for extra in (0.0, 0.5))
    assert right.conf_low < 1 < right.conf_high
    assert wrong.conf_low > 1.3


def test_without_random_effects_it_is_of_pooled_errors_that_are_weighted():
    # sum (y - m)^2 / (1 + m) over sum m / (1 + m) of a Poisson regression
    data = _counts(5, 0.5)
    fit = gc.fit(gc.GrowthModel(outcome="falls", time="month", id="id", random=(), family="poisson"), data)
    mean = np.exp(fit.params["intercept"] + fit.params["slope"] * data["month"])
    ratio = ((data["falls"] - mean) ** 2 / (1 + mean)).sum() / (mean / (1 + mean)).sum()
    assert scatter_of_outcomes(fit).ratio == pytest.approx(ratio, rel=1e-9)


def test_it_is_a_mean_over_what_a_person_s_outcomes_leave_open():
    """A dense formula: each person's posterior of u on 4,001 points between -8 and 8, of a negative binomial."""
    data = _counts(7, 0.5).head(120)
    fit = gc.fit("falls ~ month + (1 | id)", data, time="month", family="negative-binomial")
    alpha = fit.variance_components("wald").set_index("term").loc["dispersion", "estimate"]
    u, sd = np.linspace(-8.0, 8.0, 4001), fit.cov_re.iloc[0, 0] ** 0.5
    sums = []
    for _, rows in data.groupby("id"):
        y, month = rows["falls"].to_numpy()[:, None], rows["month"].to_numpy()[:, None]
        mean = np.exp(fit.params["intercept"] + fit.params["slope"] * month + sd * u)
        variance = mean + alpha * mean**2
        share = np.exp(nbinom.logpmf(y, 1 / alpha, 1 / (1 + alpha * mean)).sum(axis=0) - u**2 / 2)
        parts = ((y - mean) ** 2 / (1 + variance)).sum(axis=0), (variance / (1 + variance)).sum(axis=0)
        sums.append([(part * share).sum() / share.sum() for part in parts])
    errors, expected = np.array(sums).T
    ratio, J = errors.sum() / expected.sum(), len(errors)
    half = norm.ppf(0.975) * np.sqrt(((errors - ratio * expected) ** 2).sum() * J / (J - 1)) / errors.sum()
    found = scatter_of_outcomes(fit)
    assert found == pytest.approx((ratio, ratio * np.exp(-half), ratio * np.exp(half)), rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_few_persons_who_differ_much_are_not_called_underdispersed(seed):
    """Negative binomial counts of 36 persons with an SD of 1.1: errors of forecasts were said to be half of theirs."""
    rng = np.random.default_rng(seed)
    person, t = np.repeat(np.arange(36), 5), np.tile(np.arange(5.0), 36)
    rate = 1.7 * np.exp(1.1 * rng.normal(size=36)[person] - 0.1 * t) * rng.gamma(1 / 0.7, 0.7, 180)
    data = pd.DataFrame({"id": person, "t": t, "n": rng.poisson(rate)})
    found = scatter_of_outcomes(gc.fit("n ~ t + (1 | id)", data, time="t", family="negative-binomial"))
    assert found.conf_low < 1 < found.conf_high


def test_yes_or_no_says_nothing_of_scatter_and_successes_of_trials_do():
    rng = np.random.default_rng(6)
    data = pd.DataFrame({"id": np.repeat(np.arange(60), 4), "week": np.tile(np.arange(4.0), 60)})
    data["n"] = rng.integers(5, 20, 240)
    data["yes"] = rng.binomial(data["n"], 1 / (1 + np.exp(-rng.normal(size=60)[data["id"]])))
    data["one"] = (rng.random(240) < 0.5).astype(int)
    trials = gc.fit("yes ~ week + (1 | id)", data, time="week", family="binomial", trials="n")
    found = scatter_of_outcomes(trials)
    assert scatters_freely(trials) and found.conf_low < 1 < found.conf_high
    single = gc.GrowthModel(outcome="one", time="week", id="id", random=(), family="binomial")
    assert not scatters_freely(gc.fit(single, data))


def test_the_page_says_so_beside_a_rootogram(fits):
    page = fits[0.5].report().html
    assert "Overdispersed" in page and "hang from how often the model expects it" in page
    assert "Overdispersed" not in fits[0.0].report().html

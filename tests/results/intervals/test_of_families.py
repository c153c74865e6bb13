"""Bootstrap of outcomes that are not normal: replicates are the fits of the tables that they are of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

PERSONS, WAVES = 50, 5


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(11)
    data = pd.DataFrame({"id": np.repeat(np.arange(PERSONS), WAVES), "week": np.tile(np.arange(WAVES), PERSONS)})
    data["trials"] = rng.integers(2, 6, len(data))
    data["hours"] = rng.uniform(0.5, 2.0, len(data))
    u = rng.normal(0.0, 0.8, PERSONS)[data["id"]]
    data["right"] = rng.binomial(data["trials"], 1.0 / (1.0 + np.exp(0.3 - 0.2 * data["week"] - u)))
    data["calls"] = rng.negative_binomial(2, 2.0 / (2.0 + data["hours"] * np.exp(0.3 + 0.1 * data["week"] + u)))
    data["state"] = np.digitize(0.2 * data["week"] + u + rng.logistic(size=len(data)), [-0.5, 1.0])
    return data


MODELS = {
    "binomial": ("right ~ week + (1 | id)", {"family": "binomial", "trials": "trials"}),
    "negative-binomial": ("calls ~ week + (1 | id)", {"family": "negative-binomial", "exposure": "hours"}),
    "ordinal": ("state ~ week + (1 | id)", {"family": "ordinal"}),
}


@pytest.fixture(scope="module", params=list(MODELS))
def case(request, table):
    formula, options = MODELS[request.param]
    return gc.fit(formula, table, **options), formula, options


def test_a_case_replicate_is_the_fit_of_its_persons(case, table):
    fit, formula, options = case
    drawn = fit.bootstrap(2, kind="case", rng=7)
    rng = np.random.default_rng(7)
    for place in range(2):
        persons = rng.integers(0, PERSONS, PERSONS)
        rows = [table[table["id"] == person].assign(id=number) for number, person in enumerate(persons)]
        again = gc.fit(formula, pd.concat(rows), **options)
        row = drawn.table.iloc[place]
        assert row["deviance"] == pytest.approx(again.deviance, abs=1e-5)
        np.testing.assert_allclose(row[list(again.terms)].astype(float), again.params, atol=1e-4)
        assert row["sd:intercept"] == pytest.approx(float(again.cov_re.iloc[0, 0]) ** 0.5, abs=1e-4)


def test_parametric_replicates_vary_as_the_information_says(case):
    """SEs of the observed information; 120 replicates give theirs to a Monte Carlo error of 6.5 %."""
    fit = case[0]
    drawn = fit.bootstrap(120, rng=3)
    assert drawn.counts["not converged"] == 0
    ratio = drawn.table[list(fit.terms)].std(ddof=1) / fit.bse
    assert (abs(np.log(ratio)) < 0.2).all()
    centre = (drawn.table[list(fit.terms)].mean() - fit.params) / fit.bse
    assert (abs(centre) < 0.3).all()
    found = fit.conf_int(method=drawn)
    assert (found["conf_low"] < found["conf_high"]).all()
    own = {"negative-binomial": ["dispersion"], "ordinal": ["threshold:0|1", "threshold:1|2"]}
    assert set(own.get(fit.family.name, [])) <= set(found.index)


def test_a_replicate_without_estimates_has_no_dispersion(table):
    from growthcurves.engine.general.refitted import as_fits

    fit = gc.fit(MODELS["negative-binomial"][0], table, **MODELS["negative-binomial"][1])
    points = as_fits(fit.estimates, None).points(np.ones(1, dtype=bool))
    assert next(points.each()).family is None


def test_replicates_that_separate_are_left_out():
    """One of 12 persons ever has 1 in the drug arm: replicates without that person have no odds ratio."""
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"id": np.repeat(np.arange(24), 5), "week": np.tile(np.arange(5), 24)})
    data["arm"] = np.where(data["id"] < 12, "drug", "placebo")
    data["ill"] = np.where(data["arm"] == "placebo", rng.random(120) < 0.4, (data["id"] == 3) & (data["week"] > 2)) * 1
    fit = gc.fit("ill ~ week + arm + (1 | id)", data, family="binomial", reference={"arm": "placebo"})
    drawn = fit.bootstrap(20, kind="case", rng=2)
    rng, without = np.random.default_rng(2), 0
    for _ in range(20):
        without += 3 not in rng.integers(0, 24, 24)
    assert 0 < without == drawn.counts["not converged"] + drawn.counts["columns dependent"]
    assert drawn.table.loc[drawn.used, "intercept:arm[drug]"].abs().max() < 30.0

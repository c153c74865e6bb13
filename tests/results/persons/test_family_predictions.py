"""Predictions of families against integrals that are written out, on a dense grid of random effects."""

import numpy as np
import pandas as pd
import pytest
from family_panels import drawn_panel, fixed_part, grid, linear_predictors
from scipy import stats
from scipy.special import expit

import growthcurves as gc
from growthcurves.errors import DataError, DataWarning, NotEstimableError

FORMULA = "y ~ t * arm + age + (t | id)"


@pytest.fixture(scope="module")
def yes():
    return gc.fit(FORMULA, drawn_panel("yes"), family="binomial", quadrature=11)


@pytest.fixture(scope="module")
def counts():
    return gc.fit(FORMULA, drawn_panel("counts"), family="poisson", exposure="w", quadrature=7)


@pytest.fixture(scope="module")
def successes():
    return gc.fit(FORMULA, drawn_panel("successes"), family="binomial", trials="m", quadrature=7)


def posterior(fit, rows, log_density, offset=0.0):
    """Nodes, and their weights given the outcomes of these rows of one person."""
    nodes, weights = grid(fit.G)
    logs = log_density(linear_predictors(fit, rows, nodes, offset)).sum(axis=0) + np.log(weights)
    share = np.exp(logs - logs.max())
    return nodes, share / share.sum()


def yes_or_no(rows):
    return lambda eta: stats.bernoulli.logpmf(rows["y"].to_numpy()[:, None], expit(eta))


def person(fit, number):
    return fit.panel.frame[fit.panel.frame["id"] == number]


def test_known_person_is_averaged_over_the_posterior(yes):
    rows = person(yes, 3)
    nodes, share = posterior(yes, rows, yes_or_no(rows))
    chance = expit(linear_predictors(yes, rows, nodes))
    found = yes.predict(rows, interval="confidence")
    np.testing.assert_allclose(found["estimate"], chance @ share, atol=1e-6)
    assert (found["conf_low"] > 0).all() and (found["conf_high"] < 1).all()
    assert found["estimate"].between(found["conf_low"], found["conf_high"]).all()
    effects = yes.random_effects.loc[3]
    np.testing.assert_allclose(effects, share @ nodes, atol=1e-5)


def test_known_person_has_the_uncertainty_of_posterior_and_fixed_effects(yes):
    """The posterior's variance plus that of beta, the derivative by differences of the whole posterior mean."""
    rows = person(yes, 3).iloc[[4]]
    own = person(yes, 3)
    found = yes.predict(rows, interval="confidence")["std_error"].iloc[0]
    nodes, share = posterior(yes, own, yes_or_no(own))
    X = np.column_stack([np.ones(5), own["arm"] == "drug", own["age"], own["t"], own["t"] * (own["arm"] == "drug")])
    order = [list(yes.params.index).index(name) for name in
             ("intercept", "intercept:arm[drug]", "intercept:age", "slope", "slope:arm[drug]")]  # fmt: skip
    prior = np.log(grid(yes.G)[1])
    y = own["y"].to_numpy()[:, None]

    def mean(step):
        eta = linear_predictors(yes, own, nodes) + (X @ step)[:, None]
        logs = stats.bernoulli.logpmf(y, expit(eta)).sum(axis=0) + prior
        weight = np.exp(logs - logs.max())
        return expit(eta[4]) @ (weight / weight.sum())

    h = 1e-4
    slope = np.array([(mean(h * e) - mean(-h * e)) / (2 * h) for e in np.eye(5)])
    V = yes.estimates.cov_beta[np.ix_(order, order)]
    chance = expit(linear_predictors(yes, rows, nodes)[0])
    variance = share @ chance**2 - (share @ chance) ** 2 + slope @ V @ slope
    assert found == pytest.approx(np.sqrt(variance), rel=1e-4)


def test_new_person_given_what_was_seen_is_the_known_one(yes):
    rows = person(yes, 3)
    known = yes.predict(rows, interval="confidence")
    new = yes.predict(rows, people="new", seen=rows, interval="confidence")
    np.testing.assert_allclose(new, known, rtol=1e-9)
    on_link = [yes.predict(rows, scale="link", interval="confidence", **how)
               for how in ({}, {"people": "new", "seen": rows})]  # fmt: skip
    np.testing.assert_allclose(on_link[1], on_link[0], rtol=1e-7)


def test_new_person_given_some_occasions(yes):
    rows = person(yes, 4)
    nodes, share = posterior(yes, rows.iloc[:2], yes_or_no(rows.iloc[:2]))
    later = expit(linear_predictors(yes, rows.iloc[2:], nodes)) @ share
    found = yes.predict(rows.iloc[2:], people="new", seen=rows.iloc[:2])
    np.testing.assert_allclose(found, later, atol=1e-6)


def test_average_and_new_persons_are_averaged_over_all(yes):
    rows = person(yes, 5)
    nodes, weights = grid(yes.G, 100)
    dense = expit(linear_predictors(yes, rows, nodes)) @ weights
    average = yes.predict(rows, people="average", interval="confidence")
    np.testing.assert_allclose(average["estimate"], dense, atol=1e-6)
    np.testing.assert_allclose(yes.predict(rows, people="new"), dense, atol=1e-6)
    typical = yes.predict(rows, people="typical")
    np.testing.assert_allclose(typical, expit(fixed_part(yes, rows)), rtol=1e-12)
    drawn = yes.predict(rows, people="new", interval="confidence")
    assert (drawn["conf_high"] - drawn["conf_low"] > average["conf_high"] - average["conf_low"]).all()


@pytest.mark.filterwarnings("ignore:21 quadrature points:growthcurves.errors.ConvergenceWarning")
def test_a_new_person_among_others_who_differ_much_is_averaged_over_all():
    """An SD near 7, where nodes of posteriors were off by .0002: the integral over u on 20,001 points."""
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"id": np.repeat(np.arange(60), 5), "t": np.tile(np.arange(5.0), 60)})
    data["y"] = (rng.random(300) < expit(6.0 * rng.normal(size=60)[data["id"]] + 0.3 * data["t"])).astype(int)
    fit = gc.fit("y ~ t + (1 | id)", data, time="t", family="binomial", quadrature=21)
    rows = pd.DataFrame({"id": [1000, 1000, 0], "t": [0.0, 4.0, 4.0]})
    u = np.linspace(-10.0, 10.0, 20_001)
    share = np.exp(-(u**2) / 2) / np.exp(-(u**2) / 2).sum()
    eta = fit.params["intercept"] + fit.params["slope"] * rows["t"].to_numpy()[:2, None]
    dense = expit(eta + fit.cov_re.iloc[0, 0] ** 0.5 * u) @ share
    np.testing.assert_allclose(fit.predict(rows.iloc[:2], people="new"), dense, atol=1e-9)
    found = fit.predict(rows, people="new", seen=data[data["id"] == 0])
    np.testing.assert_allclose(found[:2], dense, atol=1e-9)
    assert found[2] == pytest.approx(fit.predict(rows.iloc[2:])[2], abs=1e-9)


def test_interval_of_the_average_is_made_on_the_link_scale(yes):
    found = yes.predict(person(yes, 5), people="average", interval="confidence")
    logit = [np.log(found[name] / (1 - found[name])) for name in ("estimate", "conf_low", "conf_high")]
    np.testing.assert_allclose(logit[0] - logit[1], logit[2] - logit[0], rtol=1e-8)
    error = found["std_error"] / (found["estimate"] * (1 - found["estimate"]))
    np.testing.assert_allclose(logit[2] - logit[0], stats.norm.ppf(0.975) * error, rtol=1e-8)


def test_average_standard_error_by_monte_carlo(yes):
    """Parameters drawn from their joint normal distribution; of 20,000 draws the SD is known to .5 %."""
    info, rows = yes.estimates.uncertainty("observed"), person(yes, 6).iloc[[2]]
    joint = np.block([[yes.estimates.cov_beta, info.cross.T], [info.cross, info.cov]]) * 1e-4  # small: no curvature
    steps = np.random.default_rng(1).multivariate_normal(np.zeros(len(joint)), joint, 20_000)
    p = len(yes.params)
    from growthcurves.results.questions.design_rows import new_rows

    design = new_rows(yes, rows)
    z = yes.standard_rows(design.Z)[0]
    variance = np.array([info.moved(step[p:]).between(z) for step in steps])
    eta = design.X[0] @ yes.point.beta + steps[:, :p] @ design.X[0]
    spread = 100.0 * np.asarray(yes.family.marginal(eta, variance)).std()
    found = yes.predict(rows, people="average", interval="confidence")["std_error"].iloc[0]
    assert found == pytest.approx(spread, rel=0.02)


def test_counts_with_an_exposure(counts):
    rows = person(counts, 2)
    offset, y = np.log(rows["w"]).to_numpy(), rows["y"].to_numpy()[:, None]
    nodes, share = posterior(counts, rows, lambda eta: stats.poisson.logpmf(y, np.exp(eta)), offset)
    known = np.exp(linear_predictors(counts, rows, nodes, offset)) @ share
    np.testing.assert_allclose(counts.predict(rows), known, rtol=1e-6)
    z = np.column_stack([np.ones(5), rows["t"]])
    average = np.exp(fixed_part(counts, rows) + offset + np.einsum("ni,ij,nj->n", z, counts.G, z) / 2.0)
    np.testing.assert_allclose(counts.predict(rows, people="average"), average, rtol=1e-10)
    with pytest.warns(DataWarning, match="exposure of 1"):
        without = counts.predict(rows.drop(columns="w"), people="average")
    np.testing.assert_allclose(without, average / rows["w"], rtol=1e-10)


def test_trials_do_not_scale_probabilities(successes):
    rows = person(successes, 2)
    more = rows.assign(m=100)
    np.testing.assert_allclose(successes.predict(more), successes.predict(rows), rtol=1e-12)
    np.testing.assert_allclose(
        successes.resid.loc[rows.index], rows["y"] / rows["m"] - successes.fittedvalues.loc[rows.index], rtol=1e-12
    )
    y, m = (rows[name].to_numpy()[:, None] for name in ("y", "m"))
    nodes, share = posterior(successes, rows, lambda eta: stats.binom.logpmf(y, m, expit(eta)))
    np.testing.assert_allclose(
        successes.predict(rows, people="new", seen=rows), expit(linear_predictors(successes, rows, nodes)) @ share,
        atol=1e-6,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["yes", "counts", "successes"])
def test_simulated_outcomes_have_the_mean_of_the_average(name, request):
    """Of 400 simulated panels; five Monte Carlo standard errors."""
    fit = request.getfixturevalue(name)
    drawn = fit.simulate(400, rng=1).to_numpy()
    trials = fit.panel.frame["m"].to_numpy() if name == "successes" else 1.0
    expected = fit.predict(people="average").to_numpy() * trials
    totals, error = drawn.mean(axis=0), drawn.mean(axis=0).std() / 20.0
    assert abs(totals.mean() - expected.mean()) < 5.0 * error
    assert (drawn == np.floor(drawn)).all() and (drawn >= 0).all()


@pytest.mark.filterwarnings("ignore:Laplace's approximation")
def test_laplace_has_a_posterior_all_the_same():
    fit = gc.fit(FORMULA, drawn_panel("yes"), family="binomial", quadrature="laplace")
    rows = person(fit, 3)
    nodes, share = posterior(fit, rows, yes_or_no(rows))
    np.testing.assert_allclose(fit.predict(rows), expit(linear_predictors(fit, rows, nodes)) @ share, atol=1e-5)


def test_seen_outcomes_are_checked(yes):
    rows = person(yes, 3)
    with pytest.raises(DataError, match="is 2"):
        yes.predict(rows, people="new", seen=rows.assign(y=2))
    with pytest.raises(NotEstimableError, match="prediction interval"):
        yes.predict(rows, interval="prediction")


def test_categories_that_were_seen_keep_their_places():
    data = drawn_panel("counts").assign(y=lambda d: pd.cut(d["y"], [-1, 0, 1, 3, 1000], labels=False) + 1)
    fit = gc.fit(FORMULA.replace("(t |", "(1 |"), data, family="ordinal")
    rows = person(fit, 3)
    few = rows[rows["y"] == rows["y"].max()]
    found = fit.predict(rows, people="new", seen=few)
    again = fit.predict(rows, people="new", seen=few.assign(y=few["y"].astype(float)))
    np.testing.assert_allclose(found, again, rtol=1e-12)
    assert (found > fit.predict(rows, people="new")).all()

"""Predictions of known and of new persons carry what correlated residuals of seen occasions say of others.

Compared with the textbook's conditional mean and variance of one outcome given others, from dense matrices.
"""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.model.occasions import occasions_of

TERMS = ["intercept", "intercept:arm[drug]", "slope", "slope:arm[drug]"]
MODELS = [
    (gc.CAR1(), ("intercept", "slope")),
    (gc.Exponential(nugget=True), ("intercept",)),
    (gc.CAR1(by="arm"), ("intercept", "slope")),
    ("ar1", ("intercept", "slope")),
    (gc.ARH1(by="arm"), ()),
    ("cs", ()),
    ("un", ()),
]


@pytest.fixture(scope="module")
def trial():
    return gc.load_dataset("trial").query("week <= 8")


def model(residual, random):
    return gc.GrowthModel("depression", "week", "patient", predictors="arm", residual=residual, random=random)


def textbook(fit, seen, wanted):
    """Mean and variance of the wanted outcomes given the seen ones, beta estimated."""
    both = pd.concat([seen, wanted])
    week, drug = both["week"].to_numpy(float), (both["arm"] == "drug").to_numpy(float)
    X = np.column_stack([np.ones(len(week)), drug, week, week * drug])
    Z = np.column_stack([np.ones(len(week)), week])[:, : len(fit.random_names)]
    G = np.asarray(fit.cov_re) if fit.random_names else np.zeros((0, 0))
    V = Z @ G @ Z.T + fit.point.residual.matrix(occasions_of(fit.point.residual, week, "week", both.get))
    n, beta = len(seen), fit.params[TERMS].to_numpy()
    share = V[n:, :n] @ np.linalg.inv(V[:n, :n])
    mean = X[n:] @ beta + share @ (seen["depression"].to_numpy() - X[:n] @ beta)
    left = X[n:] - share @ X[:n]
    cov = np.asarray(fit.cov_params().loc[TERMS, TERMS])
    return mean, V[n:, n:] - share @ V[n:, :n].T + left @ cov @ left.T


@pytest.mark.parametrize(("residual", "random"), MODELS, ids=[str(getattr(r, "name", r)) for r, _ in MODELS])
def test_a_new_person_given_what_was_seen_is_the_textbooks(trial, residual, random):
    fit = gc.fit(model(residual, random), trial)
    person = trial["patient"].value_counts().index[0]
    rows = trial[trial["patient"] == person].assign(patient="new")
    wanted, seen = rows.iloc[[2]], rows.drop(rows.index[2])
    got = fit.predict(wanted, people="new", seen=seen, interval="prediction")
    mean, variance = textbook(fit, seen, wanted)
    np.testing.assert_allclose(got["estimate"], mean, rtol=1e-9)
    np.testing.assert_allclose(got["std_error"] ** 2, np.diag(variance), rtol=1e-9)


@pytest.mark.parametrize(("residual", "random"), MODELS[:4], ids=["car1", "exp", "car1 by arm", "ar1"])
def test_a_known_person_between_and_after_its_occasions(trial, residual, random):
    """A person who misses a visit is predicted there as the textbook says, and the prediction is not the curve's."""
    person = trial["patient"].value_counts().index[0]
    hidden = (trial["patient"] == person) & trial["week"].isin([2, 8])
    fit = gc.fit(model(residual, random), trial[~hidden])
    wanted = trial[hidden]
    got = fit.predict(wanted, people="known", interval="prediction")
    mean, variance = textbook(fit, trial[(trial["patient"] == person) & ~hidden], wanted)
    np.testing.assert_allclose(got["estimate"], mean, rtol=1e-9)
    np.testing.assert_allclose(got["std_error"] ** 2, np.diag(variance), rtol=1e-9)
    if random:
        curve = fit.predict(wanted, people="average") + fit.random_effects.loc[person].to_numpy() @ np.array(
            [np.ones(len(wanted)), wanted["week"]]
        )[: len(random)]
        assert np.abs(curve - got["estimate"]).max() > 1e-3


def test_at_occasions_that_were_seen_a_known_person_is_on_its_own_curve(trial):
    fit = gc.fit(model(gc.CAR1(by="arm"), ("intercept", "slope")), trial)
    np.testing.assert_allclose(fit.predict(trial, people="known"), fit.fittedvalues, rtol=1e-12)


def test_between_planned_occasions_a_structure_that_counts_them_carries_nothing(trial):
    fit = gc.fit(model("ar1", ("intercept", "slope")), trial)
    between = trial.head(4).assign(week=[1.0, 3.0, 5.0, 7.0])
    first, second = fit.predict(between), fit.predict(between.assign(week=between["week"] + 1e-6))
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_the_covariance_of_occasions_is_asked_for_by_the_groups_of_the_residual(trial):
    fit = gc.fit(model(gc.CAR1(by="arm"), ("intercept",)), trial)
    with pytest.raises(ModelError, match="by='arm'"):
        fit.marginal_covariance(at=[0, 8])
    found = fit.marginal_covariance(at=[0, 8], by="arm").matrices
    values = dict(fit.variance_components("wald").set_index("term")["estimate"])
    for (arm,), V in found.items():
        shared = values[f"sd:residual[{arm}]"] ** 2 * values[f"car1[{arm}]"] ** 8
        assert V.loc[0, 8] == pytest.approx(values["sd:intercept"] ** 2 + shared, rel=1e-9)


@pytest.mark.parametrize("residual", ["exp", "car1", "gau", gc.Exponential(nugget=True, by="arm")], ids=str)
def test_where_a_decay_is_instant_nothing_is_carried_over_however_near(residual):
    """The range is at its end, 0: a known person's prediction is the own curve, not what the search stopped at says."""
    rng = np.random.default_rng(2)
    persons = np.repeat(np.arange(20), 4)
    data = pd.DataFrame({"id": persons, "t": np.tile([0.0, 3.0, 6.0, 9.0], 20), "arm": np.where(persons < 9, "a", "b")})
    # neighbours correlate negatively, so that no decay helps
    noise = rng.normal(size=(20, 4)) @ (np.eye(4) - 0.4 * np.eye(4, k=1) - 0.4 * np.eye(4, k=-1))
    data["y"] = 20.0 + 0.5 * data["t"] + np.repeat(rng.normal(size=20), 4) + noise.ravel()
    fit = gc.fit(gc.GrowthModel("y", "t", "id", residual=residual, random=("intercept",)), data)
    ranges = [name for name in fit.certificate.ends if name.startswith(("range", "car1"))]
    assert ranges
    seen = fit.predict(pd.DataFrame({"id": 3, "t": [0.0, 3.0]}))
    near = fit.predict(pd.DataFrame({"id": 3, "t": [1e-6, 0.1, 0.5, 2.9]}))
    np.testing.assert_allclose(near, np.interp([1e-6, 0.1, 0.5, 2.9], [0.0, 3.0], seen), rtol=1e-10)

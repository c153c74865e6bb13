"""A new person given what was seen equals Bayes by dense formulas; nothing is fitted again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

SHAPES = {
    "linear": (lambda t: np.column_stack([np.ones(len(t)), t]), 2),
    "quadratic": (lambda t: np.column_stack([np.ones(len(t)), t, t**2]), 2),
    "pieces": (lambda t: np.column_stack([np.ones(len(t)), np.minimum(t, 3), np.maximum(t - 3, 0)]), 3),
}
SHAPE_VALUES = {"linear": "linear", "quadratic": "quadratic", "pieces": gc.Piecewise([3])}


@pytest.mark.parametrize("name", SHAPES)
def test_dense_bayes(sleep, name):
    basis, q = SHAPES[name]
    new, old = sleep[sleep["subject"] == 308], sleep[sleep["subject"] != 308]
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=SHAPE_VALUES[name]), old)
    seen, later = new[new["day"] < 6], new[new["day"] >= 6].drop(columns="reaction")
    X, Xn = basis(seen["day"].to_numpy(float)), basis(later["day"].to_numpy(float))
    G, s, beta, C = fit.cov_re.to_numpy(), fit.scale, fit.params.to_numpy(), fit.cov_params().to_numpy()
    Z, Zn = X[:, :q], Xn[:, :q]
    B = G @ Z.T @ np.linalg.inv(Z @ G @ Z.T + s * np.eye(len(Z)))
    mean = Xn @ beta + Zn @ B @ (seen["reaction"].to_numpy() - X @ beta)
    moved = Xn - Zn @ B @ X
    curve = np.einsum("ni,ij,nj->n", moved, C, moved) + np.einsum("ni,ij,nj->n", Zn, G - B @ Z @ G, Zn)
    found = fit.predict(later, people="new", seen=seen, interval="prediction")
    np.testing.assert_allclose(found["estimate"], mean, rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], np.sqrt(curve + s), rtol=1e-8)
    assert list(found.index) == list(later.index)
    confidence = fit.predict(later, people="new", seen=seen, interval="confidence")
    np.testing.assert_allclose(confidence["std_error"], np.sqrt(curve), rtol=1e-8)


def test_the_person_of_the_data_seen_again_is_the_known_person(sleep_fit, sleep):
    """All of a person's own rows as seen: the empirical Bayes curve."""
    wanted = sleep[sleep["subject"].isin([308, 309])]
    found = sleep_fit.predict(wanted, people="new", seen=wanted, interval="confidence")
    known = sleep_fit.predict(wanted, people="known", interval="confidence")
    np.testing.assert_allclose(found, known, rtol=1e-9)


def test_a_person_without_rows_is_one_drawn_from_g(sleep_fit, sleep):
    both = pd.DataFrame({"subject": ["a", "b", "b"], "day": [3, 3, 4]})
    seen = pd.DataFrame({"subject": ["b"], "day": [0], "reaction": [400.0]})
    found = sleep_fit.predict(both, people="new", seen=seen, interval="prediction")
    drawn = sleep_fit.predict(both, people="new", interval="prediction")
    np.testing.assert_allclose(found.iloc[0], drawn.iloc[0], rtol=1e-9)
    assert found["estimate"].iloc[1] > drawn["estimate"].iloc[1]


def test_missing_outcomes_are_not_seen(sleep_fit, sleep):
    new = sleep[sleep["subject"] == 310]
    gaps = new.assign(reaction=new["reaction"].where(new["day"] != 2))
    later = pd.DataFrame({"subject": [310], "day": [12]})
    found = sleep_fit.predict(later, people="new", seen=gaps)
    assert found.iloc[0] == pytest.approx(
        sleep_fit.predict(later, people="new", seen=new[new["day"] != 2]).iloc[0], rel=1e-10
    )


def test_predictors_of_new_persons(trial, trial_model):
    old, new = trial[trial["patient"] != "p5"], trial[trial["patient"] == "p5"]
    fit = gc.fit(trial_model, old)
    found = fit.predict(new, people="new", seen=new)
    average = fit.predict(new, people="average")
    assert (found - new["score"]).abs().mean() < (average - new["score"]).abs().mean()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"people": "known", "seen": True}, "belongs to people='new'"),
        ({"people": "new", "seen": True, "newdata": None}, "needs newdata="),
    ],
)
def test_what_makes_no_sense(sleep_fit, sleep, options, words):
    seen = sleep.head(3) if options.pop("seen") else None
    options = {"newdata": sleep.head(5)} | options
    with pytest.raises(gc.errors.ModelError, match=words):
        sleep_fit.predict(seen=seen, **options)


def test_ids_that_do_not_meet(sleep_fit, sleep):
    with pytest.raises(gc.errors.ModelError, match="has rows in seen="):
        sleep_fit.predict(sleep[sleep["subject"] == 308], people="new", seen=sleep[sleep["subject"] == 309])


@pytest.mark.parametrize(
    "terms", ["within(st) + between(st)", "arm * within(st) + between(st)", "between(st):arm + I(within(st) ** 2)"]
)
def test_the_mean_of_a_new_person_is_that_of_the_seen_rows(sleep, terms):
    """The columns made by hand from the seen rows alone, at which no row to be predicted has a say."""
    rng = np.random.default_rng(4)
    data = sleep.assign(st=rng.normal(size=len(sleep)) + sleep["subject"] % 5, arm=sleep["subject"] % 2)
    means = data.groupby("subject")["st"].transform("mean")
    made = data.assign(st_between=means, st_within=data["st"] - means)
    by_hand = terms.replace("within(st)", "st_within").replace("between(st)", "st_between")
    new, old = data[data["subject"] == 308], data["subject"] != 308
    fit = gc.fit(f"reaction ~ day + {terms} + (day | subject)", data[old])
    hand = gc.fit(f"reaction ~ day + {by_hand} + (day | subject)", made[old])
    seen, later = new[new["day"] < 5], new[new["day"] >= 5].drop(columns="reaction")
    mean = seen["st"].mean()
    for moved in (0.0, 7.0):
        later = later.assign(st=np.where(later["day"] > 5, later["st"] + moved, later["st"]))
        columns = [table.assign(st_between=mean, st_within=table["st"] - mean) for table in (seen, later)]
        expected = hand.predict(columns[1], people="new", seen=columns[0], interval="prediction")
        for id in (308, 309):  # an id of the fit is no person of the fit here
            found = fit.predict(
                later.assign(subject=id), people="new", seen=seen.assign(subject=id), interval="prediction"
            )
            np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_seen_rows_without_an_outcome_do_not_count_for_the_mean(sleep):
    data = sleep.assign(st=np.random.default_rng(5).normal(size=len(sleep)))
    fit = gc.fit("reaction ~ day + within(st) + between(st) + (day | subject)", data)
    seen = data[data["subject"] == 308]
    seen = seen.assign(reaction=seen["reaction"].where(seen["day"] < 4))
    wanted = seen[seen["day"] == 9]
    found, fewer = (fit.predict(wanted, people="new", seen=rows) for rows in (seen, seen[seen["day"] < 4]))
    np.testing.assert_allclose(found, fewer, rtol=1e-12)

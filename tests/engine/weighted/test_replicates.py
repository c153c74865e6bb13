"""Replicate weights side by side against a loop of refits, and their factors; differences 1e-8 of standard errors."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError, NotEstimableError

FORMULA = "reaction ~ day * half + (day | subject)"


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


def replicated(count: int = 12, own_times: bool = False) -> pd.DataFrame:
    """Sleepstudy in two halves, with weights and replicates that count some persons more and others less."""
    data = gc.load_dataset("sleepstudy").assign(half=lambda d: np.where(d["subject"] > 340, "b", "a"))
    rng, persons = np.random.default_rng(6), data["subject"].unique()
    weights = rng.uniform(0.5, 3, 18)
    columns = {"w": weights} | {f"rep_{k}": weights * rng.choice([0.5, 1.5], 18) for k in range(1, count + 1)}
    made = {name: data["subject"].map(dict(zip(persons, values, strict=True))) for name, values in columns.items()}
    if own_times:
        data["day"] = data["day"] + rng.uniform(0, 0.5, len(data))
    return data.assign(**made)


@pytest.mark.parametrize("own_times", [False, True])
@pytest.mark.parametrize(
    ("kind", "factor"), [("brr", 1 / 12), ("fay", 1 / (12 * 0.25)), ("jackknife", 11 / 12), ("jk2", 1.0)]
)
def test_replicates_are_a_loop_of_refits(kind: str, factor: float, own_times: bool) -> None:
    data = replicated(own_times=own_times)
    design = gc.SurveyDesign("w", replicates=gc.ReplicateWeights("rep_{k}", kind))
    fit = gc.fit(FORMULA, data, design=design)
    loop = [gc.fit(FORMULA, data, design=gc.SurveyDesign(f"rep_{k}")) for k in range(1, 13)]

    def numbers(one: gc.GrowthFit) -> np.ndarray:
        G = one.cov_re.to_numpy()
        return np.concatenate([one.params, G[np.triu_indices(2)], [one.scale]])

    away = np.array([numbers(one) for one in loop]) - numbers(fit)
    V = factor * away.T @ away
    p = len(fit.params)
    errors = np.sqrt(np.diag(V))
    assert np.abs((fit.cov_params().to_numpy() - V[:p, :p]) / np.outer(errors[:p], errors[:p])).max() < 1e-7
    table = fit.variance_components().set_index("term")["variance_std_error"]
    found = table[["sd:intercept", "cor:intercept,slope", "sd:slope", "sd:residual"]]
    assert found.to_numpy() == pytest.approx(errors[p:], rel=1e-5)
    single = gc.fit(FORMULA, data, design=gc.SurveyDesign("w"))
    assert fit.params.equals(single.params)


def test_degrees_of_freedom_and_words() -> None:
    data = replicated()
    design = gc.SurveyDesign("w", replicates=gc.ReplicateWeights([f"rep_{k}" for k in range(1, 13)]))
    fit = gc.fit(FORMULA, data, design=design)
    weights = data.groupby("subject")[[f"rep_{k}" for k in range(1, 13)]].first()
    assert fit.weighing.df == np.linalg.matrix_rank(weights) - 1 == 11
    assert "12 replicate weights (brr); df 11" in str(fit)
    assert fit.fixed_effects().attrs["ddf"] == "rank of the replicate weights less one"
    factors = gc.ReplicateWeights("rep_{k}", "jackknife", factors=[2.0] * 12)
    other = gc.fit(FORMULA, data, design=gc.SurveyDesign("w", replicates=factors))
    assert other.bse.to_numpy() == pytest.approx(fit.bse.to_numpy() * np.sqrt(24), rel=1e-9)


def test_wrong_replicates_are_told() -> None:
    data = replicated(4)
    with pytest.raises(ModelError, match="No column is called"):
        gc.fit(FORMULA, data, design=gc.SurveyDesign("w", replicates=gc.ReplicateWeights("brr_{k}")))
    wrong = data.assign(rep_3=data["rep_3"].where(data["subject"] != 310))
    with pytest.raises(ModelError, match="'rep_3' of subject 310 is missing"):
        gc.fit(FORMULA, wrong, design=gc.SurveyDesign("w", replicates=gc.ReplicateWeights("rep_{k}")))
    with pytest.raises(ModelError, match="factors= has 2 values for 4"):
        few = gc.ReplicateWeights("rep_{k}", factors=[1, 1])
        gc.fit(FORMULA, data, design=gc.SurveyDesign("w", replicates=few))
    with pytest.raises(ModelError, match="brr"):
        gc.ReplicateWeights("rep_{k}", kind="bootstrap")
    with pytest.raises(ModelError, match="need weights="):
        gc.SurveyDesign(psu="p", replicates=gc.ReplicateWeights("rep_{k}"))
    schools, formula = data.assign(school=data["subject"] % 5), "reaction ~ day + (1 | school) + (1 | subject)"
    for whose, told in ((None, "say whose weights"), ("class", "class"), ("school", "varies within school")):
        design = gc.SurveyDesign("w", replicates=gc.ReplicateWeights("rep_{k}", of=whose))
        with pytest.raises(ModelError, match=told):
            gc.fit(formula, schools, time="day", design=design)
    with pytest.raises(ModelError, match="of= is the column"):
        gc.ReplicateWeights("rep_{k}", of=3)
    gone = data.assign(rep_2=data["rep_2"] * (data["half"] == "a"))
    with pytest.raises(NotEstimableError, match="first number 2"):
        fit = gc.fit(FORMULA, gone, design=gc.SurveyDesign("w", replicates=gc.ReplicateWeights("rep_{k}")))
        _ = fit.bse


def pupils(schools: int = 30, each: int = 8) -> pd.DataFrame:
    """Pupils in schools at four waves, conditional weights of both, and ten half samples of schools and of pupils."""
    rng, count = np.random.default_rng(3), schools * each
    school = np.arange(count) // each
    data = pd.DataFrame({"pupil": np.repeat(np.arange(count), 4), "t": np.tile(np.arange(4.0), count)})
    data["school"] = school[data["pupil"]]
    own, slopes = rng.normal(0, 1, schools)[data["school"]], 1 + rng.normal(0, 0.5, schools)[data["school"]]
    slopes = slopes + rng.normal(0, 0.7, count)[data["pupil"]]
    data["y"] = own + rng.normal(0, 1, count)[data["pupil"]] + slopes * data["t"] + rng.normal(0, 1, len(data))
    of_schools, of_pupils = rng.uniform(0.5, 3, schools), rng.uniform(0.5, 3, count)
    columns = {"ws": of_schools[data["school"]], "wp": of_pupils[data["pupil"]]}
    for k in range(1, 11):
        columns[f"rs_{k}"] = (of_schools * rng.choice([0.5, 1.5], schools))[data["school"]]
        columns[f"rp_{k}"] = (of_pupils * rng.choice([0.5, 1.5], count))[data["pupil"]]
    return data.assign(**columns, high=(data["y"] > data["y"].median()).astype(int))


@pytest.mark.parametrize(("of", "columns"), [("school", "rs"), ("pupil", "rp")])
@pytest.mark.parametrize("scale", ["size", "none"])
def test_replicates_of_pupils_and_schools_are_a_loop_of_refits(of: str, columns: str, scale: str) -> None:
    data, formula = pupils(), "y ~ t + (t | school/pupil)"
    weights = {"pupil": "wp", "school": "ws"}
    replicates = gc.ReplicateWeights(columns + "_{k}", of=of)
    fit = gc.fit(formula, data, time="t", design=gc.SurveyDesign(weights, replicates=replicates, scale=scale))
    again = [gc.SurveyDesign(weights | {of: f"{columns}_{k}"}, scale=scale) for k in range(1, 11)]
    loop = [gc.fit(formula, data, time="t", design=one) for one in again]

    def numbers(one: gc.GrowthFit) -> np.ndarray:
        G = one.cov_re.to_numpy()
        return np.concatenate([one.params, np.diag(G), [G[0, 1], G[2, 3]], [one.scale]])

    away = np.array([numbers(one) for one in loop]) - numbers(fit)
    errors = np.sqrt((away**2).mean(axis=0))
    assert fit.bse.to_numpy() == pytest.approx(errors[:2], rel=1e-7)
    found = fit.variance_components().set_index("term")["variance_std_error"]
    names = ["sd:intercept", "sd:slope", "sd:intercept|school", "sd:slope|school"]
    pairs = ["cor:intercept,slope", "cor:intercept,slope|school"]
    assert found[[*names, *pairs, "sd:residual"]].to_numpy() == pytest.approx(errors[2:], rel=1e-5)
    assert fit.weighing.df == np.linalg.matrix_rank(fit.weighing.replicates) - 1


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_replicates_of_families_are_a_loop_of_refits(family: str) -> None:
    data = pupils().assign(n=lambda d: np.random.default_rng(1).poisson(np.exp(0.3 * d["y"].clip(-2, 3))))
    options = {"time": "t", "family": family, "quadrature": 21}
    formula = f"{'high' if family == 'binomial' else 'n'} ~ t + (1 | pupil)"
    design = gc.SurveyDesign("wp", replicates=gc.ReplicateWeights("rp_{k}", kind="fay"))
    fit = gc.fit(formula, data, design=design, **options)
    loop = [gc.fit(formula, data, design=gc.SurveyDesign(f"rp_{k}"), **options) for k in range(1, 11)]
    away = np.array([[*one.params, one.cov_re.iloc[0, 0]] for one in loop]) - [*fit.params, fit.cov_re.iloc[0, 0]]
    V = away.T @ away / (10 * 0.25)
    assert fit.bse.to_numpy() == pytest.approx(np.sqrt(np.diag(V))[:2], rel=1e-6)
    assert fit.cov_params().iloc[0, 1] == pytest.approx(V[0, 1], rel=1e-5)
    found = fit.variance_components().set_index("term").loc["sd:intercept", "variance_std_error"]
    assert found == pytest.approx(np.sqrt(V[2, 2]), rel=1e-5)
    assert np.isfinite(fit.means(at=[0, 3], scale="response").table["std_error"]).all()

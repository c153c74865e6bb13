"""Fits that are pooled are of one sampling design."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError

FORMULA = "distance ~ age * sex + (age | subject)"


@pytest.fixture(scope="module")
def files():
    data, rng = gc.load_dataset("orthodont"), np.random.default_rng(5)
    number = data["subject"].str[1:].astype(int)
    data = data.assign(w=1.0 + number % 3, v=1.0 + number % 2, a=number // 3, b=number // 4)
    lost = np.arange(len(data)) % 5 == 2
    return [data.assign(distance=data["distance"] + lost * rng.normal(0, 1, len(data))) for _ in range(3)]


def fitted(data, **said):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return gc.fit(FORMULA, data, design=gc.SurveyDesign(**said) if said else None)


def test_fits_of_one_design_are_pooled(files) -> None:
    fits = [fitted(one.sample(frac=1, random_state=k), weights="w", psu="a") for k, one in enumerate(files)]
    found = gc.pool(fits).table
    assert found["estimate"].tolist() == pytest.approx(np.mean([fit.params for fit in fits], axis=0).tolist())
    assert (found["df"] < fits[0].weighing.df).all()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "fit 1 has design= and fit 2 has none"),
        ({"weights": "v", "psu": "a"}, "weights= is 'w' in fit 1 and 'v' in fit 2"),
        ({"weights": "w", "psu": "b"}, "psu= is 'a' in fit 1 and 'b' in fit 2"),
        ({"weights": "w"}, "psu= is 'a' in fit 1 and not given in fit 2"),
        ({"weights": "w", "psu": "a", "strata": "sex"}, "strata= is not given in fit 1 and 'sex' in fit 2"),
    ],
)
def test_fits_of_two_designs_are_refused(files, said, told) -> None:
    first, other = fitted(files[0], weights="w", psu="a"), fitted(files[1], **said)
    with pytest.raises(ModelError, match="one design: " + told.replace("'", ".")):
        gc.pool([first, other])
    if not said:
        with pytest.raises(ModelError, match="fit 2 has design= and fit 1 has none"):
            gc.pool([other, first])


def test_other_weights_and_sampling_units_under_the_same_name_are_refused(files) -> None:
    first = fitted(files[0], weights="w", psu="a")
    with pytest.raises(ModelError, match=r"subject \w+ counts \d in fit 1 and \d in fit 2 \(\d+ others differ too\)"):
        gc.pool([first, fitted(files[1].assign(w=files[1]["v"]), weights="w", psu="a")])
    with pytest.raises(ModelError, match="lies in another sampling unit in fit 2 than in fit 1"):
        gc.pool([first, fitted(files[1].assign(a=files[1]["b"]), weights="w", psu="a")])


def test_the_same_data_twice_beside_others_are_refused(files) -> None:
    fits = [fitted(one) for one in (files[0], files[1], files[0])]
    with pytest.raises(ModelError, match="fit 3 has the same data as fit 1"):
        gc.pool(fits)
    assert "nothing that the model uses was imputed" in str(gc.pool([fits[0], fits[2]]))

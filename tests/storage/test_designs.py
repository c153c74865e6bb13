"""Weighted fits as files: what is read back says the same, is fitted again to the same, and is tried like any other."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, NotAvailableError
from growthcurves.fit import WeightedFit
from growthcurves.storage.sealed import opened, sealed
from growthcurves.storage.values import decoded, encoded


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


def orthodont() -> pd.DataFrame:
    data = gc.load_dataset("orthodont")
    persons = data["subject"].unique()
    data = data.assign(w=data["subject"].map(dict(zip(persons, np.resize([1.0, 2.0, 3.5], 27), strict=True))))
    for k in range(6):
        half = np.random.default_rng(k).choice([0.5, 1.5], 27)
        data[f"rep_{k}"] = data["w"] * data["subject"].map(dict(zip(persons, half, strict=True)))
    long = (data["distance"] > 24).astype(int)
    return data.assign(wr=1.0 + data["age"] / 10, unit=data["subject"].str[-1], long=long)


def sleepstudy() -> pd.DataFrame:
    data = gc.load_dataset("sleepstudy")
    data = data.assign(group=data["subject"] % 5, w=1.0 + data["subject"] % 3, w_group=1.0 + data["subject"] % 5)
    halves = {f"rep_{k}": data["w_group"] * (0.5 + (data["group"] + k) % 5 % 2) for k in range(5)}
    return data.assign(**halves)


GROWTH = "distance ~ age * sex + (age | subject)"
CASES = {
    "persons": (GROWTH, orthodont, gc.SurveyDesign("w")),
    "rows": (GROWTH, orthodont, gc.SurveyDesign({"subject": "w", "rows": "wr"}, strata="sex", psu="unit")),
    "replicates": (GROWTH, orthodont, gc.SurveyDesign("w", replicates=gc.ReplicateWeights("rep_{k}", kind="fay"))),
    "replicates of units": (
        "reaction ~ day + (1 | group/subject)", sleepstudy,
        gc.SurveyDesign({"subject": "w", "group": "w_group"}, replicates=gc.ReplicateWeights("rep_{k}", of="group")),
    ),
    "levels": (
        "reaction ~ day + (day | group/subject)", sleepstudy, gc.SurveyDesign({"subject": "w", "group": "w_group"}),
    ),
}  # fmt: skip


def _time(formula: str) -> str:
    return "day" if "day" in formula else "age"


@pytest.fixture(scope="module")
def fits():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return {
            name: gc.fit(formula, data(), time=_time(formula), design=design)
            for name, (formula, data, design) in CASES.items()
        }


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("rows", [False, True])
def test_a_weighted_fit_comes_back(fits, tmp_path, name: str, rows: bool) -> None:
    fit = fits[name]
    back = gc.load(fit.save(tmp_path / "fit.json", rows=rows))
    assert isinstance(back, WeightedFit)
    assert str(back) == str(fit)
    assert back.bse.equals(fit.bse)
    mine, theirs = fit.change().table, back.change().table
    assert theirs["estimate"].to_numpy(float) == pytest.approx(mine["estimate"].to_numpy(float), nan_ok=True)
    again = gc.load(back.save(tmp_path / "again.json", rows=rows))
    assert str(again) == str(fit)
    if rows:
        assert back.refit().bse.to_numpy() == pytest.approx(fit.bse.to_numpy(), rel=1e-7)
        assert back.means().table["std_error"].to_numpy() == pytest.approx(
            fit.means().table["std_error"].to_numpy(), rel=1e-9
        )


@pytest.mark.parametrize("name", CASES)
def test_without_persons_errors_are_still_by_the_design(fits, tmp_path, name: str) -> None:
    fit = fits[name]
    back = gc.load(fit.save(tmp_path / "fit.json", people=False))
    assert back.bse.equals(fit.bse)
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    assert back.variance_components()[columns].equals(fit.variance_components()[columns])
    assert back.fixed_effects()["df"].equals(fit.fixed_effects()["df"])
    with pytest.raises(NotAvailableError, match="saved without its persons"):
        back.people()


def test_outcomes_of_a_family_are_saved_with_their_rows(tmp_path) -> None:
    design = gc.SurveyDesign("w", strata="sex")
    fit = gc.fit("long ~ age + (1 | subject)", orthodont(), time="age", family="binomial", design=design)
    back = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    assert str(back) == str(fit)
    assert back.bse.to_numpy() == pytest.approx(fit.bse.to_numpy(), rel=1e-8)


@pytest.mark.parametrize(
    ("place", "change", "told"),
    [
        (("people", "persons"), lambda w: -w, "weights of persons"),
        (("people", "persons"), lambda w: w[:-1], "weights of persons"),
        (("people", "sampled"), lambda c: c + 40, "sampling units"),
        (("people", "strata"), lambda c: c + 1, "strata of its design"),
        (("unit",), lambda u: -u, "strata of its design"),
        (("said", "scale"), lambda s: "half", "design.said.scale"),
        (("factors",), lambda f: np.ones(3), "replicate weights"),
    ],
)
def test_a_design_that_was_changed_is_refused(fits, tmp_path, place, change, told: str) -> None:
    path = fits["persons"].save(tmp_path / "fit.json")
    values = decoded(opened(path)[0])
    inside = values["design"]
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = change(inside[place[-1]])
    path.write_text(sealed(encoded(values)))
    with pytest.raises(DataError, match=told):
        gc.load(path)

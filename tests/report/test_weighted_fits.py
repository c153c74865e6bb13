"""Pages of weighted fits: weighted numbers, the design, what has no meaning told, code that fits the same again."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.report.code import code


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    data = gc.load_dataset("orthodont")
    w = dict(zip(data["subject"].unique(), np.resize([1.0, 2.0, 3.5], 27), strict=True))
    data = data.assign(w=data["subject"].map(w), unit=data["subject"].str[-1])
    for k in (1, 2, 3, 4):
        half = np.random.default_rng(k).choice([0.5, 1.5], 27)
        data[f"rep_{k}"] = data["w"] * data["subject"].map(dict(zip(w, half, strict=True)))
    return data


def fitted(data: pd.DataFrame, formula: str = "distance ~ age * sex + (age | subject)", where=None, **design):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return gc.fit(formula, data, where=where, design=gc.SurveyDesign(**design))


def test_the_page_tells_the_design_and_what_has_no_meaning(data) -> None:
    page = fitted(data, weights="w", strata="sex", psu="unit").report()
    assert "weighted maximum likelihood (pseudo-likelihood)" in page.html
    assert "sampling units (unit) in 2 strata (sex)" in page.html
    assert "know nothing of how persons were sampled" in page.html
    assert "no AIC, no BIC and no likelihood ratio" in page.html
    assert "sampling units were drawn independently of each other" in page.html
    assert "of distance, all rows, weighted" in page.html
    numbers = page.tables["data"].set_index("quantity")["value"]
    assert numbers["outcome mean"] == pytest.approx(24.07264957264957, rel=1e-12)  # R: svymean(~distance, ...)


@pytest.mark.parametrize(
    "design",
    [
        {"weights": "w", "strata": "sex", "psu": "unit", "single": "centred"},
        {"weights": {"subject": "w"}, "scale": "effective"},
        {"weights": "w", "replicates": gc.ReplicateWeights("rep_{k}", kind="fay", fay=0.3)},
    ],
)
def test_its_code_fits_the_same_again(data, design: dict) -> None:
    fit = fitted(data, where="age > 8", **design)
    lines = code(fit).replace("data = ...  # the long table", "").replace('data = gc.load_dataset("orthodont")', "")
    made = {"gc": gc, "data": data}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        exec("\n".join(line for line in lines.split("\n") if not line.startswith(("data =", "print"))), made)  # noqa: S102
    assert made["fit"].params.equals(fit.params)
    assert made["fit"].bse.equals(fit.bse)


def test_yes_or_no_counts_whom_the_rows_stand_for(data) -> None:
    long = data.assign(long=(data["distance"] > 24).astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        fit = gc.fit("long ~ age + (1 | subject)", long, time="age", family="binomial", design=gc.SurveyDesign("w"))
        page = fit.report()
    share = np.average(long["long"], weights=long["w"])
    assert f"all rows, weighted</th><td>{100 * share:.0f} %" in page.html.replace("\n", "").replace("  ", "")

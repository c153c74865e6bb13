"""Profile likelihood intervals against dense likelihood roots and lme4.

`reference/profile.json` is made by `make_profile.R`: the textbook likelihood with dense V_i, minimised over all else
by nlminb from several starts, its root found by uniroot. Tolerances: 1e-6 relative to the interval's width for the
dense roots; 1e-3 for lme4's own bounds, which are interpolated.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference_values import FOLDER, cases, our_term

import growthcurves as gc

PROFILE = cases("profile")
FEW = [308, 309, 330, 331, 333, 352]
OURS = {"sd1": "sd:intercept", "sd2": "sd:slope", "cor": "cor:intercept,slope", "sigma": "sd:residual"}
#: Where lme4's profile runs into the boundary (a correlation of one, an SD of zero) it stops at it or interpolates past
#: it; there its bounds are not roots of the likelihood, which the tests above show ours to be. The rest agrees.
LME4_AT_BOUNDARY = {
    "orthodont": ["cor", "sd2"],
    "chickweight": ["sd1"],
    "near_singular": ["cor", "sigma"],
    "singular_plus": ["sd1", "(Intercept)", "time"],
}
#: lme4 finds no profile of a variance that is estimated as zero.
LME4_FAILS = ["zero_slope", "zero_all"]


def fit_of(name: str, method: str):
    record = PROFILE[name]
    data = pd.read_csv(Path(FOLDER, record["file"]))
    if name == "sleepstudy_few":
        data = data[data["subject"].isin(FEW) & (data["day"] <= 3)]
    for column in ("diet", "arm"):
        if column in data:
            data[column] = data[column].astype("category")
    return gc.fit(record["formula"], data, method=method)


def their_term(name: str, time: str) -> str:
    if name.startswith(("diet", f"{time}:diet")):
        owner, level = ("slope", name.split("diet")[1]) if ":" in name else ("intercept", name.removeprefix("diet"))
        return f"{owner}:diet[{level}]"
    return our_term(name, time)


def number(value) -> float:
    return {"Inf": np.inf, "-Inf": -np.inf}.get(value, value)


@pytest.mark.parametrize("name", list(PROFILE))
@pytest.mark.parametrize("method", ["ml", "reml"])
def test_variance_components_are_roots_of_the_dense_likelihood(name, method):
    fit, record = fit_of(name, method), PROFILE[name][method]
    assert fit.deviance == pytest.approx(record["m2ll"], rel=1e-9)
    found = fit.variance_components(method="profile").set_index("term")
    for theirs, ours in OURS.items():
        wanted = np.array([number(end) for end in record["interval"][theirs]], dtype=float)
        width = wanted[1] - wanted[0]
        np.testing.assert_allclose(found.loc[ours, ["conf_low", "conf_high"]].astype(float), wanted, atol=1e-6 * width)
        assert (ours in found.attrs["notes"]) == (theirs == "cor" and width == 2.0)


@pytest.mark.parametrize("name", list(PROFILE))
def test_fixed_effects_are_roots_of_the_dense_likelihood(name):
    record = PROFILE[name]
    found = fit_of(name, "ml").conf_int(method="profile")
    for term, wanted in record["ml"]["beta"].items():
        ours = found.loc[their_term(term, record["time"])]
        np.testing.assert_allclose(ours, wanted, atol=1e-6 * (wanted[1] - wanted[0]))
    reml = fit_of(name, "reml").conf_int(method="profile")
    assert "REML; fixed effects ML" in reml.attrs["intervals"]
    fixed = [their_term(term, record["time"]) for term in record["ml"]["beta"]]
    np.testing.assert_allclose(reml.loc[fixed], found.loc[fixed], rtol=1e-9)


@pytest.mark.parametrize("name", [name for name in PROFILE if name not in LME4_FAILS])
def test_near_the_bounds_of_lme4(name):
    record = PROFILE[name]
    found = fit_of(name, "ml").conf_int(method="profile")
    for term, wanted in record["lme4"].items():
        if term not in LME4_AT_BOUNDARY.get(name, []):
            ours = OURS[term] if term in OURS else their_term(term, record["time"])
            np.testing.assert_allclose(found.loc[ours], wanted, atol=1e-3 * (wanted[1] - wanted[0]))

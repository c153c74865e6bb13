"""Random parts with factors, products and groups of two columns against lme4 (tests/reference/make_random_terms.R).

Deviances to 1e-6, what follows from them to 2e-3 of an SD and 1e-3 else: lme4's optimisers stop there.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from tests.reference_values import cases, table

LEFT_OUT = (4, 22, 23, 76, 100, 101, 102, 159)
PLACES = [0, 39, 89, 171]


@pytest.fixture(scope="module")
def data():
    sleep = table("sleepstudy.csv").drop(index=list(LEFT_OUT)).reset_index(drop=True)
    person, day = pd.factorize(sleep["subject"], sort=True)[0] + 1, sleep["day"]
    return sleep.assign(
        sex=np.where(person % 2 == 0, "f", "m"),
        phase=np.select([day < 3, day < 6], ["early", "mid"], "late"),
        site=person % 3,
        number=person // 3,
        dose=(person * 7) % 11 + day % 3,
    )


@pytest.mark.parametrize("case", cases("random_terms"), ids=lambda case: f"{case['formula']} {case['method']}")
def test_as_lme4(data, case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit(case["formula"], data, case["method"], time="day")
    assert fit.deviance == pytest.approx(case["deviance"], abs=1e-6)
    np.testing.assert_allclose(np.sort(fit.params), case["estimate"], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(np.sort(fit.bse), case["se"], rtol=1e-3)
    found = fit.variance_components(method="wald").set_index("term")["estimate"]
    np.testing.assert_allclose(np.sort(found[found.index.str.startswith("sd:")]), case["sd"], rtol=2e-3, atol=1e-3)
    np.testing.assert_allclose(fit.fittedvalues.iloc[PLACES], case["fitted"], rtol=1e-4)
    for people, expected in (("known", case["fitted"]), ("average", case["average"])):
        np.testing.assert_allclose(fit.predict(data.iloc[PLACES], people=people), expected, rtol=1e-4)

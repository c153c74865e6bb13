"""The natural spline basis against R's splines::ns, inside and outside the boundary knots (tests/reference/ns.json)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from growthcurves.model.shapes.natural_spline import natural_basis, natural_knots

CASES = json.loads((Path(__file__).resolve().parents[1] / "reference" / "ns.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_same_columns_as_r(name):
    case = CASES[name]
    ours = natural_basis(np.array(case["at"], float), tuple(case["knots"]), tuple(case["boundary"]))
    np.testing.assert_allclose(ours, case["basis"], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if "_df" in name])
def test_knots_at_the_quantiles_of_the_distinct_times(name):
    case = CASES[name]
    repeated = np.repeat(np.array(case["times"], float), np.arange(1, len(case["times"]) + 1))
    knots, boundary = natural_knots(repeated, len(case["knots"]) + 1)
    np.testing.assert_allclose(knots, case["knots"], rtol=1e-14)
    assert boundary == tuple(case["boundary"])

"""Formulas that would never end, or fill the memory, are refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import FormulaError
from growthcurves.model.columns import evaluate, table_column
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.sheet import Sheet

N = 50
TABLE = {"x": np.linspace(0.0, 4.0, N), "z": np.cos(np.arange(N)), "arm": np.array(["a", "b"])[np.arange(N) % 2]}
MANY = ["x" + str(i) for i in range(10_000)]

ENDLESS = {
    "10,000 different terms": " + ".join(MANY),
    "2,000 different terms": " + ".join(MANY[:2_000]),
    "a power of a sum": "(x + z + arm)**40",
    "a power of many": f"({' + '.join(MANY[:60])})**5",
    "powers of powers": "(((x + z)**20)**20)**21",
    "products of sums": f"({' + '.join(MANY[:200])}) * ({' + '.join(MANY[200:400])})",
    "nested additions": f"I({'+'.join(['x'] * 20_000)})",
    "nested calls": "I(" * 20_000 + "x" + ")" * 20_000,
    "nested parentheses": "(" * 20_000 + "x" + ")" * 20_000,
    "nested parentheses in a call": "I(" + "(" * 2_000 + "x" + ")" * 2_000 + ")",
    "nested brackets": "C(x, levels=" + "[" * 2_000 + "]" * 2_000 + ")",
    "signs before signs": "I(" + "-" * 5_000 + "x)",
    "powers in a row": "I(" + "**".join(["x"] * 140) + ")",
    "many spline columns": "bs(x, df=100000)",
    "many natural spline columns": "ns(x, df=100000)",
    "many knots": f"bs(x, knots={list(np.linspace(0.1, 3.9, 3_000))})",
    "many natural knots": f"ns(x, knots={list(np.linspace(0.1, 3.9, 3_000))})",
    "a high polynomial": "poly(x, 100000)",
    "a high degree": "bs(x, df=100000, degree=99999)",
    "products of splines": "poly(x, 90):poly(z, 90)",
    "a list times a number": "C(x, levels=[0] * 10**9)",
    "a text times a number": "C(arm, levels=['a' * 10**9])",
    "texts added": "C(arm, levels=['a' + 'b'])",
    "many levels": f"C(x, levels={list(range(5_000))})",
    "a long formula": "x" * 60_000,
    "a shift": "I(x << 10**9)",
}


def made(text):
    """Values of the columns."""
    return evaluate(read_terms(text), Sheet(lambda name: table_column(name, TABLE[name], {}), N))[1]


@pytest.mark.parametrize("name", ENDLESS)
def test_what_would_never_end_is_one_sentence(name):
    with pytest.raises(FormulaError) as caught:
        made(ENDLESS[name])
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "name", [name for name in ENDLESS if "different" in name or "nested" in name or "power" in name]
)
def test_at_the_doors_too(name):
    data = gc.load_dataset("sleepstudy")
    with pytest.raises(FormulaError):
        gc.fit(f"reaction ~ day + {ENDLESS[name]} + (day | subject)", data)
    with pytest.raises(FormulaError):
        gc.GrowthModel("reaction", "day", "subject", predictors=ENDLESS[name])


def test_numbers_are_floats():
    """9**9**9 has 369 million digits as a whole number; as a float it is infinite, and the column is named."""
    data = gc.load_dataset("sleepstudy").assign(x=1.0)
    assert np.isinf(made("I(x + 9**9**9)")[1]).all()
    with pytest.raises(gc.errors.DataError, match="infinite|undefined"):
        gc.fit("reaction ~ day + I(day * 9**9**9 + subject) + (day | subject)", data)
    assert np.isinf(made(f"I(x + {'9' * 400})")[1]).all()


def test_long_but_sensible_formulas_are_read():
    assert len(made(" + ".join(f"I(x + {i})" for i in range(400)))) == 401
    items = "+".join(["x"] * 150)
    np.testing.assert_allclose(made(f"I(({items}) / 150)")[1], TABLE["x"], rtol=1e-12)
    assert len(made("bs(x, df=20) + ns(z, df=9)")) == 30

"""Random formulas of the whole grammar make the columns, the names and the replay of formulaic's own model_matrix."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pandas as pd
import pytest
from formulaic import model_matrix

import growthcurves as gc
from growthcurves.model.columns import evaluate, replay, table_column
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.sheet import Sheet

N = 60
RNG = np.random.default_rng(0)
TABLE = {
    "x": RNG.normal(2, 1, N),
    "z": RNG.normal(size=N),
    "w w": np.abs(RNG.normal(3, 1, N)),
    "a": np.array(["p", "q", "r"])[RNG.integers(0, 3, N)],
    "b": np.array(["f", "m"])[RNG.integers(0, 2, N)],
    "c": RNG.integers(1, 5, N).astype(float),
}
FRAME = pd.DataFrame(
    {name: values if values.dtype.kind == "f" else pd.Categorical(values) for name, values in TABLE.items()}
).astype({"c": int})  # whole numbers name levels as whole numbers
#: Truths are categories here, as in R; formulaic has them as 0 and 1 unless C() is said.
TRUTHS = ["I(a == 'p')", "I((x > 1) & (z < 1))", "I(1 < x)"]
FACTORS = [
    "x",
    "z",
    "`w w`",
    "a",
    "b",
    "c",
    "I(x**2)",
    "I(x + z*2 - 1)",
    "log(`w w`)",
    "np.sqrt(`w w`)",
    "C(c)",
    "C(a, contr.sum)",
    "C(a, contr.helmert)",
    "C(b, contr.treatment('m'))",
    "C(c, contr.poly)",
    "C(a, contr.diff)",
    "C(a, contr.SAS)",
    "C(a, Sum)",
    "C(b, Treatment(reference='m'))",
    "C(a, levels=['r', 'q', 'p'])",
    "C(c > 2)",
    "C(c, levels=[4, 3, 2, 1])",
    "center(x)",
    "scale(z)",
    "scale(z, ddof=0)",
    "standardize(x)",
    "scale(x, center=False)",
    "poly(x, 2)",
    "poly(x, 3, raw=True)",
    "bs(x, df=4)",
    "bs(z, df=5, degree=2, include_intercept=True)",
    "cr(x, df=3)",
    "cc(z, df=3)",
    "cr(x, knots=[1, 2], constraints='center')",
    *TRUTHS,
    "{x + z}",
    "{x / (z - 9)}",
    "np.maximum(x, z)",
    "I(-x)",
    "I(x ** -1 * (z - 1))",
    "I(2 ** x)",
    "I(-x ** 2)",
    "exp(-(x - 1) ** 2 / 2)",
    "np.log1p(exp(x))",
    "I(x % 2 // 1)",
    "2:x",
    "x:3",
]


def formula(rng, depth=0):
    """A random right side."""
    kind = rng.random()
    if depth > 2 or kind < 0.35:
        return rng.choice(FACTORS)
    one, other = formula(rng, depth + 1), rng.choice(FACTORS)
    kinds = [
        "{0} + {1}",
        "{0} + {1}",
        "{0} + {1}",
        "{0}:{1}",
        "({0}) * {1}",
        "{1} / {1}",
        "({0} + {1})**2",
        "{0} - {1}",
        "0 + {0}",
        "{0} - 1",
        "1 + {0}",
        "({0})",
        "-1 + {0}",
        "a*b*{1}",
        "b:{1} + a",
    ]
    return rng.choice(kinds).format(one, other)


def column(name):
    return table_column(name, TABLE[name], {})


def theirs(text):
    """Formulaic's matrix; None where it refuses the formula."""
    for truth in TRUTHS:
        text = text.replace(truth, f"C{truth[1:]}")
    try:
        return model_matrix(text, FRAME, na_action="ignore")
    except Exception:  # formulaic raises what it meets
        return None


def named(matrix):
    names = ["1" if name == "Intercept" else str(name).replace("[T.", "[") for name in matrix.columns]
    for truth in TRUTHS:
        names = [name.replace(f"C{truth[1:]}", truth) for name in names]
    return names


@pytest.mark.parametrize("block", range(8))
def test_columns_names_and_replay(block):
    compared = 0
    for seed in range(block * 50, block * 50 + 50):
        text = formula(random.Random(seed))
        expected = theirs(text)
        if expected is None or expected.shape[1] > 120 or _scaled_categories(text):
            continue
        found, made = evaluate(read_terms(text), Sheet(column, N))
        assert list(found.names) == named(expected), text
        values = [np.ones(N) if values is None else values for values in made]
        if values:
            np.testing.assert_allclose(
                np.column_stack(values), expected.to_numpy(float), rtol=1e-9, atol=1e-11, err_msg=text
            )
        rows = np.random.default_rng(seed).integers(0, N, 20)
        again = expected.model_spec.get_model_matrix(FRAME.iloc[rows].reset_index(drop=True), na_action="ignore")
        new = {name: pd.Series(values[rows]) for name, values in TABLE.items()}
        if found.used:
            np.testing.assert_allclose(replay(found, new), again.to_numpy(float), rtol=1e-9, atol=1e-11, err_msg=text)
        compared += 1
    assert compared > 30


def _scaled_categories(text):
    """Formulaic multiplies twice where a number scales all levels of a category."""
    return any(number in text for number in ("2:x", "x:3"))


@pytest.mark.parametrize("seed", range(200))
def test_a_tree_reads_its_own_text(seed):
    text = formula(random.Random(seed))
    tree = read_terms(text)
    assert read_terms(str(tree)) == tree and str(read_terms(str(tree))) == str(tree)


def test_numbers_scale_a_term():
    matrix = model_matrix("2:x + z", FRAME)
    found, made = evaluate(read_terms("2:x + z"), Sheet(column, N))
    assert list(found.names) == named(matrix)
    np.testing.assert_allclose(made[1], 2 * TABLE["x"])
    _, both = evaluate(read_terms("0 + 2:a"), Sheet(column, N))
    assert set(np.unique(np.column_stack(both))) == {0.0, 2.0}


@pytest.fixture(scope="module")
def panel():
    """Persons' predictors that are constant within persons, and one that is not."""
    rows = pd.DataFrame({name: np.repeat(values[:40], 4) for name, values in TABLE.items()})
    rng = np.random.default_rng(3)
    rows = rows.assign(id=np.repeat(np.arange(40), 4), t=np.tile(np.arange(4.0), 40), v=rng.normal(size=160))
    effect = rows["x"] + (rows["a"] == "q") * rows["t"]
    return rows.assign(y=effect + np.repeat(rng.normal(size=40), 4) + rng.normal(size=160))


LEVEL_TWO = [
    "x * a",
    "a:b + x",
    "C(a, contr.sum) + z",
    "poly(x, 2)",
    "{x + z}",
    "(x + a + b)^2 - x:a",
    "0 + a + x",
    "b / x",
]


@pytest.mark.parametrize("text", LEVEL_TWO)
def test_both_doors_make_the_columns_of_formulaic(panel, text):
    """The same likelihood as that of formulaic's own columns, in a formula and as predictors of the intercept."""
    matrix = model_matrix(
        text.replace("^", "**"), panel.assign(a=panel["a"].astype("category"), b=panel["b"].astype("category"))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        by_formula = gc.fit(f"y ~ t + {text} + (t | id)", panel, method="ml", time="t")
        by_model = gc.fit(
            gc.GrowthModel("y", "t", "id", origin=0.0, predictors={"intercept": text}), panel, method="ml"
        )
        columns = {f"k{i}": matrix.iloc[:, i] for i in range(matrix.shape[1])}
        own = gc.fit(f"y ~ 0 + t + {' + '.join(columns)} + (t | id)", panel.assign(**columns), method="ml", time="t")
    assert by_formula.deviance == pytest.approx(own.deviance, rel=1e-9)
    if "poly" not in text:  # orthogonal over rows or over persons: another basis of the same space
        assert set(by_formula.terms) == set(by_model.terms)
    assert by_model.deviance == pytest.approx(own.deviance, rel=1e-9)

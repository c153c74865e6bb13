"""What R's users write in formulas, against the columns of R's model.matrix (tests/reference/make_words_of_r.R)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthcurves.errors import FormulaError, GrowthCurvesError
from growthcurves.model.columns import evaluate, replay, table_column
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.sheet import Sheet
from tests.reference_values import cases

TABLE = pd.DataFrame(
    {
        "x": [-1.5, 0.3, 0.3, 2.1, -0.2, 0.9, 1.4, -2.2, 0.3, 3.5, -0.7, 1.1],
        "n": [0, 3, 5, 9, 6, 1, 2, 8, 4, 7, 3, 6.0],
        "k": [2.0, 0, 1, 3] * 3,
        "a": np.repeat(["a", "b", "c"], 4),
        "b": ["lo", "hi"] * 6,
        "g": [True, False, False] * 4,
    }
)


def made(text, table=TABLE):
    def column(name):
        values = table[name]
        return table_column(name, values.to_numpy() if values.dtype.kind == "f" else values, {})

    record, values = evaluate(read_terms(text), Sheet(column, len(table)))
    return record, np.column_stack([np.ones(len(table)) if one is None else one for one in values])


@pytest.mark.parametrize("case", cases("words_of_r"), ids=lambda case: case["formula"])
def test_columns_are_those_of_model_matrix(case):
    record, found = made(case["formula"])
    expected = np.array(case["columns"], dtype=float)
    rank, together = (np.linalg.matrix_rank(one, tol=1e-8) for one in (expected, np.hstack([expected, found])))
    assert found.shape[1] == rank == together
    if expected.shape[1] == rank:  # R keeps columns that follow from others
        np.testing.assert_allclose(found, expected, atol=1e-7)
    np.testing.assert_allclose(replay(record, dict(TABLE.head(5))), found[:5], atol=1e-12)
    again, same = made(str(read_terms(case["formula"])))
    assert again.names == record.names
    np.testing.assert_array_equal(same, found)


@pytest.mark.parametrize(
    "text, said",
    [
        ("x > 0", r"inside I\(\)"),
        ("!g", r"inside I\(\)"),
        ("a == 'b'", r"inside I\(\)"),
        ("n %in% 1:3", r"I\(x %in% 1:3\)"),
        ("n %in% 1", r"I\(x %in% 1:3\)"),
        ("is.na(x)", "left out before"),
        ("I(x - ave(x, a))", "within"),
        ("paste(a, b)", "interaction"),
        ("cumsum(x)", "order of rows"),
        ("I(2 * n %% 3)", "parentheses"),
        ("I(2 * n %in% c(2, 4))", "parentheses"),
        ("cut(n, c(0, 9))", "include.lowest"),
        ("ns(x, 3, intercept=TRUE)", "without intercept"),
        ("C(k, contr.treatment(4, base=2))", "relevel"),
        ("factor(k, levels=0:3, labels=c('a', 'a', 'b', 'c'))", "different names"),
        ("as.numeric(a)", "texts that are numbers"),
        ("I(n %in% 1:99999999)", "at most 1,000"),
        ("seq(0, 1, 0)", "cannot be read|at most"),
        (".", "name the predictors"),
    ],
)
def test_other_words_are_answered_in_a_sentence(text, said):
    with pytest.raises(FormulaError, match=said) as caught:
        made(text)
    assert len(str(caught.value)) <= 300 and isinstance(caught.value, GrowthCurvesError)

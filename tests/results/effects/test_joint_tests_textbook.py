"""Type 3 against a dense textbook construction on random designs (Goodnight 1978): the overparameterised design made of
the rows, its estimable functions, and the part of an effect's that is orthogonal to those that leave it alone.

F 1e-6 relative: the same hypothesis, tested with the fit's own estimates.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from covering import first

import growthcurves as gc
from growthcurves.results.questions.design_rows import new_rows

TERMS = ["a*b", "a*b*c", "a + a:b", "a*x + b", "a*b + c*x", "a:b + c", "a*b + a:x"]
CODINGS = ["{}", "C({}, contr.sum)", "C({}, contr.helmert)", "C({}, contr.poly)", "C({}, Treatment('2'))"]


def drawn(rng):
    n = 60
    persons = pd.DataFrame({name: rng.integers(1, k + 1, n).astype(str) for name, k in (("a", 3), ("b", 3), ("c", 2))})
    persons["x"] = rng.normal(size=n)
    if rng.random() < 0.6:
        cells = set(zip(*rng.integers(1, 4, (2, 2)).astype(str), strict=True))
        persons = persons[[pair not in cells for pair in zip(persons["a"], persons["b"], strict=True)]]
    persons["id"], persons["u"] = np.arange(len(persons)), rng.normal(size=len(persons))
    rows = persons.loc[persons.index.repeat(3)].reset_index(drop=True)
    rows["t"] = np.tile([0.0, 1.0, 2.0], len(persons))
    return rows.assign(y=rows["u"] + rows["t"] + rng.normal(size=len(rows))).sample(frac=1.0, random_state=1)


def expanded(text):
    """The terms of a right side, as sets of names."""
    found = []
    for part in text.split(" + "):
        names = part.replace(":", "*").split("*")
        sizes = range(1, len(names) + 1) if "*" in part else [len(names)]
        found += [frozenset(some) for size in sizes for some in itertools.combinations(names, size)]
    return list(dict.fromkeys(found))


def block(data, term):
    made = np.ones((len(data), 1))
    for name in sorted(term):
        own = data[["x"]].to_numpy() if name == "x" else pd.get_dummies(data[name]).to_numpy(float)
        made = np.einsum("ni,nj->nij", made, own).reshape(len(data), -1)
    return made


def null(A):
    left, values, _ = np.linalg.svd(A) if A.size else (np.eye(len(A)), np.zeros(0), None)
    return left[:, (values > 1e-8 * max(values.max(initial=0), 1e-300)).sum() :].T


def textbook(data, terms, effect):
    """Rows of weights of E(y) over the rows of the data (r, n): the type 3 hypothesis of an effect."""
    everything = [frozenset(), frozenset("t"), *terms]
    blocks = [data[["t"]].to_numpy() if term == {"t"} else block(data, term) for term in everything]
    whole = np.column_stack(blocks)
    above = [effect < term and ("x" in effect) == ("x" in term) for term in everything]
    mark = np.concatenate([
        np.full(one.shape[1], 2 if term == effect else int(up))
        for one, term, up in zip(blocks, everything, above, strict=True)
    ])  # fmt: skip
    left, values, right = np.linalg.svd(whole, full_matrices=False)
    rank = (values > 1e-9 * values[0]).sum()
    estimable, weights = right[:rank], left[:, :rank].T / values[:rank, None]
    free = null(estimable[:, mark == 0])
    functions, weights = free @ estimable, free @ weights
    alone = null(functions[:, mark == 2]) @ functions
    kept = null(functions @ alone.T) if len(alone) else np.eye(len(functions))
    return kept @ weights


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("seed", first(30, range(100)))
def test_same_as_the_textbook(seed):
    rng = np.random.default_rng(seed)
    data, text = drawn(rng), TERMS[seed % len(TERMS)]
    chosen = {name: rng.choice(CODINGS[: 4 if name == "c" else 5]).format(name) for name in "abc"}
    formula = "".join(chosen.get(sign, sign) for sign in text)
    fit = gc.fit(f"y ~ t + {formula} + (1 | id)", data)
    X = new_rows(fit, data).X
    table = fit.joint_tests(ddf="normal").table.set_index("term")
    back = {f"intercept:{':'.join(chosen.get(name, name) for name in order)}": frozenset(order)
            for term in expanded(text) for order in itertools.permutations(term)}  # fmt: skip
    seen = 0
    for name, row in table.iterrows():
        if name not in back:
            continue
        L = textbook(data, expanded(text), back[name]) @ X
        seen += 1
        assert row["df_num"] == len(L)
        if len(L):
            middle = L @ np.asarray(fit.cov_params()) @ L.T
            estimate = L @ np.asarray(fit.params)
            F = estimate @ np.linalg.solve(middle, estimate) / len(L)
            np.testing.assert_allclose(row["statistic"], F, rtol=1e-6)
    assert seen == len(expanded(text))


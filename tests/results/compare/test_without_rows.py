"""Fits whose rows are gone are compared as in memory where the rows are known to be the same, and refused where not."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.results.compare import probes

MODELS = {
    "intercepts": "score ~ day + arm + (1 | who)",
    "slopes": "score ~ day * arm + age + (day | who)",
    "recoded": "score ~ day * C(arm, contr.sum) + center(age) + stress + (day | who)",
    "curve": "score ~ ns(day, 3) * arm + age + poly(stress, 2) + (day | who)",
    "schools": "score ~ day * arm + (1 | school/who)",
    "untimed": "score ~ day * arm + (1 | who)",
}
OPTIONS = {"intercepts": {"time": "day"}, "schools": {"time": "day"}}


def rows() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    who, day = np.repeat(np.arange(80), 5), np.tile(np.arange(5.0), 80)
    table = pd.DataFrame({"who": who, "day": day + rng.uniform(0, 0.4, 400).round(2)})
    table["school"], table["arm"] = who // 8, np.array(["talk", "drug", "placebo"])[who % 3]
    table["age"] = rng.normal(40, 9, 80).round(1)[who]
    table["stress"] = rng.normal(5, 2, 400).round(2)
    u = rng.normal(size=(80, 2))[who] * [2.0, 0.6]
    table["score"] = (20 + u[:, 0] + (1 + u[:, 1]) * table["day"] + rng.normal(0, 1.5, 400)).round(2)
    return table


TABLE = rows()
SHUFFLED = TABLE.sample(frac=1, random_state=1)


@pytest.fixture(scope="module")
def fits(small_batches):
    """Each model by where its rows are: in memory, in batches of two sizes and orders."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        memory = {name: gc.fit(text, TABLE, **OPTIONS.get(name, {})) for name, text in MODELS.items()}
        batches = {
            name: gc.fit(text, [SHUFFLED if place % 2 else TABLE], batch=60 + 70 * place, **OPTIONS.get(name, {}))
            for place, (name, text) in enumerate(MODELS.items())
        }
    return {"memory": memory, "batches": batches}


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


PAIRS = [("intercepts", "slopes"), ("slopes", "recoded"), ("slopes", "curve"), ("intercepts", "schools")]
PAIRS += [("untimed", "slopes"), tuple(MODELS)]


@pytest.mark.parametrize("names", PAIRS)
def test_the_comparison_is_that_in_memory(fits, names, tmp_path, monkeypatch):
    memory, batches = ([fits[where][name] for name in names] for where in ("memory", "batches"))
    expected = str(gc.compare(*memory))
    assert str(gc.compare(*batches)) == expected
    assert str(gc.compare(batches[0], *memory[1:])) == expected
    loaded = gc.load(memory[0].save(tmp_path / "fit.json"))
    assert str(gc.compare(loaded, *batches[1:])) == expected
    monkeypatch.setattr(probes, "PERSONS", 30)  # some persons, and others who are drawn
    assert str(gc.compare(*batches)) == expected


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda table: table.assign(score=table["score"].where(table.index != 7, 0.0)), "not the same outcomes of the"),
        (lambda table: table[:-2], "different rows \\(400 of 80 persons and 398 of 80 persons\\)"),
        (lambda table: table.assign(day=10 - table["day"]), "not known which row is which"),
        (lambda table: table.assign(who=table["who"] + 1), "not the same outcomes of the"),
    ],
)
def test_other_rows_are_refused(fits, changed, said):
    other = gc.fit(MODELS["slopes"], [changed(TABLE)], batch=150)
    for fit in (fits["batches"]["intercepts"], fits["memory"]["intercepts"]):
        with pytest.raises(ModelError, match=said):
            gc.compare(fit, other)


def test_times_in_another_unit_are_the_same_rows(fits):
    months = TABLE.assign(day=TABLE["day"] / 30)
    fit = [gc.fit(MODELS["slopes"], one) for one in (months, [months])]
    expected = str(gc.compare(fits["memory"]["intercepts"], fit[0]))
    assert str(gc.compare(fits["memory"]["intercepts"], fit[1])).splitlines()[:6] == expected.splitlines()[:6]


def test_what_is_not_known_is_said(fits, tmp_path):
    text = gc.fit(MODELS["slopes"], [TABLE.assign(who="p" + TABLE["who"].astype(str))])
    with pytest.raises(NotAvailableError, match="who is text in one of them and numbers in the other"):
        gc.compare(fits["batches"]["intercepts"], text)
    sums = gc.load(fits["memory"]["intercepts"].save(tmp_path / "fit.json", people=False))
    with pytest.raises(NotAvailableError, match="not known: the fit was saved without its persons"):
        gc.compare(sums, fits["batches"]["slopes"])

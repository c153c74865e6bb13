"""What checks advise is Python that runs: every call of every finding, of models and data of many kinds."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from planted import Truth

import growthcurves as gc
from growthcurves.checks import CHECKS, FACTS, FitChecks, calls
from growthcurves.errors import GrowthCurvesWarning, ModelError

matplotlib.use("Agg")
PERSONS = 40


def _table(seed: int = 1) -> pd.DataFrame:
    data = Truth(seed, PERSONS).table()
    data["kind"] = np.where(data["stress"] > 0, "hi", "lo")
    data["yes"] = (data["y"] > 11).astype(int)
    data["rater"] = np.random.default_rng(0).integers(0, 7, len(data))
    return data


def _irregular() -> pd.DataFrame:
    truth = Truth(2, PERSONS)
    truth.irregular()
    return truth.table()


def _named_oddly() -> pd.DataFrame:
    """Columns with spaces, umlauts and quotes; persons and arms in words with quotes."""
    data = _table().rename(columns={
        "y": "Größe (mg)", "t": "Zeit seit Start", "severity": 'Schwere "x"', "stress": "Streß 1", "arm": "Gruppe 'A'",
        "site": "Ort der Klinik", "id": "Person Nr.",
    })  # fmt: skip
    data["Person Nr."] = [f"p\"{i}'s" for i in data["Person Nr."]]
    data["Gruppe 'A'"] = np.where(data["Gruppe 'A'"] == "a", "it's", '"b"')
    return data


def _many_ids() -> pd.DataFrame:
    data = _table()
    return data.assign(school=data["id"] // 10)


RIGHT = "y ~ t * arm + t * severity + stress + (t | id)"
ODD = gc.GrowthModel("Größe (mg)", "Zeit seit Start", "Person Nr.", predictors="`Gruppe 'A'` + `Schwere \"x\"`",
                     time_varying="`Streß 1`")  # fmt: skip
BY_GROUP = gc.GrowthModel("y", "t", "id", predictors="arm", random=gc.ByGroup("arm", "intercept", "slope"),
                          time_varying="stress")  # fmt: skip
PIECES = gc.GrowthModel("y", "t", "id", shape=gc.Piecewise([2]),
                        predictors={"intercept": "severity", "slope1": "severity"})  # fmt: skip
FITS: dict[str, tuple[Callable[[], pd.DataFrame], Any, dict[str, Any]]] = {
    "formula": (_table, RIGHT, {"time": "t"}),
    "by ML": (_table, RIGHT.replace("(t |", "(1 |"), {"time": "t", "method": "ml"}),
    "odd names": (_named_oddly, ODD, {}),
    "own times": (_irregular, RIGHT, {"time": "t"}),
    "uncorrelated": (_table, "y ~ t * arm + stress + (t || id)", {"time": "t"}),
    "by group": (_table, BY_GROUP, {}),
    "residuals": (_table, "y ~ t * arm + stress + (1 | id)", {"time": "t", "residual": "ar1"}),
    "mmrm": (_table, gc.GrowthModel("y", "t", "id", shape="occasions", random=(), residual="un", predictors="arm"), {}),
    "levels": (_table, "y ~ t * arm + stress + (t | site/id)", {"time": "t"}),
    "crossed": (_table, "y ~ t * arm + stress + (1 | id) + (1 | rater)", {"time": "t"}),
    "without time": (_table, "y ~ stress + arm + severity + (1 | id)", {}),
    "expressions": (_table, "y ~ t * arm + kind + I(stress**2) + np.log(stress + 9) + (t | id)", {"time": "t"}),
    "split": (_table, "y ~ t * arm + within(stress) + between(stress) + (t | id)", {"time": "t"}),
    "pieces": (_table, PIECES, {}),
    "yes or no": (_table, "yes ~ t * arm + severity + stress + (1 | id)", {"time": "t", "family": "binomial"}),
    "several ids": (_many_ids, gc.GrowthModel("y", "t", ["school", "id"], predictors="arm"), {}),
}
#: Calls that take long, and are asked of one fit.
SLOW = ("bootstrap", "heavy_tailed", "influence", "compare_residuals")


def _advised(found: FitChecks) -> Iterator[str]:
    """Every call of every statistic of every check, whatever was found."""
    for check in CHECKS:
        measured = found.details.get(check.name)
        for place in range(0 if measured is None else len(measured.labels)):
            furthest = replace(measured, z=np.eye(len(measured.labels))[place] * 9.0, p_value=0.5)
            yield from calls.texts(check.said(found.look, furthest).advice)
    for fact in FACTS:
        said = fact.said(found.look)
        yield from () if said is None else calls.texts(said.advice)


@pytest.mark.covering
@pytest.mark.parametrize("share", range(3))
@pytest.mark.parametrize("which", FITS)
def test_every_call_can_be_pasted(which: str, share: int) -> None:
    made, model, options = FITS[which]
    data = made()
    fit = gc.fit(model, data, **options)
    advised = set(_advised(fit.check(n=199)))
    assert len(advised) >= 4
    for text in sorted(advised)[share::3]:
        ast.parse(text, mode="eval")
        if which != "formula" and any(word in text for word in SLOW):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GrowthCurvesWarning)  # the fit that was asked for has notes of its own
            assert eval(text, {"fit": fit, "gc": gc, "data": data}) is not None
        plt.close("all")


def test_a_changed_model_keeps_what_the_model_has() -> None:
    """A square beside all predictors, a mean of persons beside all covariates, a bend of one arm alone."""
    fit = gc.fit(RIGHT, _table(), time="t")
    look = fit.check(n=199).look
    squares = calls.predictors(look, {"intercept": ["I(severity**2)"], "slope": ["I(severity**2)"]})
    new = {"intercept:I(severity ** 2)", "slope:I(severity ** 2)"}
    assert set(fit.refit(predictors=squares).terms) - set(fit.terms) == new
    advised = {text for text in _advised(fit.check(n=199)) if "refit" in text}
    (split,) = (text for text in advised if "between(" in text)
    assert "stress + between(stress)" in split
    (bend,) = (text for text in advised if "'quadratic': 'arm'" in text and "'cubic': 'arm'" not in text)
    small, large = eval(bend.replace("gc.compare", ""), {"fit": fit})
    assert set(large.terms) - set(small.terms) == {"quadratic", "quadratic:arm[b]"}


def test_without_one_person_is_without_that_person() -> None:
    for made, model, person in ((_named_oddly, ODD, "p\"7's"), (_many_ids, FITS["several ids"][1], "0, 7")):
        fit = gc.fit(model, made())
        look = fit.check(n=199).look
        (text,) = calls.texts([calls.without(look, person)])
        left = eval(text, {"fit": fit, "gc": gc}).panel.persons.labels
        assert set(fit.panel.persons.labels) - set(left) == {person}


def test_effects_that_vary_are_not_said_to_be_left_out() -> None:
    """Of a family too, whose random effects are not estimated one by one."""
    _, model, options = FITS["yes or no"]
    fit = gc.fit(model, _table(), **options)
    labels = fit.check(n=199).details["omitted_slope"].labels
    assert "intercept" not in labels and {"slope", "stress"} <= set(labels)


def test_rounding_errors_are_no_predictors() -> None:
    """The mean of what is within persons, and what is between them less its mean, are zero but for rounding."""
    found = gc.fit(FITS["split"][1], _table(), time="t").check(n=199)
    assert "within_between" in found.skipped
    assert "between(stress)" not in found.details["omitted_slope"].labels


def test_another_outcome_time_or_person_is_no_change_of_the_model() -> None:
    """What refit() is asked it does on the panel's columns, or refuses; a logarithm is taken."""
    fit = gc.fit(RIGHT, _table(), time="t")
    for changes in ({"outcome": "stress"}, {"time": "severity"}, {"id": "site"}):
        with pytest.raises(ModelError, match="but the panel's is"):
            fit.refit(**changes)
    of_logs = gc.fit(RIGHT.replace("y ~", "log(y) ~"), _table(), time="t")
    assert fit.refit(family="lognormal").params.tolist() == pytest.approx(of_logs.params.tolist(), rel=1e-9)

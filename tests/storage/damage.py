"""Every way to damage a saved fit, and everything that a fit answers: run as a script, it tries them all."""

from __future__ import annotations

import copy
import json
import random
import sys
import tempfile
import warnings
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np

import growthcurves as gc
from growthcurves.errors import DataError, FormulaError, GrowthCurvesError, NotAvailableError
from growthcurves.storage.sealed import sealed
from growthcurves.storage.values import decoded, encoded

SLEEP = gc.load_dataset("sleepstudy").assign(
    arm=lambda data: np.where(data["subject"] % 2, "a", "b"),
    age=lambda data: data["subject"] % 23 + 20.0,
    event=lambda data: 2.0 + data["subject"] % 5,
    stress=lambda data: np.random.default_rng(2).normal(size=len(data)),
)
BASE = gc.GrowthModel("reaction", "day", "subject")
MODELS = {
    "linear": BASE,
    "predictors": BASE.replace(predictors="arm * center(age)", time_varying="stress"),
    "own knots": BASE.replace(shape=gc.Piecewise("event"), random=("intercept", "slope1")),
    "without time": "reaction ~ stress + (1 | subject)",
    "weighted": "reaction ~ day + (day | subject)",
    "weighted units": "reaction ~ day + (1 | event/subject)",
}
DESIGNS = {
    "weighted": gc.SurveyDesign({"subject": "age", "rows": "event"}, strata="arm"),
    "weighted units": gc.SurveyDesign({"subject": "age", "event": "event"}),
}
TIERS = {"rows": {"rows": True}, "people": {}, "sums": {"people": False}}
#: What a value is replaced with.
OTHERS = [
    None,
    True,
    -1,
    0,
    10**400,
    2.5,
    1e308,
    "",
    "slope",
    [],
    ["x"],
    {},
    {"float": "nan"},
    {"float": "x"},
    {"tuple": []},
    {"dict": []},
    {"table": []},
    {"texts": [None]},
    {"array": ["<f8", [10**12], ""]},
    {"array": ["|O", [1], "AAAA"]},
]
ARRAYS = {
    "nan": lambda a: np.where(np.arange(a.size).reshape(a.shape) == 0, np.nan, a.astype(float)),
    "infinite": lambda a: np.full(a.shape, np.inf),
    "negative": lambda a: -a,
    "zero": lambda a: np.zeros_like(a),
    "huge": lambda a: a * 1e200 + 1e200,
    "moved": lambda a: a + 1,
    "shorter": lambda a: a[:-1],
    "longer": lambda a: np.concatenate([a, a[:1]]),
    "flat": lambda a: a.reshape(-1),
    "reversed": lambda a: a[::-1].copy(),
    "transposed": lambda a: a.T.copy(),
    "text": lambda a: a.astype("bool"),
}


def _time(model):
    """The time of a formula whose random part names none."""
    return "day" if model == "weighted units" else None


def contents(model, tier, folder):
    """The encoded content of a saved fit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit(MODELS[model], SLEEP, time=_time(model), design=DESIGNS.get(model))
        path = fit.save(Path(folder) / "whole.json", **TIERS[tier])
    return json.loads(path.read_text(encoding="utf-8"))["fit"]


def places(value, path=()):
    """The path of every value inside."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from places(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def replaced(content, path, value):
    """The content with another value at a place."""
    if not path:
        return value
    made = copy.deepcopy(content)
    at(made, path[:-1])[path[-1]] = value
    return made


def damages(content):
    """All changes of a content: what is done, and a function that makes it."""
    for path in places(content):
        for other in OTHERS:
            yield (*path, "becomes", str(other)[:30]), partial(replaced, content, path, other)
        value = at(content, path)
        if isinstance(value, list) and value:
            yield (*path, "last is lost"), partial(replaced, content, path, value[:-1])
            yield (*path, "first is twice"), partial(replaced, content, path, [value[0], *value])
            yield (*path, "turned round"), partial(replaced, content, path, value[::-1])
        if isinstance(value, dict) and "array" in value:
            for name, change in ARRAYS.items():
                yield (*path, name), partial(_array_changed, content, path, change)


def _array_changed(content, path, change):
    with np.errstate(all="ignore"):
        return replaced(content, path, encoded(np.atleast_1d(change(decoded(at(content, path))))))


ANSWERS = {
    "text": str,
    "html": lambda fit: fit._repr_html_(),
    "effects": lambda fit: fit.fixed_effects(ddf="kenward-roger"),
    "components": lambda fit: fit.variance_components("wald"),
    "change": lambda fit: str(fit.change()),
    "people": lambda fit: fit.people(),
    "random": lambda fit: fit.random_effects,
    "icc": lambda fit: str(fit.icc()),
    "tests": lambda fit: str(fit.joint_tests()),
    "r2": lambda fit: str(fit.r2()),
    "known": lambda fit: fit.predict(SLEEP.head(3)),
    "new": lambda fit: fit.predict(SLEEP.head(3), people="new", interval="prediction"),
    "recentre": lambda fit: fit.recentre(3.0),
    "fitted": lambda fit: fit.fittedvalues,
    "numbers": lambda fit: (fit.aic, fit.bic, fit.llf, fit.cov_params(), fit.cov_re, fit.equations(), fit.pvalues),
    "robust": lambda fit: str(fit.robust()),
}


def tried(content, path, **given):
    """What becomes of a content: "refused" or "answers"; anything else raises."""
    path.write_text(sealed(content), encoding="utf-8")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            fit = gc.load(path, **given)
        except (DataError, FormulaError, NotAvailableError) as error:
            said = str(error)
            assert len(said) < 330 and "\n" not in said, said
            return "refused"
        for name, answer in ANSWERS.items():
            try:
                answer(fit)
            except GrowthCurvesError as error:
                assert str(error), name
    return "answers"


def main(share):
    counted = Counter()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        for model in MODELS:
            for tier in TIERS:
                print(model, tier, dict(counted), flush=True)
                content = contents(model, tier, folder)
                for done, change in damages(content):
                    if chance.random() < share:
                        try:
                            counted[tried(change(), Path(folder) / "a.json")] += 1
                        except Exception as error:  # noqa: BLE001
                            counted["wrong"] += 1
                            print(model, tier, done, type(error).__name__, str(error)[:150], flush=True)
    print(counted)


if __name__ == "__main__":
    main(float(sys.argv[1]))

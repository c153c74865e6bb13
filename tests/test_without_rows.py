"""Fits whose rows are gone answer what the fit in memory answers, or say truly why they cannot."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ColumnError, ModelError, NotAvailableError

FORMULA = (
    "score ~ day * arm + ns(age, 2) + center(age):arm + poly(stress, 2) + C(stress > 5) + within(mood) + between(mood)"
    " + offset(0.1 * base) + (day | who)"
)


def rows(persons: int = 90) -> pd.DataFrame:
    """Persons of three arms with what varies within them."""
    rng = np.random.default_rng(8)
    sizes = rng.integers(2, 6, persons)
    who, day = np.repeat(np.arange(persons) + 11, sizes), np.concatenate([np.arange(size) for size in sizes])
    table = pd.DataFrame({"who": who, "day": day.astype(float)})
    table["arm"] = np.repeat(np.array(["talk", "drug", "placebo"])[rng.integers(0, 3, persons)], sizes)
    table["age"] = np.repeat(np.round(rng.normal(40, 9, persons), 1), sizes)
    table["base"] = np.repeat(np.round(rng.normal(20, 3, persons), 1), sizes)
    table["stress"], table["mood"] = (rng.normal(5, 2, len(who)).round(2) for _ in range(2))
    u = np.repeat(rng.normal(size=(persons, 2)) * [2.0, 0.6], sizes, axis=0)
    line = 20 + u[:, 0] + (1 + u[:, 1]) * day + 0.3 * table["stress"] + 0.1 * table["base"]
    table["score"] = (line + rng.normal(0, 1.5, len(who))).round(2)
    return table


TABLE = rows()


@pytest.fixture(scope="module")
def fits(small_batches, tmp_path_factory):
    """One model of one table: in memory, in batches, and loaded with and without persons."""
    folder = tmp_path_factory.mktemp("fits")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        memory, batches = gc.fit(FORMULA, TABLE), gc.fit(FORMULA, [TABLE], batch=80)
        loaded = gc.load(memory.save(folder / "persons.json"))
        sums = gc.load(batches.save(folder / "sums.json", people=False))
    return SimpleNamespace(memory=memory, batches=batches, loaded=loaded, sums=sums)


KINDS = ("batches", "loaded", "sums")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("average", ["persons", "rows"])
def test_means_and_slopes_stand_at_means_of_columns_inside_functions(fits, kind, average):
    fit = getattr(fits, kind)
    for asked in (
        lambda fit: fit.means(at=[0, 2], by="arm", average=average),
        lambda fit: fit.means(at=[1], by={"age": [30, 50], "stress": [4]}, average=average),
        lambda fit: fit.means(at=[1], by="C(stress > 5)", average=average),
        lambda fit: fit.slopes(by="arm", average=average),
    ):
        assert str(asked(fit)) == str(asked(fits.memory))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_question_lacks_is_said_as_in_memory(fits, kind):
    for by in ("age", "stress", "nothing"):
        with pytest.raises(ModelError) as said:
            fits.memory.means(by=by)
        with pytest.raises(ModelError) as again:
            getattr(fits, kind).means(by=by)
        assert str(again.value) == str(said.value)
    with pytest.raises(ColumnError, match="'ages'"):
        getattr(fits, kind).change(by="ages")
    with pytest.raises(ModelError, match="'stress' is a level-2 predictor but varies within persons"):
        getattr(fits, kind).change(by="stress")


def test_what_only_rows_can_tell_is_refused(fits):
    with pytest.raises(NotAvailableError, match="read in batches and not kept"):
        fits.batches.means(at=[0], by="arm", weights="proportional")
    with pytest.raises(NotAvailableError, match="saved without its rows"):
        fits.loaded.means(at=[0], by="arm", weights="counterfactual")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", ["quadratic", gc.Piecewise([2]), gc.Spline(df=3)])
def test_another_origin_and_another_method_need_no_rows(tmp_path, kind, shape):
    model = gc.GrowthModel("score", "day", "who", shape=shape, predictors="arm")
    memory = gc.fit(model, TABLE)
    fit = gc.fit(model, [TABLE], batch=80) if kind == "batches" else gc.load(
        memory.save(tmp_path / "fit.json", people=kind == "loaded")
    )  # fmt: skip
    for asked in (lambda fit: fit.recentre(2), lambda fit: fit.refit("ml"), lambda fit: fit.refit("ml").refit("reml")):
        found, wanted = asked(fit), asked(memory)
        assert found.model == wanted.model
        assert str(found.fixed_effects()) == str(wanted.fixed_effects())
        assert str(found.variance_components()) == str(wanted.variance_components())
        assert str(found.predict(TABLE[:9], people="new")) == str(wanted.predict(TABLE[:9], people="new"))
        if kind != "sums":
            np.testing.assert_allclose(found.people(), wanted.people(), rtol=1e-6, atol=1e-8)
            assert str(found.change()) == str(wanted.change())


@pytest.mark.parametrize("kind", ["batches", "loaded"])
def test_programs_need_no_rows(tmp_path, kind):
    model = gc.GrowthModel("score", "day", "who", predictors="arm + age", time_varying="stress")
    memory = gc.fit(model, TABLE, method="ml")
    fit = gc.load(memory.save(tmp_path / "fit.json")) if kind == "loaded" else gc.fit(model, [TABLE], method="ml")
    for program in ("r", "stata", "sas"):
        assert fit.code(program) == memory.code(program)
    assert str(gc.agree(fit, memory)) == str(gc.agree(memory, memory))
    line = model.replace(time_varying=None)
    assert gc.fit(line, [TABLE], method="ml").code("mplus") == gc.fit(line, TABLE, method="ml").code("mplus")


#: Answers that are made of rows.
OF_ROWS = {
    "check", "fittedvalues", "heavy_tailed", "influence_of_occasions", "predict", "resid", "residuals", "simulate",
}  # fmt: skip
#: Answers that are pages, pictures, files, draws of long, or copies; and those that hold arrays, tested by themselves.
APART = {"plot", "report", "save", "panel", "recipe", "model", "weighing", "provenance", "people", "bootstrap", "refit"}


def outcome_of(fit, name: str) -> str:
    """What is said by an answer that needs nothing else, or the error."""
    try:
        found = getattr(fit, name)
        found = found() if callable(found) else found
    except (TypeError, gc.errors.GrowthCurvesError) as error:
        return f"{type(error).__name__}: {error}"
    return f"{found:.8g}" if isinstance(found, float) else str(found)


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("kind", ["batches", "loaded"])
def test_every_answer_is_that_in_memory_or_needs_rows(fits, kind):
    names = [name for name in dir(fits.memory) if not name.startswith("_") and name not in APART]
    said = {name: outcome_of(getattr(fits, kind), name) for name in names}
    differ = {name for name in names if said[name] != outcome_of(fits.memory, name)}
    assert differ == OF_ROWS, differ ^ OF_ROWS
    assert all(said[name].startswith("NotAvailableError") for name in differ)

"""Faults that were planted are found, by name; what is right is not accused. Rates are in docs/checks.md."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import planted
import pytest
from planted import RIGHT, WAVES, Truth

import growthcurves as gc
from growthcurves.errors import IdentificationWarning, ModelError, NotEstimableError

FAULTS: dict[str, tuple[Callable[[Truth], None], str, str]] = {
    "normal_effects": (planted.skewed, RIGHT, "slope"),
    "variance_over_time": (planted.doubling, RIGHT, "SD of residuals"),
    "autocorrelation": (planted.autocorrelated, RIGHT, "ar1"),
    "mean_shape": (planted.bent, RIGHT, "a bend"),
    "outliers": (planted.run_off, RIGHT, "person 7"),
    "linearity": (planted.bent_predictor, RIGHT, "slope bends over severity"),
    "equal_spread": (planted.one_arm, RIGHT, "arm b"),
    "normal_residuals": (planted.heavy, RIGHT, "heavier tails"),
    "variance_between_persons": (planted.fan, RIGHT, "residual SDs differ"),
    "size_with_growth": (planted.fan, RIGHT, "slope"),
    "omitted_slope": (lambda truth: None, "y ~ t * arm + t * severity + (1 | id)", "slope differs"),
    "within_between": (planted.mixed, "y ~ t * arm + stress + (t | id)", "stress between"),
    "omitted_level": (planted.sites, RIGHT, "of one site"),
    "covariance_over_time": (planted.doubling, RIGHT, "t 5"),
    "influential": (planted.pulled, RIGHT, "person 7"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_named(name: str) -> None:
    plant, formula, words = FAULTS[name]
    truth = Truth(2)
    plant(truth)
    found = gc.fit(formula, truth.table(), time="t").check(n=199).table.set_index("check").loc[name]
    assert found["verdict"] in ("look", "problem") and words in found["text"]
    assert found["meaning"] and found["advice"] and not found["low"] <= found["value"] <= found["high"]


@pytest.mark.parametrize("seed", [3, 4])
def test_a_right_model_has_no_problem(seed: int) -> None:
    found = gc.fit(RIGHT, Truth(seed).table(), time="t").check()
    assert found.problems.empty and "Nothing" in found.summary or "to look at" in found.summary


def test_cohorts_are_told_from_ageing() -> None:
    truth = Truth(5)
    start = np.repeat(np.random.default_rng(0).integers(0, 4, 200) * 2.0, WAVES)
    data = truth.table()
    data["age"] = data["t"] + start
    data["y"] += 0.3 * start  # beside 0.3 per year of ageing, which age would give anyhow
    right = gc.fit("y ~ age + (age | id)", data, time="age").check(n=199).table.set_index("check")
    assert right.loc["time_between_persons", "verdict"] == "fine"
    data["y"] -= 0.6 * start
    wrong = gc.fit("y ~ age + (age | id)", data, time="age").check(n=199).table.set_index("check")
    assert wrong.loc["time_between_persons", "verdict"] == "problem"
    assert wrong.loc["time_between_persons", "value"] == pytest.approx(-0.6, abs=0.15)


def test_the_same_seed_gives_the_same_answer_whoever_else_was_looked_at() -> None:
    fit = gc.fit(RIGHT, Truth(3).table(), time="t")
    first, second = fit.check(n=199, rng=7), fit.check(n=199, rng=7)
    assert first.table.equals(second.table) and "seed 7" in str(first)


def test_prespecified_models_have_sensitivity_analyses() -> None:
    truth = Truth(2)
    planted.heavy(truth)
    fit = gc.fit(RIGHT, truth.table(), time="t")
    assert "sensitivity analyses:" in str(fit.check(True, n=199)) and "what to try:" in str(fit.check(n=199))


def test_outcomes_that_are_not_normal_are_looked_at_by_quantile_residuals() -> None:
    data = Truth(6).table()
    data["high"] = (data["y"] > 11).astype(int)
    found = gc.fit("high ~ t * arm + (1 | id)", data, time="t", family="binomial").check(n=199)
    assert "quantile residuals" in str(found) and "normal_effects" in found.skipped


def test_what_cannot_be_looked_at_is_refused_in_a_sentence() -> None:
    two = Truth(2).table().query("t < 2")
    with pytest.warns(IdentificationWarning):
        fit = gc.fit("y ~ t + (t | id)", two, time="t")
    with pytest.raises(NotEstimableError, match="cannot tell the variances"):
        fit.check()
    with pytest.raises(ModelError, match="replicates"):
        gc.fit("y ~ t + (1 | id)", two, time="t").check(n=10)


def test_the_next_shapes_stand_beside_the_one_that_was_chosen() -> None:
    truth = Truth(2)
    planted.bent(truth)
    fit = gc.fit(RIGHT, truth.table(), time="t")
    note = fit.check(n=199).table.set_index("check").loc["next_shapes"]
    drop = fit.refit("ml").aic - fit.refit("ml", shape="quadratic").aic
    assert note["verdict"] == "note" and note["value"] == pytest.approx(drop) and "quadratic" in note["meaning"]


def test_dropout_that_depends_on_the_last_outcome_is_told_as_a_fact() -> None:
    truth = Truth(6)
    found = gc.fit(RIGHT, truth.table()[truth.seen().ravel()], time="t").check(n=199)
    fact = found.table.set_index("check").loc["dropping_out"]
    assert fact["verdict"] == "look" and 1.3 < fact["value"] < 3 and "no fault of the model" in fact["meaning"]
    assert "size_with_growth" not in set(found.problems["check"])


def test_an_occasion_is_called_by_what_numbers_it() -> None:
    """Visit 5 of a study is at week 10: where a panel has waves, they are what is told."""
    truth = Truth(2)
    planted.doubling(truth)
    data = truth.table().rename(columns={"t": "visit"}).assign(week=lambda rows: 2.0 * rows["visit"])
    waves = gc.Panel(data, id="id", time="week", outcome="y", wave="visit")
    found = {
        name: gc.fit("y ~ week + (week | id)", panel).check(n=199).table.set_index("check")["text"]
        for name, panel in {"visit": waves, "week": gc.Panel(data, id="id", time="week", outcome="y")}.items()
    }
    for name, last in {"visit": "5", "week": "10"}.items():
        text = found[name]["covariance_over_time"]
        assert f"outcomes at {name} " in text and last in text.split(" differs ")[0].split()

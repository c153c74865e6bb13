"""Faults that were planted are found, by name; what is right is not accused. Rates are in docs/checks.md."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import IdentificationWarning, ModelError, NotEstimableError

PERSONS, WAVES = 200, 6
TIMES = np.arange(WAVES) * 1.0
#: Slope reliability .6, residual SD one.
SD_SLOPE = float(np.sqrt(1.5 / ((TIMES - TIMES.mean()) ** 2).sum()))


class _Truth:
    """Growth and residuals of a right model, for a fault to change."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = np.random.default_rng(seed)
        self.intercept, self.slope = rng.standard_normal(PERSONS), SD_SLOPE * rng.standard_normal(PERSONS)
        self.residual = rng.standard_normal((PERSONS, WAVES))
        self.arm, self.severity = np.arange(PERSONS) % 2, rng.standard_normal(PERSONS)
        self.stress = rng.standard_normal((PERSONS, WAVES)) + rng.standard_normal((PERSONS, 1))
        self.mean = 10.0 + 0.3 * TIMES + 0.1 * self.arm[:, None] * TIMES + 0.3 * self.severity[:, None]

    def table(self) -> pd.DataFrame:
        y = self.mean + self.intercept[:, None] + self.slope[:, None] * TIMES + self.residual
        persons = {"id": range(PERSONS), "arm": np.where(self.arm == 1, "b", "a"), "severity": self.severity}
        persons["site"] = [f"s{i % 20}" for i in range(PERSONS)]
        rows = pd.DataFrame(persons).loc[np.repeat(np.arange(PERSONS), WAVES)].reset_index(drop=True)
        return rows.assign(t=np.tile(TIMES, PERSONS), y=y.ravel(), stress=self.stress.ravel())


def _skewed(truth: _Truth) -> None:
    truth.slope = SD_SLOPE * (truth.rng.chisquare(2, PERSONS) - 2) / 2


def _doubling(truth: _Truth) -> None:
    truth.residual *= 2 ** (TIMES / TIMES.max())


def _autocorrelated(truth: _Truth) -> None:
    for k in range(1, WAVES):
        truth.residual[:, k] = 0.4 * truth.residual[:, k - 1] + np.sqrt(0.84) * truth.residual[:, k]


def _bent(truth: _Truth) -> None:
    truth.mean = truth.mean + 0.5 * (1 - ((TIMES - 2.5) / 2.5) ** 2)


def _run_off(truth: _Truth) -> None:
    truth.residual[7, -2:] += 8.0


def _bent_predictor(truth: _Truth) -> None:
    truth.slope = truth.slope + 0.3 * SD_SLOPE * truth.severity**2


def _one_arm(truth: _Truth) -> None:
    truth.slope = np.where(truth.arm == 1, 2.0 * truth.slope, truth.slope)


def _heavy(truth: _Truth) -> None:
    truth.residual = truth.rng.standard_t(3, (PERSONS, WAVES)) / np.sqrt(3.0)


def _mixed(truth: _Truth) -> None:
    truth.mean = truth.mean + 0.1 * truth.stress + 0.8 * truth.stress.mean(axis=1, keepdims=True)


def _sites(truth: _Truth) -> None:
    truth.slope = truth.slope + 0.7 * SD_SLOPE * truth.rng.standard_normal(20)[np.arange(PERSONS) % 20]


def _fan(truth: _Truth) -> None:
    size = np.exp(1.2 * truth.slope / SD_SLOPE / 2)
    truth.residual *= size[:, None]


def _pulled(truth: _Truth) -> None:
    truth.severity[7] = 8.0  # far from all others, and not where it should lie
    truth.slope[7] -= 6 * SD_SLOPE


RIGHT = "y ~ t * arm + t * severity + (t | id)"
FAULTS: dict[str, tuple[Callable[[_Truth], None], str, str]] = {
    "normal_effects": (_skewed, RIGHT, "slope"),
    "variance_over_time": (_doubling, RIGHT, "SD of residuals"),
    "autocorrelation": (_autocorrelated, RIGHT, "ar1"),
    "mean_shape": (_bent, RIGHT, "a bend"),
    "outliers": (_run_off, RIGHT, "person 7"),
    "linearity": (_bent_predictor, RIGHT, "slope bends over severity"),
    "equal_spread": (_one_arm, RIGHT, "arm b"),
    "normal_residuals": (_heavy, RIGHT, "heavier tails"),
    "variance_between_persons": (_fan, RIGHT, "residual SDs differ"),
    "size_with_growth": (_fan, RIGHT, "slope"),
    "omitted_slope": (lambda truth: None, "y ~ t * arm + t * severity + (1 | id)", "Slope differs"),
    "within_between": (_mixed, "y ~ t * arm + stress + (t | id)", "stress between"),
    "omitted_level": (_sites, RIGHT, "of one site"),
    "covariance_over_time": (_doubling, RIGHT, "t 5"),
    "influential": (_pulled, RIGHT, "person 7"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_named(name: str) -> None:
    plant, formula, words = FAULTS[name]
    truth = _Truth(2)
    plant(truth)
    found = gc.fit(formula, truth.table(), time="t").check(n=199).table.set_index("check").loc[name]
    assert found["verdict"] in ("look", "problem") and words in found["text"]
    assert found["meaning"] and found["advice"] and not found["low"] <= found["value"] <= found["high"]


@pytest.mark.parametrize("seed", [3, 4])
def test_a_right_model_has_no_problem(seed: int) -> None:
    found = gc.fit(RIGHT, _Truth(seed).table(), time="t").check()
    assert found.problems.empty and "Nothing" in found.summary or "to look at" in found.summary


def test_cohorts_are_told_from_ageing() -> None:
    truth = _Truth(5)
    start = np.repeat(np.random.default_rng(0).integers(0, 4, PERSONS) * 2.0, WAVES)
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
    fit = gc.fit(RIGHT, _Truth(3).table(), time="t")
    first, second = fit.check(n=199, rng=7), fit.check(n=199, rng=7)
    assert first.table.equals(second.table) and "seed 7" in str(first)


def test_prespecified_models_have_sensitivity_analyses() -> None:
    truth = _Truth(2)
    _heavy(truth)
    fit = gc.fit(RIGHT, truth.table(), time="t")
    assert "sensitivity analyses:" in str(fit.check(True, n=199)) and "what to try:" in str(fit.check(n=199))


def test_outcomes_that_are_not_normal_are_looked_at_by_quantile_residuals() -> None:
    data = _Truth(6).table()
    data["high"] = (data["y"] > 11).astype(int)
    found = gc.fit("high ~ t * arm + (1 | id)", data, time="t", family="binomial").check(n=199)
    assert "quantile residuals" in str(found) and "normal_effects" in found.skipped


def test_what_cannot_be_looked_at_is_refused_in_a_sentence() -> None:
    two = _Truth(2).table().query("t < 2")
    with pytest.warns(IdentificationWarning):
        fit = gc.fit("y ~ t + (t | id)", two, time="t")
    with pytest.raises(NotEstimableError, match="cannot tell the variances"):
        fit.check()
    with pytest.raises(ModelError, match="replicates"):
        gc.fit("y ~ t + (1 | id)", two, time="t").check(n=10)


def test_the_next_shapes_stand_beside_the_one_that_was_chosen() -> None:
    truth = _Truth(2)
    _bent(truth)
    fit = gc.fit(RIGHT, truth.table(), time="t")
    note = fit.check(n=199).table.set_index("check").loc["next_shapes"]
    drop = fit.refit("ml").aic - fit.refit("ml", shape="quadratic").aic
    assert note["verdict"] == "note" and note["value"] == pytest.approx(drop) and "quadratic" in note["meaning"]


def test_dropout_that_depends_on_the_last_outcome_is_told_as_a_fact() -> None:
    data, rng = _Truth(6).table(), np.random.default_rng(1)
    wide = data.pivot(index="id", columns="t", values="y").to_numpy()
    there = np.ones_like(wide, dtype=bool)
    for k in range(1, WAVES):
        odds = np.exp(-2.0 + np.log(2.0) * (wide[:, k - 1] - wide.mean()) / wide.std())
        there[:, k] = there[:, k - 1] & (rng.random(PERSONS) > odds / (1 + odds))
    found = gc.fit(RIGHT, data[there.ravel()], time="t").check(n=199)
    fact = found.table.set_index("check").loc["dropping_out"]
    assert fact["verdict"] == "look" and 1.3 < fact["value"] < 3 and "no fault of the model" in fact["meaning"]
    assert "size_with_growth" not in set(found.problems["check"])

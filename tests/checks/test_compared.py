"""What is compared with replicates: p-values of right models are uniform, whatever is estimated and looked at."""

from __future__ import annotations

import numpy as np
import pytest

from growthcurves.checks.check import Measure, compared

REPLICATES, RUNS = 199, 600


def _p(rng: np.random.Generator, labels: int, estimated: int) -> float:
    """Of normal statistics, skewed ones and squares, correlated with scores of what is estimated."""
    scores = rng.standard_normal((estimated, 1 + REPLICATES))
    made = rng.standard_normal((labels, 1 + REPLICATES)) + rng.standard_normal((labels, estimated)) @ scores
    made[1::2] = np.exp(made[1::2] / made[1::2].std()) if labels > 1 else made[1::2]
    measure = Measure(list(range(labels)), lambda sample: sample)
    found = compared(measure, made[:, :1], made[:, 1:], (scores[:, :1], scores[:, 1:]))
    assert found is not None
    return found.p_value


@pytest.mark.parametrize(("labels", "estimated"), [(1, 0), (1, 4), (8, 4), (1, 40), (8, 40)])
def test_p_values_of_a_right_model_are_uniform(labels: int, estimated: int) -> None:
    """In the data as in each replicate, also where as many as 40 variances are estimated: a UN of eight visits."""
    rng = np.random.default_rng([labels, estimated])
    p = np.array([_p(rng, labels, estimated) for _ in range(RUNS)])
    for limit in (0.05, 0.25, 0.5):
        error = np.sqrt(limit * (1 - limit) / RUNS)
        assert (p <= limit).mean() == pytest.approx(limit, abs=3.5 * error), limit


def test_what_estimates_determine_is_left_out() -> None:
    rng = np.random.default_rng(1)
    scores = rng.standard_normal((3, 200))
    measure = Measure(["determined", "free"], lambda sample: sample)
    made = np.stack([scores.sum(axis=0), rng.standard_normal(200)])
    found = compared(measure, made[:, :1], made[:, 1:], (scores[:, :1], scores[:, 1:]))
    assert found is not None and list(found.labels) == ["free"]
    only = Measure(["determined"], lambda sample: sample)
    assert compared(only, made[:1, :1], made[:1, 1:], (scores[:, :1], scores[:, 1:])) is None


def test_a_score_is_shown_as_its_efficient_score_over_its_information() -> None:
    """Twice the score has four times the information as variance; what scores of variances take is taken off."""
    rng = np.random.default_rng(2)
    nuisance = rng.standard_normal((1, 20_001))
    efficient = 3.0 * rng.standard_normal((1, 20_001))
    made = efficient + 5.0 * nuisance
    made[0, 0], nuisance[0, 0] = 7.0, 0.0
    measure = Measure(["one"], lambda sample: sample, score=True, units=np.array([10.0]))
    found = compared(measure, made[:, :1], made[:, 1:], (nuisance[:, :1], nuisance[:, 1:]))
    assert found is not None and found.value == pytest.approx(10.0 * 2.0 * 7.0 / 9.0, rel=0.05)

"""Laws that every residual structure obeys, by itself and separately for groups; and what each says, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from growthcurves.contracts.parameters import Occasions
from growthcurves.errors import NotEstimableError
from growthcurves.model.covariance import RESIDUALS
from growthcurves.model.covariance.structure import Structure

STRUCTURES = {name: value for name, value in RESIDUALS.items() if isinstance(value, Structure)}
STRUCTURES["exp with nugget"] = replace(STRUCTURES["exp"], nugget=True)
STRUCTURES["car1 with nugget"] = replace(STRUCTURES["car1"], nugget=True)
STRUCTURES["het of a column"] = replace(STRUCTURES["het"], of="device")
CASES = [(name, by) for name in STRUCTURES for by in (None, "arm")]
TIMES = np.array([0.5, 1.0, 2.0, 4.5, 6.0])


class Facts:
    most = 5
    typical = 1.0

    def waves(self):
        return "week", [1, 2, 3, 5, 6], TIMES.tolist()

    def levels(self, column):
        return ["a", "b"] if column == "arm" else ["x", "y", "z"]

    def shares(self, column, levels):
        return [0.25, 0.75]

    def refuse_varying(self, column):
        pass

    def positive(self, column):
        pass


def structure(name, by, seed=0):
    """A structure with random values, learned from five waves and two arms."""
    learned = replace(STRUCTURES[name], by=by).learned(Facts())
    rng = np.random.default_rng(seed)
    return learned.moved(2.5, learned.working + rng.normal(0.0, 0.4, learned.working.size))


def occasions(group, rows=5):
    value = np.array([0, 2, 1, 1, 0.0]) if rows == 5 else None
    return Occasions(TIMES, np.arange(5), np.full(5, group), value)


@pytest.mark.parametrize(("name", "by"), CASES)
def test_the_matrix_is_positive_definite(name, by):
    for seed in range(20):
        for group in (0, 1):
            R = structure(name, by, seed).matrix(occasions(group))
            assert np.allclose(R, R.T)
            assert np.linalg.eigvalsh(R).min() > 0


@pytest.mark.parametrize(("name", "by"), CASES)
def test_laws_hold_at_the_ends_of_ranges(name, by):
    """Working values far out, alone and together: correlations next to one, SDs that differ by powers of ten."""
    plain = structure(name, by)
    k, rng = plain.working.size, np.random.default_rng(5)
    ends = [*(12.0 * np.eye(k)), *(-12.0 * np.eye(k)), *(rng.choice([-9.0, 9.0], size=(6, k)))]
    at, rows = occasions(1), np.array([0, 2, 4])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for step in ends:
            one = plain.moved(plain.scale, plain.working + step)
            R = one.matrix(at)
            size = np.abs(R).max()
            assert np.isfinite(R).all() and np.allclose(R, R.T, rtol=1e-12, atol=0.0)
            spread = np.sqrt(np.diag(R))
            correlations = R / np.where(spread > 0, np.outer(spread, spread), 1.0)
            assert np.linalg.eigvalsh(correlations).min() >= -1e-10 and np.abs(correlations).max() <= 1 + 1e-12
            assert np.array_equal(one.matrix(at.take(rows)), R[np.ix_(rows, rows)])
            assert np.isfinite(one.derivatives(at)).all()
            M = np.ones((5, 5)) / size
            assert np.isfinite(one.curvature(M, at)).all()


@pytest.mark.parametrize(("name", "by"), CASES)
def test_a_missed_occasion_takes_its_row_and_column_away(name, by):
    one, at, rows = structure(name, by), occasions(1), np.array([0, 2, 4])
    assert np.allclose(one.matrix(at.take(rows)), one.matrix(at)[np.ix_(rows, rows)])


@pytest.mark.parametrize(("name", "by"), CASES)
def test_persons_side_by_side_are_persons_one_by_one(name, by):
    one = structure(name, by)
    both = Occasions(*(np.stack(pair) for pair in zip(occasions(0), occasions(1), strict=True)))
    rows = np.array([[0, 2, 3], [1, 2, 4]])
    some = Occasions(*(np.take_along_axis(part, rows, axis=1) for part in both))
    for i in (0, 1):
        assert np.allclose(np.broadcast_to(one.matrix(some), (2, 3, 3))[i], one.matrix(occasions(i).take(rows[i])))


@pytest.mark.parametrize(("name", "by"), CASES)
def test_derivatives_are_those_of_differences(name, by):
    one, at = structure(name, by), occasions(1)
    exact = one.derivatives(at)
    for j, step in enumerate(1e-5 * np.eye(one.working.size)):
        up, down = (one.moved(one.scale, one.working + sign * step).matrix(at) for sign in (1, -1))
        assert np.allclose(exact[j], (up - down) / 2e-5, atol=1e-6 * np.abs(one.matrix(at)).max())


@pytest.mark.parametrize(("name", "by"), CASES)
def test_curvature_is_that_of_differences(name, by):
    one, at = structure(name, by), occasions(1)
    M = np.random.default_rng(3).normal(size=(5, 5))
    M = M + M.T
    k, h = one.working.size, 1e-3
    expected = np.empty((k, k))
    steps = h * np.eye(k)

    def value(step):
        return float((M * one.moved(one.scale, one.working + step).matrix(at)).sum())

    for i in range(k):
        for j in range(k):
            signs = [(a, b) for a in (1, -1) for b in (1, -1)]
            expected[i, j] = sum(a * b * value(a * steps[i] + b * steps[j]) for a, b in signs) / (4 * h * h)
    assert np.allclose(one.curvature(M, at), expected, atol=1e-4 * (1 + np.abs(expected).max()))


@pytest.mark.parametrize(("name", "by"), CASES)
def test_names_and_values_go_together_and_the_variance_is_the_diagonal(name, by):
    one = structure(name, by)
    names = [parameter.name for parameter in one.parameters()]
    assert len(set(names)) == len(names) == len(one.values()) == 1 + one.working.size
    assert all(low <= value <= high for (_, _, _, low, high), value in zip(one.parameters(), one.values(), strict=True))
    assert np.allclose(one.variance(occasions(1)), np.diag(one.matrix(occasions(1))))


@pytest.mark.parametrize("name", [name for name in STRUCTURES if STRUCTURES[name].counts_waves])
def test_what_lies_between_waves_is_not_known(name):
    with pytest.raises(NotEstimableError, match="planned occasions"):
        structure(name, None).matrix(Occasions(np.array([0.5, 3.0])))


def test_times_of_waves_stand_for_waves_and_no_group_for_all():
    one = structure("toeph", None)
    assert np.allclose(one.matrix(Occasions(TIMES)), one.matrix(occasions(0)))
    two = structure("ar1", "arm")
    shares = 0.25 * two.matrix(occasions(0)) + 0.75 * two.matrix(occasions(1))
    assert np.allclose(two.matrix(Occasions(TIMES)), shares)


def by_hand(name, value, at):
    """R from the natural parameters, entry by entry, as the textbooks have it."""
    n, waves, times = len(at.time), at.wave, at.time
    labels = [1, 2, 3, 5, 6]

    def sd(j):
        return value.get(f"sd:residual[{labels[j]}]", value.get("sd:residual"))

    def cor(j, k):
        lag = abs(j - k)
        if lag == 0:
            return 1.0
        if name in ("cs", "csh"):
            return value["cs"]
        if name in ("ar1", "arh1"):
            return value["ar1"] ** lag
        if name == "arma11":
            return value["gamma"] * value["ar1"] ** (lag - 1)
        if name in ("toep", "toeph"):
            return value[f"cor:residual[lag {lag}]"]
        if name in ("ad", "adh"):
            steps = [value[f"cor:residual[{labels[i]},{labels[i + 1]}]"] for i in range(min(j, k), max(j, k))]
            return np.prod(steps)
        if name == "un":
            return value[f"cor:residual[{labels[min(j, k)]},{labels[max(j, k)]}]"]
        return 0.0

    def decay(s, t):
        distance, kept = abs(s - t), 1.0 - value.get("nugget", 0.0)
        if distance == 0:
            return 1.0
        if "car1" in value:
            return kept * value["car1"] ** distance
        power = 2 if name == "gau" else 1
        return kept * np.exp(-((distance / value["range"]) ** power))

    if "range" in value or "car1" in value:
        return np.array([[sd(0) ** 2 * decay(s, t) for t in times] for s in times])
    return np.array([[sd(waves[i]) * sd(waves[j]) * cor(waves[i], waves[j]) for j in range(n)] for i in range(n)])


@pytest.mark.parametrize("name", sorted(STRUCTURES.keys() - {"het of a column", "exp-variance", "power-variance"}))
def test_natural_parameters_mean_what_the_textbooks_say(name):
    one, at = structure(name, None), occasions(0)
    value = {parameter.name: v for parameter, v in zip(one.parameters(), one.values(), strict=True)}
    assert np.allclose(one.matrix(at), by_hand(name, value, at), rtol=1e-12)


def test_variances_that_depend_on_a_number():
    times = Occasions(TIMES)
    sd, delta = structure("exp-variance", None).values()
    assert np.allclose(structure("exp-variance", None).variance(times), (sd * np.exp(delta * TIMES)) ** 2)
    sd, delta = structure("power-variance", None).values()
    assert np.allclose(structure("power-variance", None).variance(times), (sd * TIMES**delta) ** 2)

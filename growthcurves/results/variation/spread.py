"""Spread of the outcome over time: what the model implies, and what the data show about the mean curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from growthcurves.contracts.finding import PERSON
from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.estimates import FunctionOf, Point
from growthcurves.fitted import FittedModel
from growthcurves.numerics.averages import weighted_correlation, weighted_sd
from growthcurves.results.intervals.delta import NAN, Estimate, delta
from growthcurves.results.questions.design_rows import own_rows
from growthcurves.results.questions.levels import in_common, part_of, units_above
from growthcurves.results.questions.random_effects import mean_variance, random_rows
from growthcurves.results.variation.icc import icc_at, share

#: Fewer persons than this show no spread.
FEWEST_PERSONS = 5


@dataclass(frozen=True, eq=False)
class ObservedSpread:
    """Spread of the residuals about the mean curve, by occasion.

    Attributes
    ----------
    times : (m,) array
        Mean time of each occasion.
    persons : (m,) array of int
    sd : (m,) array
        Standard deviation over persons.
    correlation : (m,) array
        With the reference occasion; NaN at the reference itself.
    icc : (m,) array
        One minus the variance within persons over that of the occasion. Within: the residuals of all persons' own
        least-squares curves, pooled.
    reference : float
        Mean time of the reference occasion.
    """

    times: np.ndarray
    persons: np.ndarray
    sd: np.ndarray
    correlation: np.ndarray
    icc: np.ndarray
    reference: float


def implied_spread(fit: FittedModel, time: float, reference: float, level: float = 0.95) -> dict[str, Estimate]:
    """SD of the outcome, SD between persons, correlation with the reference time and ICC, at one time.

    The correlation is that of two outcomes of one person; at the reference itself that of two measurements there, which
    is the ICC; where units cross persons, of two outcomes in different units. All are given the predictors. Where the
    shape has person-level knots, variances and covariances are means over persons. Without random effects there is
    nothing between persons; where they and the residual are not told apart there are SD and correlation alone, known at
    times that some person has together, and no intervals.
    """
    z, z0 = random_rows(fit, time), random_rows(fit, reference)
    shares, common = fit.kinds.shares, in_common(fit, PERSON)
    own, own0 = part_of(fit, z, common), part_of(fit, z0, common)

    def between(point: Point) -> float:
        return mean_variance(fit, own, point)

    def total(point: Point) -> float:
        return mean_variance(fit, z, point) + point.residual_variance(time)

    def correlation(point: Point) -> float:
        other = mean_variance(fit, z0, point) + point.residual_variance(reference)
        both = float(shares @ point.covariances(own, own0)) + _residual_covariance(point, time, reference)
        return both / float(np.sqrt(total(point)) * np.sqrt(other))

    asked: dict[str, tuple[Callable, str]] = {
        "sd": (lambda point: float(np.sqrt(total(point))), "log"),
        "sd between": (lambda point: float(np.sqrt(max(between(point), 0.0))), "log"),
        "correlation": (correlation, "atanh"),
        "icc": (lambda point: share(between(point), total(point) - between(point)), "logit"),
    }
    if not fit.identified:
        point = fit.estimates.point
        return {name: Estimate(asked[name][0](point), NAN, NAN, NAN) for name in ("sd", "correlation")}
    known = asked if fit.random_names else ("sd", "correlation")
    return {name: delta(fit, FunctionOf(*asked[name]), level) for name in known}


def spread_by_level(fit: FittedModel, time: float, level: float = 0.95) -> list[tuple[str, str, Estimate]]:
    """At one time: quantity, unit and estimate of the SD that each level adds, persons' first, and for units above
    of the correlation of two outcomes of one unit.
    """
    z = random_rows(fit, time)

    def added(unit: str) -> Estimate:
        own = part_of(fit, z, (unit,))
        return delta(fit, FunctionOf(lambda point: float(np.sqrt(mean_variance(fit, own, point))), "log"), level)

    above = units_above(fit)
    found = [("sd between", unit, added(unit)) for unit in (PERSON, *above)]
    return found + [("icc", unit, icc_at(fit, time, level, unit=unit)) for unit in above]


def _residual_covariance(point: Point, time: float, reference: float) -> float:
    """Covariance of the residuals of two measurements; at the same time the structure says what they share."""
    found = point.within(Occasions(np.array([time])), Occasions(np.array([reference])))
    return 0.0 if found is None else float(found[0, 0])


def observed_spread(fit: FittedModel, occasions: np.ndarray, reference: int) -> ObservedSpread:
    """Spread of the residuals from X beta by occasion.

    Parameters
    ----------
    fit : FittedModel
    occasions : (n,) array of int
        Occasion of each row, 0 to m - 1; a person's first row in an occasion counts.
    reference : int
        The occasion with which the others are correlated.
    """
    codes, m = fit.panel.persons.codes, int(occasions.max()) + 1
    residuals, weights = fit.panel.values - own_rows(fit).X @ fit.estimates.beta, fit.person_shares
    wide = np.full((fit.panel.persons.count, m), np.nan)
    wide[codes[::-1], occasions[::-1]] = residuals[::-1]
    persons = (~np.isnan(wide)).sum(axis=0)
    counts = fit.row_weights
    times = np.bincount(occasions, counts * fit.panel.times) / np.bincount(occasions, counts)
    sd = np.array([_sd(column, weights) for column in wide.T])
    correlation = np.array([_correlation(wide[:, reference], column, weights) for column in wide.T])
    correlation[reference] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        icc = 1.0 - within_variance(fit, residuals) / sd**2
    return ObservedSpread(times, persons, sd, correlation, icc, float(times[reference]))


def within_variance(fit: FittedModel, residuals: np.ndarray) -> float:
    """Variance of residuals about persons' own least-squares curves, pooled over persons; NaN where nobody has any.

    The curves are of the model's growth shape; a person counts with occasions less growth parameters, as often as the
    person's weight says.
    """
    codes, count, counts = fit.panel.persons.codes, fit.panel.persons.count, fit.row_counts
    basis, _ = np.linalg.qr(fit.recipe.shape.basis(fit.times, fit.bound.shape_values[codes]))
    K = basis.shape[1]
    gram, target = np.empty((count, K, K)), np.empty((count, K))
    for a in range(K):
        target[:, a] = np.bincount(codes, weights=basis[:, a] * residuals * counts, minlength=count)
        for b in range(K):
            gram[:, a, b] = np.bincount(codes, weights=basis[:, a] * basis[:, b] * counts, minlength=count)
    size = np.sqrt(np.maximum(np.einsum("nkk->nk", gram), np.finfo(float).tiny))
    able = np.linalg.eigvalsh(gram / (size[:, :, None] * size[:, None, :]))[:, 0] > 1e-10
    able &= fit.row_totals > K
    if not able.any():
        return float("nan")
    own = np.zeros((count, K))
    own[able] = np.linalg.solve(gram[able], target[able][:, :, None])[:, :, 0]
    errors = (residuals - (basis * own[codes]).sum(axis=1))[able[codes]]
    shares = fit.person_shares
    spare = shares[able] @ (fit.row_totals[able] - K)
    return float((shares[codes] * counts)[able[codes]] @ errors**2 / spare)


def _sd(values: np.ndarray, weights: np.ndarray) -> float:
    """Standard deviation over the persons who were seen; NaN for too few of them."""
    seen = ~np.isnan(values)
    return weighted_sd(values[seen], weights[seen]) if seen.sum() >= FEWEST_PERSONS else float("nan")


def _correlation(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> float:
    """Pearson's correlation over the persons who have both; NaN for too few of them."""
    both = ~(np.isnan(one) | np.isnan(other))
    if both.sum() < FEWEST_PERSONS or np.ptp(one[both]) == 0 or np.ptp(other[both]) == 0:
        return float("nan")
    return weighted_correlation(one[both], other[both], weights[both])

"""How a family's outcome varies within persons: on the scale of the linear predictor, and on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from growthcurves.engine.estimates import Point
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.effects.outcome_means import CellMeans, cell_means
from growthcurves.results.intervals.of_outcomes import averaged
from growthcurves.results.questions.design_rows import own_rows
from growthcurves.results.questions.offsets import added_to_rows
from growthcurves.results.questions.reference_grid import Grid

#: The scales of a share of variance: of a family that of the linear predictor, or that of the outcome.
SCALES = ("latent", "response")
#: Nodes of averages over persons reach so many standard deviations, in steps of at most a half.
_ENDS, _STEP = 14.0, 0.5


def checked_share_scale(scale: str | None) -> str:
    """The scale of a share of variance, "latent" by default.

    Raises
    ------
    ModelError
        For an unknown one.
    """
    if scale is not None and not among(scale, SCALES):
        raise ModelError(unknown("scale of a share of variance", scale, SCALES))
    return scale or "latent"


def latent_variance(point: Point, mean: float) -> float:
    """The variance of outcomes around the linear predictor (Nakagawa, Johnson and Schielzeth 2017).

    That of the link's distribution (pi^2 / 3 of a logit); with a log link ln(1 + Var(y) / mean^2) at the mean outcome,
    the lognormal approximation: ln(1 + 1 / mean) of Poisson counts.
    """
    family = point.family
    if family.latent_variance is not None:
        return float(family.latent_variance)
    return float(np.log1p(family.outcome_variance(family.predictor(np.array(mean))) / mean**2))


def latent_at(fit: FittedModel, time: float) -> Callable[[Point], float]:
    """The same at a time, at the population's mean outcome there."""
    if fit.family.latent_variance is not None:
        return lambda point: latent_variance(point, 1.0)
    cells = _cells(fit, time)
    return lambda point: latent_variance(point, float(cells.at(point)[0]))


def mean_exposure(fit: FittedModel) -> float | None:
    """The exposure at which a share of variance is told: its mean, as covariates have; None without one.

    A count over a longer time tells persons better apart, so that a share at an exposure of one would depend on the
    unit in which exposures are written.
    """
    exposure = fit.model.exposure
    return None if exposure is None else Grid.of(fit, None).observed.mean(exposure)


def _cells(fit: FittedModel, time: float) -> CellMeans:
    """The population's cells at a time, at the mean exposure."""
    cells = cell_means(fit, Grid.of(fit, None, weights="proportional"), time, "average")
    exposure = mean_exposure(fit)
    return cells if exposure is None else replace(cells, offset=cells.offset + np.log(exposure))


def latent_of_rows(fit: FittedModel) -> float:
    """The same at the mean over rows of the population's mean outcome."""
    if fit.family.latent_variance is not None:
        return latent_variance(fit.point, 1.0)
    rows = own_rows(fit)
    eta = rows.X @ fit.estimates.beta + added_to_rows(fit, fit.panel.frame)
    means = averaged(fit.point, eta, fit.point.variances(fit.standard_rows(rows.Z)))
    return latent_variance(fit.point, float(fit.row_shares @ means))


def outcome_share_at(fit: FittedModel, time: float) -> Callable[[Point], float]:
    """The share of the variance of outcomes at a time, given predictors, that lies between persons.

    Var(E(y | u)) over that and E(Var(y | u)), of one trial (Goldstein, Browne and Rasbash 2002, method of simulation,
    here by integration).
    """
    cells = _cells(fit, time)

    def share(point: Point) -> float:
        eta, sd = cells.X @ point.beta + cells.offset, np.sqrt(np.maximum(point.variances(cells.Z), 0.0))
        between, within = _moments(point.family, eta, sd)
        return float(cells.weights[0] @ between / (cells.weights[0] @ (between + within)))

    return share


def _moments(family: object, eta: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Var(mean) and E(variance) of outcomes whose linear predictors are normal, by the trapezoidal rule."""
    step = min(_STEP, 0.2 / max(float(sd.max(initial=0.0)), 1e-9))
    nodes = np.arange(-np.ceil(_ENDS / step), np.ceil(_ENDS / step) + 1) * step
    weights = np.exp(-0.5 * nodes**2)
    at = eta[:, None] + sd[:, None] * nodes
    with np.errstate(over="ignore"):
        mean, variance = family.mean(at), family.outcome_variance(at)  # type: ignore[attr-defined]
    weights = weights / weights.sum()
    average = mean @ weights
    return ((mean - average[:, None]) ** 2) @ weights, variance @ weights

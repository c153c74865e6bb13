"""Coefficients of the population average, as GEE estimates them, from those of a model with random effects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import Point
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import flag
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.results.effects.exponents import exponentiated
from growthcurves.results.intervals.delta import moved
from growthcurves.results.intervals.of_outcomes import averaged
from growthcurves.results.questions.design_rows import own_rows
from growthcurves.results.questions.offsets import added_to_rows
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import TIDY, checked_level
from growthcurves.results.tables.labels import term_labels


def marginal_coefficients(fit: FittedModel, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
    """Coefficients of the population average beside those of a person; see `GrowthFit.marginal_coefficients`."""
    family = fit.family
    if family is None:
        raise ModelError(
            "Marginal coefficients are of outcomes that are not normal: of normal ones they are those of a person, "
            "fit.fixed_effects()."
        )
    found = moved(fit, _Marginal(fit))
    if not np.isfinite(found.values).all():
        raise NotEstimableError(
            "A mean outcome of the population lies so near to an end of its range that its link is no number, and "
            "marginal coefficients do not exist: look at fit.means(scale='response')."
        )
    error, names = found.errors, [*fit.terms, *_thresholds(fit)]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = found.values / error
    df = np.full(len(names), np.inf if fit.weighing is None else float(fit.weighing.df))
    half = t_quantile(0.5 + checked_level(level) / 2.0, df) * error
    values = [names, found.values, error, df, z, two_sided(z, df), found.values - half, found.values + half]
    table = said(pd.DataFrame(dict(zip(TIDY, values, strict=True))), fit, level)
    table["label"] = [*term_labels(fit), *(name.replace(":", " ", 1) for name in _thresholds(fit))]
    out = _exponentiated(fit, table) if flag(exponentiate, "exponentiate") else table
    own = np.concatenate([fit.estimates.beta, family.values()]) if _thresholds(fit) else fit.estimates.beta
    place = out.columns.get_loc("label")
    with np.errstate(over="ignore"):
        out.insert(place, "conditional", np.exp(own) if exponentiate else own)
    return out


def _thresholds(fit: FittedModel) -> list[str]:
    return [one.name for one in fit.family.parameters() if one.kind == "threshold"]


def _exponentiated(fit: FittedModel, table: pd.DataFrame) -> pd.DataFrame:
    if _thresholds(fit):
        raise ModelError("exponentiate= has no meaning for thresholds: leave it out with family='ordinal'.")
    return exponentiated(fit, table)


class _Marginal:
    """The coefficients as a function of a point: least squares of the link of the population's mean on the rows of X.

    With thresholds, of the link of every chance of a higher category on X and the categories.
    """

    def __init__(self, fit: FittedModel) -> None:
        rows = own_rows(fit)
        Z, offset = fit.standard_rows(rows.Z), added_to_rows(fit, fit.panel.frame)
        whole = np.column_stack([rows.X, Z, offset])
        distinct, codes = np.unique(whole, axis=0, return_inverse=True)
        counts = np.bincount(codes.reshape(-1), weights=fit.row_weights)
        p, q = rows.X.shape[1], Z.shape[1]
        self.X, self.Z, self.offset = distinct[:, :p], distinct[:, p : p + q], distinct[:, -1]
        self.cuts = len(_thresholds(fit))
        design = self.X
        if self.cuts:
            design = np.hstack([np.tile(self.X, (self.cuts, 1)), -np.repeat(np.eye(self.cuts), len(self.X), axis=0)])
        self.weight = np.sqrt(np.tile(counts, max(self.cuts, 1)))
        self.solver = np.linalg.pinv(design * self.weight[:, None])

    def __call__(self, point: Point) -> np.ndarray:
        eta, spread = self.X @ point.beta + self.offset, np.maximum(point.variances(self.Z), 0.0)
        with np.errstate(divide="ignore"):
            if self.cuts:
                links = point.family.marginal_links(eta, spread).reshape(-1)
            else:
                links = point.family.predictor(averaged(point, eta, spread))
        return self.solver @ (self.weight * (links - np.tile(self.offset, max(self.cuts, 1))))


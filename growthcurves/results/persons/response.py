"""Predictions of families on the scale of the outcome: averaged over persons, of a typical person, of a known one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame
from growthcurves.engine.estimates import FunctionOf, Point
from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import undone
from growthcurves.results.intervals.delta import delta
from growthcurves.results.questions.design_rows import DesignRows

SCALES = ("response", "link")


def checked_scale(scale: str | None) -> str | None:
    """The scale of predictions; None for the one that was fitted.

    Raises
    ------
    ModelError
        For an unknown one.
    """
    if scale is not None and scale not in SCALES:
        raise ModelError(unknown("scale of predictions", scale, SCALES))
    return scale


def carried_back(fit: FittedModel, found: pd.Series | pd.DataFrame, newdata: Any) -> pd.Series | pd.DataFrame:
    """Predictions of a computed outcome on the scale of its column: medians, and the ends of intervals.

    The standard error is the delta method's: that of the model's scale times the slope of the way back.
    """
    frame = fit.panel.frame if newdata is None else as_frame(newdata)

    def back(values: Any) -> np.ndarray:
        return undone(fit.model.outcome, values, frame)

    if isinstance(found, pd.Series):
        return pd.Series(back(found.to_numpy()), index=found.index, name=found.name)
    out, estimate = found.copy(), found["estimate"].to_numpy()
    ends = np.sort(np.stack([back(found["conf_low"].to_numpy()), back(found["conf_high"].to_numpy())]), axis=0)
    step = 1e-5 * np.maximum(np.abs(estimate), 1e-3)
    slope = (back(estimate + step) - back(estimate - step)) / (2.0 * step)
    out["estimate"], out["conf_low"], out["conf_high"] = back(estimate), ends[0], ends[1]
    out["std_error"] = found["std_error"] * np.abs(slope)
    return out


def refuse_interval(fit: FittedModel, interval: str | None) -> None:
    """A new outcome that is one of a few values has no interval."""
    if fit.family is not None and interval == "prediction":
        raise NotEstimableError(
            f"A new {fit.family.name} outcome has no prediction interval: ask for interval='confidence', that of the "
            f"mean."
        )


def on_response(
    fit: FittedModel, rows: DesignRows, linear: pd.Series | pd.DataFrame, people: str, level: float
) -> pd.Series | pd.DataFrame:
    """Predictions of the linear predictor carried over to the scale of the outcome.

    The population's mean ("average", "new") is averaged over the random effects, and its standard error uses the joint
    covariance of fixed effects and variances; a typical or a known person's is the mean at the linear predictor.
    """
    if people in ("average", "new"):
        return _averaged(fit, rows, linear, level)
    mean = fit.family.mean
    if isinstance(linear, pd.Series):
        return linear.map(lambda eta: float(mean(eta)))
    out = linear.copy()
    for name in ("estimate", "conf_low", "conf_high"):
        out[name] = mean(linear[name].to_numpy())
    out["std_error"] = linear["std_error"] * _slope(fit, linear["estimate"].to_numpy())
    return out


def _slope(fit: FittedModel, eta: np.ndarray) -> np.ndarray:
    """Derivative of the mean in the linear predictor."""
    return (fit.family.mean(eta + 1e-5) - fit.family.mean(eta - 1e-5)) / 2e-5


def _averaged(
    fit: FittedModel, rows: DesignRows, linear: pd.Series | pd.DataFrame, level: float
) -> pd.Series | pd.DataFrame:
    Z, family = fit.standard_rows(rows.Z), fit.family

    def mean_at(x: np.ndarray, z: np.ndarray) -> FunctionOf:
        def value(point: Point) -> float:
            return family.marginal(float(x @ point.beta), float(point.between(z)))

        return FunctionOf(value, "identity")

    quantities = [mean_at(x, z) for x, z in zip(rows.X, Z, strict=True)]
    if isinstance(linear, pd.Series):
        values = [float(quantity.of(fit.point)) for quantity in quantities]
        return pd.Series(values, index=rows.index, name="estimate").where(linear.notna())
    found = [delta(fit, quantity, level) for quantity in quantities]
    return pd.DataFrame(found, index=rows.index, columns=["estimate", "std_error", "conf_low", "conf_high"])

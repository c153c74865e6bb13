"""Predictions of families on the scale of the outcome: averaged over persons, of a typical person, of a known one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame
from growthcurves.engine.estimates import FunctionOf, Point
from growthcurves.errors import NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import offset_of, undone
from growthcurves.results.intervals.delta import delta
from growthcurves.results.questions.design_rows import DesignRows
from growthcurves.results.tables.scales import carried


def carried_back(fit: FittedModel, found: pd.Series | pd.DataFrame, newdata: Any) -> pd.Series | pd.DataFrame:
    """Predictions of a computed outcome on the scale of its column: medians, and the ends of intervals."""
    frame = fit.panel.frame if newdata is None else as_frame(newdata)

    def back(values: Any) -> np.ndarray:
        return undone(fit.model.outcome, values, frame)

    if isinstance(found, pd.Series):
        return pd.Series(back(found.to_numpy()), index=found.index, name=found.name)
    return carried(found, back)


def with_offset(fit: FittedModel, found: pd.Series | pd.DataFrame, newdata: Any) -> pd.Series | pd.DataFrame:
    """Predictions of an outcome less an offset, with the offset of each row."""
    if fit.model.offset is None:
        return found
    added = offset_of(fit.model.offset, fit.panel.frame if newdata is None else as_frame(newdata))
    if isinstance(found, pd.Series):
        return found + added
    ends = ["estimate", "conf_low", "conf_high"]
    out = found.assign(**{name: found[name] + added for name in ends})
    return out.where(out["estimate"].notna())


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

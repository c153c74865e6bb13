"""Predictions of families on the scale of the outcome: averaged over persons, of a typical person, of a known one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame
from growthcurves.engine.estimates import Point, Seen, Wanted
from growthcurves.errors import NotEstimableError
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.model.families.binomial import Binomial
from growthcurves.model.families.category import OneCategory
from growthcurves.model.outcomes import offset_of, undone
from growthcurves.results.intervals.delta import moved
from growthcurves.results.intervals.of_outcomes import averaged, in_range
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


@dataclass(frozen=True, eq=False)
class Asked:
    """What predictions of a family are asked: rows with standard random effects, of whom, and what was seen."""

    wanted: Wanted
    people: str
    level: float
    seen: Seen | None = None


def refuse_interval_of_category(place: int | None, people: str, interval: str | None) -> None:
    """The probability of one category does not rise with the linear predictor, whose interval says nothing of it."""
    if place is not None and interval is not None and people not in ("average", "typical"):
        raise NotEstimableError(
            f"An interval of one category's probability is there for people='average' and 'typical', not for "
            f"{people!r}: leave interval= out."
        )


def one_category(place: int | None) -> Callable[[Any], Any] | None:
    """Makes of a family the category at a place; None of none."""
    return None if place is None else partial(OneCategory, place=place)


def on_response(fit: FittedModel, asked: Asked, linear: pd.DataFrame) -> pd.DataFrame:
    """Predictions of the linear predictor, with intervals, carried over to the scale of the outcome.

    - The population's mean ("average") is averaged over the random effects; its standard error uses the joint
      covariance of fixed effects and variances, its interval is made on the scale of the linear predictor.
    - A typical person's is the mean at the linear predictor.
    - That of a known person, of a new one with or without what was seen, is averaged over what the person's random
      effects may be; the ends of its interval are those of the linear predictor.
    """
    category = asked.wanted.told_by is not None
    if asked.people == "average" or (category and asked.people == "typical"):
        return _averaged(fit, asked, linear)
    if category:
        mean = fit.estimates.expected(asked.wanted, asked.seen).mean
        return linear.assign(estimate=pd.Series(mean, index=linear.index).mask(linear["estimate"].isna()))
    out = carried(linear, fit.family.mean) if linear.notna().any(axis=None) else linear.copy()
    if asked.people != "typical":
        found = fit.estimates.expected(asked.wanted, asked.seen)
        variance = found.variance + row_variances(found.slope, fit.estimates.cov_beta)
        lost = linear["estimate"].isna()
        out["estimate"] = pd.Series(found.mean, index=linear.index).mask(lost)
        out["std_error"] = pd.Series(np.sqrt(variance), index=linear.index).mask(lost)
    return out


def _averaged(fit: FittedModel, asked: Asked, linear: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame(np.nan, index=linear.index, columns=linear.columns)
    there = linear["estimate"].notna().to_numpy()
    X, Z, offset = asked.wanted.X[there], asked.wanted.Z[there], asked.wanted.offset[there]

    told_by, whole = asked.wanted.told_by, asked.people == "average"

    def means(point: Point) -> np.ndarray:
        family = None if told_by is None else told_by(point.family)
        return averaged(point, X @ point.beta + offset, whole * point.variances(Z), family)

    scale = None if told_by is None else Binomial()
    out.loc[there] = in_range(fit, moved(fit, means), asked.level, scale=scale).to_numpy()
    return out

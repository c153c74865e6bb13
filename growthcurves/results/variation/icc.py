"""The intraclass correlation: the share of variance that lies between persons, at given times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.data.markup import Block
from growthcurves.engine.estimates import FunctionOf, Point
from growthcurves.fitted import FittedModel
from growthcurves.numerics.times import time_texts
from growthcurves.results.intervals.delta import Estimate, delta
from growthcurves.results.questions.levels import (
    checked_unit,
    in_common,
    is_crossed,
    part_of,
    two_of,
    units_above,
)
from growthcurves.results.questions.random_effects import mean_variance, random_rows, require_growth_random
from growthcurves.results.questions.times import default_times, times_asked
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import Answer, checked_level, text_table
from growthcurves.results.tables.printing import number, rows_text
from growthcurves.results.tables.units import unit_called
from growthcurves.results.variation.within_persons import (
    checked_share_scale,
    latent_at,
    mean_exposure,
    outcome_share_at,
)

NO_INTERVAL = "No Wald interval: variances are estimated on their boundary; change(method='profile') has intervals."
BESIDE = (
    "Of occasions of one person that is what random effects make alike; residuals have a structure beside them, and "
    "marginal_covariance() the correlation of the two together."
)
TITLE = "Intraclass correlation (share of variance between persons)"
BY_UNIT = "Intraclass correlation (correlation of two outcomes of one unit)"
CROSSED = "Intraclass correlation (share of variance between the units of each kind)"


@dataclass(frozen=True, eq=False, repr=False)
class Icc(Answer):
    """ICC by time: columns time, icc, std_error, conf_low, conf_high, label; a title in the words of the data; and why
    intervals are missing, if they are. With units above persons the first column is the unit that two outcomes share.
    """

    notes: tuple[str, ...] = ()
    title: str = TITLE
    axis: str = "time"
    units: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        text = rows_text(self._shown(), one_unit=True)
        return "\n".join([self.title, text, *self.notes])

    def _shown(self) -> pd.DataFrame:
        shown = self.table.assign(time=time_texts(self.table["time"])).drop(columns="label")
        if "unit" in shown:
            shown["unit"] = [self.units[unit] for unit in shown["unit"]]
        return shown.rename(columns={"time": self.axis})

    def _blocks(self) -> tuple[Block, ...]:
        return (self.title, text_table(self._shown()), *self.notes)

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        return [("", self.table.drop(columns="label"))]

    def _headings(self) -> dict[str, str]:
        return {"time": self.axis}

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "notes": list(self.notes)}


def icc(
    fit: FittedModel, at: Any = None, level: float = 0.95, scale: str | None = None, unit: str | None = None
) -> Icc:
    """z(t)' G z(t) / (z(t)' G z(t) + residual variance) at each time; see `GrowthFit.icc`."""
    checked_level(level)
    require_growth_random(fit)
    asked = checked_share_scale(scale)
    times = default_times(fit) if at is None else times_asked(fit, at)
    units = checked_unit(fit, unit)
    rows = [[one, t, *icc_at(fit, float(t), level, scale=asked, unit=one)] for one in units for t in times]
    table = pd.DataFrame(rows, columns=["unit", "time", "icc", "std_error", "conf_low", "conf_high"])
    when = [fit.when.at(time, text) for time, text in zip(times, time_texts(times), strict=True)]
    table["label"] = [f"{_called(fit, one, asked)} {then}" for one in units for then in when]
    boundary = fit.identified and fit.certificate.singular and table["std_error"].isna().any()
    beside = PERSON in units and bool(units_above(fit)) and fit.family is None and not fit.independent
    about = (NO_INTERVAL,) if boundary else ()
    notes = (*_exposed(fit), *about, *((fit.vocabulary.said(BESIDE),) if beside else ()))
    title = fit.vocabulary.said(TITLE)
    if units_above(fit):
        title = CROSSED if is_crossed(fit) else BY_UNIT
    else:
        table = table.drop(columns="unit")
    shown = {one: unit_called(fit, one).one if is_crossed(fit) else two_of(fit, one) for one in units}
    return Icc(said(table, fit, level), notes, title + of_scale(fit, asked), fit.vocabulary.axis, shown)


def _called(fit: FittedModel, unit: str, scale: str) -> str:
    """An ICC in the words of the data: a share of variance, or the correlation of two who have a unit in common."""
    if units_above(fit) and not is_crossed(fit):
        return f"correlation of {two_of(fit, unit)}{of_scale(fit, scale)}"
    return f"share of variance between {unit_called(fit, unit).several}{of_scale(fit, scale)}"


def _exposed(fit: FittedModel) -> tuple[str, ...]:
    """At which exposure the shares of a count are told."""
    exposure = mean_exposure(fit)
    return () if exposure is None else (f"At the mean exposure ({fit.model.exposure}), {number(exposure)}.",)


def of_scale(fit: FittedModel, scale: str) -> str:
    """On which scale a family's share is: of its linear predictor, or of the outcome; nothing of normal outcomes."""
    if fit.family is None:
        return ""
    words = fit.family.scale_words
    return f", on the latent scale ({words.link})" if scale == "latent" else ", on the scale of the outcome"


def icc_at(
    fit: FittedModel, time: float, level: float, measure: Any = None, scale: str = "latent", unit: str = PERSON
) -> Estimate:
    """The ICC at one time with its interval on the logit scale; `measure` makes the interval, Wald by default.

    `unit` is what two outcomes have in common: persons, and so all in which a person lies, or units above them.
    """
    value = _share_at(fit, time, scale, unit)
    return delta(fit, FunctionOf(value, "logit"), level) if measure is None else measure(value, "logit")


def _share_at(fit: FittedModel, time: float, scale: str, unit: str) -> Callable[[Point], float]:
    if fit.family is not None and scale == "response":
        return outcome_share_at(fit, time)
    z = random_rows(fit, time)
    common = part_of(fit, z, in_common(fit, unit))
    within = None if fit.family is None else latent_at(fit, time)

    def value(point: Point) -> float:
        residual = point.residual_variance(time) if within is None else within(point)
        shared = mean_variance(fit, common, point)
        return share(shared, mean_variance(fit, z, point) - shared + residual)

    return value


def share(between: float, within: float) -> float:
    """between / (between + within)."""
    return float(between / (between + within))

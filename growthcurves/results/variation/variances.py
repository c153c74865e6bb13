"""Variance components: SDs and correlations between persons, and the residual SD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.engine.estimates import FixedEffect, Quantity
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.intervals import intervals_for, of_components
from growthcurves.results.intervals.delta import delta
from growthcurves.results.intervals.measure import about_all
from growthcurves.results.intervals.quantity import Component as Parameter
from growthcurves.results.intervals.quantity import Interval, end_reached, every_parameter, vanishes
from growthcurves.results.intervals.wald import INSTEAD, Wald, with_information
from growthcurves.results.tables.about import said, sample
from growthcurves.results.tables.answer import TIDY
from growthcurves.results.tables.labels import component_label
from growthcurves.results.tables.names import component_text

NAN = float("nan")
SCALES = ("sd", "variance")
_MOMENTS = ["variance", "covariance", "variance_std_error"]


class Component(NamedTuple):
    """An SD or correlation with its interval, and its variance or covariance."""

    finding: Finding
    moment: Finding


@dataclass(frozen=True)
class Components:
    """All variance components of a fit.

    Attributes
    ----------
    rows : tuple of Component
    intervals : str
        How the intervals were made.
    withheld : str
        Why there are no numbers; empty where there are.
    level : float
        Of the intervals.
    sample : str
        Of whom they are.
    labels : tuple of (str, str)
        Each component in words, and its variance or covariance.
    advice : str
        What to ask for where an interval is missing; empty where there is nothing.
    """

    rows: tuple[Component, ...]
    intervals: str
    withheld: str
    level: float
    sample: str
    labels: tuple[tuple[str, str], ...]
    advice: str = ""

    @property
    def notes(self) -> dict[str, str]:
        """What is special of some intervals, by their names in tables."""
        found = [row.finding for row in self.rows if row.finding.note]
        return {component_text(one): self.advised(one.note, one.has_interval) for one in found}

    def advised(self, note: str, there: bool) -> str:
        """A note of an interval, with the advice where that is not there."""
        return note if there or not note or not self.advice else f"{note}; {self.advice}"

    def table(self) -> pd.DataFrame:
        """The tidy table of `variance_components`."""
        table = pd.DataFrame([_cells(row) for row in self.rows], columns=[*TIDY, *_MOMENTS])
        return self.said(table.assign(unit=self.units, label=[label for label, _ in self.labels]), self.notes)

    @property
    def units(self) -> list[str]:
        """Whose variation each component is: "person", the column of units above persons, "residual", "family"."""
        return [row.finding.unit for row in self.rows]

    def said(self, table: pd.DataFrame, notes: dict[str, str]) -> pd.DataFrame:
        """The table with how its intervals were made, and what is special of some."""
        table.attrs = {"intervals": self.intervals, "notes": notes, "level": self.level, "sample": self.sample}
        if self.withheld:
            table.attrs["withheld"] = self.withheld
        return table


def _cells(row: Component) -> list:
    finding, moment = row
    squared = {Kind.VARIANCE: [moment.value, NAN], Kind.COVARIANCE: [NAN, moment.value]}.get(moment.kind, [NAN, NAN])
    error = NAN if moment.kind is Kind.PARAMETER else moment.std_error
    ends = [finding.conf_low, finding.conf_high]
    return [component_text(finding), finding.value, finding.std_error, NAN, NAN, NAN, *ends, *squared, error]


def components(
    fit: FittedModel, method: Any = None, level: float = 0.95, information: str | None = None
) -> Components:
    """The variance components as findings; see `variance_components`."""
    kind = Wald(information=information or str(getattr(method, "information", "observed"))).information
    chosen = with_information(intervals_for(fit, of_components(fit) if method is None else method), kind)
    parameters = every_parameter(fit)
    found = chosen.intervals(fit, [parameter.quantity for parameter in parameters], level)
    rows = [_component(fit, *pair, level, kind) for pair in zip(parameters, found, strict=True)]
    withheld = "" if fit.identified else "not identified: the design cannot tell these variances apart"
    labels = tuple((component_label(fit, row.finding), component_label(fit, row.moment)) for row in rows)
    advice = INSTEAD if isinstance(chosen, Wald) else ""
    return Components(tuple(rows), chosen.about(fit), withheld, float(level), sample(fit), labels, advice)


def variance_components(
    fit: FittedModel,
    method: Any = None,
    level: float = 0.95,
    scale: str = "sd",
    information: str | None = None,
) -> pd.DataFrame:
    """SDs and correlations between persons and the residual SD, with intervals; see `GrowthFit.variance_components`."""
    if not among(scale, SCALES):
        raise ModelError(unknown("scale of variance components", scale, SCALES))
    found = components(fit, method, level, information)
    return found.table() if scale == "sd" else _squared(fit, found, method, level, information)


def _squared(fit: FittedModel, found: Components, method: Any, level: float, information: str | None) -> pd.DataFrame:
    """The same on the scale of variances, a row for each."""
    chosen = with_information(intervals_for(fit, of_components(fit) if method is None else method), information)
    rows: list[list] = []
    notes: dict[str, str] = {}
    for component, parameter in zip(found.rows, every_parameter(fit), strict=True):
        finding, moment = component
        low, high, note = finding.conf_low, finding.conf_high, finding.note
        if moment.kind is Kind.VARIANCE:
            low, high = low**2, high**2
        elif moment.kind is Kind.COVARIANCE:
            low, high, note = chosen.intervals(fit, [parameter.quantity.moment()], level)[0]
        rows.append([component_text(moment), moment.value, moment.std_error, NAN, NAN, NAN, low, high])
        notes |= {component_text(moment): found.advised(note, low == low)} if note else {}
    table = pd.DataFrame(rows, columns=TIDY)
    return found.said(table.assign(unit=found.units, label=[label for _, label in found.labels]), notes)


def conf_int(fit: FittedModel, method: Any = "wald", level: float = 0.95) -> pd.DataFrame:
    """Intervals of fixed effects and variance components, index by term; see `GrowthFit.conf_int`."""
    chosen = intervals_for(fit, method)
    random = components(fit, chosen, level)
    fixed, notes = _fixed(fit, chosen, level)
    ends = [(row.finding.conf_low, row.finding.conf_high) for row in random.rows]
    terms = pd.Index([*fit.terms, *(component_text(row.finding) for row in random.rows)], name="term")
    table = pd.DataFrame([*fixed, *ends], index=terms, columns=["conf_low", "conf_high"])
    table.attrs = {"intervals": about_all(fit, chosen), "notes": notes | random.notes}
    return said(table, fit, level)


def _fixed(fit: FittedModel, method: Any, level: float) -> tuple[list[tuple[float, float]], dict[str, str]]:
    """Ends of the intervals of the fixed effects, and what is special of some."""
    if isinstance(method, Wald):
        table = fixed_effects(fit, method.ddf, level)
        return list(zip(table["conf_low"], table["conf_high"], strict=True)), {}
    rows: list[Quantity] = [FixedEffect(row) for row in np.eye(len(fit.terms))]
    found = method.intervals(fit, rows, level)
    notes = {term: one.note for term, one in zip(fit.terms, found, strict=True) if one.note}
    return [(one.low, one.high) for one in found], notes


#: What a component is on the scale of variances.
_SQUARED = {Kind.SD: Kind.VARIANCE, Kind.CORRELATION: Kind.COVARIANCE}


def _component(
    fit: FittedModel, parameter: Parameter, interval: Interval, level: float, information: str
) -> Component:
    kind, unit, of, quantity = parameter
    here, moment = (delta(fit, one, level, information) for one in (quantity, quantity.moment()))
    value, size, errors = here.estimate, moment.estimate, [here.std_error, moment.std_error]
    if fit.identified and vanishes(fit, quantity):
        value, size = 0.0 if quantity.zero else NAN, 0.0
    elif kind is Kind.PARAMETER and (end := end_reached(fit, quantity)) is not None:
        value = size = end
    if kind is Kind.CORRELATION:
        value = float(np.sign(value)) if abs(value) > 1 - 1e-9 else value
    low, high, note = interval
    finding = Finding(kind, value, unit, of=of, std_error=errors[0], conf_low=low, conf_high=high, note=note)
    return Component(finding, Finding(_SQUARED.get(kind, kind), size, unit, of=of, std_error=errors[1]))

"""The stored references: fits of shipped data, and values of ours by the names that the references carry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.data.datasets import dataset_entry, load_dataset
from growthcurves.fit import GrowthFit, fit
from growthcurves.model.growth import GrowthModel
from growthcurves.model.shapes import KINDS
from growthcurves.results.ddf.containment import Containment

_FILE = Path(__file__).with_name("references.json")
#: Columns of the table of fixed effects.
_OF_EFFECTS = ("estimate", "std_error", "statistic", "df", "p_value")
_OF_COMPONENTS = {"component": "estimate"}


def stored_cases() -> list[dict[str, Any]]:
    """The references as they are stored: each a fit, its source, and (quantity, name, expected, tolerance)."""
    return list(json.loads(_FILE.read_text(encoding="utf-8"))["cases"])


def fit_of(case: Mapping[str, Any], data: pd.DataFrame | None = None) -> GrowthFit:
    """The fit of a case, to its shipped data or to those given."""
    frame = load_dataset(case["data"]) if data is None else data
    for column, level in case.get("rows", {}).items():
        frame = frame[frame[column] == level]
    for column, codes in case.get("codes", {}).items():
        frame = frame.assign(**{column: frame[column].map(codes).astype(float)})
    if "origin" in case:
        frame = frame.assign(age=frame["age"] - case["origin"])
    options = {"reference": case["reference"]} if case.get("reference") else {}
    if "formula" in case:
        return fit(case["formula"], frame, method=case["method"], time=case.get("time"), **options)
    kind, *values = case.get("shape", ["linear"])
    shape = KINDS[kind](*values) if values else kind
    model = GrowthModel(
        **dataset_entry(case["data"])["roles"], shape=shape, random=tuple(case["random"]),
        residual=case.get("residual", "independent"), origin=0 if "residual" in case else None,
    )  # fmt: skip
    return fit(model, frame, method=case["method"])


def values_of(fitted: GrowthFit, quantity: str, ddf: str = "satterthwaite") -> Mapping[Any, float]:
    """The fit's values of one quantity, by the names of terms, components or criteria."""
    if quantity == "fit":
        return {name: getattr(fitted, name) for name in ("deviance", "llf", "aic", "bic")}
    if quantity in _OF_EFFECTS:
        return dict(fitted.fixed_effects(ddf=ddf).set_index("term")[quantity])
    if quantity == "df_nlme":
        return dict(fitted.fixed_effects(ddf=Containment(rule="nlme")).set_index("term")["df"])
    return dict(fitted.variance_components(method="wald").set_index("term")[_OF_COMPONENTS.get(quantity, quantity)])


def compared(case: Mapping[str, Any]) -> Iterator[tuple[str, str, str, float, float]]:
    """What each stored value is, what is expected, as printed, what is found, and the tolerance."""
    fitted = fit_of(case)
    found = {quantity: values_of(fitted, quantity, case.get("ddf", "satterthwaite")) for quantity, *_ in case["values"]}
    for quantity, name, expected, tolerance in case["values"]:
        yield quantity, name, expected, float(found[quantity][name]), float(tolerance)

"""Growth models and their formulas' records as plain values, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np

from growthcurves.errors import DataError, NotAvailableError
from growthcurves.model.columns import Columns, normal
from growthcurves.model.covariance import residual_of
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import KINDS, shape_of
from growthcurves.storage.safe import refuse_unsafe

PLAIN = ("outcome", "time", "id", "wave", "origin", "covariates", "evaluated_over")


def model_values(model: GrowthModel) -> dict[str, Any]:
    """A model as plain values.

    Raises
    ------
    NotAvailableError
        For a shape of the user's own, which a file cannot hold.
    """
    shape = shape_of(model.shape)
    if type(shape).__name__ not in KINDS:
        raise NotAvailableError(f"A fit with a shape of your own ({type(shape).__name__}) cannot be saved.")
    return {
        **{name: getattr(model, name) for name in PLAIN},
        "shape": [type(shape).__name__, {item.name: getattr(shape, item.name) for item in fields(shape)}],  # type: ignore[arg-type]
        "predictors": model.predictors if isinstance(model.predictors, str) else dict(model.predictors or {}),
        "reference": dict(model.reference or {}),
        "random": model.random.blocks,
        "residual": residual_of(model.residual).name,
    }


def model_from(values: dict[str, Any]) -> GrowthModel:
    """The model of such values; formulas that do more than formulas may are refused."""
    predictors = values["predictors"]
    formulas = [predictors] if isinstance(predictors, str) else list(predictors.values())
    refuse_unsafe([*formulas, values["covariates"] or "0"])
    kind, options = values["shape"]
    if kind not in KINDS:
        raise DataError(f"The file holds a shape {kind!r}, which this version of growthcurves does not know.")
    return GrowthModel(
        **{name: values[name] for name in PLAIN},
        shape=KINDS[kind](**options),
        predictors=predictors,
        reference=values["reference"],
        random=RandomPart(values["random"]),
        residual=values["residual"],
    )


def columns_values(columns: Columns, formula: str) -> dict[str, Any]:
    """A formula's record of knots, centres and levels, without its data."""
    spec = columns.spec
    return {
        "names": columns.names,
        "constant": tuple(values is None for values in columns.values),
        "used": columns.used,
        "levels": columns.levels,
        "terms": tuple(tuple(sorted(term)) for term in columns.terms),
        "written": columns.written,
        "formula": None if spec is None else formula,
        "state": None if spec is None else _plain(spec.transform_state),
        "categories": None if spec is None else _categories(spec.encoder_state),
    }


def columns_from(values: dict[str, Any], stand_ins: Iterable[Any]) -> Columns:
    """The columns of such a record; `stand_ins` are their values or what tells that they were not kept."""
    spec = None if values["formula"] is None else _spec(values)
    given = iter(stand_ins)
    return Columns(
        values["names"],
        tuple(None if constant else next(given) for constant in values["constant"]),
        spec,
        values["used"],
        values["levels"],
        tuple(frozenset(term) for term in values["terms"]),
        values["written"],
    )


def _spec(values: dict[str, Any]) -> Any:
    from formulaic import Formula, ModelSpec
    from formulaic.parser.types import Factor

    refuse_unsafe([values["formula"]])
    kinds = {"categorical": Factor.Kind.CATEGORICAL, "numerical": Factor.Kind.NUMERICAL}
    encoder = {
        name: (kinds[kind], {} if levels is None else {"categories": levels})
        for name, (kind, levels) in values["categories"].items()
    }
    return ModelSpec(
        formula=Formula(normal(values["formula"])),
        transform_state=values["state"],
        encoder_state=encoder,
        output="pandas",
    )


def _plain(state: Any) -> Any:
    """State of transforms as plain values."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(_plain(value) for value in state)
    return state.item() if isinstance(state, np.generic) else state


def _categories(encoder: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, (kind, state) in encoder.items():
        levels = state.get("categories")
        found[name] = (kind.value, None if levels is None else list(levels))
    return found

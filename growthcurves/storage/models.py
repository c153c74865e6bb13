"""Growth models and their formulas' records as plain values, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np

from growthcurves.errors import DataError, FormulaError, NotAvailableError
from growthcurves.model.columns import Columns, Functions
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.functions import BY_PERSON, CONSTANTS, FUNCTIONS
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.tokens import shortened
from growthcurves.model.formula.tree import CONSTANT, Formula
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import KINDS, shape_of

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


def model_from(values: dict[str, Any], functions: Functions | None = None) -> GrowthModel:
    """The model of such values, with the user's own functions.

    Raises
    ------
    FormulaError
        For formulas that hold what formulas may not, or call functions that are not given.
    """
    kind, options = values["shape"]
    if kind not in KINDS:
        raise DataError(f"The file holds a shape {kind!r}, which this version of growthcurves does not know.")
    model = GrowthModel(
        **{name: values[name] for name in PLAIN},
        shape=KINDS[kind](**options),
        predictors=values["predictors"],
        reference=values["reference"],
        random=RandomPart(values["random"]),
        residual=values["residual"],
        functions=functions,
    )
    for formula in (*model.trees.values(), model.covariate_tree):
        _refuse_unknown(formula, model.functions or {})
    return model


def _refuse_unknown(formula: Formula, own: Functions) -> None:
    """A function that is neither in the table nor given: the file cannot be used without it."""
    for name in sorted(formula.calls - FUNCTIONS.keys() - own.keys() - set(BY_PERSON) - CONSTANTS.keys()):
        raise FormulaError(
            f"The file's formula {shortened(str(formula))!r} calls {name!r}, which no formula may call but that of its "
            f"owner: where it is your own function, give it with gc.load(path, functions={{{name!r}: ...}})."
        )


def columns_values(columns: Columns) -> dict[str, Any]:
    """A formula's record of knots, centres and levels, without its data; factors and terms by their place in it."""
    formula = columns.formula
    place = {term: i for i, term in enumerate(formula.terms)} | {CONSTANT: -1}
    return {
        "formula": str(formula),
        "names": columns.names,
        "constant": tuple(values is None for values in columns.values),
        "used": columns.used,
        "levels": columns.levels,
        "terms": tuple(place[term] for term in columns.terms),
        "parts": columns.parts,
        "places": columns.places,
        "categorical": tuple(i for i, factor in enumerate(formula.factors) if factor in columns.categorical),
        "states": tuple(_plain(columns.states.get(factor, {})) for factor in formula.factors),
    }


def columns_from(values: dict[str, Any], stand_ins: Iterable[Any], own: Functions) -> Columns:
    """The columns of such a record; `stand_ins` are their values or what tells that they were not kept."""
    formula = read_terms(values["formula"])
    if tuple(values["used"]) != formula.columns:
        raise DataError("The file's formula uses other columns than its record: it is damaged.")
    given = iter(stand_ins)
    return Columns(
        names=values["names"],
        values=tuple(None if constant else next(given) for constant in values["constant"]),
        formula=formula,
        used=values["used"],
        levels=values["levels"],
        terms=tuple(CONSTANT if i < 0 else formula.terms[i] for i in values["terms"]),
        parts=values["parts"],
        places=values["places"],
        categorical=frozenset(formula.factors[i] for i in values["categorical"]),
        states=dict(zip(formula.factors, values["states"], strict=True)),
        own=own,
    )


def _plain(state: Any) -> Any:
    """State of functions as plain values."""
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(_plain(value) for value in state)
    return state.item() if isinstance(state, np.generic) else state

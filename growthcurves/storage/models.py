"""Growth models and their formulas' records as plain values, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import DataError, FormulaError
from growthcurves.model.columns import Columns, Functions
from growthcurves.model.covariance import residual_kinds
from growthcurves.model.families import family_kinds
from growthcurves.model.formula.functions import BY_PERSON, CONSTANTS, FUNCTIONS
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.tokens import shortened
from growthcurves.model.formula.tree import CONSTANT, Formula
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import KINDS, shape_of
from growthcurves.storage.parts import Kinds, part_from, part_values

PLAIN = (
    "outcome", "time", "id", "wave", "origin", "time_varying", "computed", "offset", "trials", "exposure",
    "evaluated_over",
)  # fmt: skip


def model_values(model: GrowthModel) -> dict[str, Any]:
    """A model as plain values.

    Raises
    ------
    NotAvailableError
        For a part of the user's own that a file cannot hold.
    """
    return {
        **{name: getattr(model, name) for name in PLAIN},
        "shape": part_values("shape", shape_of(model.shape), KINDS),
        "predictors": model.predictors if isinstance(model.predictors, str) else dict(model.predictors or {}),
        "reference": dict(model.reference or {}),
        "random": model.random.blocks,
        "levels": {unit: (part.blocks, part.crossed) for unit, part in model.above.items()},
        "residual": model.residual if isinstance(model.residual, str) else _residual_values(model.residual),
        "family": None if model.family is None else part_values("family", model.family, family_kinds()),
    }


def _residual_values(residual: Any) -> list[Any]:
    return part_values("residual structure", residual, residual_kinds())


def model_from(values: dict[str, Any], functions: Functions | None = None, own: Kinds | None = None) -> GrowthModel:
    """The model of such values, with the user's own functions and classes.

    Raises
    ------
    FormulaError
        For formulas that hold what formulas may not, or call functions that are not given.
    NotAvailableError
        For a part of the user's own that is not given.
    """
    own, residual, family = own or {}, values["residual"], values["family"]
    if not isinstance(residual, str):
        residual = part_from("residual structure", residual, residual_kinds(), own)
    model = GrowthModel(
        **{name: values[name] for name in PLAIN},
        shape=part_from("shape", values["shape"], KINDS, own),
        predictors=values["predictors"],
        reference=values["reference"],
        random=RandomPart(values["random"]),
        levels={unit: RandomPart(blocks, crossed=crossed) for unit, (blocks, crossed) in values["levels"].items()},
        residual=residual,
        family=None if family is None else part_from("family", family, family_kinds(), own),
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
        "used": columns.used,
        "levels": columns.levels,
        "terms": tuple(place[term] for term in columns.terms),
        "parts": columns.parts,
        "categorical": tuple(i for i, factor in enumerate(formula.factors) if factor in columns.categorical),
        "states": tuple(_plain(columns.states.get(factor, {})) for factor in formula.factors),
    }


def columns_from(values: dict[str, Any], own: Functions) -> Columns:
    """The columns of such a record."""
    formula = read_terms(values["formula"])
    if tuple(values["used"]) != formula.columns:
        raise DataError("The file's formula uses other columns than its record: it is damaged.")
    return Columns(
        names=values["names"],
        formula=formula,
        used=values["used"],
        levels=values["levels"],
        terms=tuple(CONSTANT if i < 0 else formula.terms[i] for i in values["terms"]),
        parts=values["parts"],
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

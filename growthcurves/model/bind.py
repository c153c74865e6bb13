"""A growth model meets a panel: formulas become columns, names become positions.

The result says everything in arrays and positions (for the engine) and in names (for the answers), and keeps
the formulas' own record of levels and centring, so that new data are read the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from growthcurves.data.frame import raw_array
from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError, unknown
from growthcurves.model.columns import Columns, evaluate, formula_columns, normal
from growthcurves.model.formula import formula_terms, quoted
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.shapes import BoundShape, shape_of


@dataclass(frozen=True, eq=False)
class BoundModel:
    """A growth model bound to a panel.

    Attributes
    ----------
    model : GrowthModel
    panel : Panel
    shape : bound shape
    predictors : dict of growth parameter to Columns
    covariates : Columns
    row_columns : tuple of (n,) arrays
        Row columns b_1, ..., b_m of the engine: time, then covariates.
    row_origins : tuple of float
        From where each row column is measured.
    weights : tuple of (N,) arrays
    x : tuple of (row column, weight)
    z : tuple of row column
    terms : tuple of str
        Names of the columns of X.
    growth_terms : dict of growth parameter to list of (column of X, weight)
        How w' gamma of each growth parameter is made.
    """

    model: GrowthModel
    panel: Panel
    shape: BoundShape
    predictors: dict[str, Columns]
    covariates: Columns
    row_columns: tuple[np.ndarray, ...]
    row_origins: tuple[float, ...]
    weights: tuple[np.ndarray, ...]
    x: tuple[tuple[int, int], ...]
    z: tuple[int, ...]
    terms: tuple[str, ...]
    growth_terms: dict[str, list[tuple[int, int]]]

    @property
    def random_names(self) -> tuple[str, ...]:
        return self.model.random.names


def model_columns(model: GrowthModel) -> list[str]:
    """All columns that predictors and covariates use."""
    formulas = [*(model.formula_for(name) for name in model.parameters), model.covariates]
    return list(dict.fromkeys(column for formula in formulas for column in formula_columns(formula)))


def bind(model: GrowthModel, panel: Panel, people: PersonLevel | None = None) -> BoundModel:
    """Evaluate the model's formulas on the panel.

    Raises
    ------
    ModelError, FormulaError
        When a level-2 predictor varies within a person (named), a random effect is unknown, a reference level
        does not occur, or a formula cannot be evaluated.
    """
    people = people or PersonLevel(panel)
    _refuse_columns(model)
    for name in model.reference or {}:
        if name not in model_columns(model):
            raise ModelError(unknown("predictor (for reference=)", name, model_columns(model)))
    shape = shape_of(model.shape).bind(panel.times if model.time else np.zeros(0), _origin(model, panel))
    predictors = {name: _level_two(model.formula_for(name), model, people) for name in model.parameters}
    covariates = _level_one(model, people)
    weights, place = _distinct_weights(predictors)
    x: list[tuple[int, int]] = []
    terms: list[str] = []
    growth_terms: dict[str, list[tuple[int, int]]] = {}
    for k, name in enumerate(model.parameters):
        growth_terms[name] = []
        for column in predictors[name].names:
            growth_terms[name].append((len(x), place[column]))
            x.append((k, place[column]))
            terms.append(name if column == "1" else f"{name}:{column}")
    first = len(model.parameters)
    x += [(first + j, 0) for j in range(len(covariates.names))]
    terms += list(covariates.names)
    rows = ([panel.times] if model.time else []) + [values for values in covariates.values if values is not None]
    origins = ([shape.origin] if model.time else []) + [0.0] * len(covariates.names)
    z = tuple(_random_rows(model, covariates))
    return BoundModel(
        model, panel, shape, predictors, covariates, tuple(rows), tuple(origins), tuple(weights), tuple(x), z,
        tuple(terms), growth_terms,
    )


def _refuse_columns(model: GrowthModel) -> None:
    for name in model_columns(model):
        if name == model.outcome:
            raise ModelError(f"{name!r} is the outcome and cannot predict itself.")
        if name in (*model.parameters, "1", "Intercept"):
            raise ModelError(f"Column {name!r} is called like a growth parameter: rename the column.")


def _origin(model: GrowthModel, panel: Panel) -> float:
    if model.time is None:
        return 0.0
    if model.origin is not None:
        return float(model.origin)
    first, last = float(panel.times.min()), float(panel.times.max())
    return 0.0 if first <= 0.0 <= last else first


def _random_rows(model: GrowthModel, covariates: Columns) -> list[int]:
    known = [*model.parameters, *covariates.names]
    for name in model.random.names:
        if name not in known:
            raise ModelError(unknown("growth parameter or covariate", name, known))
    return [known.index(name) for name in model.random.names]


def _distinct_weights(predictors: dict[str, Columns]) -> tuple[list[np.ndarray], dict[str, int]]:
    """Each different predictor column once; 0 is the constant."""
    place = {"1": 0}
    weights: list[np.ndarray] = []
    for columns in predictors.values():
        for name, values in zip(columns.names, columns.values, strict=True):
            if values is not None and name not in place:
                weights.append(values)
                place[name] = len(weights)
    return weights, place


def _level_two(formula: str, model: GrowthModel, people: PersonLevel) -> Columns:
    """A predictor formula over persons; through the formula door it is evaluated over rows, as R does."""
    if formula.strip() in ("0", "1", ""):
        constant = formula.strip() == "1"
        return Columns(("1",) if constant else (), (None,) if constant else (), None, (), {})
    terms, _ = formula_terms(normal(formula))
    used = formula_columns(formula)
    table = people.values(used)
    if model.evaluated_over == "rows" and any(None in term.names for term in terms):
        columns = evaluate(formula, {name: people.rows(name) for name in used}, model.reference)
        taken = tuple(None if values is None else values[people.first_rows] for values in columns.values)
        return replace(columns, values=taken)
    return evaluate(formula, {name: raw_array(table, name) for name in used}, model.reference)


def _level_one(model: GrowthModel, people: PersonLevel) -> Columns:
    """The time-varying covariates over the rows, coded in the company of the model's other terms, as R does."""
    if model.covariates is None:
        return Columns((), (), None, (), {})
    formula, wanted = _in_company(model)
    used = formula_columns(formula)
    table = {name: people.panel.times if name == model.time else people.rows(name) for name in used}
    columns = evaluate(formula, table, model.reference)
    keep = [i for i, term in enumerate(columns.terms) if term in wanted]
    return replace(
        columns,
        names=tuple(columns.names[i] for i in keep),
        values=tuple(columns.values[i] for i in keep),
        terms=tuple(columns.terms[i] for i in keep),
    )


def _in_company(model: GrowthModel) -> tuple[str, set[frozenset[str]]]:
    """The whole fixed part as one formula, and which of its terms are the covariates."""
    covariates, _ = formula_terms(normal(model.covariates or "0"))
    wanted = {frozenset(term.factors) for term in covariates}
    texts = [str(term) for term in covariates]
    _, intercept = formula_terms(normal(model.formula_for("intercept")))
    if not intercept or any(len(term.factors) > 1 for term in covariates):
        company = []
        for name in model.parameters:
            terms, mean = formula_terms(normal(model.formula_for(name)))
            time = [] if name == "intercept" else [quoted(str(model.time))]
            company += time if mean else []
            company += [":".join([*time, str(term)]) for term in terms]
        texts = company + texts
    return " + ".join(["1" if intercept else "0", *texts]), wanted

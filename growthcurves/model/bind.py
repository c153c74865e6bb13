"""A growth model meets a panel: formulas become columns, names become positions.

The result says everything in arrays and positions (for the engine) and in names (for the answers), and keeps
the formulas' own record of levels and centring, so that new data are read the same way.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.frame import raw_array
from growthcurves.data.panel import Panel
from growthcurves.errors import FormulaError, ModelError, unknown
from growthcurves.model.formula import formula_terms, quoted
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.shapes import BoundShape, shape_of


@dataclass(frozen=True)
class Columns:
    """The columns that a formula makes, with the record that makes them again from new data.

    Attributes
    ----------
    names : tuple of str
        "1" for the constant.
    values : tuple of (N,) or (n,) arrays or None
        None for the constant.
    spec : formulaic ModelSpec or None
        None for a formula that is the constant alone or empty.
    used : tuple of str
        The columns of the table that it uses.
    levels : dict of str to list
        The levels of its categorical columns, the reference first.
    terms : tuple of frozenset of str
        The factors of the term that each column belongs to.
    """

    names: tuple[str, ...]
    values: tuple[np.ndarray | None, ...]
    spec: Any
    used: tuple[str, ...]
    levels: dict[str, list[Any]]
    terms: tuple[frozenset[str], ...] = ()


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


def formula_columns(formula: str | None) -> list[str]:
    """The columns of the table that a formula uses."""
    if formula is None or formula.strip() in ("0", "1", ""):
        return []
    terms, _ = formula_terms(normal(formula))
    return list(dict.fromkeys(column for term in terms for column in sorted(term.columns)))


def normal(formula: str) -> str:
    """A predictor formula in formulaic's words (`^` is a power)."""
    pieces = formula.split("`")
    return "`".join(piece.replace("^", "**") if i % 2 == 0 else piece for i, piece in enumerate(pieces))


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
    if any(len(term.factors) > 1 for term in covariates) or "0" in model.formula_for("intercept").split("+")[0]:
        company = []
        for name in model.parameters:
            terms, constant = formula_terms(normal(model.formula_for(name)))
            time = [] if name == "intercept" else [quoted(str(model.time))]
            company += [":".join(time)] if constant and time else []
            company += [":".join([*time, str(term)]) for term in terms]
        texts = company + texts
    _, constant = formula_terms(normal(model.formula_for("intercept")))
    return " + ".join(["1" if constant else "0", *texts]), wanted


def evaluate(formula: str, table: dict[str, Any], reference: Any) -> Columns:
    """The columns of a formula over arrays of its columns."""
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    frame, levels = categories(table, reference)
    try:
        matrix = model_matrix(normal(formula), frame, na_action="ignore")
    except (FormulaicError, SyntaxError, NameError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise FormulaError(f"The formula {formula!r} cannot be evaluated: {str(error).splitlines()[0]}") from error
    term_of = {
        str(name): frozenset(_factor_text(factor) for factor in structure.term.factors)
        for structure in matrix.model_spec.structure
        for name in structure.columns
    }
    names, values, terms = [], [], []
    for name in matrix.columns:
        constant = name == "Intercept"
        names.append("1" if constant else str(name).replace("[T.", "["))
        values.append(None if constant else np.asarray(matrix[name], dtype=np.float64))
        terms.append(term_of[str(name)])
    return Columns(tuple(names), tuple(values), matrix.model_spec, tuple(table), levels, tuple(terms))


def _factor_text(factor: Any) -> str:
    return quoted(factor.expr) if factor.eval_method.value == "lookup" else str(factor.expr)


def categories(table: dict[str, Any], reference: Any) -> tuple[pd.DataFrame, dict[str, list[Any]]]:
    """The table with its text and categorical columns as categories: levels that occur, the reference first."""
    levels: dict[str, list[Any]] = {}
    columns: dict[str, Any] = {}
    for name, column in table.items():
        if isinstance(column, np.ndarray) and column.dtype.kind == "f" and name not in reference:
            columns[name] = column
            continue
        factor = pd.Categorical(column).remove_unused_categories()
        found = list(factor.categories)
        if name in reference:
            if reference[name] not in found:
                raise ModelError(unknown(f"level of {name!r}", reference[name], found))
            found = [reference[name], *(level for level in found if level != reference[name])]
        if len(found) < 2:
            raise ModelError(f"The predictor {name!r} has one level only ({found[0]!r}): leave it out.")
        columns[name] = factor.reorder_categories(found)
        levels[name] = found
    return pd.DataFrame(columns, copy=False), levels


def replay(columns: Columns, table: dict[str, pd.Series]) -> np.ndarray:
    """The columns of a formula for new data, read as the first data were: (n, columns), missing in, missing out.

    Raises
    ------
    ModelError
        When a level appears that the model has not seen.
    """
    n = len(next(iter(table.values()))) if table else 0
    frame = {}
    for name in columns.used:
        column = table[name]
        if name in columns.levels:
            seen = columns.levels[name]
            values = column.astype(object).where(column.notna(), None)
            new = [value for value in pd.unique(values.dropna()) if value not in seen]
            if new:
                raise ModelError(f"The level {str(new[0])!r} of {name!r} is new: the model knows {seen}.")
            column = pd.Series(pd.Categorical(values, categories=seen), index=column.index)
        else:
            column = pd.Series(numeric_column(column.to_frame(name), name), index=column.index)
        frame[name] = column
    lost = np.zeros(n, dtype=bool)
    for column in frame.values():
        lost |= column.isna().to_numpy()
    filled = pd.DataFrame({name: _filled(column) for name, column in frame.items()})
    matrix = _matrix_again(columns, filled)
    wanted = ["Intercept" if name == "1" else name for name in columns.names]
    by_name = {str(name).replace("[T.", "["): np.asarray(matrix[name], dtype=np.float64) for name in matrix.columns}
    out = np.column_stack([by_name[name] for name in wanted]) if wanted else np.zeros((n, 0))
    out[lost] = np.nan
    return out


def _matrix_again(columns: Columns, table: pd.DataFrame) -> Any:
    """The formula's columns for new data; categories made inside the formula may not hold new levels."""
    from formulaic.errors import DataMismatchWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error", DataMismatchWarning)
        try:
            return columns.spec.get_model_matrix(table, na_action="ignore")
        except DataMismatchWarning as error:
            seen = str(error).split(":")[-1].strip()
            raise ModelError(f"A level in {', '.join(columns.used)} is new to the model ({seen}).") from error


def _filled(column: pd.Series) -> pd.Series:
    """Missing values replaced by a value that can be evaluated; the caller makes the row missing again."""
    if not column.isna().any():
        return column
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.fillna(column.cat.categories[0])
    return column.fillna(1.0)

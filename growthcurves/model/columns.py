"""Formulas as columns: evaluated once on the data, and read again from new data in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.elapsed import holds_dates
from growthcurves.errors import FormulaError, ModelError, filtered, unknown
from growthcurves.model.formula import formula_terms, quoted
from growthcurves.model.transforms import natural_spline_transform


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
    written : tuple of tuple of str
        The same in the order in which they are written.
    formula : str
        What was evaluated; it may hold further terms, in whose company these are coded.
    """

    names: tuple[str, ...]
    values: tuple[np.ndarray | None, ...]
    spec: Any
    used: tuple[str, ...]
    levels: dict[str, list[Any]]
    terms: tuple[frozenset[str], ...] = ()
    written: tuple[tuple[str, ...], ...] = ()
    formula: str = "0"


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


def evaluate(formula: str, table: dict[str, Any], reference: Any, functions: Any = None) -> Columns:
    """The columns of a formula over arrays of its columns; `functions` are those it may call besides the usual."""
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    frame, levels = categories(table, reference)
    try:
        with np.errstate(all="ignore"):  # what has no value is refused by name
            matrix = model_matrix(normal(formula), frame, context=_context(functions), na_action="ignore")
    except (FormulaicError, SyntaxError, NameError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise FormulaError(f"The formula {formula!r} cannot be evaluated: {str(error).splitlines()[0]}") from error
    term_of = {
        str(name): tuple(_factor_text(factor) for factor in structure.term.factors)
        for structure in matrix.model_spec.structure
        for name in structure.columns
    }
    names, values, written = [], [], []
    for name in matrix.columns:
        constant = name == "Intercept"
        names.append("1" if constant else str(name).replace("[T.", "["))
        values.append(None if constant else np.asarray(matrix[name], dtype=np.float64))
        written.append(term_of[str(name)])
    terms = tuple(frozenset(factors) for factors in written)
    return Columns(tuple(names), tuple(values), matrix.model_spec, tuple(table), levels, terms, tuple(written), formula)


def _context(functions: Any) -> dict[str, Any]:
    return {"ns": natural_spline_transform(), **(functions or {})}


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
        if holds_dates(pd.Series(column)):
            raise ModelError(
                f"The predictor {name!r} holds dates: make a number of them in the table first, such as years to a "
                f"common day, or a text where each is a group of its own."
            )
        factor = pd.Categorical(column).remove_unused_categories()
        found = list(factor.categories)
        if name in reference:
            first = _level(name, reference[name], found)
            found = [first, *(level for level in found if level != first)]
        if len(found) < 2:
            raise ModelError(f"The predictor {name!r} has one level only ({found[0]!r}): leave it out.")
        columns[name] = factor.reorder_categories(found)
        levels[name] = found
    return pd.DataFrame(columns, copy=False), levels


def _level(name: str, wanted: Any, found: list[Any]) -> Any:
    """The level that was meant; 1 finds the text "1" and the other way round."""
    if wanted in found:
        return wanted
    same = [level for level in found if str(level) == str(wanted)]
    if not same:
        raise ModelError(unknown(f"level of {name!r}", wanted, found))
    return same[0]


def replay(columns: Columns, table: dict[str, pd.Series], functions: Any = None) -> np.ndarray:
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
    matrix = _matrix_again(columns, filled, _context(functions))
    wanted = ["Intercept" if name == "1" else name for name in columns.names]
    by_name = {str(name).replace("[T.", "["): np.asarray(matrix[name], dtype=np.float64) for name in matrix.columns}
    out = np.column_stack([by_name[name] for name in wanted]) if wanted else np.zeros((n, 0))
    out[lost] = np.nan
    return out


def _matrix_again(columns: Columns, table: pd.DataFrame, context: dict[str, Any]) -> Any:
    """The formula's columns for new data; categories made inside the formula may not hold new levels."""
    from formulaic.errors import DataMismatchWarning

    with filtered("error", DataMismatchWarning):
        try:
            return columns.spec.get_model_matrix(table, context=context, na_action="ignore")
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

"""Formulas as columns: evaluated once on the data, and read again from new data in the same way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.elapsed import holds_dates
from growthcurves.errors import FormulaError, ModelError
from growthcurves.model.formula.codings import Coded
from growthcurves.model.formula.sheet import Parts, Sheet, States, as_categories
from growthcurves.model.formula.structure import ordered_terms, products
from growthcurves.model.formula.tree import (
    CONSTANT,
    MEAN,
    NOTHING,
    Call,
    Expression,
    Factor,
    Formula,
    Name,
    Term,
    walk,
)  # fmt: skip

#: The most columns that one formula makes.
MOST_COLUMNS = 2_000

Functions = Mapping[str, Callable[..., Any]]
#: Columns as arrays (N,) or (n,), None for the constant.
Values = tuple[np.ndarray | None, ...]


@dataclass(frozen=True)
class Columns:
    """The record of the columns that a formula makes, which makes them again from new data; it holds no data.

    Attributes
    ----------
    names : tuple of str
        "1" for the constant.
    formula : Formula
        What was evaluated; it may hold further terms, in whose company these are coded.
    used : tuple of str
        The columns of the table that it uses.
    levels : dict of str to list
        The levels of its categorical columns, the reference first.
    terms : tuple of Term
        The term that each column belongs to.
    parts : tuple of tuple of (str, level)
        For each column its factors, each with the level (or the function's column) that it is; None for numbers.
    categorical : frozenset of Factor
        The factors that stand for levels.
    states : dict of Factor to the states of its functions
    own : dict of name to function
        The user's functions; a saved fit does not hold them.
    """

    names: tuple[str, ...]
    formula: Formula = NOTHING
    used: tuple[str, ...] = ()
    levels: dict[str, list[Any]] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    parts: tuple[Parts, ...] = ()
    categorical: frozenset[Factor] = frozenset()
    states: States = field(default_factory=dict)
    own: Functions = field(default_factory=dict)

    @property
    def constant(self) -> bool:
        """Whether new data are not needed: the constant alone, or nothing."""
        return not self.formula.terms

    @property
    def known_levels(self) -> dict[str, list[Any]]:
        """The levels of its columns of categories, and of those that C() and its like make such."""
        made = {}
        for factor, states in self.states.items():
            for name, position in _called_with(factor):
                if "levels" in states.get(position, {}):
                    made[name] = list(states[position]["levels"])
        return made | self.levels

    def key(self, place: int) -> Any:
        """What makes a column the same as one of another formula."""
        scale = self.terms[place].scale
        return self.parts[place], self.terms[place].label, 1.0 if scale is None else scale.value


def _called_with(factor: Factor) -> Iterator[tuple[str, int]]:
    """The columns that functions are called with, such as C(dose), and the place of each call."""
    for node in walk(factor.node) if isinstance(factor, Expression) else ():
        if isinstance(node, Call) and node.arguments and isinstance(node.arguments[0], Name):
            yield node.arguments[0].column, node.position


EMPTY = Columns(())
ONE = Columns(("1",), MEAN, terms=(CONSTANT,), parts=((),))


def table_column(name: str, values: Any, reference: Mapping[str, Any]) -> Any:
    """A column of the table as formulas take it: float64 numbers, or categories.

    Raises
    ------
    ModelError
        For dates, and for a column with one level only.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "f" and name not in reference:
        return values
    if holds_dates(pd.Series(values)):
        raise ModelError(
            f"The predictor {name!r} holds dates: make a number of them in the table first, such as years to a "
            f"common day, or a text where each is a group of its own."
        )
    return as_categories(name, values, reference)


def evaluate(formula: Formula, sheet: Sheet, wanted: Collection[Term] | None = None) -> tuple[Columns, Values]:
    """The columns of a formula over a sheet, record and values; of some of its terms, coded in the company of all.

    Raises
    ------
    FormulaError
        When an expression cannot be computed, or there are too many columns.
    """
    terms = ordered_terms(formula)
    needed = products(terms, sheet.spans)
    chosen = [(t, p) for t, p in zip(terms, needed, strict=True) if wanted is None or t in wanted]
    total = sum(sheet.count(product) for _, made in chosen for product in made)
    if total > MOST_COLUMNS:
        raise FormulaError(
            f"The formula makes {total:,} columns (of {', '.join(formula.columns[:5])}); at most {MOST_COLUMNS:,} are "
            f"made: take fewer products of predictors with many levels."
        )
    columns = [(term, column) for term, made in chosen for product in made for column in sheet.product(term, product)]
    levels = {name: sheet.column(name) for name in formula.columns}
    values = tuple(column.values for _, column in columns)
    record = Columns(
        names=tuple(column.name for _, column in columns),
        formula=formula,
        used=formula.columns,
        levels={name: list(one.categories) for name, one in levels.items() if isinstance(one, pd.Categorical)},
        terms=tuple(term for term, _ in columns),
        parts=tuple(column.parts for _, column in columns),
        categorical=frozenset(factor for factor in formula.factors if sheet.categorical(factor)),
        states={factor: sheet.states[factor] for factor in formula.factors if factor in sheet.states},
    )
    return record, values


def replay(
    columns: Columns,
    table: Mapping[str, pd.Series],
    functions: Functions | None = None,
    made: Mapping[Factor, Any] | None = None,
) -> np.ndarray:
    """The columns of a formula for new data, read as the first data were: (n, columns), missing in, missing out.

    Parameters
    ----------
    columns : Columns
    table : mapping of str to Series
    functions : mapping, optional
        Functions besides the usual and the user's.
    made : mapping of factor to `Coded`, optional
        Factors that have levels of their own here, whatever their columns hold.

    Raises
    ------
    ModelError
        When a level appears that the model has not seen.
    """
    sheet, lost = _sheet_again(columns, table, functions, made)
    record, found = evaluate(columns.formula, sheet, set(columns.terms))
    if record.names != columns.names:
        raise ModelError("New data make other columns of the formula than the fit has: its record is damaged.")
    out = np.empty((sheet.rows, len(columns.names)))
    for j, values in enumerate(found):
        out[:, j] = 1.0 if values is None else values
    out[lost] = np.nan
    return out


def factor_again(
    columns: Columns, factor: Factor, table: Mapping[str, pd.Series], functions: Functions | None = None
) -> Coded:
    """The levels that a factor of the formula has for new data that miss nothing, read as the first data were."""
    value = _sheet_again(columns, table, functions, None)[0].value(factor)
    assert isinstance(value, Coded)
    return value


def _sheet_again(
    columns: Columns,
    table: Mapping[str, pd.Series],
    functions: Functions | None,
    made: Mapping[Factor, Any] | None,
) -> tuple[Sheet, np.ndarray]:
    """New data as the formula sees them, and which of their rows miss something."""
    n = len(next(iter(table.values()))) if table else 0
    lost = np.zeros(n, dtype=bool)
    read: dict[str, Any] = {}
    for name in (name for name in columns.used if name in table):
        read[name], missing = _read_again(name, table[name], columns.levels.get(name))
        lost |= missing
    return Sheet(read.__getitem__, n, {**columns.own, **(functions or {})}, columns.states, made), lost


def _read_again(name: str, column: pd.Series, levels: list[Any] | None) -> tuple[Any, np.ndarray]:
    """A column of new data, where values are missing one that can be computed with, and where they are missing."""
    if levels is None:
        values = numeric_column(column.to_frame(name), name)
        missing = np.isnan(values)
        return np.where(missing, 1.0, values) if missing.any() else values, missing
    codes, found = pd.factorize(column)
    places = {level: place for place, level in enumerate(levels)}
    new = [value for value in found if value not in places]
    if new:
        raise ModelError(f"The level {str(new[0])!r} of {name!r} is new: the model knows {levels}.")
    missing = codes < 0
    known = np.array([places[value] for value in found] + [0])[codes]  # missing values stand at the first level
    return pd.Categorical.from_codes(known, categories=levels, ordered=True), missing

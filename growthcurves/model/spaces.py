"""What the factors of a formula can say, and how its columns say it: codes of levels and of functions, without rows.

Read from the record of a formula alone, so that neither which rows there are nor their order matters.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError
from growthcurves.model.columns import Columns
from growthcurves.model.formula.codings import Coded
from growthcurves.model.formula.evaluate import Evaluator
from growthcurves.model.formula.functions import Spread
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.sheet import Sheet
from growthcurves.model.formula.spelling import spelled
from growthcurves.model.formula.structure import Product, ordered_terms, products
from growthcurves.model.formula.tree import Call, Column, Expression, Factor, Name, Node, Term
from growthcurves.model.transforms import person_transforms
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Space:
    """The functions that a factor stands for: indicators of its levels, or the columns that it computes.

    Attributes
    ----------
    name : hashable
        Two factors with the same name have the same functions, in the same order, however they are coded.
    levels : bool
        Whether these are indicators of levels.
    constant : bool
        Whether all of them add up to the constant.
    whole, reduced : (functions, columns) array
        The factor's columns in terms of the functions: where it keeps all levels, and beside the constant.
    places : tuple of int
        Where each function stands in the factor's own order, the reference level first; empty: as they are.
    """

    name: Hashable
    levels: bool
    constant: bool
    whole: Array
    reduced: Array
    places: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """How many functions there are."""
        return len(self.whole)

    def place(self, function: int) -> int:
        """Where a function stands in the factor's own order, the reference level first."""
        return self.places[function] if self.places else function


@dataclass(frozen=True, eq=False)
class CodedFormula:
    """A formula without rows: its terms with the products that their columns are made of, and its factors' spaces."""

    products: tuple[tuple[Term, Product], ...]
    spaces: dict[Factor, Space]


def coded(columns: Columns) -> CodedFormula:
    """The products in the order of the columns, and what their factors stand for."""
    own = {**person_transforms(np.zeros(1, dtype=int)), **columns.own}
    sheet = Sheet(partial(_column, columns), 1, own, columns.states)
    values = {factor: _value(columns, factor, sheet) for factor in columns.formula.factors}
    terms = ordered_terms(columns.formula)
    made = zip(terms, products(terms, lambda factor: getattr(values[factor], "spans", False)), strict=True)
    wanted = set(columns.terms)
    spaces = {factor: _space(factor, value) for factor, value in values.items()}
    return CodedFormula(tuple((term, one) for term, found in made if term in wanted for one in found), spaces)


def _column(columns: Columns, name: str) -> Any:
    """A column of a table of one row in which numbers are missing: what is learned from values has been learned."""
    if name in columns.levels:
        return pd.Categorical.from_codes([0], categories=columns.levels[name])
    return np.full(1, np.nan)


def _value(columns: Columns, factor: Factor, sheet: Sheet) -> Any:
    """A factor computed over that row; of C() its levels alone, which it has learned, whatever is in it."""
    node = factor.node if isinstance(factor, Expression) else None
    if not isinstance(factor, Expression) or not isinstance(node, Call) or node.function != "C":
        return sheet.value(factor)
    states = columns.states[factor]
    missing = pd.Categorical.from_codes([-1], categories=list(states[node.position]["levels"]))
    known = replace(factor, node=replace(node, arguments=(Name(factor.label), *node.arguments[1:])))
    return Evaluator(lambda _: missing, columns.own, states).factor(known, 1)


def _space(factor: Factor, value: Any) -> Space:
    if isinstance(value, Coded):
        order = sorted(range(len(value.levels)), key=lambda i: str(value.levels[i]))
        name = (_inside(factor, "C"), tuple(value.levels[i] for i in order))
        return Space(name, True, True, _codes(value, False)[order], _codes(value, True)[order], tuple(order))
    whole = np.eye(len(value.fields) if isinstance(value, Spread) else 1)
    spans, adds_up = (value.spans, value.adds_up) if isinstance(value, Spread) else (False, False)
    return Space(_inside(factor, "I"), False, adds_up, whole, whole[:, 1:] if spans else whole)


def _codes(value: Coded, reduced: bool) -> Array:
    """The columns of a coding at each of its levels, (levels, columns)."""
    each = Coded(np.arange(len(value.levels)), value.levels, value.coding, value.spans)
    found = [values for _, _, values in each.columns(reduced)]
    return np.column_stack(found) if found else np.zeros((len(value.levels), 0))


def _inside(factor: Factor, door: str) -> str:
    """What stands in C() or I(), whatever the coding: `arm` of C(arm, contr.sum)."""
    node: Node = Name(factor.name) if isinstance(factor, Column) else factor.node
    while isinstance(node, Call) and node.function == door:
        node = node.arguments[0]
    return spelled(node)


def function_named(text: str) -> str:
    """The name of the space of one function of numbers, such as ``day^2``; the text itself where it is no formula."""
    try:
        factors = read_terms(f"0 + I({text})").factors
    except FormulaError:
        return text
    return _inside(factors[0], "I") if len(factors) == 1 else text

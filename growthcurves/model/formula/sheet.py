"""A table as formulas see it: numbers and categories, each factor computed once however many formulas use it."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.levels import with_whole
from growthcurves.errors import ModelError
from growthcurves.model.formula.arguments import Spread, State
from growthcurves.model.formula.codings import Coded
from growthcurves.model.formula.evaluate import Evaluator
from growthcurves.model.formula.reference import in_order
from growthcurves.model.formula.structure import Product
from growthcurves.model.formula.tree import Column, Factor, Term

#: For each factor the state of its calls, by their position in it.
States = dict[Factor, dict[int, State]]

#: A column's parts: for each factor what its name says, and which of its columns it is (None for numbers).
Parts = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Made:
    """One column of a formula.

    Attributes
    ----------
    name : str
        "1" for the constant.
    parts : tuple of (str, level)
    values : (n,) array or None
        None for the constant.
    """

    name: str
    parts: Parts
    values: np.ndarray | None


_ONE = Made("1", (), None)


class Sheet:
    """Columns by name, and what formulas make of them.

    Parameters
    ----------
    column : function of a name
        An array of numbers (rows,), or categories.
    rows : int
    own : mapping of name to function
        Functions besides the usual.
    states : dict, optional
        What the functions learned from earlier data.
    made : mapping of factor to what it makes, optional
        Factors that are not computed from columns: a person of a given level of `C(age > 44)`, of whatever age.
    """

    def __init__(
        self,
        column: Callable[[str], Any],
        rows: int,
        own: Mapping[str, Callable[..., Any]] | None = None,
        states: States | None = None,
        made: Mapping[Factor, Any] | None = None,
    ) -> None:
        self._column, self.rows, self._own = column, rows, own or {}
        self.states: States = {} if states is None else states
        self._columns: dict[str, Any] = {}
        self._factors: dict[Factor, Any] = dict(made or {})
        self._made: dict[tuple[Factor, bool], list[tuple[str, Any, np.ndarray]]] = {}

    def column(self, name: str) -> Any:
        """A column of the table: numbers, or categories."""
        if name not in self._columns:
            self._columns[name] = self._column(name)
        return self._columns[name]

    def categorical(self, factor: Factor) -> bool:
        """Whether a factor stands for levels."""
        return isinstance(self.value(factor), Coded)

    def spans(self, factor: Factor) -> bool:
        """Whether the columns of a factor together make the constant."""
        value = self.value(factor)
        return isinstance(value, (Coded, Spread)) and value.spans

    def value(self, factor: Factor) -> Any:
        """What a factor makes: numbers (rows,), `Coded` categories, or a `Spread` of columns."""
        if factor not in self._factors:
            if isinstance(factor, Column):
                value = self.column(factor.name)
                if isinstance(value, pd.Categorical):
                    value = Coded(np.asarray(value.codes), tuple(value.categories.tolist()))
            else:
                state = self.states.setdefault(factor, {})
                value = Evaluator(self.column, self._own, state).factor(factor, self.rows)
            self._factors[factor] = value
        return self._factors[factor]

    def _columns_of(self, factor: Factor, reduced: bool) -> list[tuple[str, Any, np.ndarray]]:
        key = (factor, reduced)
        if key not in self._made:
            value = self.value(factor)
            several = isinstance(value, (Coded, Spread))
            self._made[key] = list(value.columns(reduced)) if several else [("", None, value)]
        return self._made[key]

    def count(self, product: Product) -> int:
        """How many columns a product of factors has."""
        return functools.reduce(operator.mul, (self._width(*scoped) for scoped in product), 1)

    def _width(self, factor: Factor, reduced: bool) -> int:
        value = self.value(factor)
        if isinstance(value, Coded):
            return max(len(value.levels) - reduced, 0)
        return len(value.fields) - reduced if isinstance(value, Spread) else 1

    def product(self, term: Term, product: Product) -> Iterator[Made]:
        """The columns of one product of factors, the first factor's levels fastest."""
        if not product:
            yield _ONE
            return
        scale = 1.0 if term.scale is None else term.scale.value
        choices = [self._columns_of(*scoped) for scoped in product]
        labels = [factor.label for factor, _ in product]
        for chosen in itertools.product(*reversed(choices)):
            pieces = chosen[::-1]
            values = functools.reduce(operator.mul, (piece[2] for piece in pieces))
            yield Made(
                ":".join(label + piece[0] for label, piece in zip(labels, pieces, strict=True)),
                tuple((label, piece[1]) for label, piece in zip(labels, pieces, strict=True)),
                values if scale == 1.0 else values * scale,
            )


def as_categories(name: str, column: Any, reference: Mapping[str, Any]) -> pd.Categorical:
    """A column as categories: the levels that occur, the reference first.

    Raises
    ------
    ModelError
        When it has one level only.
    """
    factor = with_whole(pd.Categorical(column))
    used = np.bincount(factor.codes[factor.codes >= 0], minlength=len(factor.categories)) > 0
    found = [level for level, there in zip(factor.categories.tolist(), used, strict=True) if there]
    if len(found) < 2:
        raise ModelError(f"The predictor {name!r} has one level only ({found[0]!r}): leave it out.")
    found = in_order(name, found, reference, isinstance(column.dtype, pd.CategoricalDtype))
    if found == factor.categories.tolist():
        return factor
    return factor.set_categories(found)

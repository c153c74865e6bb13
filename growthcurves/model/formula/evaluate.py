"""Expressions computed: our own walk over the tree. Nothing is looked up but columns and the table of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError, GrowthCurvesError
from growthcurves.model.formula.arguments import MOST_COLUMNS, Spread, State, truths
from growthcurves.model.formula.codings import CODINGS, TRUTHS, Coded, categories_of
from growthcurves.model.formula.functions import (
    CONSTANTS,
    FUNCTIONS,
    coding,
)
from growthcurves.model.formula.tree import (
    Call,
    Chain,
    Expression,
    Items,
    Literal,
    Name,
    Node,
    Number,
    Reference,
    Unary,
)
from growthcurves.model.formula.undefined import undefined

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "//": np.floor_divide, "%": np.mod,
    "**": np.power,
}  # fmt: skip
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
}  # fmt: skip
_LOGICAL: dict[str, Callable[[Any, Any], Any]] = {"&": np.logical_and, "|": np.logical_or}
_MOST_WHOLE = 2.0**53


class Evaluator:
    """Computes expressions over a table.

    Parameters
    ----------
    table : function of a column's name
        Its values: an array of numbers, or categories.
    own : mapping of name to function
        Functions besides the usual, called as ``function(*arguments)``.
    state : dict of a call's position to its state
        Filled when it is empty; else new data are read with it.
    """

    def __init__(
        self, table: Callable[[str], Any], own: Mapping[str, Callable[..., Any]], state: dict[int, State]
    ) -> None:
        self.table, self.own, self.state = table, own, state
        self.expression: Expression | None = None

    def factor(self, expression: Expression, rows: int) -> Any:
        """What an expression makes: numbers (rows,), `Coded` categories, or a `Spread` of columns.

        Truths are categories, as in R: `I(age > 44)` as `C(age > 44)`, and as a column that holds them.

        Raises
        ------
        FormulaError
            When it cannot be computed.
        """
        self.expression = expression
        try:
            with np.errstate(all="ignore"):  # what has no value is refused by name
                value = self._value(expression.node)
        except GrowthCurvesError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, MemoryError, np.linalg.LinAlgError) as error:
            said = (str(error) or type(error).__name__).splitlines()[0]
            raise FormulaError(f"The formula {expression.label!r} cannot be evaluated: {said}") from error
        if isinstance(value, pd.Categorical):
            return Coded(*categories_of(value, None, expression.label))
        if isinstance(value, np.ndarray) and value.shape == (rows,) and value.dtype.kind == "b":
            return Coded(value.astype(int), TRUTHS)
        if isinstance(value, np.ndarray) and value.shape == (rows,) and value.dtype.kind in "fiu":
            return value.astype(np.float64)
        if isinstance(value, (Coded, Spread)):
            return value
        raise self._error("is no column of numbers or categories")

    def _error(self, why: str) -> FormulaError:
        assert self.expression is not None
        return FormulaError(f"The formula {self.expression.label!r} cannot be evaluated: it {why}.")

    def _value(self, node: Node) -> Any:
        if isinstance(node, Name):
            return self.table(node.column)
        if isinstance(node, Number):
            return np.float64(node.value)
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Chain):
            return self._chain(node)
        if isinstance(node, Unary) and node.sign == "!":
            return np.logical_not(self._truth(self._value(node.inside), node.sign))
        if isinstance(node, Unary):
            inside = self._numbers(self._value(node.inside), node.sign)
            return -inside if node.sign == "-" else inside
        return self._items(node) if isinstance(node, Items) else _reference(node)

    def _items(self, node: Items) -> Any:
        """A list of numbers and texts; whole numbers as they are written. A column in c() is that column."""
        found: list[Any] = []
        for item in node.items:
            value = self._value(item)
            if isinstance(value, np.ndarray) and len(node.items) == 1:
                return value
            if isinstance(value, tuple):
                found += value
                continue
            if isinstance(value, (np.ndarray, pd.Categorical, Coded, Spread, tuple)):
                raise self._error("has a list that holds more than numbers and texts")
            if isinstance(item, Number) and item.text.isdigit() and item.value < _MOST_WHOLE:
                found.append(int(item.value))
            else:
                found.append(float(value) if isinstance(value, np.floating) else value)
        return tuple(found)

    def _numbers(self, value: Any, sign: str) -> Any:
        """An operand: a column of numbers or truths, or one number, never a text or a list."""
        value = truths(value)
        if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "fiub":
            return value.astype(np.float64, copy=False)
        if isinstance(value, (float, bool, np.floating)):
            return np.float64(value)
        kind = {str: "a text", tuple: "a list", type(None): "None", Spread: "several columns"}.get(type(value))
        raise self._error(f"uses {kind or 'categories'} with {sign!r}, which takes numbers")

    def _chain(self, node: Chain) -> Any:
        left = self._value(node.first)
        if node.rest[0][0] in _COMPARED:
            return self._comparison(left, node)
        for sign, operand in node.rest:
            right = self._value(operand)
            if sign == "%in%":
                left = self._within(left, right)
            elif sign in _LOGICAL:
                left = _LOGICAL[sign](self._truth(left, sign), self._truth(right, sign))
            else:
                left = _ARITHMETIC[sign](self._numbers(left, sign), self._numbers(right, sign))
        return left

    def _truth(self, value: Any, sign: str) -> Any:
        """What is true: truths, and as in R numbers that are not zero."""
        value = truths(value)
        if isinstance(value, (pd.Categorical, str, tuple, Spread, Coded)) or value is None:
            raise self._error(f"uses {sign!r} with what is not true or false")
        return np.asarray(value) != 0

    def _within(self, left: Any, right: Any) -> np.ndarray:
        """R's `x %in% c(1, 2)`: whether each value is one of those listed."""
        listed = right if isinstance(right, tuple) else (right,)
        if not all(isinstance(item, (str, int, float, bool, np.floating)) for item in listed):
            raise self._error("has behind %in% what is no list, such as c('a', 'b')")
        if isinstance(left, Coded):
            left = pd.Categorical.from_codes(left.codes, list(left.levels))
        if not isinstance(left, (np.ndarray, pd.Categorical)):
            raise self._error("has before %in% what is no column")
        equal = [self._compared("==", left, float(item) if isinstance(item, int) else item) for item in listed]
        return np.logical_or.reduce([np.asarray(one, dtype=bool) for one in equal])

    def _comparison(self, left: Any, node: Chain) -> Any:
        """`1 < x < 3`: each neighbour with the next, all of them true."""
        found: Any = None
        for sign, operand in node.rest:
            right = self._value(operand)
            true = self._compared(sign, left, right)
            found = true if found is None else np.logical_and(found, true)
            left = right
        return found

    def _compared(self, sign: str, left: Any, right: Any) -> Any:
        if isinstance(left, pd.Categorical) and isinstance(right, pd.Categorical) and sign in ("==", "!="):
            return np.asarray(_COMPARED[sign](np.asarray(left, dtype=object), np.asarray(right, dtype=object)), bool)
        if isinstance(left, pd.Categorical) and not isinstance(right, (pd.Categorical, np.ndarray)):
            return self._by_level(sign, left, right)
        if isinstance(right, pd.Categorical) and not isinstance(left, (pd.Categorical, np.ndarray)):
            turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
            return self._by_level(turned, right, left)
        return _COMPARED[sign](self._numbers(left, sign), self._numbers(right, sign))

    def _by_level(self, sign: str, column: pd.Categorical, value: Any) -> np.ndarray:
        levels = column.categories.tolist()
        if sign in ("==", "!="):
            true = [(level == value) is (sign == "==") for level in levels]
        elif column.ordered and value in levels:
            true = [bool(_COMPARED[sign](place, levels.index(value))) for place in range(len(levels))]
        else:
            raise self._error(f"compares categories without an order by {sign!r}")
        return np.array([*true, False])[column.codes]

    def _call(self, node: Call) -> Any:
        arguments = [self._value(argument) for argument in node.arguments]
        options = {name: self._value(value) for name, value in node.options}
        if node.function in self.own:
            return self._own(node.function, arguments, options)
        if node.function not in FUNCTIONS:
            assert self.expression is not None
            raise FormulaError(f"The formula {self.expression.label!r} cannot be evaluated: {undefined(node.function)}")
        return FUNCTIONS[node.function](self.state.setdefault(node.position, {}), *arguments, **options)

    def _own(self, name: str, arguments: list[Any], options: dict[str, Any]) -> Any:
        """A function of the user's: arrays in, an array (n,) or (n, k) out."""
        given = [np.asarray(value) if isinstance(value, pd.Categorical) else value for value in arguments]
        try:
            made = np.asarray(self.own[name](*given, **options))
        except GrowthCurvesError:
            raise
        except Exception as error:  # whatever the user's own code raises
            raise FormulaError(f"Your function {name}() failed: {type(error).__name__}: {error}") from error
        if made.ndim == 2 and made.dtype.kind in "fiub" and 0 < made.shape[1] <= MOST_COLUMNS:
            return Spread(tuple(enumerate(made.astype(np.float64).T)))
        if made.ndim != 1:
            raise self._error(f"calls {name}(), which makes no column")
        return made


def _reference(node: Node) -> Any:
    assert isinstance(node, Reference)
    return coding(node.name)() if node.name in CODINGS else np.float64(CONSTANTS[node.name])

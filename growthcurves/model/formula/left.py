"""The left side of a formula: a column, or an outcome that is computed from columns, with the way back.

`log(y) ~ ...` is fitted on the scale of log(y), as R fits it. What is monotone in its first column can be undone, so
that predictions go back to the scale of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.errors import FormulaError, NotAvailableError
from growthcurves.model.formula.evaluate import Evaluator
from growthcurves.model.formula.expressions import read_expression
from growthcurves.model.formula.spelling import spelled
from growthcurves.model.formula.tokens import Token, shortened, tokenize
from growthcurves.model.formula.tree import Call, Chain, Column, Expression, Name, Node, Number, Unary, walk


@dataclass(frozen=True)
class LeftSide:
    """The outcome of a formula.

    Attributes
    ----------
    name : str
        A column of the table, or an expression in uniform spelling.
    computed : bool
        Whether it is an expression.
    columns : tuple of str
    offset : str, optional
        What it has been taken less of: the sum of the formula's offsets.
    """

    name: str
    computed: bool
    columns: tuple[str, ...]
    offset: str | None = None

    def read_from(self, *taken: Any) -> str:
        """The column that is the outcome of the rows before anything is computed: the first without another role."""
        return next((column for column in self.columns if column not in taken), self.columns[0])


def left_side(tokens: Sequence[Token], formula: str) -> LeftSide:
    """The outcome that the tokens before ~ say.

    Raises
    ------
    FormulaError
        When they are neither a column nor an expression.
    """
    if len(tokens) == 1 and tokens[0].kind == "name" and tokens[0].text != ".":
        return LeftSide(tokens[0].text, False, (tokens[0].text,))
    text = formula[tokens[0].start : tokens[-1].end]
    if any(token.kind not in ("name", "number", "expression", "sign") or token.text in ("|", "||", ":", ".")
           for token in tokens):  # fmt: skip
        raise FormulaError(f"The outcome {shortened(text)!r} is neither a column nor computed from one, as log(y) is.")
    if text.startswith(("cbind(", "cbind (")):
        raise NotAvailableError(
            "cbind(successes, failures) is written successes ~ ... here, with family='binomial' and trials= the column "
            "of successes and failures together."
        )
    return computed_side(text)


def computed_side(text: str) -> LeftSide:
    """The outcome that an expression is."""
    factor = expression_of(text)
    if isinstance(factor, Column):
        return LeftSide(factor.name, False, (factor.name,))
    return LeftSide(factor.label, True, factor.written)


def less(left: LeftSide, offsets: Sequence[Token]) -> LeftSide:
    """The outcome less the offsets, which is what a model with `offset(x)` explains."""
    if not offsets:
        return left
    whole = expression_of(left.name if left.computed else f"`{left.name}`")
    node: Node = Name(whole.name) if isinstance(whole, Column) else whole.node
    first, *others = [_inside(token) for token in offsets]
    total = Chain(first, tuple(("+", one) for one in others)) if others else first
    return replace(computed_side(spelled(Chain(node, (("-", total),)))), offset=spelled(total))


def before_offset(outcome: str) -> str:
    """The outcome that an offset, its last operand, was taken from."""
    factor = expression_of(outcome)
    assert isinstance(factor, Expression) and isinstance(factor.node, Chain)
    *kept, _ = factor.node.rest
    return spelled(replace(factor.node, rest=tuple(kept)) if kept else factor.node.first)


def logarithm_of(column: str) -> str:
    """The natural logarithm of a column, as an outcome."""
    return spelled(Call("log", (Name(column),), ()))


def column_of_logarithm(outcome: str) -> str | None:
    """The column of which a computed outcome is the natural logarithm; None of another outcome."""
    factor = expression_of(outcome)
    node = factor.node if isinstance(factor, Expression) else None
    if not isinstance(node, Call) or node.function not in ("log", "np.log") or len(node.arguments) != 1:
        return None
    inside = node.arguments[0]
    return inside.column if isinstance(inside, Name) and not node.options else None


def _inside(offset: Token) -> Node:
    factor = read_expression(offset)
    call = factor.node if isinstance(factor, Expression) else None
    if not isinstance(call, Call) or len(call.arguments) != 1 or call.options:
        raise FormulaError(f"{shortened(offset.text)!r} cannot be read: offset() takes one column, such as offset(x).")
    return call.arguments[0]


def expression_of(text: str) -> Column | Expression:
    """An outcome's text as a factor; I() around it says nothing more."""
    factor = read_expression(tokenize("{" + text + "}")[0])
    if isinstance(factor, Expression) and isinstance(factor.node, Call) and factor.node.function == "I":
        return expression_of(spelled(factor.node.arguments[0]))
    return factor


# ------------------------------------------------------------------ there and back


def values_of(text: str, column: Callable[[str], Any], rows: int) -> np.ndarray:
    """A computed outcome from its columns, (rows,); what has no value is infinite or NaN.

    Raises
    ------
    FormulaError
        When it cannot be computed, is of categories, or learns from the data, as scale() does.
    """
    factor = expression_of(text)
    if isinstance(factor, Column):
        return column(factor.name)
    state: dict[int, dict[str, Any]] = {}
    values = Evaluator(column, {}, state).factor(factor, rows)
    if any(state.values()) or not isinstance(values, np.ndarray):
        raise FormulaError(
            f"The outcome {shortened(text)!r} is not computed row by row: make a column of it in the table first."
        )
    return values


#: y of f(y), by the name of f.
_BACK: dict[str, Callable[[Any], Any]] = {
    "log": np.exp, "np.log": np.exp, "log2": np.exp2, "np.log2": np.exp2, "log10": lambda x: np.power(10.0, x),
    "np.log10": lambda x: np.power(10.0, x), "log1p": np.expm1, "np.log1p": np.expm1, "exp": np.log, "np.exp": np.log,
    "expm1": np.log1p, "np.expm1": np.log1p, "np.cbrt": lambda x: np.power(x, 3), "I": lambda x: x,
    "sqrt": lambda x: np.where(np.asarray(x) < 0, np.nan, np.square(x)),
    "np.sqrt": lambda x: np.where(np.asarray(x) < 0, np.nan, np.square(x)),
}  # fmt: skip


def back_from(text: str, values: Any, others: Mapping[str, np.ndarray]) -> np.ndarray:
    """The first column of a computed outcome, given the outcome's values and the outcome's other columns.

    Raises
    ------
    NotAvailableError
        When it is not monotone in that column, so that there is no way back.
    """
    factor = expression_of(text)
    assert isinstance(factor, Expression)
    with np.errstate(all="ignore"):
        return np.asarray(_undone(factor.node, np.asarray(values, dtype=np.float64), factor, others), dtype=np.float64)


def _undone(node: Node, values: Any, whole: Expression, others: Mapping[str, np.ndarray]) -> Any:
    target = whole.written[0]
    if isinstance(node, Name) and node.column == target:
        return values
    if isinstance(node, Call) and node.function in _BACK and len(node.arguments) == 1:
        return _undone(node.arguments[0], _BACK[node.function](values), whole, others)
    if isinstance(node, Unary):
        return _undone(node.inside, -values if node.sign == "-" else values, whole, others)
    if isinstance(node, Chain):
        return _chain_undone(node, values, whole, others)
    raise _no_way_back(whole)


def _chain_undone(node: Chain, values: Any, whole: Expression, others: Mapping[str, np.ndarray]) -> Any:
    """Sums, products and odd powers from right to left, where one operand holds the column."""
    target = whole.written[0]
    holds = [_holds(operand, target) for operand in (node.first, *(operand for _, operand in node.rest))]
    signs = {sign for sign, _ in node.rest}
    power = signs == {"**"} and holds[0] and len(node.rest) == 1
    if sum(holds) != 1 or not (signs <= {"+", "-"} or signs <= {"*", "/"} or power):
        raise _no_way_back(whole)
    if not holds[0]:
        return _second_undone(node, values, whole, others)
    for sign, operand in reversed(node.rest):
        other = _value(operand, whole, others)
        if sign == "**" and float(other) % 2 == 0:
            raise _no_way_back(whole)
        values = _INVERSE[sign](values, other)
    return _undone(node.first, values, whole, others)


def _second_undone(node: Chain, values: Any, whole: Expression, others: Mapping[str, np.ndarray]) -> Any:
    """a + y, a - y, a * y, a / y: the column stands second."""
    if len(node.rest) != 1:
        raise _no_way_back(whole)
    (sign, operand), first = node.rest[0], _value(node.first, whole, others)
    undone = {"+": values - first, "-": first - values, "*": values / first, "/": first / values}[sign]
    return _undone(operand, undone, whole, others)


def _root(values: Any, power: Any) -> Any:
    """The positive root; of odd whole powers with its sign."""
    odd = float(power) % 2 == 1
    return np.sign(values) * np.abs(values) ** (1.0 / power) if odd else np.power(values, 1.0 / power)


def _holds(node: Node, column: str) -> bool:
    return any(isinstance(inner, Name) and inner.column == column for inner in walk(node))


def _value(node: Node, whole: Expression, others: Mapping[str, np.ndarray]) -> Any:
    """What stands beside the column: a number, or computed from the outcome's other columns."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Unary):
        inside = _value(node.inside, whole, others)
        return -inside if node.sign == "-" else inside
    used = frozenset(inner.column for inner in walk(node) if isinstance(inner, Name))
    if not used:
        raise _no_way_back(whole)
    rows = len(others[min(used)])
    return Evaluator(others.__getitem__, {}, {}).factor(Expression(spelled(node), node, used, frozenset()), rows)


def _no_way_back(whole: Expression) -> NotAvailableError:
    return NotAvailableError(
        f"There is no way back from {shortened(whole.label)!r} to {whole.written[0]!r}: predict on the scale of the "
        f"model, scale='link'."
    )


#: What undoes an operation whose left operand holds the column.
_INVERSE: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.subtract, "-": np.add, "*": np.divide, "/": np.multiply, "**": _root,
}  # fmt: skip

"""Expressions read: what Python's grammar makes of one, of which a formula may hold a few kinds of pieces only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from growthcurves.errors import FormulaError
from growthcurves.model.formula.codings import CODINGS
from growthcurves.model.formula.functions import CONSTANTS
from growthcurves.model.formula.spelling import spelled
from growthcurves.model.formula.tokens import Source, Token, shortened
from growthcurves.model.formula.tree import (
    Call,
    Chain,
    Column,
    Expression,
    Factor,
    Items,
    Literal,
    Name,
    Node,
    Number,
    Reference,
    Unary,
    walk,
)

#: Bounds of one expression: its characters, its signs, how deep it nests, the items of its lists.
MOST_CHARACTERS = 10_000
MOST_SIGNS = 300
MOST_ITEMS = 1_000
MOST_DEEP = 60

#: `[, 1]` of R.
_COLUMN_OF_MATRIX = re.compile(r"\)\s*\[\s*,")
_SIGNS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==",
    ast.NotEq: "!=", ast.MatMult: "%in%", ast.UAdd: "+", ast.USub: "-", ast.And: "&", ast.Or: "|", ast.Not: "!",
}  # fmt: skip
#: R's words for what is true, false and nothing.
TRUTHS = {"TRUE": True, "FALSE": False, "NULL": None}
INFINITE = "Inf"
_REFUSED: dict[type, str] = {
    ast.JoinedStr: "an f-string", ast.Lambda: "a lambda", ast.Subscript: "square brackets behind a name",
    ast.NamedExpr: "an assignment", ast.Starred: "a starred argument", ast.IfExp: "an if", ast.Dict: "a dictionary",
    ast.Set: "a set", ast.ListComp: "a comprehension", ast.SetComp: "a comprehension", ast.Slice: "a slice",
    ast.DictComp: "a comprehension", ast.GeneratorExp: "a comprehension", ast.Await: "an await",
    ast.Yield: "a yield", ast.YieldFrom: "a yield",
}  # fmt: skip


def read_expression(token: Token) -> Factor:
    """The factor that an expression of a formula is.

    Raises
    ------
    FormulaError
        For a piece that formulas may not hold: it is named.
    """
    assert token.source is not None
    tree = _grammar(token)
    reader = _Reader(token)
    node = reader.read(tree, 0)
    if isinstance(node, Name):
        return Column(node.column)
    columns = frozenset(inner.column for inner in walk(node) if isinstance(inner, Name))
    calls = frozenset(inner.function for inner in walk(node) if isinstance(inner, Call))
    calls |= frozenset(inner.name for inner in walk(node) if isinstance(inner, Reference))
    if not columns:
        hint = "; what holds for rows stands in I(), as in I(arm %in% c('a', 'b'))" if isinstance(node, Items) else ""
        raise FormulaError(f"The formula part {shortened(token.text)!r} cannot be read: it uses no column{hint}.")
    return Expression(spelled(node), node, columns, calls)


def _as_python(token: Token) -> str:
    source: Source = token.source  # type: ignore[assignment]
    return f"({source.text[1:-1]})" if token.text[0] == "{" else source.text.strip()


def _grammar(token: Token) -> ast.expr:
    """Python's tree of an expression that is short enough to have one."""
    text = _as_python(token)
    signs = sum(text.count(sign) for sign in "+-*/%<>=!&|~@")
    if len(text) > MOST_CHARACTERS or signs > MOST_SIGNS or text.count(",") > MOST_ITEMS:
        raise FormulaError(
            f"The expression {shortened(token.text)!r} is too long: at most {MOST_SIGNS} signs and {MOST_ITEMS:,} "
            f"items are read; make it a column of the table first."
        )
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        advice = "write calls such as log(x + 1), names with spaces in backticks"
        if _COLUMN_OF_MATRIX.search(text):
            advice = "columns are not taken by [, 1]: scale(x) is one column already, and poly(x, 2) goes in whole"
        raise FormulaError(f"The expression {shortened(token.text)!r} cannot be read: {advice}.") from None


class _Reader:
    """Python's tree as a tree of formulas; every node is one of a few kinds, or refused by name."""

    def __init__(self, token: Token) -> None:
        self.token = token
        self.names = token.source.names if token.source is not None else {}
        self.calls = 0

    def read(self, node: ast.expr, depth: int) -> Node:
        if depth > MOST_DEEP:
            raise FormulaError(
                f"The expression {shortened(self.token.text)!r} nests more than {MOST_DEEP} deep: make it a column of "
                f"the table first."
            )
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return self._named(node)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            inside = tuple(self.read(item, depth + 1) for item in node.elts)
            return Items(inside, isinstance(node, ast.List))
        if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
            return Unary(_SIGNS[type(node.op)], self.read(node.operand, depth + 1))
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            return self._chain(node, depth)
        if isinstance(node, ast.BoolOp):
            first, *operands = (self.read(value, depth + 1) for value in node.values)
            return Chain(first, tuple((_SIGNS[type(node.op)], operand) for operand in operands))
        if isinstance(node, ast.Compare) and all(type(op) in _SIGNS for op in node.ops):
            others = tuple(self.read(item, depth + 1) for item in node.comparators)
            signs = (_SIGNS[type(op)] for op in node.ops)
            return Chain(self.read(node.left, depth + 1), tuple(zip(signs, others, strict=True)))
        raise self._refused(_REFUSED.get(type(node), "a sign that formulas do not have"))

    def _refused(self, what: str) -> FormulaError:
        return FormulaError(
            f"In {shortened(self.token.text)!r} stands {what}, which no formula may hold: formulas call known "
            f"functions on columns, numbers and texts."
        )

    def _constant(self, node: ast.Constant) -> Node:
        value = node.value
        if value is None or isinstance(value, (bool, str)):
            return Literal(value)
        if not isinstance(value, (int, float)):
            raise self._refused(f"{shortened(ast.unparse(node))}")
        try:
            return Number(float(value), repr(value).replace("inf", "1e309"))
        except OverflowError:
            return Number(float("inf"), "1e309")

    def _chain(self, node: ast.BinOp, depth: int) -> Node:
        """A sum or a product from left to right, however long, is one node; powers are read from the right."""
        steps = [(_SIGNS[type(node.op)], node.right)]
        first = node.left
        self._refuse_unclear(node)
        alike = {"+": "+-", "-": "+-", "*": "*/", "/": "*/"}.get(steps[0][0], "")
        while isinstance(first, ast.BinOp) and _SIGNS.get(type(first.op), "?") in tuple(alike):
            steps.append((_SIGNS[type(first.op)], first.right))
            first = first.left
        rest = tuple((sign, self.read(operand, depth + 1)) for sign, operand in reversed(steps))
        return Chain(self.read(first, depth + 1), rest)

    def _refuse_unclear(self, node: ast.BinOp) -> None:
        """R reads `2 * x %in% y` and `2 * x %% 3` from the right, Python from the left: parentheses tell."""
        unclear = isinstance(node.op, (ast.MatMult, ast.Mod, ast.FloorDiv)) and isinstance(node.left, ast.BinOp)
        if unclear and isinstance(node.left.op, (ast.Mult, ast.Div)):  # type: ignore[attr-defined]
            line = _as_python(self.token).splitlines()[(node.left.end_lineno or 1) - 1].encode()
            if not line[node.left.end_col_offset :].lstrip().startswith(b")"):
                raise FormulaError(
                    f"The expression {shortened(self.token.text)!r} can be read in two ways: put parentheses around "
                    f"what comes first, as in 2 * (x %in% c(1, 2)) or (2 * x) %% 3."
                )

    def _call(self, node: ast.Call, depth: int) -> Node:
        function = self._function(node.func)
        if function == "c" and not node.keywords:
            return Items(tuple(self.read(item, depth + 1) for item in node.args))
        position = self.calls
        self.calls += 1
        arguments = tuple(self._argument(function, place, item, depth) for place, item in enumerate(node.args))
        options = []
        for option in node.keywords:
            if option.arg is None or option.arg in self.names:
                raise self._refused("a starred argument" if option.arg is None else "an option in backticks")
            options.append((option.arg, self._argument(function, 1, option.value, depth)))
        return Call(function, arguments, tuple(options), position)

    def _argument(self, function: str, place: int, node: ast.expr, depth: int) -> Node:
        """An argument; the codings of C(x, Sum) are named without a dot too, and R's T and F are options."""
        if place and isinstance(node, ast.Name) and node.id in ("T", "F"):
            return Literal(node.id == "T")
        named = node.id if function == "C" and place and isinstance(node, ast.Name) else ""
        if named in CODINGS or f"contr.{named}" in CODINGS:
            return Reference(named if named in CODINGS else f"contr.{named}")
        return self.read(node, depth + 1)

    def _function(self, node: ast.expr) -> str:
        if not isinstance(node, (ast.Name, ast.Attribute)):
            raise self._refused("a call of what is no function's name")
        parts = list(self._parts(node))
        if any(ticked for _, ticked in parts):
            raise self._refused(f"a call of the column {parts[-1][0]!r}")
        return ".".join(name for name, _ in parts)

    def _named(self, node: ast.expr) -> Node:
        parts = list(self._parts(node))
        if len(parts) > 1 and any(ticked for _, ticked in parts):
            raise self._refused("a dot beside a column in backticks")
        if any(part.startswith("_") for part, _ in parts[1:]):
            raise self._refused("a name with an underscore behind a dot")
        name = ".".join(part for part, _ in parts)
        if name in TRUTHS and not parts[0][1]:
            return Literal(TRUTHS[name])
        if name == INFINITE and not parts[0][1]:
            return Number(float("inf"), "1e309")
        known = len(parts) > 1 and (name in CODINGS or name in CONSTANTS)
        return Reference(name) if known else Name(name)

    def _parts(self, node: ast.expr) -> Iterator[tuple[str, bool]]:
        """The parts of a name with dots, each with whether it stood in backticks."""
        if isinstance(node, ast.Attribute):
            yield from self._parts(node.value)
            yield self.names.get(node.attr, (node.attr, False))
        elif isinstance(node, ast.Name):
            yield self.names.get(node.id, (node.id, False))
        else:
            raise self._refused("an attribute of what is no name")

"""Conditions on rows, as `where=` takes them, read into the tree of formulas; nothing of them is ever run.

    PARAMCD == 'ACTOT' & ANL01FL == 'Y'      ~(arm in ['a', 'b']) | 18 <= age < 65      `visit date` is not missing

`and`, `or` and `not` may stand for &, | and ~; all bind less tightly than comparisons.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from growthcurves.data.backticks import TICKED, unquoted
from growthcurves.errors import FormulaError
from growthcurves.model.formula.tokens import shortened
from growthcurves.model.formula.tree import Chain, Items, Literal, Name, Node, Number, Unary, walk

#: Bounds of a condition: its characters, its pieces, how deep it nests.
MOST_CHARACTERS, MOST_PIECES, MOST_DEEP = 10_000, 2_000, 50

_PIECE = re.compile(
    TICKED + r"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
    r"|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])|[^\W\d][\w.]*|==|!=|<=|>=|&&|\|\||%in%|[<>&|~!()\[\],+*/-]"
)
#: Signs and words of a condition as Python writes them.
_WORDS = {
    "&": "and", "&&": "and", "|": "or", "||": "or", "~": "not", "!": "not", "%in%": "in", "missing": "None",
    **{word: word for word in ("and", "or", "not", "in", "is", "True", "False")},
}  # fmt: skip
_COMPARED: dict[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_ARITHMETIC: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@dataclass(frozen=True)
class Condition:
    """A condition on rows: its text, its tree, and the columns that it uses in the order of the text.

    In the tree `&`, `|` and comparisons are chains, `~` is unary; `x is missing` is a chain with `is` and None.
    """

    text: str
    node: Node

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(node.column for node in walk(self.node) if isinstance(node, Name)))


@functools.lru_cache(maxsize=256)
def read_condition(text: str) -> Condition:
    """The tree of a condition.

    Raises
    ------
    FormulaError
        When it cannot be read, or holds what no condition may.

    Examples
    --------
    >>> read_condition("visit.no > 1 & ~`arm b` is missing").columns
    ('visit.no', 'arm b')
    """
    if not text.strip() or len(text) > MOST_CHARACTERS:
        raise _unreadable(text, f"it has {len(text):,} characters; 1 to {MOST_CHARACTERS:,} are read")
    names: list[str] = []
    source = " ".join(_as_python(text, names))
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise _unreadable(text, "write it as \"arm == 'a' & age > 50\", names with spaces in backticks") from None
    return Condition(text.strip(), _Reader(text, names).read(tree, 0))


def _unreadable(text: str, why: str) -> FormulaError:
    return FormulaError(f"where={shortened(text)!r} cannot be read: {why}.")


def _as_python(text: str, names: list[str]) -> Iterator[str]:
    """The pieces of a condition in Python's grammar, every name replaced by one that says its place in `names`."""
    place, count, deep = 0, 0, 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found = _PIECE.match(text, place)
        if found is None:
            raise _unreadable(text, _what(text, place))
        piece, place, count = found[0], found.end(), count + 1
        deep += (piece in "([") - (piece in ")]")
        if count > MOST_PIECES or deep > MOST_DEEP:
            raise _unreadable(text, f"at most {MOST_PIECES:,} names and signs, {MOST_DEEP} deep, are read")
        if piece in _WORDS:
            yield _WORDS[piece]
        elif piece[0] == "`" or piece[0].isalpha() or piece[0] == "_":
            if text[place:].lstrip()[:1] == "(" and piece[0] != "`":
                raise _unreadable(text, f"conditions call no functions: make {piece!r} of it a column first")
            names.append(unquoted(piece) if piece[0] == "`" else piece)
            yield f"name_{len(names) - 1}"
        else:
            yield piece


def _what(text: str, place: int) -> str:
    sign = text[place]
    if sign == "=":
        return "write == for equal"
    quote = " that is not closed" if sign in "'\"`" else ""
    return f"{sign!r}{quote} is no sign of conditions"


class _Reader:
    """Python's tree of a condition as a tree of formulas; every node is one of a few kinds."""

    def __init__(self, text: str, names: list[str]) -> None:
        self.text, self.names = text, names

    def read(self, node: ast.expr, depth: int) -> Node:
        if depth > MOST_DEEP:
            raise _unreadable(self.text, f"it nests more than {MOST_DEEP} deep")
        if isinstance(node, ast.Name):
            return Name(self.names[int(node.id.removeprefix("name_"))])
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.BoolOp):
            sign = "&" if isinstance(node.op, ast.And) else "|"
            first, *others = (self.read(value, depth + 1) for value in node.values)
            return Chain(first, tuple((sign, other) for other in others))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
            return Unary("~" if isinstance(node.op, ast.Not) else "-", self.read(node.operand, depth + 1))
        if isinstance(node, (ast.List, ast.Tuple)):
            return Items(tuple(self.read(item, depth + 1) for item in node.elts))
        if isinstance(node, ast.Compare):
            signs = [_COMPARED[type(sign)] for sign in node.ops]
            others = [self.read(item, depth + 1) for item in node.comparators]
            return Chain(self.read(node.left, depth + 1), tuple(zip(signs, others, strict=True)))
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            right = self.read(node.right, depth + 1)
            return Chain(self.read(node.left, depth + 1), ((_ARITHMETIC[type(node.op)], right),))
        raise _unreadable(self.text, "it holds more than columns, values, comparisons, &, | and ~")

    def _constant(self, value: object) -> Node:
        if value is None or isinstance(value, (bool, str)):
            return Literal(value)
        if not isinstance(value, (int, float)):
            raise _unreadable(self.text, f"{value!r} is no value of a table")
        try:
            return Number(float(value), repr(value))
        except OverflowError:
            raise _unreadable(self.text, "it holds a number that is too large") from None

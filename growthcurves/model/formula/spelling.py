"""Expressions as texts, in one spelling however they were written."""

from __future__ import annotations

import keyword

from growthcurves.model.formula.tokens import quoted
from growthcurves.model.formula.tree import Call, Chain, Items, Literal, Name, Node, Number, Reference, Unary

#: How tightly signs bind; a looser one inside a tighter one needs parentheses.
BINDING = {
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 1),
    "|": 2, "&": 3, "+": 4, "-": 4, "*": 5, "/": 5, "//": 5, "%": 5, "%in%": 5, "**": 7,
}  # fmt: skip
UNARY, ATOM = 6, 9


def spelled(node: Node, least: int = 0) -> str:
    """An expression as text; in parentheses where it binds less than `least`."""
    text, binding = _spelled(node)
    return f"({text})" if binding < least else text


def _spelled(node: Node) -> tuple[str, int]:
    if isinstance(node, Number):
        return node.text, ATOM
    if isinstance(node, Name):
        plain = node.column.isascii() and node.column.isidentifier() and not keyword.iskeyword(node.column)
        return node.column if plain else quoted_inside(node.column), ATOM
    if isinstance(node, Reference):
        return node.name, ATOM
    if isinstance(node, Literal):
        return repr(node.value), ATOM
    if isinstance(node, Unary):
        return node.sign + spelled(node.inside, UNARY), UNARY
    if isinstance(node, Items):
        inside = ", ".join(map(spelled, node.items))
        return (f"[{inside}]" if node.square else f"({inside}{',' * (len(node.items) == 1)})"), ATOM
    return (_call(node), ATOM) if isinstance(node, Call) else _chain(node)


def quoted_inside(name: str) -> str:
    """A column's name inside an expression, where dots and words of Python's grammar need backticks too."""
    return f"`{name}`" if keyword.iskeyword(name) else quoted(name)


def _call(node: Call) -> str:
    inside = [spelled(argument) for argument in node.arguments]
    inside += [f"{name}={spelled(value)}" for name, value in node.options]
    return f"{node.function}({', '.join(inside)})"


def _chain(node: Chain) -> tuple[str, int]:
    binding = BINDING[node.rest[0][0]]
    right_first = node.rest[0][0] == "**"
    text = spelled(node.first, binding + right_first if binding != 1 else 2)
    for sign, operand in node.rest:
        text += f" {sign} {spelled(operand, binding + (not right_first))}"
    return text, binding

"""Expressions as texts, in one spelling however they were written."""

from __future__ import annotations

from growthcurves.data.backticks import quoted_inside
from growthcurves.model.formula.tree import Call, Chain, Items, Literal, Name, Node, Number, Reference, Unary

#: How tightly signs bind, as in R; a looser one inside a tighter one needs parentheses.
BINDING = {
    "|": 1, "&": 2, **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), 4),
    "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "%in%": 6, "**": 8,
}  # fmt: skip
NOT, UNARY, ATOM = 3, 7, 9
#: Signs whose left operand R and Python read differently where it is a product.
UNCLEAR = ("//", "%", "%in%")


def spelled(node: Node, least: int = 0) -> str:
    """An expression as text; in parentheses where it binds less than `least`."""
    text, binding = _spelled(node)
    return f"({text})" if binding < least else text


def _spelled(node: Node) -> tuple[str, int]:
    if isinstance(node, Number):
        return node.text, ATOM
    if isinstance(node, Name):
        return quoted_inside(node.column), ATOM
    if isinstance(node, Reference):
        return node.name, ATOM
    if isinstance(node, Literal):
        return repr(node.value), ATOM
    if isinstance(node, Unary):
        return (f"!{spelled(node.inside, ATOM)}", NOT) if node.sign == "!" else _signed(node)
    if isinstance(node, Items):
        inside = ", ".join(map(spelled, node.items))
        return (f"[{inside}]" if node.square else f"({inside}{',' * (len(node.items) == 1)})"), ATOM
    return (_call(node), ATOM) if isinstance(node, Call) else _chain(node)


def _signed(node: Unary) -> tuple[str, int]:
    return node.sign + spelled(node.inside, UNARY), UNARY


def _call(node: Call) -> str:
    inside = [spelled(argument) for argument in node.arguments]
    inside += [f"{name}={spelled(value)}" for name, value in node.options]
    return f"{node.function}({', '.join(inside)})"


def _chain(node: Chain) -> tuple[str, int]:
    """Operands of & and | that are comparisons stand in parentheses, which makes them easy to read."""
    sign = node.rest[0][0]
    binding = BINDING[sign]
    right_first, logical = sign == "**", sign in ("&", "|")
    compared = binding == BINDING["<"]
    first = BINDING["+"] if logical else binding + (right_first or compared or _unclear(sign, node.first))
    rest = BINDING["+"] if logical else binding + (not right_first)
    text = spelled(node.first, first)
    for sign, operand in node.rest:
        text += f" {sign} {spelled(operand, rest)}"
    return text, binding


def _unclear(sign: str, first: Node) -> bool:
    return sign in UNCLEAR and isinstance(first, Chain) and first.rest[0][0] in ("*", "/")

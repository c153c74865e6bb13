"""Curves in time as a formula writes them: t, I(t^2), ns(t, df=4), log(t + 1), each a growth parameter of a shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from growthcurves.errors import FormulaError, ModelError
from growthcurves.model.formula.tree import Call, Chain, Column, Factor, Items, Name, Node, Number, Unary
from growthcurves.model.shapes import KINDS, Shape


@dataclass(frozen=True)
class Curve:
    """One factor of a formula that is a function of time alone.

    Attributes
    ----------
    kind : {"power", "spline", "log"}
    power : int
        The exponent of a power.
    options : tuple of (str, value)
        Of a spline its df or knots, of a logarithm what is added to time.
    """

    kind: str
    power: int = 0
    options: tuple[tuple[str, Any], ...] = ()


def curve_of(factor: Factor, time: str) -> Curve | None:
    """The curve that a factor is; None where it is none that a shape can say.

    Examples
    --------
    >>> from growthcurves.model.formula.parse import read_terms
    >>> [square], [spline] = read_terms("I(week^2)").factors, read_terms("ns(week, df=3)").factors
    >>> curve_of(square, "week").power, curve_of(spline, "week").options
    (2, (('df', 3),))
    """
    if isinstance(factor, Column):
        return Curve("power", 1) if factor.name == time else None
    node = factor.node
    if isinstance(node, Call) and node.function == "I" and len(node.arguments) == 1 and not node.options:
        node = node.arguments[0]
    power = _power(node, time)
    if power:
        return Curve("power", power)
    return _called(node, time) if isinstance(node, Call) else None


def _power(node: Node, time: str) -> int:
    """The exponent where an expression is a product of powers of time, else 0."""
    if isinstance(node, Name):
        return int(node.column == time)
    if not isinstance(node, Chain):
        return 0
    powers = [_power(node.first, time)]
    for sign, operand in node.rest:
        if sign == "**":
            return powers[0] * (_whole(operand) or 0)
        powers.append(_power(operand, time) if sign == "*" else 0)
    return sum(powers) if all(powers) else 0


def _whole(node: Node) -> int | None:
    """A whole number as it is written, else None."""
    return int(node.text) if isinstance(node, Number) and node.text.isdigit() and len(node.text) < 10 else None


def _called(node: Call, time: str) -> Curve | None:
    first = node.arguments[0] if node.arguments else None
    if node.function == "ns" and first == Name(time):
        return _spline(node)
    if first is None or len(node.arguments) != 1 or node.options:
        return None
    if node.function in ("log1p", "np.log1p"):
        return Curve("log", options=(("added", 1.0),)) if first == Name(time) else None
    added = _added(first, time) if node.function in ("log", "np.log") else None
    return None if added is None else Curve("log", options=(("added", added),))


def _spline(node: Call) -> Curve | None:
    given = [*(("df", value) for value in node.arguments[1:2]), *node.options]
    if len(node.arguments) > 2 or not {name for name, _ in given} <= {"df", "knots"}:
        return None
    try:
        return Curve("spline", options=tuple((name, _plain(value)) for name, value in given))
    except ValueError:
        return None


def _plain(node: Node) -> Any:
    """A number, or a list of numbers, as a value."""
    if isinstance(node, Items):
        return tuple(_plain(item) for item in node.items)
    if isinstance(node, Unary) and isinstance(node.inside, Number):
        return -_plain(node.inside) if node.sign == "-" else _plain(node.inside)
    if not isinstance(node, Number):
        raise ValueError
    whole = _whole(node)
    return node.value if whole is None else whole


def _added(node: Node, time: str) -> float | None:
    """What is added to time: 0 for time alone, c for t + c, c + t and t - c; None for anything else."""
    if node == Name(time):
        return 0.0
    if not isinstance(node, Chain) or len(node.rest) != 1 or node.rest[0][0] not in ("+", "-"):
        return None
    sign, other = node.rest[0]
    first = node.first
    if sign == "+" and other == Name(time):
        first, other = other, first
    if first != Name(time) or not isinstance(other, Number):
        return None
    return other.value if sign == "+" else -other.value


MIXED = (
    "The formula mixes several curves in time, and no growth shape has them all: use powers, ns() or log() alone, in "
    "the fixed and in the random part (about ns(t, df) persons may differ by straight lines, (t | id))."
)


def shape_and_origin(curves: set[Curve]) -> tuple[Shape, float | str]:
    """The shape that has these curves as its growth parameters, and the origin at which they are as written.

    Raises
    ------
    FormulaError
        When a formula mixes curves that no one shape has.
    """
    others = {curve for curve in curves if curve.kind != "power"}
    if len(others) > 1:
        raise FormulaError(MIXED)
    highest = max((curve.power for curve in curves), default=0)
    curve = next(iter(others), Curve("power", options=(("power", max(highest, 1)),)))
    kind = _kind(curve)
    if others and highest > kind.formula_powers:
        raise FormulaError(MIXED)
    try:
        return kind.of_formula(dict(curve.options))
    except ModelError as error:
        raise FormulaError(str(error)) from error


def _kind(curve: Curve) -> type[Shape]:
    """The kind of shape that a kind of curve stands for."""
    return next(kind for kind in KINDS.values() if kind.formula_curve == curve.kind)


def growth_names(curve: Curve, shape: Shape) -> tuple[str, ...]:
    """The growth parameters of a shape that a curve stands for."""
    return (shape.of_power(curve.power),) if curve.kind == "power" else shape.parameters[1:]

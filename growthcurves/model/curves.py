"""Curves in time as a formula writes them: t, I(t^2), ns(t, df=4), log(t + 1), each a growth parameter of a shape."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from growthcurves.errors import FormulaError, ModelError
from growthcurves.model.shapes import Shape
from growthcurves.model.shapes.log_time import LogTime
from growthcurves.model.shapes.polynomial import Polynomial
from growthcurves.model.shapes.spline import Spline


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


def curve_of(factor: str, time: str) -> Curve | None:
    """The curve that a factor is; None where it is none that a shape can say.

    Examples
    --------
    >>> curve_of("I(week ** 2)", "week").power, curve_of("ns(week, df=3)", "week").options
    (2, (('df', 3),))
    >>> curve_of("sin(week)", "week") is None
    True
    """
    try:
        tree = ast.parse(factor.replace(f"`{time}`", "_time_"), mode="eval").body
    except SyntaxError:
        return None
    names = {"_time_", time}
    if isinstance(tree, ast.Call) and ast.unparse(tree.func) == "I" and len(tree.args) == 1:
        tree = tree.args[0]
    power = _power(tree, names)
    if power:
        return Curve("power", power)
    return _called(tree, names) if isinstance(tree, ast.Call) else None


def _power(tree: ast.expr, names: set[str]) -> int:
    """The exponent where an expression is a product of powers of time, else 0."""
    if isinstance(tree, ast.Name):
        return int(tree.id in names)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Pow) and isinstance(tree.right, ast.Constant):
        exponent = tree.right.value
        return _power(tree.left, names) * exponent if isinstance(exponent, int) and exponent > 0 else 0
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult):
        left, right = _power(tree.left, names), _power(tree.right, names)
        return left + right if left and right else 0
    return 0


def _called(tree: ast.Call, names: set[str]) -> Curve | None:
    function = ast.unparse(tree.func)
    if function == "ns" and tree.args and _is_time(tree.args[0], names):
        return _spline(tree)
    if function in ("log", "np.log") and len(tree.args) == 1 and not tree.keywords:
        added = _added(tree.args[0], names)
        return None if added is None else Curve("log", options=(("added", added),))
    if function == "np.log1p" and len(tree.args) == 1 and _is_time(tree.args[0], names):
        return Curve("log", options=(("added", 1.0),))
    return None


def _is_time(tree: ast.expr, names: set[str]) -> bool:
    return isinstance(tree, ast.Name) and tree.id in names


def _spline(tree: ast.Call) -> Curve | None:
    given = [("df", argument) for argument in tree.args[1:2]]
    given += [(str(keyword.arg), keyword.value) for keyword in tree.keywords]
    try:
        options = tuple((name, _frozen(ast.literal_eval(value))) for name, value in given)
    except ValueError:
        return None
    known = {"df", "knots"}
    return Curve("spline", options=options) if {name for name, _ in options} <= known and len(tree.args) < 3 else None


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _added(tree: ast.expr, names: set[str]) -> float | None:
    """What is added to time: 0 for time alone, c for t + c, c + t and t - c; None for anything else."""
    if _is_time(tree, names):
        return 0.0
    if not isinstance(tree, ast.BinOp) or not isinstance(tree.op, (ast.Add, ast.Sub)):
        return None
    sides = [tree.left, tree.right]
    if isinstance(tree.op, ast.Add) and _is_time(tree.right, names):
        sides.reverse()
    if not _is_time(sides[0], names) or not isinstance(sides[1], ast.Constant):
        return None
    number = sides[1].value
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        return None
    return float(number) if isinstance(tree.op, ast.Add) else -float(number)


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
    if not others:
        return Polynomial(max((curve.power for curve in curves), default=1)), 0.0
    curve = next(iter(others))
    highest = 1 if curve.kind == "spline" else 0  # persons may differ by straight lines about a spline
    if len(others) > 1 or any(other.power > highest for other in curves):
        raise FormulaError(MIXED)
    options = dict(curve.options)
    try:
        if curve.kind == "spline":
            return Spline(**options), "first"
    except ModelError as error:
        raise FormulaError(str(error)) from error
    return LogTime(1.0), 1.0 - options["added"]


def growth_names(curve: Curve, shape: Shape) -> tuple[str, ...]:
    """The growth parameters of a shape that a curve stands for."""
    if curve.kind == "power":
        return (shape.parameters[curve.power],) if isinstance(shape, Polynomial) else ("slope",)
    return shape.parameters[1:]



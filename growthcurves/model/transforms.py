"""Functions that formulas may use besides formulaic's own: ns(), and within() and between() of a person."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from growthcurves.model.shapes.natural_spline import natural_basis, natural_knots

#: Functions that need to know whose row a row is.
BY_PERSON = ("within", "between")


def natural_spline_transform() -> Callable[..., Any]:
    """`ns(x, df)` or `ns(x, knots=[...])`: natural cubic spline columns as R's ns; new data keep the knots."""
    from formulaic.transforms import stateful_transform

    def ns(x: Any, df: int | None = None, knots: Any = None, _state: Any = None) -> dict[int, np.ndarray]:
        values = np.asarray(x, dtype=np.float64)
        if "knots" not in _state:
            inner, boundary = natural_knots(values[~np.isnan(values)], df or (1 if knots is None else len(knots) + 1))
            _state["knots"] = inner if knots is None else tuple(float(knot) for knot in knots)
            _state["boundary"] = boundary
        basis = natural_basis(values, tuple(_state["knots"]), tuple(_state["boundary"]))
        return {j + 1: basis[:, j] for j in range(basis.shape[1])}

    return stateful_transform(ns)


def person_transforms(codes: np.ndarray, sources: np.ndarray | None = None) -> dict[str, Callable[[Any], np.ndarray]]:
    """`between(x)`, the person's mean over rows, and `within(x)`, the deviation from it.

    Parameters
    ----------
    codes : (n,) array of int
        Whose row it is.
    sources : (n,) array of bool, optional
        The rows whose mean counts; all by default. A person without such rows has none.
    """
    counted = np.ones(len(codes), dtype=bool) if sources is None else sources

    def between(x: Any) -> np.ndarray:
        values = np.asarray(x, dtype=np.float64)
        use = counted & ~np.isnan(values)
        size = int(codes.max(initial=-1)) + 1
        with np.errstate(invalid="ignore"):
            means = np.bincount(codes[use], values[use], size) / np.bincount(codes[use], minlength=size)
        return means[codes]

    def within(x: Any) -> np.ndarray:
        return np.asarray(x, dtype=np.float64) - between(x)

    return {"within": within, "between": between}


def uses_persons(expressions: Any) -> bool:
    """Whether any of these formula expressions calls within() or between()."""
    return any(name in called_functions(text) for text in expressions for name in BY_PERSON)


def called_functions(expression: str) -> set[str]:
    """Names of the functions that a formula's expression calls, ``np.log`` with its module.

    Examples
    --------
    >>> sorted(called_functions("np.log(center(age))"))
    ['center', 'np.log']
    """
    try:
        tree = ast.parse(_plain(expression), mode="eval")
    except SyntaxError:
        return set()
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def _plain(expression: str) -> str:
    """The expression with names in backticks replaced by plain ones."""
    pieces = expression.split("`")
    return "".join(piece if i % 2 == 0 else f"_ticked{i}_" for i, piece in enumerate(pieces))

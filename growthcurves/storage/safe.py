"""Formulas from files are read, not trusted: they may call known functions on columns and numbers, nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import numpy as np

from growthcurves.errors import DataError
from growthcurves.model.columns import normal
from growthcurves.model.formula import formula_terms

_FUNCTIONS = {
    "log", "log10", "log2", "exp", "exp10", "exp2", "bs", "cc", "cr", "cs", "ns", "center", "scale", "standardize",
    "poly", "C", "I", "within", "between", "Treatment", "Sum", "Helmert", "Diff", "Poly",
}  # fmt: skip
_CONTRASTS = {"treatment", "sum", "helmert", "diff", "poly"}
_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.List,
    ast.Tuple, ast.keyword, ast.Load, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Attribute,
)  # fmt: skip


def refuse_unsafe(formulas: Iterable[str]) -> None:
    """Refuse formulas that do anything but call known functions.

    Raises
    ------
    DataError
        The expression is named.

    Examples
    --------
    >>> refuse_unsafe(["np.log(age) + center(bmi)"])
    >>> refuse_unsafe(["__import__('os')"])
    Traceback (most recent call last):
    growthcurves.errors.DataError: The file's formula calls '__import__', which no formula may: it was not loaded.
    """
    for formula in formulas:
        if formula.strip() in ("", "0", "1"):
            continue
        terms, _ = formula_terms(normal(formula))
        for term in terms:
            for factor, name in zip(term.factors, term.names, strict=True):
                if name is None:
                    _refuse_expression(factor)


def _refuse_expression(expression: str) -> None:
    pieces = expression.split("`")
    plain = "".join(piece if i % 2 == 0 else f"_ticked{i}_" for i, piece in enumerate(pieces))
    tree = ast.parse(plain, mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise DataError(f"The file's formula holds {expression!r}, which no formula may: it was not loaded.")
        if isinstance(node, ast.Attribute) or id(node) in called:
            _refuse_function(ast.unparse(node), inside=id(node) not in called)


def _refuse_function(name: str, inside: bool) -> None:
    module, _, function = name.rpartition(".")
    known = name in _FUNCTIONS and not inside
    known |= module == "np" and isinstance(getattr(np, function, None), np.ufunc)
    known |= module == "contr" and function in _CONTRASTS
    if not known:
        raise DataError(f"The file's formula calls {name!r}, which no formula may: it was not loaded.")

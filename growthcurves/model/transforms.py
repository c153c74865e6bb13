"""Functions of formulas that know whose row a row is: within() and between() of a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from growthcurves.model.formula.arguments import column
from growthcurves.model.formula.functions import BY_PERSON
from growthcurves.model.formula.tree import Formula


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
        values = column("between", x)
        use = counted & ~np.isnan(values)
        size = int(codes.max(initial=-1)) + 1
        with np.errstate(invalid="ignore"):
            means = np.bincount(codes[use], values[use], size) / np.bincount(codes[use], minlength=size)
        return means[codes]

    def within(x: Any) -> np.ndarray:
        return column("within", x) - between(x)

    return {"within": within, "between": between}


def uses_persons(formula: Formula) -> bool:
    """Whether a formula calls within() or between()."""
    return not formula.calls.isdisjoint(BY_PERSON)

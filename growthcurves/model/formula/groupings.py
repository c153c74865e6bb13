"""Functions of formulas that make groups: C() and factor(), relevel(), cut(), and R's conversions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.model.formula.arguments import Spread, State, column, refused, whole
from growthcurves.model.formula.codings import CODINGS, TREATMENT, Coded, Coding, categories_of, same_level

#: The most levels that C() may be given.
MOST_LEVELS = 1_000


def categories(
    state: State, x: Any, contrasts: Any = None, *, levels: Any = None, spans_intercept: Any = True
) -> Coded:
    """`C(x, contr.sum, levels=[...])`: a column as categories."""
    if isinstance(x, (Coded, Spread)) or not isinstance(x, (np.ndarray, pd.Categorical)):
        refused("C", "takes one column first")
    if contrasts is not None and not isinstance(contrasts, Coding):
        refused("C", f"takes as coding one of {', '.join(name for name in CODINGS if '.' in name)}")
    if levels is not None and (not isinstance(levels, tuple) or len(levels) > MOST_LEVELS):
        refused("C", f"takes as levels a list of at most {MOST_LEVELS:,}")
    if levels is not None and len(set(levels)) < len(levels):
        refused("C", "takes each level once")
    codes, found = categories_of(x, state.get("levels", levels), "C()")
    state.setdefault("levels", found)
    return Coded(codes, found, contrasts or TREATMENT, spans_intercept is not False)


def factor(state: State, x: Any, levels: Any = None) -> Coded:
    """R's `factor(x, levels=c("b", "a"))`: a column as categories, the first level the reference."""
    if isinstance(x, Coded) and levels is None:
        return x
    if isinstance(x, Coded):
        x = pd.Categorical.from_codes(x.codes, list(x.levels))
    return categories(state, x, levels=levels)


def relevel(state: State, x: Any, ref: Any) -> Coded:
    """R's `relevel(x, ref="b")`: the categories of a column with another reference level."""
    coded = factor(state, x)
    wanted = f"{ref:g}" if isinstance(ref, (float, np.floating)) else ref
    numbers = all(isinstance(level, (int, float)) for level in coded.levels)
    first = same_level(float(ref) if numbers and not isinstance(ref, str) else wanted, coded.levels)
    levels = (first, *(level for level in coded.levels if level != first))
    place = np.array([levels.index(level) for level in coded.levels], dtype=int)
    return Coded(place[coded.codes], levels, coded.coding, coded.spans)


def cut(state: State, x: Any, breaks: Any, *, right: Any = True) -> Coded:
    """R's `cut(x, breaks)`: intervals, closed on the right; a number of breaks makes intervals of one width.

    New data keep the breaks. Values outside them are missing, and so refused.
    """
    values = column("cut", x)
    if "breaks" not in state:
        state["breaks"] = _breaks(values[~np.isnan(values)], breaks)
        state["labels"] = _interval_names(state["breaks"], right is not False)
    ends = np.asarray(state["breaks"])
    codes = np.searchsorted(ends, values, side="left" if right is not False else "right") - 1
    there = ~np.isnan(values)
    if ((codes < 0) | (codes >= len(ends) - 1))[there].any():
        refused("cut", f"has values outside its breaks ({ends[0]:g} to {ends[-1]:g}): widen them, as with -np.inf")
    return Coded(np.where(there, codes, 0), tuple(state["labels"]))


def _breaks(values: np.ndarray, breaks: Any) -> tuple[float, ...]:
    """Break points in ascending order; as R makes a number of them, the ends a thousandth of the range further out."""
    if isinstance(breaks, (float, np.floating)):
        low, high = float(values.min()), float(values.max())
        ends = np.linspace(low, high, whole("cut", "breaks", breaks, 2) + 1)
        ends[[0, -1]] = low - (high - low) / 1000.0, high + (high - low) / 1000.0
        return tuple(float(end) for end in ends)
    if not isinstance(breaks, tuple) or not 2 <= len(breaks) <= MOST_LEVELS or len(set(breaks)) < len(breaks):
        refused("cut", "takes a number of intervals, or different break points, such as c(0, 30, 60)")
    if not all(isinstance(end, (int, float)) and not np.isnan(end) for end in breaks):
        refused("cut", "takes as break points numbers")
    return tuple(sorted(float(end) for end in breaks))


def _interval_names(ends: tuple[float, ...], right: bool) -> tuple[str, ...]:
    """Intervals as R writes them, in as many digits as tell them apart."""
    for digits in range(3, 17):
        texts = [f"{end:.{digits}g}".replace("inf", "Inf") for end in ends]
        if len(set(texts)) == len(texts):
            break
    pairs = zip(texts, texts[1:], strict=False)
    return tuple(f"({low},{high}]" if right else f"[{low},{high})" for low, high in pairs)


def number(state: State, x: Any) -> np.ndarray:
    """R's `as.numeric(x)`: a column of numbers as it is."""
    return column("as.numeric", x)


def _function(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(state: State, *values: Any, **options: Any) -> Any:
        try:
            return function(state, *values, **options)
        except TypeError as error:
            if "argument" not in str(error):
                raise
            refused(name, "does not take these arguments: " + str(error).split("() ")[-1])

    return call


_NAMED: dict[str, Callable[..., Any]] = {
    "C": categories, "factor": factor, "as.factor": factor, "as.character": factor, "droplevels": factor,
    "relevel": relevel, "cut": cut, "as.numeric": number, "as.double": number,
}  # fmt: skip

GROUPINGS = {name: _function(name, function) for name, function in _NAMED.items()}

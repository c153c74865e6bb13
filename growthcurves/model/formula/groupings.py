"""Functions of formulas that make groups: C() and factor(), relevel(), cut(), interaction(), ifelse() of texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.levels import whole as whole_levels
from growthcurves.model.formula.arguments import Spread, State, column, refused, truths, whole
from growthcurves.model.formula.codings import CODINGS, TREATMENT, Coded, Coding, categories_of, same_level

#: The most levels that C() may be given.
MOST_LEVELS = 1_000
POLYNOMIALS = Coding("PolyContrasts")


def categories(
    state: State, x: Any, contrasts: Any = None, *, levels: Any = None, spans_intercept: Any = True
) -> Coded:
    """`C(x, contr.sum, levels=[...])`: a column as categories."""
    x = _as_column("C", x)
    if isinstance(contrasts, str) and contrasts in CODINGS:
        contrasts = Coding(CODINGS[contrasts])
    if contrasts is not None and not isinstance(contrasts, Coding):
        refused("C", f"takes as coding one of {', '.join(name for name in CODINGS if '.' in name)}")
    if levels is not None and (not isinstance(levels, tuple) or len(levels) > MOST_LEVELS):
        refused("C", f"takes as levels a list of at most {MOST_LEVELS:,}")
    if levels is not None and len(set(levels)) < len(levels):
        refused("C", "takes each level once")
    codes, found = categories_of(x, state.get("levels", levels), "C()")
    state.setdefault("levels", found)
    return Coded(codes, tuple(whole_levels(found)), contrasts or TREATMENT, spans_intercept is not False)


def _as_column(function: str, x: Any) -> Any:
    """A column of numbers or categories, also those that another function made."""
    if isinstance(x, Coded):
        return pd.Categorical.from_codes(x.codes, list(x.levels))
    if isinstance(x, Spread) or not isinstance(x, (np.ndarray, pd.Categorical)):
        refused(function, "takes one column first")
    return x


def factor(state: State, x: Any, levels: Any = None, labels: Any = None, ordered: Any = False) -> Coded:
    """R's `factor(x, levels=c("b", "a"), labels=c("B", "A"))`: a column as categories, the first level the reference.

    With `ordered=TRUE` they are coded by orthogonal polynomials, as R codes what has an order.
    """
    if isinstance(x, Coded) and levels is None and labels is None and ordered is False:
        return x
    coded = categories(state, x, POLYNOMIALS if ordered is True else None, levels=levels)
    names = coded.levels if labels is None else _names("factor", labels, coded.levels)
    return Coded(coded.codes, names, coded.coding, said=levels is not None or ordered is True)


def ordered(state: State, x: Any, levels: Any = None, labels: Any = None) -> Coded:
    """R's `ordered(x, levels=...)`: categories with an order, coded by orthogonal polynomials."""
    return factor(state, x, levels, labels, True)


def _names(function: str, labels: Any, levels: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(labels, tuple) or len(labels) != len(levels) or len(set(labels)) < len(labels):
        refused(function, f"takes as labels {len(levels)} different names, one for each level {list(levels)!r}")
    return labels


def relevel(state: State, x: Any, ref: Any) -> Coded:
    """R's `relevel(x, ref="b")`: the categories of a column with another reference level."""
    coded = factor(state, x)
    wanted = f"{ref:g}" if isinstance(ref, (float, np.floating)) else ref
    numbers = all(isinstance(level, (int, float)) for level in coded.levels)
    first = same_level(float(ref) if numbers and not isinstance(ref, str) else wanted, coded.levels)
    levels = (first, *(level for level in coded.levels if level != first))
    place = np.array([levels.index(level) for level in coded.levels], dtype=int)
    return Coded(place[coded.codes], levels, coded.coding, coded.spans, True)


def interaction(state: State, *columns: Any, sep: Any = ".", drop: Any = True, lex_order: Any = False) -> Coded:
    """R's `interaction(a, b)`: each combination that occurs is a level, the first column's levels fastest."""
    parts = [factor(state.setdefault(f"part {place}", {}), x) for place, x in enumerate(columns)]
    if len(parts) < 2 or not isinstance(sep, str):
        refused("interaction", "takes two or more columns of categories, and as sep a text")
    codes, names = parts[0].codes, [str(level) for level in parts[0].levels]
    for part in parts[1:]:
        codes = codes + len(names) * part.codes
        names = [f"{name}{sep}{level}" for level in part.levels for name in names]
    kept = state.setdefault("kept", tuple(np.unique(codes).tolist()))
    place = {code: i for i, code in enumerate(kept)}
    if not set(np.unique(codes).tolist()) <= set(kept):
        refused("interaction", "meets a combination of levels that the fitted rows do not hold")
    found = np.array([place[code] for code in codes.tolist()], dtype=int)
    return Coded(found, tuple(names[code] for code in kept))


# ------------------------------------------------------------------ intervals


def cut(
    state: State, x: Any, breaks: Any, labels: Any = None, include_lowest: Any = False, right: Any = True,
    ordered_result: Any = False,
) -> Any:  # fmt: skip
    """R's `cut(x, breaks)`: intervals, closed on the right; a number of breaks makes intervals of one width.

    New data keep the breaks. Values outside them are missing, and so refused.
    """
    values = column("cut", x)
    if "breaks" not in state:
        state["breaks"] = _breaks(values[~np.isnan(values)], breaks)
        state["labels"] = _interval_names(state["breaks"], right is not False, include_lowest is True)
    ends = np.asarray(state["breaks"])
    codes = np.searchsorted(ends, values, side="left" if right is not False else "right") - 1
    if include_lowest is True:
        lowest = values == (ends[0] if right is not False else ends[-1])
        codes = np.where(lowest, np.clip(codes, 0, len(ends) - 2), codes)
    there = ~np.isnan(values)
    if ((codes < 0) | (codes >= len(ends) - 1))[there].any():
        span = f"{ends[0]:g} to {ends[-1]:g}, one end not in it"
        refused("cut", f"has values outside its breaks ({span}): widen them, as with -Inf, or say include.lowest=TRUE")
    codes = np.where(there, codes, 0)
    if labels is False:
        return codes + 1.0
    names = tuple(state["labels"]) if labels is None or labels is True else _names("cut", labels, state["labels"])
    return Coded(codes, names, POLYNOMIALS if ordered_result is True else TREATMENT, said=True)


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


def _interval_names(ends: tuple[float, ...], right: bool, lowest: bool) -> tuple[str, ...]:
    """Intervals as R writes them, in as many digits as tell them apart."""
    for digits in range(3, 17):
        texts = [f"{end:.{digits}g}".replace("inf", "Inf") for end in ends]
        if len(set(texts)) == len(texts):
            break
    pairs = zip(texts, texts[1:], strict=False)
    names = [f"({low},{high}]" if right else f"[{low},{high})" for low, high in pairs]
    if lowest and right:
        names[0] = f"[{names[0][1:]}"
    elif lowest:
        names[-1] = f"{names[-1][:-1]}]"
    return tuple(names)


# ------------------------------------------------------------------ between numbers and categories


def number(name: str) -> Callable[..., np.ndarray]:
    """R's `as.numeric(x)`: numbers as they are, truths as 0 and 1, texts of numbers; of a factor the level's place."""

    def call(state: State, x: Any) -> np.ndarray:
        if isinstance(x, Coded):
            if not x.said and list(x.levels) != sorted(x.levels):
                refused(name, "counts levels in their order: say it, as in factor(x, levels=c('low', 'high'))")
            return x.codes + 1.0
        values = truths(x)
        if isinstance(values, pd.Categorical):
            values = _said_numbers(name, values)
        values = column(name, values)
        return np.trunc(values) if name == "as.integer" else values

    return call


def _said_numbers(name: str, x: pd.Categorical) -> np.ndarray:
    try:
        said = np.array([float(level) for level in x.categories])
    except (TypeError, ValueError):
        refused(name, "takes numbers, or texts that are numbers; for the place of each level write factor() inside")
    return said[x.codes]


def ifelse(state: State, test: Any, yes: Any, no: Any) -> Any:
    """R's `ifelse(test, yes, no)`: numbers, or categories of texts in the order of the alphabet."""
    test, parts = truths(test), [truths(part) for part in (yes, no)]
    if not isinstance(test, np.ndarray) or test.dtype.kind not in "biuf":
        refused("ifelse", "takes first what is true or false for every row, such as x > 0")
    if all(isinstance(part, (np.ndarray, float, np.floating, bool, np.bool_)) for part in parts):
        return np.where(test, *parts)
    texts = [_texts(part) for part in parts]
    return categories(state, pd.Categorical(np.where(test.astype(bool), *texts)))


def _texts(value: Any) -> Any:
    if isinstance(value, Coded):
        value = pd.Categorical.from_codes(value.codes, list(value.levels))
    if isinstance(value, (str, pd.Categorical)):
        return np.asarray(value, dtype=object)
    return refused("ifelse", "takes two numbers or two texts, not one of each")


# ------------------------------------------------------------------ the table


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
    "relevel": relevel, "cut": cut, "interaction": interaction, "ordered": ordered, "as.ordered": ordered,
    "ifelse": ifelse, **{name: number(name) for name in ("as.numeric", "as.double", "as.integer")},
}  # fmt: skip

GROUPINGS = {name: _function(name, function) for name, function in _NAMED.items()}

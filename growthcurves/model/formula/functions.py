"""The functions that formulas may call, looked up by their whole name in one table.

Each takes the state that new data are read with, then what stands in its parentheses. Nothing is found by a name in
any other way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from growthcurves.errors import FormulaError
from growthcurves.model.formula.arguments import Spread, State, column, knots_of, refused, whole
from growthcurves.model.formula.codings import CODINGS, Coding
from growthcurves.model.formula.groupings import GROUPINGS
from growthcurves.model.shapes.natural_spline import natural_basis, natural_knots

CONSTANTS = {"np.pi": float(np.pi), "np.e": float(np.e), "np.inf": float(np.inf), "np.nan": float(np.nan)}


# ------------------------------------------------------------------ numbers by numbers


def _elementwise(name: str, function: Callable[..., Any], count: int = 1) -> Callable[..., Any]:
    def call(state: State, *values: Any) -> Any:
        if len(values) != count:
            refused(name, f"takes {count} column{'s' * (count > 1)} or number{'s' * (count > 1)}")
        if not all(isinstance(value, (np.ndarray, float, np.floating, bool, np.bool_)) for value in values):
            refused(name, "takes numbers, not categories or texts")
        return function(*values)

    return call


_ONE = (
    "abs", "absolute", "fabs", "sqrt", "cbrt", "square", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p",
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh",
    "floor", "ceil", "trunc", "rint", "sign", "negative", "positive", "reciprocal", "degrees", "radians", "deg2rad",
    "rad2deg", "isnan", "isfinite", "isinf", "logical_not",
)  # fmt: skip
_TWO = (
    "maximum", "minimum", "fmax", "fmin", "power", "float_power", "add", "subtract", "multiply", "divide",
    "true_divide", "floor_divide", "mod", "remainder", "fmod", "hypot", "arctan2", "logaddexp", "copysign",
    "heaviside", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal", "logical_and",
    "logical_or", "logical_xor",
)  # fmt: skip
_PLAIN: dict[str, tuple[Callable[..., Any], int]] = {
    "log": (np.log, 1), "log2": (np.log2, 1), "log10": (np.log10, 1), "log1p": (np.log1p, 1), "exp": (np.exp, 1),
    "exp2": (np.exp2, 1), "exp10": (lambda x: np.power(10.0, x), 1), "expm1": (np.expm1, 1), "sqrt": (np.sqrt, 1),
    "abs": (np.abs, 1), "sign": (np.sign, 1), "sin": (np.sin, 1), "cos": (np.cos, 1), "tan": (np.tan, 1),
    "floor": (np.floor, 1), "ceiling": (np.ceil, 1), "pmin": (np.minimum, 2), "pmax": (np.maximum, 2),
    "ifelse": (np.where, 3), "np.where": (np.where, 3), "np.clip": (np.clip, 3),
}  # fmt: skip


# ------------------------------------------------------------------ functions with a state


def natural_spline(state: State, x: Any, df: Any = None, knots: Any = None) -> Spread:
    """`ns(x, df)` or `ns(x, knots=[...])`: natural cubic spline columns as R's ns; new data keep the knots."""
    values = column("ns", x)
    if df is not None and knots is not None:
        refused("ns", "takes df or knots, not both")
    count = 1 if df is None else whole("ns", "df", df)
    inner = None if knots is None else knots_of("ns", knots)
    if "knots" not in state:
        found, boundary = natural_knots(values[~np.isnan(values)], count)
        state["knots"], state["boundary"] = found if inner is None else inner, boundary
    first, last = state["boundary"]
    if not all(first < knot < last for knot in state["knots"]) or len(set(state["knots"])) < len(state["knots"]):
        refused("ns", f"needs different knots inside the values of its column ({first:g} to {last:g})")
    basis = natural_basis(values, tuple(state["knots"]), (first, last))
    return Spread(tuple((j + 1, basis[:, j]) for j in range(basis.shape[1])))


def scale(state: State, x: Any, center: Any = True, scale: Any = True, ddof: Any = 1.0) -> np.ndarray:
    """`scale(x)`: less its mean and over its SD; new data keep both."""
    values = column("scale", x)
    if not state:
        middle = float(np.mean(values)) if center is True else None if center is False else _number("scale", center)
        rest = values - (middle or 0.0)
        spread = None if scale is False else _number("scale", scale) if scale is not True else _spread(rest, ddof)
        state.update(center=middle, scale=spread)
    values = values if state["center"] is None else values - state["center"]
    return values if state["scale"] is None else values / state["scale"]


def _spread(rest: np.ndarray, ddof: Any) -> float:
    return float(np.sqrt(np.sum(rest**2) / (len(rest) - _number("scale", ddof))))


def _number(function: str, value: Any) -> float:
    if isinstance(value, (float, np.floating)):
        return float(value)
    return refused(function, "takes True, False or a number as an option")


_SUMMARIES: dict[str, Callable[..., Any]] = {
    "mean": np.mean, "median": np.median, "min": np.min, "max": np.max, "sd": lambda x: np.std(x, ddof=1),
}  # fmt: skip


def _of_column(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`mean(x)`: one number of a column over the rows that are fitted; new data keep it."""

    def call(state: State, x: Any) -> np.float64:
        values = column(name, x)
        if "value" not in state:
            state["value"] = float(function(values[~np.isnan(values)]))
        return np.float64(state["value"])

    return call


def center(state: State, x: Any) -> np.ndarray:
    """`center(x)`: less its mean over the rows that are fitted."""
    return scale(state, x, scale=False)


def standardize(state: State, x: Any, center: Any = True, rescale: Any = True, ddof: Any = 0.0) -> np.ndarray:
    """patsy's `standardize(x)`: `scale` with n in the place of n - 1."""
    return scale(state, x, center, rescale, ddof)


def identity(state: State, x: Any) -> Any:
    """`I(x)`: the expression as it is."""
    return x


def coding(name: str) -> Callable[..., Coding]:
    """The function behind a coding's name: `contr.treatment("b")`, `contr.sum`."""
    kind = CODINGS[name]
    first = {"TreatmentContrasts": "base", "SASContrasts": "base", "HelmertContrasts": "reverse",
             "DiffContrasts": "backward", "PolyContrasts": "scores"}.get(kind)  # fmt: skip
    known = {first, "reference"} if name == "Treatment" else {first, "scale"} if "Helmert" in kind else {first}

    def make(state: State | None = None, *values: Any, **options: Any) -> Coding:
        if len(values) > (first is not None) or not set(options) <= known:
            refused(name, f"takes {f'{first}=' if first else 'nothing'}")
        given = dict(zip((first,), values, strict=False)) | {_renamed(key): value for key, value in options.items()}
        return Coding(kind, tuple((str(key), _frozen(value)) for key, value in given.items()))

    return make


def _renamed(option: str) -> str:
    return "base" if option == "reference" else option


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else value


# ------------------------------------------------------------------ formulaic's own transforms

_SPLINE = ("lower_bound", "upper_bound")
_OPTIONS = {
    "bs": ("df", "knots", "degree", "include_intercept", *_SPLINE, "extrapolation"),
    "cr": ("df", "knots", *_SPLINE, "constraints", "extrapolation"),
    "cs": ("df", "knots", *_SPLINE, "constraints", "extrapolation"),
    "cc": ("df", "knots", *_SPLINE, "constraints", "extrapolation"),
    "poly": ("degree", "raw"),
}


def _transform(name: str) -> Callable[..., Any]:
    def call(state: State, x: Any, *values: Any, **options: Any) -> Any:
        values_of = column(name, x)
        given = _bounded(name, values, options)
        from formulaic.transforms import TRANSFORMS

        made = TRANSFORMS[name](values_of, _state=state, **given)
        return _spread_of(getattr(made, "__wrapped__", made), made)

    return call


def _bounded(name: str, values: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    known = _OPTIONS[name]
    given = dict(zip(known, values, strict=False))
    if len(values) > len(known) or not set(options) <= set(known) or set(options) & set(given):
        refused(name, f"takes a column and {', '.join(known)}")
    given |= options
    for option, value in given.items():
        if option in ("df", "degree") and value is not None:
            given[option] = whole(name, option, value, 0 if (name, option) == ("bs", "degree") else 1)
        if option == "knots" and value is not None:
            given[option] = list(knots_of(name, value))
    return given


def _spread_of(values: Any, made: Any) -> Any:
    about = getattr(made, "__formulaic_metadata__", None)
    if isinstance(values, dict):
        fields = tuple((key, np.asarray(item, dtype=np.float64)) for key, item in values.items())
        return Spread(fields, bool(about is not None and about.spans_intercept))
    values = np.asarray(values, dtype=np.float64)
    names = (about.column_names if about is not None else ()) or range(values.shape[1])
    return Spread(tuple(zip(names, values.T, strict=True)))


#: Functions that need to know whose row a row is; they are given by those who know.
BY_PERSON = ("within", "between")

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _elementwise(name, function, count) for name, (function, count) in _PLAIN.items()},
    **{f"np.{name}": _elementwise(f"np.{name}", getattr(np, name)) for name in _ONE},
    **{f"np.{name}": _elementwise(f"np.{name}", getattr(np, name), 2) for name in _TWO},
    **{name: _transform(name) for name in _OPTIONS},
    **{name: coding(name) for name in CODINGS},
    "ns": natural_spline,
    "scale": scale,
    "center": center,
    "standardize": standardize,
    "I": identity,
    **GROUPINGS,
    **{name: _of_column(name, function) for name, function in _SUMMARIES.items()},
}


def check_functions(functions: Mapping[str, Callable[..., Any]] | None) -> dict[str, Callable[..., Any]]:
    """A user's own functions by the names that formulas call them by.

    Raises
    ------
    FormulaError
        For a name that formulas know already, or what is no function.
    """
    given = dict(functions or {})
    for name, function in given.items():
        if name in FUNCTIONS or name in BY_PERSON:
            raise FormulaError(f"Formulas know {name}() already: give your own function another name.")
        if not isinstance(name, str) or not callable(function):
            raise FormulaError(f"functions= takes a dict of name to function, not {name!r}: {function!r}.")
    return given


def undefined(name: str) -> str:
    """A sentence about a function that formulas do not know."""
    if name in BY_PERSON:
        return f"{name}() belongs to time-varying covariates (time_varying=)."
    return (
        f"The function {name!r} is not defined, and so no formula may call it: if it is your own, give it with "
        f"functions={{{name!r}: ...}}."
    )

"""The functions that formulas may call, looked up by their whole name in one table.

Each takes the state that new data are read with, then what stands in its parentheses. Nothing is found by a name in
any other way.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from growthcurves.errors import FormulaError, brief
from growthcurves.model.formula.arguments import Spread, State, column, knots_of, refused, truths, whole
from growthcurves.model.formula.codings import CODINGS, Coding
from growthcurves.model.formula.groupings import GROUPINGS
from growthcurves.model.formula.pieces import MOST_IN_A_ROW
from growthcurves.model.shapes.natural_spline import natural_basis

CONSTANTS = {"np.pi": math.pi, "np.e": math.e, "np.inf": math.inf, "np.nan": math.nan}


# ------------------------------------------------------------------ numbers by numbers


def _elementwise(name: str, function: Callable[..., Any], count: int = 1) -> Callable[..., Any]:
    def call(state: State, *values: Any, **options: Any) -> Any:
        if len(values) != count or options:
            refused(name, f"takes {count} column{'s' * (count > 1)} or number{'s' * (count > 1)}")
        values = tuple(map(truths, values))
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
    "log2": (np.log2, 1), "log10": (np.log10, 1), "log1p": (np.log1p, 1), "exp": (np.exp, 1),
    "exp2": (np.exp2, 1), "exp10": (lambda x: np.power(10.0, x), 1), "expm1": (np.expm1, 1), "sqrt": (np.sqrt, 1),
    "abs": (np.abs, 1), "sign": (np.sign, 1), "sin": (np.sin, 1), "cos": (np.cos, 1), "tan": (np.tan, 1),
    "floor": (np.floor, 1), "ceiling": (np.ceil, 1), "trunc": (np.trunc, 1), "asin": (np.arcsin, 1),
    "acos": (np.arccos, 1), "atan": (np.arctan, 1), "sinh": (np.sinh, 1), "cosh": (np.cosh, 1), "tanh": (np.tanh, 1),
    "asinh": (np.arcsinh, 1), "acosh": (np.arccosh, 1), "atanh": (np.arctanh, 1), "xor": (np.logical_xor, 2),
    "plogis": (lambda x: 1.0 / (1.0 + np.exp(-x)), 1), "qlogis": (lambda p: np.log(p) - np.log1p(-p), 1),
    "np.where": (np.where, 3), "np.clip": (np.clip, 3),
}  # fmt: skip


# ------------------------------------------------------------------ functions with a state


def natural_spline(
    state: State, x: Any, df: Any = None, knots: Any = None, intercept: Any = False, Boundary_knots: Any = None
) -> Spread:
    """R's `ns(x, df)` or `ns(x, knots=[...])`: natural spline; knots at quantiles of rows, which new data keep."""
    values = column("ns", x)
    if intercept is not False:
        refused("ns", "leaves the intercept to the formula: without intercept=, and with df one less")
    if df is not None and knots is not None:
        refused("ns", "takes df or knots, not both")
    count = 1 if df is None else whole("ns", "df", df)
    inner = None if knots is None else knots_of("ns", knots)
    if "knots" not in state:
        there = values[~np.isnan(values)]
        boundary = (there.min(), there.max()) if Boundary_knots is None else _ends("ns", Boundary_knots)
        within = there[(there >= boundary[0]) & (there <= boundary[1])]
        found = np.quantile(within, np.arange(1, count) / count).tolist()
        state["knots"], state["boundary"] = found if inner is None else inner, tuple(map(float, boundary))
    first, last = state["boundary"]
    if not all(first < knot < last for knot in state["knots"]) or len(set(state["knots"])) < len(state["knots"]):
        refused("ns", f"needs different knots inside the values of its column ({first:g} to {last:g})")
    basis = natural_basis(values, tuple(state["knots"]), (first, last))
    return Spread(tuple((j + 1, basis[:, j]) for j in range(basis.shape[1])))


def _ends(function: str, value: Any) -> tuple[float, float]:
    ends = knots_of(function, value)
    if len(ends) != 2 or ends[0] == ends[1]:
        refused(function, "takes as Boundary.knots two different numbers")
    return ends[0], ends[1]


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

    def call(state: State, x: Any, na_rm: Any = False) -> np.float64:
        values = column(name, x)
        if "value" not in state:
            state["value"] = float(function(values[~np.isnan(values)]))
        return np.float64(state["value"])

    return call


def quantile(state: State, x: Any, probs: Any = (0.0, 0.25, 0.5, 0.75, 1.0), na_rm: Any = False) -> Any:
    """R's `quantile(x, probs)`, of its type 7: a list of numbers; new data keep them."""
    if "values" not in state:
        wanted = knots_of("quantile", probs if isinstance(probs, tuple) else (probs,))
        if not wanted or wanted[0] < 0.0 or wanted[-1] > 1.0:
            refused("quantile", "takes as probs numbers from 0 to 1")
        state["values"] = tuple(float(value) for value in np.nanquantile(column("quantile", x), wanted))
    return state["values"] if isinstance(probs, tuple) else np.float64(state["values"][0])


def sequence(state: State, first: Any, last: Any, by: Any = 1.0) -> tuple[float, ...]:
    """R's `seq(0, 1, by=0.25)`: numbers from the first to the last."""
    steps = _number("seq", last) - _number("seq", first), _number("seq", by)
    count = steps[0] / steps[1] if steps[1] else -1.0
    if not 0.0 <= count < MOST_IN_A_ROW:
        refused("seq", f"takes first, last and step of at most {MOST_IN_A_ROW:,} numbers")
    return tuple(float(first + place * by) for place in range(int(count + 1e-10) + 1))


def logarithm(state: State, x: Any, base: Any = None) -> Any:
    """R's `log(x, base)`: the natural logarithm without one."""
    found = FUNCTIONS["np.log"](state, x)
    return found if base is None else found / np.log(_number("log", base))


def rounded(state: State, x: Any, digits: Any = 0.0) -> np.ndarray:
    """R's `round(x, digits)`: to the nearest of the numbers as they are stored, to even digits halfway."""
    count = int(_number("round", digits))
    return np.array([round(value, count) for value in column("round", x).tolist()])


def _extreme(name: str, function: np.ufunc) -> Callable[..., Any]:
    """`pmin(x, 5, z)`: row by row."""

    def call(state: State, *values: Any, na_rm: Any = False) -> Any:
        if len(values) < 2:
            refused(name, "takes two or more columns or numbers")
        values = tuple(truths(value) for value in values)
        if not all(isinstance(value, (np.ndarray, float, np.floating, bool, np.bool_)) for value in values):
            refused(name, "takes numbers, not categories or texts")
        return functools.reduce(function, values)

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
        if name == "contr.treatment" and (len(values) == 2 or isinstance(options.get("base"), (float, np.floating))):
            return Coding(kind, (("place", options.get("base", values[-1] if values else None)),))
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
        return _spread_of(getattr(made, "__wrapped__", made), made, _adds_up(name, given))

    return call


def _adds_up(name: str, given: Mapping[str, Any]) -> bool:
    """Whether the functions of a basis add up to one wherever they are computed."""
    if given.get("extrapolation") == "zero" or name == "poly":
        return False
    return bool(given.get("include_intercept")) if name == "bs" else given.get("constraints") is None


def _bounded(name: str, values: Sequence[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    known = _OPTIONS[name]
    options = _renamed_of_r(name, options)
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


def _renamed_of_r(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """R's options of splines by our names."""
    found = {{"intercept": "include_intercept"}.get(key, key): value for key, value in options.items()}
    if "Boundary_knots" in found:
        found["lower_bound"], found["upper_bound"] = _ends(name, found.pop("Boundary_knots"))
    return found


def _spread_of(values: Any, made: Any, adds_up: bool) -> Any:
    about = getattr(made, "__formulaic_metadata__", None)
    if isinstance(values, dict):
        fields = tuple((key, np.asarray(item, dtype=np.float64)) for key, item in values.items())
        return Spread(fields, adds_up and bool(about is not None and about.spans_intercept), adds_up)
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
    **dict.fromkeys(("I", "as.vector", "drop"), identity),
    "log": logarithm,
    "round": rounded,
    "quantile": quantile,
    "seq": sequence,
    "pmin": _extreme("pmin", np.minimum),
    "pmax": _extreme("pmax", np.maximum),
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
    if functions is not None and not isinstance(functions, Mapping):
        raise FormulaError(f"functions= takes a dict of name to function, not {brief(functions)}.")
    given = dict(functions or {})
    for name, function in given.items():
        if name in FUNCTIONS or name in BY_PERSON:
            raise FormulaError(f"Formulas know {name}() already: give your own function another name.")
        if not isinstance(name, str) or not callable(function):
            raise FormulaError(f"functions= takes a dict of name to function, not {brief(name)}: {brief(function)}.")
    return given

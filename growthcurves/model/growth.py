"""The growth model as an immutable value: outcome, time, person, shape, predictors, random effects."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.model.covariance import residual_of
from growthcurves.model.random import RandomPart, random_part
from growthcurves.model.shapes import Shape, shape_of


class Frozen(dict):
    """A dictionary that does not change."""

    def _refuse(self, *args: Any, **changes: Any) -> None:
        raise TypeError("a model does not change; model.replace(...) makes a new one")

    __setitem__ = __delitem__ = update = clear = pop = popitem = setdefault = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return type(self), (dict(self),)


@dataclass(frozen=True)
class GrowthModel:
    """A growth model: how persons change over time, what predicts it, and what varies between persons.

    Parameters
    ----------
    outcome, time, id : str
        Columns of the long table. `time=None` is a model without time (random intercepts only).
    wave : str, optional
        Column of the planned occasion.
    shape : str or shape
        The growth shape; "linear".
    origin : float, optional
        The time at which the intercept is read. By default 0 if 0 lies inside the observed times, else the
        first time.
    predictors : dict or str, optional
        A formula per growth parameter, evaluated on one row per person (level 2), for example
        ``{"intercept": "age + arm", "slope": "arm"}``. One text is for all growth parameters. A formula that
        starts with ``0 +`` leaves the growth parameter's own mean out.
    reference : dict, optional
        Reference level of categorical predictors, ``{"arm": "placebo"}``.
    covariates : str, optional
        Formula of time-varying predictors (level 1), evaluated over the rows.
    random : tuple of str or Diagonal
        Growth parameters and covariates that vary between persons; by default the intercept and the slope.
        ``()`` for none.
    residual : str
        Residual covariance; "independent".

    Raises
    ------
    ModelError
        When an option is unknown or contradicts another.

    Examples
    --------
    >>> model = GrowthModel(outcome="bdi", time="week", id="subject", predictors={"slope": "arm", "intercept": "arm"})
    >>> print(model.equations())
    Level 1   bdi = intercept_i + slope_i * week + e
    Level 2   intercept_i = intercept + arm + u_intercept
              slope_i = slope + arm + u_slope
              e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured
    """

    outcome: str
    time: str | None
    id: str
    wave: str | None = None
    shape: str | Shape = "linear"
    origin: float | None = None
    predictors: Mapping[str, str] | str | None = None
    reference: Mapping[str, Any] | None = None
    covariates: str | None = None
    random: Any = None
    residual: Any = "independent"
    evaluated_over: str = field(default="persons", repr=False)

    def __post_init__(self) -> None:
        shape = shape_of(self.shape)
        residual_of(self.residual)
        predictors = self.predictors
        if isinstance(predictors, str):
            predictors = dict.fromkeys(self.parameters, predictors)
        predictors = _checked_predictors(predictors or {}, self.parameters)
        if self.origin is not None and not (isinstance(self.origin, Real) and np.isfinite(float(self.origin))):
            raise ModelError(f"origin= is a time as a finite number, not {self.origin!r}.")
        default = tuple(name for name in shape.default_random if name in self.parameters)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "predictors", Frozen(predictors))
        object.__setattr__(self, "reference", Frozen(self.reference or {}))
        object.__setattr__(self, "random", random_part(default if self.random is None else self.random))
        for role in (self.outcome, self.time, self.id):
            if role in self.parameters:
                raise ModelError(f"Column {role!r} is called like a growth parameter: rename the column.")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The growth parameters, in the order of the shape; without time only the intercept."""
        names = shape_of(self.shape).parameters
        return names if self.time is not None else names[:1]

    def replace(self, **changes: Any) -> GrowthModel:
        """A model with some options changed.

        Examples
        --------
        >>> GrowthModel("y", "t", "id").replace(random=("intercept",)).random.names
        ('intercept',)
        """
        known = {item.name for item in dataclasses.fields(self)}
        for name in changes:
            if name not in known:
                raise ModelError(unknown("option of GrowthModel", name, sorted(known)))
        return dataclasses.replace(self, **changes)

    def equations(self) -> str:
        """The model as level-1 and level-2 equations in the names of the data."""
        terms = {name: formula_words(self.formula_for(name)) for name in self.parameters}
        bound = shape_of(self.shape).bind(np.zeros(0), self.origin or 0.0)
        return equations(self, terms, bound.level_one(self.time or ""))

    def formula_for(self, parameter: str) -> str:
        """The predictor formula of a growth parameter; "1", its own mean alone, by default."""
        assert isinstance(self.predictors, Mapping)
        return self.predictors.get(parameter, "1")


def _checked_predictors(predictors: Any, parameters: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(predictors, Mapping):
        raise ModelError(f"predictors= takes a formula or a dict of growth parameter to formula, not {predictors!r}.")
    for name, formula in predictors.items():
        if name not in parameters:
            raise ModelError(unknown("growth parameter", name, parameters))
        if not isinstance(formula, str) or "~" in re.sub("`[^`]*`", "", formula):
            raise ModelError(f"The predictors of the {name} are a formula such as 'age + arm', not {formula!r}.")
    return dict(predictors)


def formula_words(formula: str) -> list[str]:
    """The terms of a predictor formula as they are written, "1" for its own mean."""
    parts = [part.strip() for part in _outer_sum(re.sub(r"-\s*1\b", "+ 0", formula))]
    return ([] if "0" in parts else ["1"]) + [part for part in parts if part not in ("0", "1", "")]


def _outer_sum(formula: str) -> list[str]:
    """The summands of a formula, not splitting inside parentheses or backticks."""
    parts, depth, quoted = [""], 0, False
    for sign in formula:
        quoted ^= sign == "`"
        depth += (sign == "(") - (sign == ")") if not quoted else 0
        if sign == "+" and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def equations(model: GrowthModel, terms: Mapping[str, list[str]], basis: list[str]) -> str:
    """Level equations from the terms of each growth parameter ("1" for its own mean)."""
    first = " + ".join(
        f"{name}_i" + (f" * {word}" if word else "") for name, word in zip(model.parameters, basis, strict=False)
    )
    covariates = f" + {model.covariates}" if model.covariates else ""
    covariates += "".join(f" + u_{name} * {name}" for name in model.random.names if name not in model.parameters)
    lines = [f"Level 1   {model.outcome} = {first}{covariates} + e"]
    for i, name in enumerate(model.parameters):
        words = ([name] if "1" in terms[name] else []) + [word for word in terms[name] if word != "1"]
        words += [f"u_{name}"] if name in model.random.names else []
        lines.append(("Level 2   " if i == 0 else "          ") + f"{name}_i = {' + '.join(words) or '0'}")
    lines.append("          e ~ N(0, sigma^2)" + _random_words(model.random))
    return "\n".join(lines)


def _random_words(part: RandomPart) -> str:
    words = []
    for block in part.blocks:
        names = ", ".join(f"u_{name}" for name in block)
        if len(block) == 1:
            words.append(f"{names} ~ N(0, G_{block[0]})")
        else:
            words.append(f"({names}) ~ N(0, G), G unstructured")
    return "".join(f";  {word}" for word in words)

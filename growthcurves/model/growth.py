"""The growth model as an immutable value: outcome, time, person, shape, predictors, random effects."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.model.covariance import residual_of
from growthcurves.model.random import RandomPart, random_part
from growthcurves.model.shapes import Shape, shape_of


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
        predictors = dict(predictors or {})
        for name in predictors:
            if name not in self.parameters:
                raise ModelError(unknown("growth parameter", name, self.parameters))
        default = tuple(name for name in shape.default_random if name in self.parameters)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "predictors", predictors)
        object.__setattr__(self, "reference", dict(self.reference or {}))
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
        terms = {name: self._words(self.formula_for(name)) for name in self.parameters}
        bound = shape_of(self.shape).bind(np.zeros(0), self.origin or 0.0)
        return equations(self, terms, bound.level_one(self.time or ""))

    def formula_for(self, parameter: str) -> str:
        """The predictor formula of a growth parameter; "1", its own mean alone, by default."""
        assert isinstance(self.predictors, Mapping)
        return self.predictors.get(parameter, "1")

    @staticmethod
    def _words(formula: str) -> list[str]:
        return [part.strip() for part in formula.split("+") if part.strip() not in ("0", "1", "")] + (
            [] if formula.replace(" ", "").startswith("0+") or formula.strip() == "0" else ["1"]
        )


def equations(model: GrowthModel, terms: Mapping[str, list[str]], basis: list[str]) -> str:
    """Level equations from the terms of each growth parameter ("1" for its own mean)."""
    first = " + ".join(
        f"{name}_i" + (f" * {word}" if word else "") for name, word in zip(model.parameters, basis, strict=False)
    )
    covariates = f" + {model.covariates}" if model.covariates else ""
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

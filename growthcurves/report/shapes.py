"""Growth shapes in the words of a reader: what describes a person, and what each growth parameter is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from growthcurves.data.units import singular
from growthcurves.model.shapes.log_time import BoundLogTime
from growthcurves.model.shapes.occasions import BoundOccasions
from growthcurves.model.shapes.piecewise import BoundPiecewise
from growthcurves.model.shapes.polynomial import BoundPolynomial
from growthcurves.model.shapes.spline import BoundSpline
from growthcurves.report.format import number


@dataclass(frozen=True)
class Parameter:
    """A growth parameter, or a random effect that is none, for a reader.

    Attributes
    ----------
    title : str
        As the heading of a table: "Rate of change: reaction per day".
    short : str
        Inside a longer text: "rate of change".
    unit : str
        Empty where the outcome has none.
    plain : str
        Inside a text that has said before where in time it is; empty where that is `short` too.
    """

    title: str
    short: str
    unit: str
    plain: str = ""


@dataclass(frozen=True)
class ShapeWords:
    """A shape for a reader: the end of the sentence "Each person is described by ...", and its parameters."""

    described_by: str
    parameters: Mapping[str, Parameter]


@dataclass(frozen=True)
class _Names:
    """The names of the data that the words are made of."""

    outcome: str
    time: str
    unit: str
    time_unit: str
    origin: str

    @property
    def rate_unit(self) -> str:
        return f"{self.unit} per {self.time_unit}".strip()

    @property
    def start(self) -> Parameter:
        at = f"{self.outcome} at {self.time} {self.origin}"
        return Parameter(f"Start: {at}", f"start ({at})", self.unit, "start")

    def rate(self, where: str = "") -> Parameter:
        where = where and f" {where}"
        title = f"Rate of change{where}: {self.outcome} per {self.time_unit}"
        return Parameter(title, f"rate of change{where}", self.rate_unit)


def shape_words(fit: Any) -> ShapeWords:
    """The growth shape of a fit in words."""
    model, shape = fit.model, fit.bound.shape
    if model.time is None:
        level = Parameter(f"Level of {model.outcome}", "level", fit.panel.outcome_unit or "")
        return ShapeWords("a level", {"intercept": level})
    names = _Names(
        str(model.outcome), str(model.time), fit.panel.outcome_unit or "",
        singular(fit.panel.time_unit or str(model.time)), number(shape.origin),
    )  # fmt: skip
    for kind, words in _WORDS.items():
        if isinstance(shape, kind):
            return words(names, shape)
    return _own(names, shape)


def _polynomial(names: _Names, shape: Any) -> ShapeWords:
    degree = len(shape.parameters) - 1
    if degree == 1:
        rate = names.rate()
        text = f"a straight line: a {names.start.short} and a rate of change per {names.time_unit}"
        return ShapeWords(text, {"intercept": names.start, "slope": rate})
    at = f"at {names.time} {names.origin}"
    found = {"intercept": names.start, "slope": names.rate(at)}
    for power, name in enumerate(shape.parameters[2:], start=2):
        what = "how the rate itself changes" if power == 2 else f"coefficient of {names.time} to the power {power}"
        unit = f"{names.unit} per {names.time_unit}{_POWERS.get(power, f'^{power}')}".strip()
        found[name] = Parameter(f"{name.capitalize()} term: {what}", f"{name} term", unit)
    text = (
        f"a curve ({_SHORT.get(degree, f'a polynomial of degree {degree}')}): a {names.start.short}, a rate of change "
        f"{at}, and {'a term that bends it' if degree == 2 else 'terms that bend it'}"
    )
    return ShapeWords(text, found)


def _piecewise(names: _Names, shape: Any) -> ShapeWords:
    knots = [f"{names.time} {number(knot)}" if not isinstance(knot, str) else f"the person's own {knot}"
             for knot in shape.knots]  # fmt: skip
    ends = [f"up to {knots[0]}", *(f"from {a} to {b}" for a, b in zip(knots, knots[1:], strict=False))]
    found = {"intercept": names.start}
    for name, where in zip(shape.parameters[1:], [*ends, f"from {knots[-1]}"], strict=False):
        found[name] = names.rate(where)
    for name, knot in zip([p for p in shape.parameters if p.startswith("jump")], knots, strict=False):
        found[name] = Parameter(f"Jump of {names.outcome} at {knot}", f"jump at {knot}", names.unit)
    found["slope"] = names.rate("over all pieces")
    meet = "with a jump at" if shape.jump else "that meet at"
    text = f"straight pieces {meet} {' and '.join(knots)}: a {names.start.short}, and a rate of change in each piece"
    return ShapeWords(text, found)


def _spline(names: _Names, shape: Any) -> ShapeWords:
    found = {"intercept": names.start}
    for place, name in enumerate(shape.parameters[1:], start=1):
        found[name] = Parameter(f"Spline term {place}", f"spline term {place}", names.unit)
    found["slope"] = names.rate()  # as a random effect: a straight line beside the curve
    knots = " and ".join(number(knot) for knot in shape.knots)
    inner = f" with its bends at {names.time} {knots}" if knots else ""
    text = f"a smooth curve (natural cubic spline{inner}); its single terms say little, so read the curve and its rates"
    return ShapeWords(text, found)


def _log_time(names: _Names, shape: Any) -> ShapeWords:
    basis = shape.level_one(names.time)[1]
    unit = f"{names.unit} per unit of {basis}".strip()
    slope = Parameter(f"Change of {names.outcome} per unit of {basis}", "change with log time", unit)
    text = f"a curve that is steep at first and then levels off: {names.outcome} follows {basis}"
    return ShapeWords(text, {"intercept": names.start, "slope": slope})


def _occasions(names: _Names, shape: Any) -> ShapeWords:
    found = {
        label: Parameter(f"Mean {names.outcome} at {names.time} {number(time)}", label, names.unit)
        for label, time in zip(shape.parameters, shape.times, strict=True)
    }
    level = Parameter(f"Level of {names.outcome} at all occasions", "level at all occasions", names.unit)
    text = f"a distance from the mean of each occasion; no curve is assumed between the {len(shape.times)} occasions"
    return ShapeWords(text, found | {"intercept": level, "slope": names.rate()})


def _own(names: _Names, shape: Any) -> ShapeWords:
    found = {name: Parameter(name.capitalize(), name, "") for name in shape.random_names}
    return ShapeWords("a growth curve", found | ({"intercept": names.start} if "intercept" in found else {}))


_POWERS = {2: "²", 3: "³"}
_SHORT = {2: "quadratic", 3: "cubic"}
_WORDS: dict[type, Callable[[_Names, Any], ShapeWords]] = {
    BoundPolynomial: _polynomial,
    BoundPiecewise: _piecewise,
    BoundSpline: _spline,
    BoundLogTime: _log_time,
    BoundOccasions: _occasions,
}

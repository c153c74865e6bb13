"""Laws that every growth shape obeys, over the registry; a new shape is covered when its line is added."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import growthcurves
from growthcurves.data.time_words import TimeWords
from growthcurves.errors import NotEstimableError
from growthcurves.model.bind import observed_middle
from growthcurves.model.shapes import SHAPES, Seen
from growthcurves.model.shapes.log_time import LogTime
from growthcurves.model.shapes.piecewise import Piecewise
from growthcurves.model.shapes.polynomial import Polynomial
from growthcurves.model.shapes.spline import Spline
from growthcurves.model.shapes.words import Names

TIMES = np.array([0.0, 0.5, 1.0, 2.0, 3.5, 4.0, 6.0, 7.0])
SHAPE_VALUES = {
    **SHAPES,
    "quintic": Polynomial(5),
    "one knot": Piecewise(3),
    "two knots and jumps": Piecewise([1.7, 4.2], jump=True),
    "person knots": Piecewise("event", jump=True),
    "spline 1": Spline(df=1),
    "spline 3": Spline(df=3),
    "spline with knots": Spline(knots=[2.0, 5.0], boundary=(0.0, 7.0)),
    "log 2.5": LogTime(2.5),
}
EVENT = np.array([1.2, 2.2, 3.2, 1.2, 2.2, 3.2, 1.2, 2.2])


def bound(name: str, origin: float = 1.5, offset: float = 0.0):
    shape = SHAPE_VALUES[name]
    if offset and isinstance(shape, Piecewise):
        shape = Piecewise([k if isinstance(k, str) else k + offset for k in shape.knots], shape.jump)
    if offset and isinstance(shape, Spline) and shape.knots is not None:
        shape = Spline(knots=[k + offset for k in shape.knots], boundary=tuple(b + offset for b in shape.boundary))
    return shape.learned(Seen(TIMES + offset, "week")).bind(0.0 if isinstance(shape, LogTime) else origin + offset)


def values(shape, offset: float = 0.0):
    return (EVENT[:, None] + offset) if shape.columns else np.zeros((len(TIMES), 0))


@pytest.mark.parametrize("name", SHAPE_VALUES)
def test_the_basis_has_a_column_for_each_parameter(name):
    shape = bound(name)
    assert shape.basis(TIMES, values(shape)).shape == (len(TIMES), len(shape.parameters))
    assert len(set(shape.random_names)) == len(shape.random_names)
    assert len(shape.level_one("week")) == len(shape.parameters)


@pytest.mark.parametrize("name", SHAPE_VALUES)
def test_the_intercept_is_the_status_at_the_origin(name):
    shape = bound(name)
    if "intercept" not in shape.parameters:
        return
    at_origin = shape.basis(np.full(len(TIMES), shape.origin), values(shape))
    np.testing.assert_allclose(at_origin, np.eye(len(shape.parameters))[[0] * len(TIMES)], atol=1e-12)


@pytest.mark.parametrize("name", SHAPE_VALUES)
def test_the_derivative_is_that_of_the_basis(name):
    shape = bound(name)
    if not shape.smooth:
        with pytest.raises(NotEstimableError, match="average rate"):
            shape.derivative(TIMES, values(shape))
        return
    times, h = TIMES + 0.013, 1e-5  # not at a knot
    ahead, behind = shape.basis(times + h, values(shape)), shape.basis(times - h, values(shape))
    np.testing.assert_allclose(shape.derivative(times, values(shape)), (ahead - behind) / (2 * h), atol=1e-6)


@pytest.mark.parametrize("offset", [0.0, 2000.0])
@pytest.mark.parametrize("name", SHAPE_VALUES)
def test_the_engine_columns_make_the_basis(name, offset):
    if offset and isinstance(SHAPE_VALUES[name], LogTime):
        return
    shape = bound(name, offset=offset)
    by_row = values(shape, offset)
    columns = shape.engine_columns(TIMES + offset, by_row, observed_middle(TIMES + offset))
    stored = [np.ones(len(TIMES)), *columns.stored]
    made = np.column_stack([sum(c * stored[g] for g, c in combination.items()) for combination in columns.made])
    basis = shape.basis(TIMES + offset, by_row)
    K = len(shape.parameters)
    np.testing.assert_allclose(made[:, :K], basis, rtol=1e-9, atol=1e-9)
    for j, name in enumerate(shape.extra):
        np.testing.assert_allclose(made[:, K + j], basis @ shape.effects(name), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in SHAPE_VALUES if "slope" not in SHAPE_VALUES[name].parameters])
def test_the_extra_slope_is_a_straight_line_through_the_origin(name):
    shape = bound(name)
    line = shape.basis(TIMES, values(shape)) @ shape.effects("slope")
    np.testing.assert_allclose(line, TIMES - shape.origin, atol=1e-9)


def test_pieces_have_the_rates_within_them():
    """The knots at 1.7 and 4.2: rates 2, -1 and 3, jumps of 5 and -4, from a level of 10 at 1.5."""
    shape = bound("two knots and jumps")
    curve = shape.basis(np.array([0.0, 1.5, 1.7, 3.7, 4.2, 6.2])) @ np.array([10, 2.0, -1.0, 3.0, 5.0, -4.0])
    up_to_knot = 10 + 2 * 0.2
    second = up_to_knot + 5 - 2.0
    at_last_knot = up_to_knot + 5 - 2.5 - 4
    np.testing.assert_allclose(curve, [7, 10, up_to_knot + 5, second, at_last_knot, at_last_knot + 6], atol=1e-12)


@pytest.mark.parametrize("name", SHAPE_VALUES)
def test_every_growth_parameter_has_words(name):
    shape = bound(name)
    words = shape.words(Names("pain", "points", TimeWords("week"), shape.origin))
    assert set(shape.random_names) <= set(words.parameters) and words.described_by
    assert all(one.title and one.short for one in words.parameters.values())


def test_no_file_elsewhere_knows_a_kind_of_shape():
    """A new shape is one file and one line: whoever needs to know something of a shape asks it."""
    package = Path(growthcurves.__file__).parent
    kinds = {path.stem for path in (package / "model" / "shapes").glob("*.py")} - {"__init__", "base", "words"}
    found = [
        f"{path.relative_to(package)}: {kind}"
        for path in package.rglob("*.py")
        if path.parent.name != "shapes" and path != package / "__init__.py"
        for kind in kinds - {"natural_spline"}  # a basis, which ns() of formulas shares
        if f"model.shapes.{kind}" in path.read_text(encoding="utf-8")
    ]
    assert not found

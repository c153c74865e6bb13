"""The growth shape from its options: which options belong to which shape, and which growth parameters change."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import click

from growthcurves.cli.options import Request

#: Options of shapes, each with the shape that it means where none is named.
IMPLIED = {"knots": "piecewise", "jump": "piecewise", "df": "spline", "degree": "polynomial", "offset": "log"}


def shape_from(request: Request) -> Any:
    """The shape that was asked for.

    Raises
    ------
    ModelError
        For an unknown shape, and for what a shape refuses of its options.
    click.UsageError
        For an option that the shape does not have, or one that it needs.
    """
    given = {name: getattr(request, name) for name in IMPLIED if name in request.given}
    name = (request.shape or next((IMPLIED[option] for option in given), "linear")).lower()
    kind, ready = _kind(name)
    needed = [] if ready is not None else [item.name for item in fields(kind) if item.default is MISSING]
    optional = [item.name for item in fields(kind) if item.default is not MISSING]
    _refuse_others(name, given, [option for option in (*needed, *optional) if option in IMPLIED])
    missing = [f"--{option}" for option in needed if option not in given]
    if missing:
        raise click.UsageError(f"The shape {name} needs {', '.join(missing)}.")
    return kind(**given) if given else ready


def _kind(name: str) -> tuple[Any, Any]:
    """The class of a shape and its ready value; no value where a shape is its options."""
    from growthcurves.errors import ModelError, unknown
    from growthcurves.model.shapes import KINDS, SHAPES

    kinds = {kind.lower(): value for kind, value in KINDS.items() if kind.lower() in IMPLIED.values()}
    if name in SHAPES:
        return type(SHAPES[name]), SHAPES[name]
    if name not in kinds:
        raise ModelError(unknown("shape", name, [*SHAPES, *kinds]))
    return kinds[name], None


def _refuse_others(name: str, given: dict[str, Any], options: list[str]) -> None:
    for option in given:
        if option not in options:
            has = f"has --{', --'.join(options)}" if options else "has no options"
            raise click.UsageError(f"--{option} does not belong to the shape {name}, which {has}.")


def rates_of(shape: Any) -> tuple[str, ...]:
    """The growth parameters that say how fast persons change: the slopes, else all but the intercept."""
    slopes = tuple(name for name in shape.parameters if name.startswith("slope"))
    return slopes or tuple(name for name in shape.parameters if name != "intercept")

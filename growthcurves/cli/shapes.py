"""The growth shape from its options: which options belong to which shape, and which growth parameters change."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import click

from growthcurves.cli.options import Request


def shape_from(request: Request) -> Any:
    """The shape that was asked for.

    Raises
    ------
    ModelError
        For an unknown shape, and for what a shape refuses of its options.
    click.UsageError
        For an option that the shape does not have, or one that it needs.
    """
    implied = _implied()
    given = {name: getattr(request, name) for name in implied if name in request.given}
    name = (request.shape or next((implied[option] for option in given), "linear")).lower()
    kind, ready = _kind(name)
    needed = [] if ready is not None else [item.name for item in fields(kind) if item.default is MISSING]
    optional = [item.name for item in fields(kind) if item.default is not MISSING]
    _refuse_others(name, given, [option for option in (*needed, *optional) if option in implied])
    missing = [f"--{option}" for option in needed if option not in given]
    if missing:
        raise click.UsageError(f"The shape {name} needs {', '.join(missing)}.")
    return kind(**given) if given else ready


def _implied() -> dict[str, str]:
    """Options of shapes, each with the shape that it means where none is named."""
    from growthcurves.model.shapes import KINDS

    return {option: called(kind) for kind in KINDS.values() for option in kind.implied_by}


def called(kind: Any) -> str:
    """The short name of a kind of shape."""
    return kind.called or kind.__name__.lower()


def _kind(name: str) -> tuple[Any, Any]:
    """The class of a shape and its ready value; no value where a shape is its options."""
    from growthcurves.errors import ModelError, unknown
    from growthcurves.model.shapes import KINDS, SHAPES

    kinds = {called(kind): kind for kind in KINDS.values() if kind.implied_by}
    if name in SHAPES:
        return type(SHAPES[name]), SHAPES[name]
    if name not in kinds:
        raise ModelError(unknown("shape", name, [*SHAPES, *(kind for kind in kinds if kind not in SHAPES)]))
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

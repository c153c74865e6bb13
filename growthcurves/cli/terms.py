"""Texts of the command line as parts of a model: terms, random effects, reference levels, codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.options import pairs_of
from growthcurves.cli.values import bare, split

if TYPE_CHECKING:
    import pandas as pd


def random_blocks(text: str) -> Any:
    """Random effects from "intercept,slope"; blocks without covariance between them from "intercept | slope".

    Examples
    --------
    >>> random_blocks("intercept, slope").blocks, random_blocks("intercept | slope").blocks
    ((('intercept', 'slope'),), (('intercept',), ('slope',)))
    >>> random_blocks("none").blocks
    ()
    """
    from growthcurves.model.random import RandomPart

    blocks = tuple(
        tuple(bare(name) for part in split(block, ",") for name in split(part, "+")) for block in split(text, "|")
    )
    if not all(blocks) or not blocks:
        raise click.UsageError(f"--random {text!r} names nothing in one place: write none where nothing varies.")
    return RandomPart(() if blocks == (("none",),) else blocks)


def references(options: tuple[Any, ...], frame: pd.DataFrame) -> dict[str, Any]:
    """Reference levels from pairs such as ("arm", "placebo"), each as the table holds it.

    Raises
    ------
    ColumnError, ModelError
        For an unknown column or level, with the nearest known one.
    """
    return {column: _level(frame, column, str(level)) for column, level in pairs_of(options).items()}


def _level(frame: pd.DataFrame, column: str, text: str) -> Any:
    from growthcurves.data.frame import require_columns
    from growthcurves.errors import ModelError, unknown

    require_columns(frame, [column])
    levels = {str(value): value for value in frame[column].dropna().unique().tolist()}
    if text not in levels:
        raise ModelError(unknown(f"level of {column!r}", text, levels))
    return levels[text]


def as_formula(text: str, columns: set[str]) -> str:
    """Terms as a formula; names of columns that need backticks get them.

    Examples
    --------
    >>> as_formula("body weight + age", {"body weight", "age"})
    '`body weight` + age'
    """
    from growthcurves.data.backticks import quoted
    from growthcurves.model.formula.words import summands

    pieces = [text.strip()] if text.strip() in columns else summands(text)
    return " + ".join(quoted(piece) if piece in columns else piece for piece in pieces)


def mentions(formula: str, column: str) -> bool:
    """Whether a formula uses a column."""
    from growthcurves.model.formula.parse import read_terms

    return column in read_terms(formula).columns

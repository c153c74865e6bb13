"""Texts of the command line as parts of a model: terms, random effects, reference levels, codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd


def random_names(text: str) -> tuple[str, ...]:
    """Growth parameters from "intercept,slope" or "intercept | slope"; none from "none".

    Examples
    --------
    >>> random_names("intercept, slope"), random_names("none")
    (('intercept', 'slope'), ())
    """
    names = tuple(text.replace("|", " ").replace(",", " ").replace("+", " ").split())
    return () if names == ("none",) else names


def references(texts: tuple[str, ...], frame: pd.DataFrame) -> dict[str, Any]:
    """Reference levels from texts such as "arm=placebo", each as the table holds it.

    Raises
    ------
    ColumnError, ModelError
        For an unknown column or level, with the nearest known one.
    """
    found: dict[str, Any] = {}
    for text in texts:
        column, sign, level = (part.strip() for part in text.partition("="))
        if not (column and sign and level):
            raise click.UsageError(
                f"--reference {text!r}: write it as COLUMN=LEVEL, for example arm=placebo."
            )
        found[column] = _level(frame, column, level)
    return found


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
    from growthcurves.model.formula import quoted

    pieces = [text] if text.strip() in columns else text.split("+")
    return " + ".join(
        quoted(piece.strip()) if piece.strip() in columns else piece.strip() for piece in pieces
    )


def mentions(formula: str, column: str) -> bool:
    """Whether a formula uses a column."""
    from growthcurves.model.formula import expression_columns

    try:
        return column in expression_columns(formula.replace(":", "+").replace("^", "**"))
    except SyntaxError:
        return column in formula


def number_or_text(code: str) -> Any:
    try:
        return float(code) if not code.lstrip("+-").isdigit() else int(code)
    except ValueError:
        return code

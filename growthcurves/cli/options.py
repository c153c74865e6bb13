"""The options that commands share: which columns mean what, and which model is fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import click


@dataclass(frozen=True)
class Request:
    """What the user asked for on the command line; names as in the file."""

    data: str
    id: str | None
    time: str | None
    outcome: str | None
    columns: str | None
    by: str | None
    slope: str | None
    intercept: str | None
    reference: tuple[str, ...]
    formula: str | None
    random: str | None
    ml: bool
    time_unit: str | None
    outcome_unit: str | None
    missing: tuple[str, ...]

    @property
    def method(self) -> str:
        return "ml" if self.ml else "reml"


_OPTIONS = (
    click.argument("data", metavar="DATA"),
    click.option("--id", metavar="COLUMN", help="Column that says whose row it is."),
    click.option("--time", metavar="COLUMN", help="Column of the time; its name, where --columns makes it."),
    click.option("--outcome", metavar="COLUMN", help="Column of the outcome."),
    click.option(
        "--columns",
        metavar="PATTERN",
        help='The table is wide: "reaction_{day}" finds reaction_0, reaction_1, ...; the number is the time.',
    ),
    click.option(
        "--by",
        metavar="COLUMN",
        help="Compare groups: predicts intercept and slope (unless --formula), and divides the answers.",
    ),
    click.option(
        "--slope",
        metavar="TERMS",
        help='Predictors of the rate of change, and so of the intercept: "age + arm".',
    ),
    click.option("--intercept", metavar="TERMS", help="Further predictors of the intercept alone."),
    click.option(
        "--reference",
        metavar="COLUMN=LEVEL",
        multiple=True,
        help="Reference level of a predictor; repeatable.",
    ),
    click.option(
        "--formula",
        metavar="FORMULA",
        help='The model as an lme4 formula: "bdi ~ week * arm + (week | subject)".',
    ),
    click.option(
        "--random",
        metavar="NAMES",
        help='What varies between persons: "intercept,slope" (default), "intercept", "slope", "none".',
    ),
    click.option("--ml", is_flag=True, help="Full maximum likelihood in the place of REML."),
    click.option("--time-unit", metavar="TEXT", help="Unit of time, for texts; for dates it sets the scale."),
    click.option("--outcome-unit", metavar="TEXT", help="Unit of the outcome, for texts."),
    click.option("--missing", metavar="CODE", multiple=True, help="A code that means missing; repeatable."),
)


def model_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the shared options."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def request_of(values: dict[str, Any]) -> Request:
    """Take the shared options out of a command's values, as one record."""
    return Request(**{item.name: values.pop(item.name) for item in fields(Request)})

"""The sampling design that the options say."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.complete import columns

#: Options of a sampling design, for the command that fits.
DESIGN = [
    click.Option(
        ["--weights"],
        multiple=True,
        metavar="COLUMN",
        help="Column of the persons' sampling weights, or UNIT=COLUMN (persons, units above, rows); repeatable.",
    ),
    click.Option(["--strata"], metavar="COLUMN", shell_complete=columns, help="Column of the sampling strata."),
    click.Option(["--psu"], metavar="COLUMN", shell_complete=columns, help="Column of the primary sampling units."),
    click.Option(
        ["--scale"],
        type=click.Choice(["size", "effective", "none"]),
        help="How weights below the highest level are scaled; size by default.",
    ),
]


def design_of(weights: tuple[str, ...], strata: str | None, psu: str | None, scale: str | None) -> Any:
    """The design; None where no option says one."""
    if not (weights or strata or psu):
        if scale:
            raise click.UsageError("--scale is of sampling weights: give --weights.")
        return None
    from growthcurves.model.survey.design import SurveyDesign

    return SurveyDesign(_weights(weights), strata, psu, scale=scale or "size")


def _weights(given: tuple[str, ...]) -> Any:
    """One column of persons' weights, or columns by whose they are."""
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    pairs = [text.split("=", 1) for text in given]
    for text, pair in zip(given, pairs, strict=True):
        if len(pair) < 2 or not all(pair):
            raise click.UsageError(f"--weights {text}: several weights are UNIT=COLUMN, such as school=w_school.")
    return dict(pairs) or None

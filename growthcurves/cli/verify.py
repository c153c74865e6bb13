"""`growthcurves verify`: the stored references on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from growthcurves.cli.command import JsonOption, PlainCommand
from growthcurves.cli.output import endings_text

#: Where a reference is not met.
FAILED = 1


@click.command(
    cls=PlainCommand,
    params=[
        click.Option(
            ["-o", "--output"], metavar="FILE", help=f"Write the record: {endings_text('a qualification')}."
        ),
        JsonOption(),
    ],
    short_help="Check published and stored references on this machine.",
)
def verify(output: str | None, as_json: bool) -> None:
    """Fit the references that come with growthcurves (published tables, values of R) and compare, value by value.

    The record has versions, system, BLAS and date, and of each value what is expected, found, and its tolerance. The
    exit code is 1 where a value is not as expected.

    \b
    growthcurves verify
    growthcurves verify -o qualification.html
    """
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.output import checked_files, hand_on_json
    from growthcurves.verify.qualification import verify as checked

    path = checked_files(None, output=("a qualification", output)).get("output")
    found = checked()
    if path is not None:
        _write(found, path)
    if as_json:
        hand_on_json(json_of(found.to_dict()))
    else:
        say(str(found) + (f"\n\nThe record is in {path}." if path is not None else ""))
    if not found.passed:
        raise click.exceptions.Exit(FAILED)


def _write(found: Any, path: Path) -> None:
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.output.files import write_text

    if path.suffix.lower() == ".json":
        write_text(path, json_of(found.to_dict()) + "\n")
    else:
        found.save(path)

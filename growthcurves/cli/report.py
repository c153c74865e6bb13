"""`growthcurves report`: from a table to one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from growthcurves.cli.options import model_options, request_of


@click.command(short_help="From a table to a one-page HTML report.")
@model_options
@click.option("--title", metavar="TEXT", help="Title of the report.")
@click.option(
    "-o", "--output", metavar="FILE", default="report.html", show_default=True, help="The report's file."
)
def report(title: str | None, output: str, **values: Any) -> None:
    """Fit a growth model to the table DATA and write a report: one HTML file, nothing else needed.

    \b
    growthcurves report study.csv --id subject --time week --outcome bdi --by arm
    growthcurves report wide.csv --id subject --time day --columns "reaction_{day}"
    """
    from growthcurves.cli.analysis import run

    request = request_of(values)
    path = output_path(output, request.data)
    write(run(request), path, title, request.by)


def output_path(output: str, data: str | None = None) -> Path:
    """Where to write; never over the data, and into a folder that is there."""
    path = Path(output).expanduser()
    if data is not None and path.resolve() == Path(data).expanduser().resolve():
        raise click.UsageError(f"-o {output!r} is the data file itself: give the report another name.")
    if not path.parent.is_dir():
        raise click.UsageError(f"-o {output!r}: there is no folder {str(path.parent)!r}.")
    if path.is_dir():
        raise click.UsageError(f"-o {output!r} is a folder: give the name of a file.")
    return path


def write(fitted: Any, path: Path, title: str | None = None, by: str | None = None) -> None:
    """Write the report and say in a few lines what it found and where it is."""
    import textwrap

    from growthcurves.report import report as make_report

    made = make_report(fitted, path=path, title=title, by=by)
    for sentence in made.findings[:3] if by is None else [made.lead]:
        click.echo(textwrap.fill(sentence, 78))
    click.echo(f"\nThe report is in {path} ({made.kilobytes} kB): open it in a browser.")

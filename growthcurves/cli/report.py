"""`growthcurves report`: from a table to one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from growthcurves.cli.command import PlainCommand, table_command
from growthcurves.cli.options import MODEL, TABLE, request_of
from growthcurves.cli.output import checked_files, hand_on_json, tell

_OWN = [
    click.Option(["--title"], metavar="TEXT", help="Title of the report."),
    click.Option(
        ["-o", "--output"], metavar="FILE", default="report.html", show_default=True, help="The report's file."
    ),
]


@click.command(
    cls=PlainCommand, params=table_command([*TABLE, *MODEL], _OWN), short_help="From a table to a one-page HTML report."
)
def report(title: str | None, output: str, write_model: str | None, as_json: bool, **values: Any) -> None:
    """Fit a growth model to the table DATA and write a report: one HTML file, nothing else needed.

    \b
    growthcurves report study.csv --id subject --time week --outcome bdi --by arm
    growthcurves report wide.csv --id subject --time day --columns "reaction_{day}"
    """
    from growthcurves.cli.analysis import run
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.model_file import write_model_file

    request = request_of(values)
    files = checked_files(request.data, output=("a report", output), write_model=("a model file", write_model))
    path = files["output"]
    made = made_report(run(request), path, title, request.by)
    write_model_file(files)
    if as_json:
        hand_on_json(json_of({"report": str(path), "kilobytes": made.kilobytes, "findings": made.findings}))
    else:
        tell_findings(made, path)


def made_report(fitted: Any, path: Path, title: str | None = None, by: str | None = None) -> Any:
    """Write the report."""
    from growthcurves.report import report as make_report

    return make_report(fitted, path=path, title=title, by=by)


def tell_findings(made: Any, path: Path) -> None:
    """Say in a few lines what the report found and where it is."""
    import textwrap

    for sentence in [made.lead] if made.lead else made.findings[:3]:
        tell(textwrap.fill(sentence, 78))
    tell(f"\nThe report is in {path} ({made.kilobytes} kB): open it in a browser.")
